"""Many credit holds at once: each succeeds or is refused by itself, in a transaction of its own."""

# No postponed annotations in this file: the type of a filter is made while it runs.

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

import strawberry

from domain.audit import AuditEventKind
from domain.hold import ENDED, CreditHoldStatus
from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.reader import Asked
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.named import REASON
from persistence.shapes.shape import Shape
from persistence.take import Result, Taken, Transaction, take
from persistence.writing import holds
from persistence.writing.finding import TOO_MANY
from schema.connections import CREDIT_HOLDS
from schema.context import Info
from schema.errors import ClientMistake
from schema.filters import plain_where
from schema.ids import key_of
from schema.lists import Found
from schema.mutations.carry_out import answer, key_for
from schema.mutations.holds import releasing
from schema.mutations.long_texts import too_long
from schema.mutations.payload import Payload, UserError, written
from schema.mutations.words import KEY
from schema.rights import Permission

MOST_ROWS = 250

AFTER = "Go on after this cursor: the `endCursor` of the call before."
END = "Where the filter finds more than were taken: the cursor to go on after. Null: nothing is left."

ONE_OF_TWO = N_("Name the records, or say by a filter which: one of the two.")


@strawberry.input(description="Check many holds again now; each succeeds or is refused by itself.")
class EvaluateCreditHoldsInput:
    """At most 250 holds: named, or found by a filter."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_holds: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The holds, at most 250; or `where`."
    )
    where: CREDIT_HOLDS.where | None = strawberry.field(  # type: ignore[name-defined]
        default=None,
        description="Instead of naming them: the holds that have not ended and that the filter finds, 250 at a time;"
        " an empty filter: all.",
    )
    after: str | None = strawberry.field(default=None, description=AFTER)


@strawberry.input(description="Reject many holds; each succeeds or is refused by itself.")
class RejectCreditHoldsInput:
    """At most 250 holds."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_holds: list[strawberry.ID] = strawberry.field(description="The holds, at most 250.")
    note: str | None = strawberry.field(default=None, description="What there is to say about them.")


@strawberry.input(description="Release many holds for one reason; each succeeds or is refused by itself.")
class ReleaseCreditHoldsInput:
    """At most 250 holds."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_holds: list[strawberry.ID] = strawberry.field(description="The holds, at most 250.")
    reason: strawberry.ID = strawberry.field(description="A reason of the kind RELEASE.")
    last_date: date | None = strawberry.field(default=None, description="The last day the releases hold.")
    note: str | None = strawberry.field(default=None, description="What there is to say about them.")


@strawberry.type(description="What became of one of many holds.")
class CreditHoldResult:
    """One row."""

    result: strawberry.Private[Any]
    credit_hold: Annotated["CreditHold", strawberry.lazy("schema.types.hold")] | None = written(  # type: ignore[name-defined]  # noqa: F821
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

    end_cursor: str | None = strawberry.field(description=END)


@strawberry.type(description="What became of the holds that were to be released.")
class ReleaseCreditHoldsPayload(CreditHoldsPayload):
    """One result for each."""


@strawberry.type(description="What became of the holds that were to be rejected.")
class RejectCreditHoldsPayload(CreditHoldsPayload):
    """One result for each."""


P = TypeVar("P", bound=Payload)


@strawberry.type
class HoldBatchMutations:
    """What people do with many credit holds."""

    @strawberry.mutation(
        description="Check many holds again now, with the others of their rooms: those that are named, or those"
        " that a filter finds, such as all of a company or of a customer."
    )
    async def evaluate_credit_holds(self, info: Info, input: EvaluateCreditHoldsInput) -> EvaluateCreditHoldsPayload:
        needs, kind = Permission.WORK_ON_HOLDS, AuditEventKind.HOLDS_EVALUATED
        waiting = {"status": {"in": [status.value for status in CreditHoldStatus if status not in ENDED]}}
        asked = Many(CREDIT_HOLD, input.credit_holds, input.where, input.after, waiting)
        done: set[UUID] = set()

        async def one(tx: Transaction, key: UUID) -> Result:
            return await holds.evaluate(tx, key, done)

        def row(key: UUID, became: Became) -> CreditHoldResult:
            if not became.errors:
                done.add(UUID(became.result["customer"]))
            return _of_hold(key, became)

        return await each(info, input, asked, EvaluateCreditHoldsPayload, row, one, needs, kind)

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
        asked = Many(CREDIT_HOLD, input.credit_holds)
        return await each(info, input, asked, ReleaseCreditHoldsPayload, _of_hold, one, needs, kind)

    @strawberry.mutation(description="Reject many orders on hold.")
    async def reject_credit_holds(self, info: Info, input: RejectCreditHoldsInput) -> RejectCreditHoldsPayload:
        async def one(tx: Transaction, key: UUID) -> Result:
            return await holds.reject(tx, key, input.note, None)

        needs, kind = Permission.RELEASE_HOLDS, AuditEventKind.HOLD_REJECTED
        asked = Many(CREDIT_HOLD, input.credit_holds)
        return await each(info, input, asked, RejectCreditHoldsPayload, _of_hold, one, needs, kind)


@dataclass(frozen=True)
class Many:
    """Which records it is about: named by their ids, or found by a filter, page by page.

    `also`: what must hold of those that a filter finds.
    """

    shape: Shape
    named: list[strawberry.ID] | None
    where: Any = None
    after: str | None = None
    also: Mapping[str, Any] = field(default_factory=dict)

    async def keys(self, info: Info, needs: Permission) -> tuple[list[UUID], str | None]:
        """Their keys, and after which cursor to go on; None: nothing is left. Raises `ClientMistake`."""
        if (self.named is None) is (self.where is None):
            raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(ONE_OF_TWO))
        if self.named is not None:
            if len(self.named) > MOST_ROWS:
                raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(TOO_MANY, {"most": MOST_ROWS}))
            return [key_of(text, self.shape.prefix) for text in self.named], None
        wanted = [plain_where(self.shape, self.where, info), {"companies": list(info.context.granted(needs).values())}]
        asked = Asked(MOST_ROWS, after=self.after, where={"and": [*wanted, self.also]}, order=(("id", False),))
        page = await Found(self.shape, info, asked, {}).page()
        return [row["id"] for row in page.rows], page.cursors[-1] if page.has_next else None


@dataclass(frozen=True)
class Became:
    """What became of one record: what was written, or what is in the way."""

    result: Result
    errors: list[UserError]


async def each(
    info: Info,
    given: Any,
    many: Many,
    payload: type[P],
    row: Callable[[UUID, Became], Any],
    action: Callable[[Transaction, UUID], Awaitable[Result]],
    needs: Permission,
    kind: AuditEventKind,
) -> P:
    """One transaction a record. The caller's key is kept for each, so that what was not reached is done the next time.

    `row`: makes a row of the payload of a record's key and what became of it.
    """
    context = info.context
    context.need(needs)
    refusals = too_long(given)
    if refusals:
        refused: Any = answer(context, Taken({}, refusals), payload)
        refused.results, refused.end_cursor = [], None
        return cast(P, refused)
    whole = key_for(info, given)
    assert whole is not None, "the input has a key"
    keys, end = await many.keys(info, needs)
    results, replayed = [], []
    for key in keys:
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
        results.append(row(key, Became(taken.result, errors)))
        replayed.append(taken.replayed)
    context.forget()
    made: Any = payload.__new__(payload)
    made.result, made.errors, made.warnings = {}, [], []
    made.results, made.replayed, made.rows, made.end_cursor = results, bool(replayed) and all(replayed), {}, end
    return cast(P, made)


def _of_hold(key: UUID, became: Became) -> CreditHoldResult:
    """The hold as it is, whatever became of it."""
    return CreditHoldResult(result={"credit_hold": str(key)}, errors=became.errors)
