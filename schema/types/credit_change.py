"""Changes of credit that somebody asked for and somebody else decides about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.credit_change import CreditChangeKind, CreditChangeStatus
from domain.permitted import Action
from persistence.frozen import thaw_message
from persistence.selection import Finished, WorkedOut
from persistence.shapes.actor import ACTOR
from persistence.shapes.collateral import COLLATERAL
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_change import ASKED_CHANGES, CREDIT_CHANGE_REQUEST
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.party import PARTY
from schema.arguments import InLocale
from schema.context import Info
from schema.fields import coded, labelled, link, read_as, shaped, stored
from schema.permitted import may_as_read, viewer_may
from schema.types.audit import FieldChange, field_changes
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.collateral import Collateral
    from schema.types.company import Company
    from schema.types.credit_group import CreditGroup
    from schema.types.customer import Customer
    from schema.types.party import Party
    from schema.types.reference import Actor

coded(
    CreditChangeStatus,
    "Where a change of credit that was asked for stands.",
    IN_REVIEW="It waits for approval.",
    APPROVED="It was approved and made.",
    REJECTED="It was turned down, or taken back.",
)


coded(
    CreditChangeKind,
    "What a change of credit that was asked for is about.",
    ATTRIBUTES="Credit attributes of a customer.",
    INSURANCE="Insurance of a customer is recorded.",
    GUARANTEE="A guarantee for a customer is recorded.",
    COLLATERAL="A thing that a customer pledges is recorded.",
    COLLATERAL_CHANGE="Insurance, a guarantee or collateral is changed.",
    COLLATERAL_END="Insurance, a guarantee or collateral ends.",
    JOINING="A customer joins a credit group.",
    LEAVING="A customer leaves a credit group.",
    GROUP_CLOSING="A credit group is closed.",
    PARTY_LIMITS="Limits of a party, or of a customer beside its credit limit, and whether a party is blocked.",
)


@shaped(
    CREDIT_CHANGE_REQUEST,
    "A change of the credit of a customer, a credit group or a party that is made when somebody else approves it.",
)
class CreditChangeRequest(Record):
    """Rows of the shape of changes that were asked for."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] | None = link(
        "company_id", COMPANY, "The customer's company; null: it is about a whole credit group or party."
    )
    kind: CreditChangeKind = stored("What it is about.")
    kind_label: str = labelled("kind", CreditChangeKind)
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = link(
        "customer_id", CUSTOMER, "Whose credit it is; null: that of a whole credit group or party."
    )
    credit_group: Annotated[CreditGroup, strawberry.lazy("schema.types.credit_group")] | None = link(
        "credit_group_id", CREDIT_GROUP, "The credit group that the customer joins or leaves, or that is closed."
    )
    party: Annotated[Party, strawberry.lazy("schema.types.party")] | None = link(
        "party_id", PARTY, "The party whose limits they are."
    )
    collateral: Annotated[Collateral, strawberry.lazy("schema.types.collateral")] | None = link(
        "collateral_id", COLLATERAL, "The insurance, guarantee or collateral that is changed or ends."
    )
    status: CreditChangeStatus = stored("Where it stands.")
    status_label: str = labelled("status", CreditChangeStatus)
    asked_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link(
        "asked_by_id", ACTOR, "Who asked for it."
    )
    escalated: bool = stored("It waits for approval for longer than the company lets it.")
    decided_at: datetime | None = stored("When it was decided; null: it was not.")
    decided_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] | None = link(
        "decided_by_id", ACTOR, "Who decided; null: nobody did."
    )
    decision_note: str | None = stored("What the one who decided wrote.")

    @strawberry.field(description="What is to be done, in words.", metadata=read_as(Finished("said", ("message",))))
    def message(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(thaw_message(self.row["message"]), locale)

    @strawberry.field(
        description="What is to change, from what it was when it was asked for.",
        metadata=read_as(WorkedOut(ASKED_CHANGES, "changes")),
    )
    def changes(self) -> list[FieldChange]:
        return field_changes(self.row["changes"])

    @strawberry.field(description="What you may do with it now.", metadata=read_as(may_as_read("CreditChangeRequest")))
    def viewer_may(self, info: Info) -> list[Action]:
        return viewer_may(info.context.viewer, "CreditChangeRequest", self.row)

    @strawberry.field(
        description="What the values of `viewerMay` are called in your language.",
        metadata=read_as(may_as_read("CreditChangeRequest", labels=True)),
    )
    def viewer_may_labels(self, info: Info) -> list[str]:
        return [info.context.label("Action", action) for action in CreditChangeRequest.viewer_may(self, info)]
