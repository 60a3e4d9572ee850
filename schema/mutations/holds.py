"""Working on credit holds: release, reject, look after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.actor import ACTOR
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.named import REASON
from persistence.writing import holds
from persistence.writing.release_requests import Releasing
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.payload import Payload, written
from schema.mutations.sent import sent
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput


@strawberry.input(description="Let a held order go on, within bounds.")
class ReleaseCreditHoldInput:
    """See `ReleaseWanted`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_hold: strawberry.ID = strawberry.field(description="The hold.")
    reason: strawberry.ID = strawberry.field(description="A reason of the kind RELEASE.")
    with_posting: bool | None = strawberry.field(
        default=False, description="The step that was held is posted at once; otherwise the ERP posts it later."
    )
    ceiling: MoneyInput | None = strawberry.field(
        default=None, description="The most the order may come to, in its currency; above it is checked again."
    )
    deviation_percent: Decimal | None = strawberry.field(
        default=None, description="How much it may grow over the released amount; the smaller bound counts."
    )
    last_date: date | None = strawberry.field(
        default=None, description="The last day it holds; none: as many days as the company's parameters say."
    )
    note: str | None = strawberry.field(default=None, description="What there is to say about it.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> holds.ReleaseWanted:
        """What is asked for."""
        return holds.ReleaseWanted(
            hold=key_of(self.credit_hold, CREDIT_HOLD.prefix),
            reason=key_of(self.reason, REASON.prefix),
            with_posting=bool(self.with_posting),
            ceiling=plain(self.ceiling),
            deviation_percent=self.deviation_percent,
            last_date=self.last_date,
            note=self.note,
            expected_version=self.expected_version,
        )


@strawberry.input(description="Reject an order on hold: it takes nothing any more.")
class RejectCreditHoldInput:
    """One hold."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_hold: strawberry.ID = strawberry.field(description="The hold.")
    note: str | None = strawberry.field(default=None, description="What there is to say about it.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="Say when to look at a hold again, who does, and what there is to know.")
class UpdateCreditHoldInput:
    """What is left out stays as it is, null empties it."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_hold: strawberry.ID = strawberry.field(description="The hold.")
    review_date: date | None = strawberry.field(
        default=strawberry.UNSET, description="When to look at it again: today or later. Null: no day."
    )
    notes: str | None = strawberry.field(
        default=strawberry.UNSET, description="What there is to know, instead of what was written. Null: nothing."
    )
    responsible: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who looks after it. Null: nobody in particular."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def change(self) -> holds.HoldChange:
        """What is asked for."""
        given = {name: value for name, value in sent(self).items() if name in ("review_date", "notes")}
        if self.responsible is not strawberry.UNSET:
            given["responsible_id"] = None if self.responsible is None else key_of(self.responsible, ACTOR.prefix)
        return holds.HoldChange(key_of(self.credit_hold, CREDIT_HOLD.prefix), given, self.expected_version)


@strawberry.type(description="A credit hold after something was done to it.")
class CreditHoldPayload(Payload):
    """The hold as it now is, also when it was refused."""

    credit_hold: Annotated[CreditHold, strawberry.lazy("schema.types.hold")] | None = written(  # type: ignore[name-defined]  # noqa: F821
        "credit_hold", CREDIT_HOLD, "The hold as it now is."
    )


@strawberry.type(description="A hold after it was asked to be released.")
class ReleaseCreditHoldPayload(CreditHoldPayload):
    """Its release hangs off it, or the release that was asked for."""


@strawberry.type(description="A hold after it was asked to be rejected.")
class RejectCreditHoldPayload(CreditHoldPayload):
    """Rejected, its order takes nothing."""


@strawberry.type(description="A hold after it was updated.")
class UpdateCreditHoldPayload(CreditHoldPayload):
    """With its new notes."""


def releasing(info: Info) -> Releasing:
    """Who releases: what they are where, and where they release as they see fit."""
    free = frozenset(info.context.viewer.companies(Permission.RELEASE_HOLDS))
    return Releasing(info.context.viewer.roles_in, free)


@strawberry.type
class HoldMutations:
    """What people do with credit holds."""

    @strawberry.mutation(
        description="Let a held order go on within bounds; others of the same room are checked again. Where the company"
        " approves releases and this one is beyond your authority, it is asked for: the hold is in approval, with a"
        " warning AUTHORITY_EXCEEDED."
    )
    async def release_credit_hold(self, info: Info, input: ReleaseCreditHoldInput) -> ReleaseCreditHoldPayload:
        wanted, who = input.wanted(), releasing(info)
        return await carry_out(
            info,
            input,
            ReleaseCreditHoldPayload,
            lambda tx: holds.release(tx, wanted, who),
            needs=Permission.WORK_ON_HOLDS,
            kind=AuditEventKind.CREDIT_RELEASED,
            current={"credit_hold": str(wanted.hold)},
        )

    @strawberry.mutation(description="Reject an order on hold: it takes nothing any more.")
    async def reject_credit_hold(self, info: Info, input: RejectCreditHoldInput) -> RejectCreditHoldPayload:
        key = key_of(input.credit_hold, CREDIT_HOLD.prefix)
        return await carry_out(
            info,
            input,
            RejectCreditHoldPayload,
            lambda tx: holds.reject(tx, key, input.note, input.expected_version),
            needs=Permission.RELEASE_HOLDS,
            kind=AuditEventKind.HOLD_REJECTED,
            current={"credit_hold": str(key)},
        )

    @strawberry.mutation(description="Say when to look at a hold again, who does, and what there is to know.")
    async def update_credit_hold(self, info: Info, input: UpdateCreditHoldInput) -> UpdateCreditHoldPayload:
        change = input.change()
        return await carry_out(
            info,
            input,
            UpdateCreditHoldPayload,
            lambda tx: holds.update(tx, change),
            needs=Permission.WORK_ON_HOLDS,
            kind=AuditEventKind.HOLD_UPDATED,
            current={"credit_hold": str(change.hold)},
        )
