"""How a company manages credit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain.exposure import CreditLimitType
from domain.facts import Checkpoint
from domain.role import Role
from persistence.selection import WorkedOut
from persistence.shapes.actor import ACTOR
from persistence.shapes.company import COMPANY
from persistence.shapes.named import REASON
from persistence.shapes.parameters import (
    AUTHORITIES,
    CHECKPOINTS,
    CREDIT_PARAMETERS,
    FISCAL_YEAR_CHANGES,
    PERSONAL_AUTHORITIES,
    TICKED,
)
from schema.context import Info
from schema.fields import Shaped, labelled, link, money, read_as, shaped, stored
from schema.types.fiscal_year import FiscalYearChange
from schema.types.money import Money
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.named import Reason
    from schema.types.reference import Actor


@strawberry.type(description="A step of an order at which a company checks credit.")
class CheckpointSetting:
    """One ticked checkpoint."""

    checkpoint: Checkpoint = strawberry.field(description="The step.")
    checkpoint_label: str = labelled("checkpoint", Checkpoint)
    grace_days: int | None = strawberry.field(
        description="Days after a release before it is checked again here; null: as long as the release holds."
    )


@strawberry.type(description="Up to which amount a role approves in a company.")
class ApprovalAuthority:
    """One role's authority. Without one, credit managers approve any amount, and clerks none."""

    role: Role = strawberry.field(description="The role.")
    role_label: str = labelled("role", Role)
    up_to: Money | None = strawberry.field(
        description="It approves limits and releases up to this amount, itself included; null: any."
    )


@strawberry.type(description="Up to which amount one person approves in a company, in place of what their roles have.")
class PersonalAuthority(Shaped):
    """A row of a person's authority."""

    actor: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link("actor_id", ACTOR, "The person.")
    up_to: Money | None = money("They approve up to this amount, itself included; null: any.", "amount")


@shaped(CREDIT_PARAMETERS, "How a company manages credit.")
class CreditParameters(Record):
    """Rows of the parameters shape, one for each company."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company they are of."
    )
    credit_limit_type: CreditLimitType = stored("What counts as used credit.")
    credit_limit_type_label: str = labelled("credit_limit_type", CreditLimitType)
    check_credit_groups: bool = stored("The shared limit of a customer's credit group is tested.")
    unset_limit_means_unlimited: bool = stored("A customer outside a group with no limit has unlimited credit.")
    blank_expiry_means_expired: bool = stored("A limit without an expiry date counts as expired.")
    disputed_reduces_exposure: bool = stored("The disputed part of items is taken off used credit.")
    disputed_reduces_overdue: bool = stored("The disputed part of items is taken off overdue.")
    due_rolls_to_bank_day: bool = stored(
        "A due day on which banks of the company's country are closed moves to the next day they are open."
    )
    pending_receipt_days: int = stored(
        "For how many days, the day it came included, a receipt that has not settled an item covers what is overdue "
        "longest; 0: it covers nothing."
    )
    check_invoices_without_order: bool = stored(
        "Free-text and project invoices are checked before they are posted, also where the step INVOICE is not ticked."
    )
    check_intercompany_orders: bool = stored("Orders of customers that are companies of our own group are checked too.")
    approve_limit_adjustments: bool = stored("Limit adjustments are approved before they are posted.")
    post_approved_limits: bool = stored("A limit adjustment is posted as soon as it is approved.")
    approve_releases: bool = stored("A release beyond the authority of who wants it is approved by somebody else.")
    approve_credit_changes: bool = stored(
        "What widens a customer's credit beside its limit is approved by somebody else."
    )
    escalate_after_days: int | None = stored("What waits for approval for more days is escalated; null: nothing is.")
    check_payment_terms_increase: bool = stored("An order whose payment terms rank above its payer's is held.")
    check_cash_discount_increase: bool = stored("An order whose cash discount ranks above its payer's is held.")
    release_when_ready: bool = stored("A hold without reasons left is released by itself; otherwise it waits, ready.")
    reason_when_ready: Annotated[Reason, strawberry.lazy("schema.types.named")] | None = link(
        "reason_when_ready_id", REASON, "The reason put on record when a hold is released by itself; null: none."
    )
    reason_when_changed: Annotated[Reason, strawberry.lazy("schema.types.named")] | None = link(
        "reason_when_changed_id",
        REASON,
        "The same where the order has another amount than when it was held; null: none.",
    )
    reason_when_cancelled: Annotated[Reason, strawberry.lazy("schema.types.named")] | None = link(
        "reason_when_cancelled_id", REASON, "The reason put on record when an order on hold is cancelled; null: none."
    )
    order_horizon_days: int | None = stored("Orders that ship later than so many days do not count; null: all count.")
    max_rate_age_days: int = stored("How old an exchange rate may be.")
    release_valid_days: int = stored("How long a release without bounds holds.")
    fiscal_year_start: int = stored(
        "The month in which its fiscal years begin, 1 to 12, until the first of `fiscalYearChanges`."
    )

    @strawberry.field(
        description="From when on its fiscal years begin on the anniversaries of another day, in order.",
        metadata=read_as(WorkedOut(TICKED, "fiscal_year_changes")),
    )
    async def fiscal_year_changes(self, info: Info) -> list[FiscalYearChange]:
        async def fetch(companies: list[UUID]) -> Sequence[list[FiscalYearChange]]:
            found: Mapping[UUID, list[FiscalYearChange]] = defaultdict(list)
            for each in await info.context.reader.run(FISCAL_YEAR_CHANGES, wanted=companies):
                change = FiscalYearChange(from_=each["from_day"], long_year=each["long_year"])
                found[each["company_id"]].append(change)
            return [found[company] for company in companies]

        loader = info.context.loader("fiscal year changes", fetch)
        loaded: list[FiscalYearChange] = await loader.load(self.row["company_id"])
        return loaded

    @strawberry.field(
        description="The steps at which credit is checked, in the order in which they come.",
        metadata=read_as(WorkedOut(TICKED, "checkpoints")),
    )
    async def checkpoints(self, info: Info) -> list[CheckpointSetting]:
        async def fetch(companies: list[UUID]) -> Sequence[list[CheckpointSetting]]:
            found: Mapping[UUID, dict[Checkpoint, int | None]] = defaultdict(dict)
            for each in await info.context.reader.run(CHECKPOINTS, wanted=companies):
                found[each["company_id"]][Checkpoint(each["checkpoint"])] = each["grace_days"]
            return [
                [
                    CheckpointSetting(checkpoint=step, grace_days=found[company][step])
                    for step in Checkpoint
                    if step in found[company]
                ]
                for company in companies
            ]

        loaded: list[CheckpointSetting] = await info.context.loader("checkpoints", fetch).load(self.row["company_id"])
        return loaded

    @strawberry.field(
        description="Up to which amount roles approve. Without one, credit managers approve any, and clerks none.",
        metadata=read_as(WorkedOut(TICKED, "authorities")),
    )
    async def authorities(self, info: Info) -> list[ApprovalAuthority]:
        async def fetch(companies: list[UUID]) -> Sequence[list[ApprovalAuthority]]:
            found: Mapping[UUID, list[ApprovalAuthority]] = defaultdict(list)
            for each in await info.context.reader.run(AUTHORITIES, wanted=companies):
                up_to = None if each["amount"] is None else Money(exact=each["amount"], currency=each["currency"])
                found[each["company_id"]].append(ApprovalAuthority(role=Role(each["role"]), up_to=up_to))
            return [found[company] for company in companies]

        loaded: list[ApprovalAuthority] = await info.context.loader("authorities", fetch).load(self.row["company_id"])
        return loaded

    @strawberry.field(
        description="Up to which amount single persons approve, in place of what their roles have.",
        metadata=read_as(WorkedOut(TICKED, "personal_authorities")),
    )
    async def personal_authorities(self, info: Info) -> list[PersonalAuthority]:
        async def fetch(companies: list[UUID]) -> Sequence[list[PersonalAuthority]]:
            found: Mapping[UUID, list[PersonalAuthority]] = defaultdict(list)
            for each in await info.context.reader.run(PERSONAL_AUTHORITIES, wanted=companies):
                found[each["company_id"]].append(PersonalAuthority.of(each))
            return [found[company] for company in companies]

        loaded: list[PersonalAuthority] = await info.context.loader("personal authorities", fetch).load(
            self.row["company_id"]
        )
        return loaded
