"""The audit trail: what was done or refused, by whom, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry

from domain.audit import AuditEventKind
from persistence.frozen import thaw_message
from persistence.selection import Chosen, Finished, LinkedToEither, WorkedOut
from persistence.shapes.actor import ACTOR
from persistence.shapes.audit import AUDIT_EVENT, EVENT_FIGURES
from schema.arguments import InLocale
from schema.context import Info
from schema.fields import TYPES, coded, labelled, link, read_as, shaped, stored
from schema.finishing import Finish, finisher, json
from schema.given import Call
from schema.planned_arguments import Arguments, ByArguments
from schema.records import record_of
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.reference import Actor

coded(
    AuditEventKind,
    "What was done, or tried and refused.",
    COMPANY_SAVED="A company was saved.",
    PARTY_SAVED="A party was saved.",
    CUSTOMER_SAVED="A customer was saved.",
    CREDIT_ATTRIBUTES_CHANGED="Credit attributes of a customer were changed.",
    CREDIT_CHANGE_ASKED="A change of credit was asked for.",
    CREDIT_CHANGE_APPROVED="A change of credit was approved.",
    CREDIT_CHANGE_REJECTED="A change of credit was rejected.",
    PARTY_LIMITS_SAVED="Limits of a party or of a customer were saved.",
    PAYER_CHANGED="Somebody else pays for a customer.",
    RATES_SET="Exchange rates were set.",
    OPEN_ITEMS_POSTED="Open items were posted.",
    OPEN_ITEM_CHANGED="An open item was changed.",
    PAYMENT_POSTED="A payment was posted.",
    SETTLED="An item was settled.",
    REVERSED="Something posted was reversed.",
    ORDER_SAVED="An order was saved.",
    ORDER_SUBMITTED="An order was submitted for a credit check.",
    ORDER_EXCLUDED="An order was excluded from credit management, or is checked again.",
    ORDER_CANCELLED="An order was called off.",
    DELIVERED="Goods were delivered or came back.",
    BILLED="A delivery was billed, or its billing taken back.",
    RETURNED="Goods came back.",
    CREDIT_HELD="An order was put on credit hold.",
    CREDIT_RELEASED="An order was released.",
    RELEASE_ASKED="A release was asked for.",
    RELEASE_APPROVED="A release that was asked for was approved.",
    RELEASE_REJECTED="A release that was asked for was rejected.",
    HOLD_REJECTED="A held order was turned down.",
    HOLD_UPDATED="A hold was updated.",
    HOLDS_EVALUATED="A hold was checked again.",
    LIMIT_ADJUSTMENT_SAVED="A limit adjustment was written.",
    LIMIT_SUBMITTED="A limit adjustment was submitted for approval.",
    LIMIT_APPROVED="A limit adjustment was approved.",
    LIMIT_REJECTED="A limit adjustment was rejected.",
    LIMIT_POSTED="A limit was posted.",
    GROUP_SAVED="A credit group was saved.",
    MEMBER_ADDED="A customer joined a credit group.",
    MEMBER_REMOVED="A customer left a credit group.",
    COLLATERAL_RECORDED="Insurance, a guarantee or collateral was recorded.",
    COLLATERAL_UPDATED="Insurance, a guarantee or collateral was changed.",
    COLLATERAL_ENDED="Insurance, a guarantee or collateral ended.",
    DECLARATION_RECORDED="An overdue item was declared to an insurer or guarantor.",
    RULE_SAVED="A blocking rule was saved.",
    RULE_REMOVED="A blocking rule was removed.",
    PARAMETERS_SAVED="A company's credit parameters were saved.",
    AUTHORITY_SAVED="It was saved up to which amount a role or a person approves.",
    AUTHORITY_REMOVED="An approval authority was removed.",
    AUTHORITY_DELEGATED="Approval authority was lent to somebody.",
    DELEGATION_ENDED="A delegation of approval authority was ended.",
    NAME_SAVED="A coded name was saved.",
    TRANSLATION_SET="A name was translated.",
    TRANSLATION_REMOVED="A translation was removed.",
    JOB_STARTED="Long work began.",
    JOB_FINISHED="Long work ended.",
    JOB_CANCELLED="Long work was called off.",
    API_KEY_CREATED="An API key was made.",
    API_KEY_ROTATED="An API key was given a successor.",
    API_KEY_REVOKED="An API key was revoked.",
)


@strawberry.type(description="One field that changed.")
class FieldChange:
    """As it was written down."""

    field: str = strawberry.field(description="Which.")
    before: str | None = strawberry.field(
        description="What stood there.", metadata=read_as(Finished("changed value", ("before",)))
    )
    after: str | None = strawberry.field(
        description="What stands there since.", metadata=read_as(Finished("changed value", ("after",)))
    )


@finisher("changed value")
def _changed_value(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    return lambda values: json(_text(orjson.loads(values[0])))


def _of_any_shape(asked: Arguments) -> LinkedToEither:
    """The record of a table and key, whatever it is. All types are known only when an operation is planned."""
    return LinkedToEither(tuple((cls.shape, "subject_id") for cls in TYPES.values()), "subject_kind")


@shaped(AUDIT_EVENT, "Something that was done or refused. Never changed.")
class AuditEvent(Node):
    """Rows of the audit shape; the sentence is said in the language asked for now."""

    happened_at: datetime = stored("When.")
    actor: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link("actor_id", ACTOR, "Who.")
    kind: AuditEventKind = stored("What was done.")
    kind_label: str = labelled("kind", AuditEventKind)
    refused: bool = stored("It was tried and refused.")

    @strawberry.field(description="What happened, in one sentence.", metadata=read_as(Finished("said", ("message",))))
    def message(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(thaw_message(self.row["message"]), locale)

    @strawberry.field(
        description="The record concerned; null where there is none, or you may not see it.",
        metadata=read_as(ByArguments(_of_any_shape)),
    )
    async def subject(self, info: Info) -> Node | None:
        kind = self.row["subject_kind"]
        found: Node | None = await record_of(info.context, kind and (kind, self.row["subject_id"]))
        return found

    @strawberry.field(
        description="What changed; null where nothing was edited.",
        metadata=read_as(WorkedOut(EVENT_FIGURES, "changes")),
    )
    def changes(self) -> list[FieldChange] | None:
        changes = self.row["changes"]
        return None if changes is None else field_changes(changes)


def field_changes(changes: Sequence[Mapping[str, Any]]) -> list[FieldChange]:
    """Fields that changed, as they were written down."""
    return [
        FieldChange(field=each["field"], before=_text(each.get("before")), after=_text(each.get("after")))
        for each in changes
    ]


def _text(value: Any) -> str | None:
    """A text as it is, anything else as JSON writes it."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
