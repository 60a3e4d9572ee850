"""Limits change by adjustments only: drafted, changed, posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.limits import AdjustmentKind
from persistence.shapes.adjustment import CREDIT_LIMIT_ADJUSTMENT, CREDIT_LIMIT_ADJUSTMENT_LINE
from persistence.shapes.limit_entry import LIMIT_ENTRY
from persistence.writing.adjustments import (
    AdjustmentChange,
    AdjustmentStep,
    AdjustmentToCreate,
    LineToSave,
    create_adjustment,
    update_adjustment,
)
from persistence.writing.limit_posting import post_adjustment
from schema.context import Info
from schema.ids import key_of
from schema.keys import CreditHolderKey
from schema.mutations.carry_out import carry_out
from schema.mutations.naming import holder_named
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.adjustment import CreditLimitAdjustment

NAME = "credit_limit_adjustment"


@strawberry.input(description="A new limit for one customer or credit group.")
class AdjustmentLineInput:
    """See `LineToSave`."""

    id: strawberry.ID | None = strawberry.field(
        default=None, description="The line to change; none: a new line. What is left out of it is emptied."
    )
    holder: CreditHolderKey | None = strawberry.field(
        default=None, description="Whose limit it is. A new line needs it; a changed one keeps its own without it."
    )
    new_limit: MoneyInput | None = strawberry.field(
        default=None,
        description="A permanent or temporary limit, in the currency of the customer's company or of the group. 0 is a"
        " limit: no credit.",
    )
    percent: Decimal | None = strawberry.field(
        default=None,
        description='A seasonal factor, such as "5" or "-5", or a tolerance, as a percentage of the limit in force.',
    )
    tolerance: MoneyInput | None = strawberry.field(default=None, description="A tolerance as an amount instead.")
    from_: date | None = strawberry.field(
        default=None, name="from", description="The first day; none: the day on which it is posted."
    )
    until: date | None = strawberry.field(
        default=None, description="The last day of a temporary limit; the day a permanent one expires, if ever."
    )
    replaces: strawberry.ID | None = strawberry.field(
        default=None,
        description="The temporary limit whose place it takes, which then ends the day before.",
    )
    ends: strawberry.ID | None = strawberry.field(
        default=None,
        description="Instead of a new limit: the temporary limit, season or tolerance of the holder that ends with the"
        " day `until`; without it the day before posting, so that one that has not begun is taken back.",
    )
    unset: bool = strawberry.field(
        default=False,
        description="Instead of a new limit: from `from` on the permanent limit is taken away, as if none had been"
        " posted.",
    )

    def wanted(self) -> LineToSave:
        """As persistence takes it."""
        return LineToSave(
            new_limit=None if self.new_limit is None else self.new_limit.to_domain(),
            id=None if self.id is None else key_of(self.id, CREDIT_LIMIT_ADJUSTMENT_LINE.prefix),
            holder=None if self.holder is None else holder_named(self.holder),
            from_=self.from_,
            until=self.until,
            replaces=None if self.replaces is None else key_of(self.replaces, LIMIT_ENTRY.prefix),
            percent=self.percent,
            tolerance=None if self.tolerance is None else self.tolerance.to_domain(),
            ends=None if self.ends is None else key_of(self.ends, LIMIT_ENTRY.prefix),
            unset=self.unset,
        )


@strawberry.input(description="A draft of new limits, of one kind.")
class CreateCreditLimitAdjustmentInput:
    """See `AdjustmentToCreate`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    company: str = strawberry.field(description="Code of the company whose customers it is about.")
    kind: AdjustmentKind = strawberry.field(description="What its lines are.")
    description: str | None = strawberry.field(default=None, description="What it is for.")
    lines: list[AdjustmentLineInput] = strawberry.field(
        default_factory=list, description="Its lines, at most 250 at a time; more can be added later."
    )


@strawberry.input(description="What to change about a draft.")
class UpdateCreditLimitAdjustmentInput:
    """See `AdjustmentChange`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_limit_adjustment: strawberry.ID = strawberry.field(description="The draft.")
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is for; left out: as it is; null: nothing is said."
    )
    save_lines: list[AdjustmentLineInput] | None = strawberry.field(
        default=None, description="Lines to add or change, at most 250."
    )
    remove_lines: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Lines to take out, at most 250."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> AdjustmentChange:
        """As persistence takes it."""
        said = {} if self.description is strawberry.UNSET else {"description": self.description}
        removed = (key_of(line, CREDIT_LIMIT_ADJUSTMENT_LINE.prefix) for line in self.remove_lines or ())
        return AdjustmentChange(
            adjustment=key_of(self.credit_limit_adjustment, CREDIT_LIMIT_ADJUSTMENT.prefix),
            values=said,
            save=tuple(line.wanted() for line in self.save_lines or ()),
            remove=tuple(removed),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A step that an adjustment takes.")
class AdjustmentStepInput:
    """See `AdjustmentStep`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_limit_adjustment: strawberry.ID = strawberry.field(description="The adjustment.")
    lines: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these lines, at most 250; none said: all that this can be done with."
    )
    note: str | None = strawberry.field(default=None, description="What there is to say about it; kept on record.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> AdjustmentStep:
        """As persistence takes it."""
        lines = tuple(key_of(line, CREDIT_LIMIT_ADJUSTMENT_LINE.prefix) for line in self.lines or ())
        return AdjustmentStep(
            adjustment=key_of(self.credit_limit_adjustment, CREDIT_LIMIT_ADJUSTMENT.prefix),
            lines=None if self.lines is None else lines,
            note=self.note,
            expected_version=self.expected_version,
        )


@strawberry.input(description="Put the limits of an adjustment in force.")
class PostCreditLimitAdjustmentInput(AdjustmentStepInput):
    """From a draft, or where the company approves adjustments from an approved one."""


@strawberry.type(description="A limit adjustment after something was done to it.")
class CreditLimitAdjustmentPayload(Payload):
    """The adjustment as it now is, also when it was refused."""

    credit_limit_adjustment: Annotated[CreditLimitAdjustment, strawberry.lazy("schema.types.adjustment")] | None = (
        written(NAME, CREDIT_LIMIT_ADJUSTMENT, "The adjustment as it now is.")
    )


@strawberry.type(description="The draft that was written.")
class CreateCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """With its number."""


@strawberry.type(description="A draft after it was changed.")
class UpdateCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """With its lines."""


@strawberry.type(description="An adjustment after it was posted.")
class PostCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """Its holders' credit hangs off its lines."""


@strawberry.type
class LimitMutations:
    """What people do with limit adjustments."""

    @strawberry.mutation(description="Draft new limits. Nothing changes until the draft is posted.")
    async def create_credit_limit_adjustment(
        self, info: Info, input: CreateCreditLimitAdjustmentInput
    ) -> CreateCreditLimitAdjustmentPayload:
        lines = tuple(line.wanted() for line in input.lines)
        wanted = AdjustmentToCreate(input.company, input.kind, input.description, lines)
        return await carry_out(
            info,
            input,
            CreateCreditLimitAdjustmentPayload,
            lambda tx: create_adjustment(tx, wanted),
            needs=Permission.DRAFT_LIMITS,
            kind=AuditEventKind.LIMIT_ADJUSTMENT_SAVED,
        )

    @strawberry.mutation(description="Change a draft of new limits.")
    async def update_credit_limit_adjustment(
        self, info: Info, input: UpdateCreditLimitAdjustmentInput
    ) -> UpdateCreditLimitAdjustmentPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            UpdateCreditLimitAdjustmentPayload,
            lambda tx: update_adjustment(tx, wanted),
            needs=Permission.DRAFT_LIMITS,
            kind=AuditEventKind.LIMIT_ADJUSTMENT_SAVED,
            current={NAME: str(wanted.adjustment)},
        )

    @strawberry.mutation(description="Put new limits in force; orders on hold are checked again at once.")
    async def post_credit_limit_adjustment(
        self, info: Info, input: PostCreditLimitAdjustmentInput
    ) -> PostCreditLimitAdjustmentPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            PostCreditLimitAdjustmentPayload,
            lambda tx: post_adjustment(tx, wanted),
            needs=Permission.POST_LIMITS,
            kind=AuditEventKind.LIMIT_POSTED,
            current={NAME: str(wanted.adjustment)},
        )
