"""Credit: the limit with its parts, the exposure, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import strawberry

from domain import exposure as exposures
from domain import limits
from schema.context import Info
from schema.fields import BY_NAME, Reckoned, coded, labelled, read_as, reckoned, stored, told
from schema.records import record_of
from schema.types.limit_entry import CreditLimitEntry
from schema.types.money import Money
from schema.types.node import Node

coded(
    limits.CreditLimitKind,
    "What kind of limit it is.",
    AMOUNT="An amount; 0 is no credit of its own.",
    UNLIMITED="No limit.",
    UNSET="None was ever posted: in a credit group the group alone decides, otherwise it counts as 0.",
)
coded(
    limits.CreditLimitPartKind,
    "What a limit is made of.",
    BASE="The normal limit.",
    TEMPORARY="A temporary limit, which replaces the normal one while it is active.",
    SEASONAL="What a seasonal factor adds to it; negative where it lowers it.",
    TOLERANCE="What may be used beyond that.",
    INSURANCE="What insurance adds.",
    GUARANTEE="What a guarantee adds.",
    COLLATERAL="What other collateral adds.",
    FLAGGED_POLICY="What a policy included in exposure takes off: its full value, negative.",
)


@reckoned(exposures.Exposure, "Everything owed and ordered, each amount counted once on its way from order to payment.")
class Exposure(Reckoned):
    """Figures of `domain.exposure`."""

    total: Money = stored(
        "Receivables, less the disputed part where the company says so, less unapplied payments, plus special "
        "liabilities, open orders, open deliveries and open billing. All else stands beside it."
    )
    receivables: Money = stored("Open items, disputed ones included.")
    special_liabilities: Money = stored("Down payments (negative), payment requests and bills of exchange.")
    open_orders: Money = stored("Ordered and admitted, not yet delivered.")
    open_deliveries: Money = stored("Delivered, not yet billed.")
    open_billing: Money = stored("On billing documents, not yet in the ledger.")
    unapplied_payments: Money = stored("Receipts and credit notes that have not settled an item.")
    disputed: Money = stored("The part of receivables that is disputed.")
    overdue: Money = stored("The part of receivables that fell due before this day, less what receipts cover.")
    held_orders: Money = stored("Orders on hold, which do not count.")
    insured: Money = stored("The part others answer for: of each customer at most what it owes.")
    net: Money = stored("The total less what is insured.")
    oldest_due_date: date | None = told("oldest_due", "The oldest due day of what is open.")
    days_overdue: int = stored("How many days the oldest receivable is overdue; 0 when none is.")
    as_of: date = stored("The business day of the figures.")


@reckoned(limits.LimitPart, "One part of a limit.")
class CreditLimitPart(Reckoned):
    """A part of `domain.limits`."""

    kind: limits.CreditLimitPartKind = stored("What kind of part it is.")
    kind_label: str = labelled("kind", limits.CreditLimitPartKind)
    amount: Money = stored("How much; negative where it takes away.")

    @strawberry.field(description="The posted limit or the policy it comes from.", metadata=read_as(BY_NAME))
    async def source(self, info: Info) -> Node | None:
        found: Node | None = await record_of(info.context, self.facts.source)
        return found


@reckoned(limits.CreditLimit, "A credit limit on a day.")
class CreditLimit(Reckoned):
    """A limit of `domain.limits`."""

    kind: limits.CreditLimitKind = stored("What kind of limit it is.")
    kind_label: str = labelled("kind", limits.CreditLimitKind)
    total: Money | None = stored(
        "What may be used; null where nothing binds: UNLIMITED, or UNSET where the credit group alone decides."
    )
    base: Money | None = stored("The normal limit; null when UNSET.")
    insurance_and_guarantees: Money = stored("What collateral adds, less what policies included in exposure take off.")
    parts: list[CreditLimitPart] = stored("What it is made of; the parts add up to the total.")
    expiry_date: date | None = told("expiry", "When the normal limit expires.")

    @strawberry.field(
        description="The temporary limit that replaces the normal one on this day.", metadata=read_as(BY_NAME)
    )
    async def temporary(self, info: Info) -> CreditLimitEntry | None:
        entry = self.facts.temporary
        kept = None if entry is None else (limits.LIMIT_ENTRY, entry.id)
        found: CreditLimitEntry | None = await record_of(info.context, kept)
        return found


@dataclass(frozen=True)
class WithoutLimit:
    """What somebody owes who has no limit of its own: a party without a ceiling."""

    exposure: exposures.Exposure
    limit: None = None
    available: None = None
    used_percent: None = None
    effective_available: None = None


@reckoned(limits.CreditPosition, "Limit and exposure side by side.")
class CreditPosition(Reckoned):
    """A position of `domain.limits`."""

    limit: CreditLimit | None = stored("The limit; of a party its ceiling, null where it has none.")
    exposure: Exposure = stored("What is used.")
    available: Money | None = stored("What is left of the own limit, negative above it; null without a total.")
    used_percent: Decimal | None = stored("How much of the own limit is used; null where the limit is not above 0.")
    effective_available: Money | None = stored("What is left with the credit group regarded too; null: unlimited.")
