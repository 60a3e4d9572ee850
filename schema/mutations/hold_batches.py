"""Many credit holds at once: each succeeds or is refused by itself, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry

from domain.audit import AuditEventKind
from domain.message import Message
from domain.refusal import ErrorCode
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.named import REASON
from persistence.take import Result, Taken, Transaction, take
from persistence.writing import holds
from persistence.writing.finding import TOO_MANY
from schema.context import Info
from schema.errors import ClientMistake
from schema.ids import key_of
from schema.mutations.carry_out import answer, key_for
from schema.mutations.holds import releasing
from schema.mutations.long_texts import too_long
from schema.mutations.payload import Payload, UserError, written
from schema.mutations.words import KEY
from schema.rights import Permission

MOST_ROWS = 250


@strawberry.input(description="Check many holds again now; each succeeds or is refused by itself.")
class EvaluateCreditHoldsInput:
    """At most 250 holds."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_holds: list[strawberry.ID] = strawberry.field(description="The holds, at most 250.")


@strawberry.input(description="Reject many holds; each succeeds or is refused by itself.")
class RejectCreditHoldsInput(EvaluateCreditHoldsInput):
    """At most 250 holds."""

    note: str | None = strawberry.field(default=None, description="What there is to say about them.")


@strawberry.input(description="Release many holds for one reason; each succeeds or is refused by itself.")
class ReleaseCreditHoldsInput(EvaluateCreditHoldsInput):
    """At most 250 holds."""

    reason: strawberry.ID = strawberry.field(description="A reason of the kind RELEASE.")
    last_date: date | None = strawberry.field(default=None, description="The last day the releases hold.")
    note: str | None = strawberry.field(default=None, description="What there is to say about them.")


@strawberry.type(description="What became of one of many holds.")
class CreditHoldResult:
    """One row."""

    result: strawberry.Private[Any]
    credit_hold: Annotated[CreditHold, strawberry.lazy("schema.types.hold")] | None = written(  # type: ignore[name-defined]  # noqa: F821
        "credit_hold", CREDIT_HOLD, "The hold as it now is."
    )
    errors: list[UserError] = strawberry.field(description="What is in the way; then nothing was done to it.")


@strawberry.type(description="What became of many holds.")
class CreditHoldsPayload(Payload):
    """In the order asked."""

    results: list[CreditHoldResult] = strawberry.field(description="One for each hold, in the order asked.")


@strawberry.type(description="What became of the holds that were evaluated.")
class EvaluateCreditHoldsPayload(CreditHoldsPayload):
    """One result for each."""


@strawberry.type(description="What became of the holds that were to be released.")
class ReleaseCreditHoldsPayload(CreditHoldsPayload):
    """One result for each."""


@strawberry.type(description="What became of the holds that were to be rejected.")
class RejectCreditHoldsPayload(CreditHoldsPayload):
    """One result for each."""


P = TypeVar("P", bound=CreditHoldsPayload)


@strawberry.type
class HoldBatchMutations:
    """What people do with many credit holds."""

    @strawberry.mutation(description="Check many holds again now, with the others of their rooms.")
    async def evaluate_credit_holds(self, info: Info, input: EvaluateCreditHoldsInput) -> EvaluateCreditHoldsPayload:
        needs, kind = Permission.WORK_ON_HOLDS, AuditEventKind.HOLDS_EVALUATED
        return await _each(info, input, EvaluateCreditHoldsPayload, holds.evaluate, needs, kind)

    @strawberry.mutation(
        description="Release many holds for one reason, each for what its order comes to. Where the company approves"
        " releases, those beyond your authority are asked for: their holds are in approval."
    )
    async def release_credit_holds(self, info: Info, input: ReleaseCreditHoldsInput) -> ReleaseCreditHoldsPayload:
        reason, who = key_of(input.reason, REASON.prefix), releasing(info)

        async def one(tx: Transaction, key: UUID) -> Result:
            wanted = holds.ReleaseWanted(key, reason, last_date=input.last_date, note=input.note)
            return await holds.release(tx, wanted, who)

        needs, kind = Permission.WORK_ON_HOLDS, AuditEventKind.CREDIT_RELEASED
        return await _each(info, input, ReleaseCreditHoldsPayload, one, needs, kind)

    @strawberry.mutation(description="Reject many orders on hold.")
    async def reject_credit_holds(self, info: Info, input: RejectCreditHoldsInput) -> RejectCreditHoldsPayload:
        async def one(tx: Transaction, key: UUID) -> Result:
            return await holds.reject(tx, key, input.note, None)

        needs, kind = Permission.RELEASE_HOLDS, AuditEventKind.HOLD_REJECTED
        return await _each(info, input, RejectCreditHoldsPayload, one, needs, kind)


async def _each(
    info: Info,
    given: EvaluateCreditHoldsInput,
    payload: type[P],
    action: Callable[[Transaction, UUID], Awaitable[Result]],
    needs: Permission,
    kind: AuditEventKind,
) -> P:
    """One transaction a hold. The caller's key is kept for each, so that what was not reached is done the next time."""
    context = info.context
    context.need(needs)
    _not_too_many(len(given.credit_holds))
    refusals = too_long(given)
    if refusals:
        refused = answer(context, Taken({}, refusals), payload)
        refused.results = []
        return refused
    whole = key_for(info, given)
    assert whole is not None, "the input has a key"
    results, replayed = [], []
    for key in [key_of(text, CREDIT_HOLD.prefix) for text in given.credit_holds]:
        taken = await take(
            context.house.pool,
            lambda tx, key=key: action(tx, key),  # type: ignore[misc]
            actor=context.viewer.actor,
            now=context.now,
            granted=context.granted(needs),
            kind=kind,
            key=replace(whole, key=f"{whole.key} {key.hex}"),
            readable=context.viewer.companies(),
        )
        errors = [UserError(refusal=refusal) for refusal in taken.refusals]
        results.append(CreditHoldResult(result={"credit_hold": str(key)}, errors=errors))
        replayed.append(taken.replayed)
    context.forget()
    made = payload.__new__(payload)
    made.result, made.errors, made.warnings = {}, [], []
    made.results, made.replayed, made.rows = results, bool(replayed) and all(replayed), {}
    return made


def _not_too_many(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(TOO_MANY, {"most": MOST_ROWS}))
