"""Limits of many customers or credit groups are drafted at once, from the limits they have."""

# No postponed annotations in this file: the types of filters are made while it runs.

from datetime import date
from decimal import Decimal

import strawberry

from domain.audit import AuditEventKind
from domain.limit_generation import LimitChange, LimitDays, RoundingDirection
from domain.limits import AdjustmentKind
from persistence.writing.limit_generation import AdjustmentToGenerate, generate_adjustment
from schema.connections import CREDIT_GROUPS, CUSTOMERS
from schema.context import Info
from schema.fields import coded
from schema.filters import plain_where
from schema.mutations.carry_out import carry_out
from schema.mutations.limits import CreditLimitAdjustmentPayload
from schema.mutations.words import KEY
from schema.rights import Permission
from schema.types.money import MoneyInput

coded(
    RoundingDirection,
    "Which way a generated limit is rounded.",
    UP="To the next multiple of the unit above it.",
    DOWN="To the next multiple of the unit below it.",
)


@strawberry.input(description="Whose limits are changed: customers or credit groups.", one_of=True)
class GeneratedHoldersInput:
    """One of two filters."""

    customers: CUSTOMERS.where | None = strawberry.field(  # type: ignore[name-defined]
        default=strawberry.UNSET, description="The company's customers that the filter finds; empty: all."
    )
    credit_groups: CREDIT_GROUPS.where | None = strawberry.field(  # type: ignore[name-defined]
        default=strawberry.UNSET,
        description="The open credit groups with a member in the company that the filter finds; empty: all.",
    )


@strawberry.input(description="What is added to each limit, or with a minus taken off.", one_of=True)
class LimitChangeInput:
    """An amount or a percentage."""

    amount: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="An amount, converted where a limit is in another currency."
    )
    percent: Decimal | None = strawberry.field(default=strawberry.UNSET, description="A percentage of the limit.")


@strawberry.input(description="To which amounts limits are rounded.")
class LimitRoundingInput:
    """A unit and a direction."""

    unit: Decimal = strawberry.field(description='Limits are multiples of it, such as "500".')
    direction: RoundingDirection = strawberry.field(default=RoundingDirection.UP, description="Which way.")


@strawberry.input(description="The days of every limit alike.")
class AbsoluteLimitDaysInput:
    """Days as they are."""

    from_: date | None = strawberry.field(
        default=None, name="from", description="The first day; none: the day on which it is posted."
    )
    until: date | None = strawberry.field(
        default=None, description="The last day of a temporary limit; the day a permanent one expires, if ever."
    )


@strawberry.input(description="Days that are moved, for each limit by itself.")
class RelativeLimitDaysInput:
    """Days by their distance."""

    from_days: int | None = strawberry.field(
        default=None, description="The first day, in days from today; none: the day on which it is posted."
    )
    until_days: int | None = strawberry.field(
        default=None,
        description="The last day, in days after the last day of the limit that is changed; none: that day. A new"
        " temporary limit is counted from its first day. A permanent limit that never expires stays so.",
    )


@strawberry.input(description="When the new limits are in force.", one_of=True)
class LimitDaysInput:
    """The same days for all, or moved ones."""

    absolute: AbsoluteLimitDaysInput | None = strawberry.field(
        default=strawberry.UNSET, description="The same for all. Who has a temporary limit then gets no other."
    )
    relative: RelativeLimitDaysInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Moved. A temporary limit that is in force is itself changed and replaced.",
    )

    def wanted(self) -> LimitDays:
        """As the rules take it."""
        if self.absolute:
            return LimitDays(self.absolute.from_, self.absolute.until)
        relative = self.relative or RelativeLimitDaysInput()
        return LimitDays(relative=True, from_days=relative.from_days, until_days=relative.until_days)


@strawberry.input(description="Draft new limits for many at once, from the limits they have.")
class GenerateCreditLimitAdjustmentInput:
    """See `AdjustmentToGenerate`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    company: str = strawberry.field(description="Code of the company whose customers it is about.")
    kind: AdjustmentKind = strawberry.field(
        description="What its lines are. Permanent and temporary limits are worked out of the normal limit; a seasonal"
        " factor or a tolerance is what `change` says."
    )
    holders: GeneratedHoldersInput = strawberry.field(
        description="For whom, at most 10,000. Who is excluded, unlimited or without a limit is left out and warned of."
    )
    change: LimitChangeInput = strawberry.field(description="By what. A limit is never lowered below 0.")
    rounding: LimitRoundingInput | None = strawberry.field(
        default=None, description="To which amounts; none: to the digits of the currency."
    )
    dates: LimitDaysInput | None = strawberry.field(
        default=None, description="When; none: from the day of posting, to the last day that the limit has."
    )
    description: str | None = strawberry.field(default=None, description="What it is for.")

    def wanted(self, info: Info) -> AdjustmentToGenerate:
        """As persistence takes it. Raises `ClientMistake` for a filter that cannot be meant."""
        groups = bool(self.holders.credit_groups)
        shape = (CREDIT_GROUPS if groups else CUSTOMERS).shape
        where = self.holders.credit_groups if groups else self.holders.customers
        amount, rounding = self.change.amount, self.rounding
        change = LimitChange(
            amount=amount.to_domain() if amount else None,
            percent=None if amount else self.change.percent,
            unit=rounding.unit if rounding else None,
            direction=rounding.direction if rounding else RoundingDirection.UP,
        )
        days = (self.dates or LimitDaysInput(relative=RelativeLimitDaysInput())).wanted()
        found = plain_where(shape, where, info)
        return AdjustmentToGenerate(self.company, self.kind, found, change, days, groups, self.description)


@strawberry.type(description="The draft that was generated; who was left out stands among the warnings.")
class GenerateCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """With its number."""


@strawberry.type
class LimitGenerationMutations:
    """Many limits at once."""

    @strawberry.mutation(
        description="Draft new limits for many customers or credit groups from the limits they have, ± an amount or a"
        " percentage. Nothing changes until the draft is posted."
    )
    async def generate_credit_limit_adjustment(
        self, info: Info, input: GenerateCreditLimitAdjustmentInput
    ) -> GenerateCreditLimitAdjustmentPayload:
        wanted = input.wanted(info)
        return await carry_out(
            info,
            input,
            GenerateCreditLimitAdjustmentPayload,
            lambda tx: generate_adjustment(tx, wanted),
            needs=Permission.DRAFT_LIMITS,
            kind=AuditEventKind.LIMIT_ADJUSTMENT_SAVED,
        )
