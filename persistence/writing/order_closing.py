"""What is left of an order will not come, or comes after all: short close and reopening."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.money import Money
from domain.orders import REFUSED, OrderLine, SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.orders import KeptOrder
from persistence.reevaluating import reevaluate
from persistence.take import Result, Transaction
from persistence.writing.finding import (
    SALES_ORDER,
    RecordKey,
    few_enough,
    place_of,
    text_refusals,
    version_refusals,
)
from persistence.writing.order_changes import ENDED, described, end_hold, last_checked, write_changes
from persistence.writing.order_lines import NO_LINE, Steps, steps_by_place
from persistence.writing.order_payer import as_new
from persistence.writing.order_rows import Changed

CLOSED = N_("A line of order {number} was closed: the order comes to {amount}.")
REOPENED = N_("Order {number} was opened again: it comes to {amount}.")
NEVER_BILLED = N_("Of line {line} of order {number} {amount} is delivered and never billed: {reason}")
WHY = N_("Line {line} of order {number} was closed: {reason}")
WHY_NEVER = N_("Say why what was delivered is never billed.")
CLOSED_ALREADY = N_("Line {line} of order {number} is closed already.")
NOTHING_LEFT = N_("Of line {line} of order {number} nothing is left to be closed.")
NOT_CLOSED = N_("Line {line} of order {number} is not closed.")
NONE_CLOSED = N_("No line of order {number} is closed.")


LONGEST_REASON = 500

_CANNOT_CLOSE = ENDED | {SalesOrderStatus.REJECTED}
_CALLED_OFF = {SalesOrderStatus.CANCELLED}
"""Goods may have left an order that is rejected or closed: they too may never be billed."""


@dataclass(frozen=True)
class LineToClose:
    """A line of which nothing more will come. `delivered_too`: nor will what was delivered be billed, with a reason."""

    order: RecordKey
    line: int
    delivered_too: bool = False
    reason: str | None = None
    expected_version: int | None = None


async def close_line(tx: Transaction, wanted: LineToClose) -> Result:
    """What is left of a line will not come: it takes nothing any more. With the last line the order is over."""
    steps = await _locked(tx, wanted.order)
    refusals = _refusals(steps, wanted.expected_version, _CALLED_OFF if wanted.delivered_too else _CANNOT_CLOSE)
    if not refusals:
        refusals = [*_closing_refusals(steps, wanted), *_reason_refusals(wanted)]
    if refusals:
        raise Refused(*refusals)
    place = _places(steps)[wanted.line]
    after = _with_lines(steps.before, {place}, closed=True, delivered_too=wanted.delivered_too)
    over = not any(one.rest or one.kept for one in after.lines)
    after = replace(after, status=SalesOrderStatus.CLOSED if over else after.stands)
    await write_changes(tx, [Changed(steps, after, described(steps))], CLOSED)
    if wanted.reason is not None:
        left = after.lines[place].never_billed - steps.before.lines[place].never_billed
        values: dict[str, Value] = {"line": wanted.line, "number": after.number, "reason": wanted.reason}
        values["amount"] = Money(left, after.amount.currency)
        tx.audit(AuditEventKind.ORDER_SAVED, Message(NEVER_BILLED if left else WHY, values), steps.node, after.company)
    if over:
        await end_hold(tx, steps.before)
    await reevaluate(tx, [after.payer])
    return {"sales_order": str(after.id)}


async def reopen(tx: Transaction, key: RecordKey, lines: Sequence[int], expected_version: int | None) -> Result:
    """Closed lines come after all, every one unless some are named. What they take is checked as it was at first."""
    few_enough(lines, "lines")
    steps = await _locked(tx, key)
    before = steps.before
    refusals = _refusals(steps, expected_version, {SalesOrderStatus.CANCELLED, SalesOrderStatus.REJECTED})
    places = _places(steps)
    over = before.status is SalesOrderStatus.CLOSED
    if not refusals:
        refusals = [one for at, line in enumerate(lines) for one in _opening_refusals(steps, line, at)]
    if not refusals and not over and not any(line.closed for line in before.lines):
        message = Message(NONE_CLOSED, {"number": before.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), steps.node))
    if refusals:
        raise Refused(*refusals)
    opened = _with_lines(before, {places[line] for line in lines} or set(places.values()), closed=False)
    after = opened if over else replace(opened, status=opened.stands)
    known = before.admitted or bool(await last_checked(tx, [before]))
    new = known and (over or not any(line.rest for line in before.lines))
    if new or over:
        after = as_new(opened)
    await write_changes(tx, [Changed(steps, after, described(steps), as_new=new)], REOPENED)
    await reevaluate(tx, [after.payer])
    return {"sales_order": str(after.id)}


async def _locked(tx: Transaction, key: RecordKey) -> Steps:
    place = await place_of(tx, SALES_ORDER, key, ("salesOrder",))
    await tx.lock([place.customer])
    return (await steps_by_place(tx.conn, [place]))[place.id]


def _with_lines(order: KeptOrder, places: Collection[int], *, closed: bool, delivered_too: bool = False) -> KeptOrder:
    """The order with these of its lines closed or open. What is opened again may be billed again, too."""

    def now(line: OrderLine) -> OrderLine:
        never = line.never_billed + (line.unbilled if delivered_too else 0)
        return replace(line, closed=closed, never_billed=never if closed else Decimal(0))

    lines = tuple(now(line) if n in places else line for n, line in enumerate(order.lines))
    after = replace(order, lines=lines)
    return replace(after, amount=after.came_to)


def _places(steps: Steps) -> dict[int, int]:
    return {row["line_number"]: place for place, row in enumerate(steps.lines)}


def _refusals(steps: Steps, expected_version: int | None, over: Collection[SalesOrderStatus]) -> list[Refusal]:
    refusals = version_refusals(steps.version, expected_version, steps.node)
    if steps.before.status in over:
        message = Message(REFUSED[steps.before.status], {"number": steps.before.number})
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, ("salesOrder",), steps.node))
    return refusals


def _closing_refusals(steps: Steps, wanted: LineToClose) -> list[Refusal]:
    line, path = wanted.line, ("lineNumber",)
    found = _line(steps, line)
    if found is None:
        return [_unknown(steps, line, path)]
    if wanted.delivered_too and found.unbilled:
        return []
    if found.closed:
        return [_wrong(steps, CLOSED_ALREADY, line, path)]
    if found.taken and not found.rest:
        return [_wrong(steps, NOTHING_LEFT, line, path)]
    return []


def _reason_refusals(wanted: LineToClose) -> list[Refusal]:
    """What is delivered and never billed is somebody's decision, so that it has a reason."""
    if wanted.delivered_too and wanted.reason is None:
        return [Refusal(ErrorCode.REASON_REQUIRED, Message(WHY_NEVER), ("reason",))]
    return text_refusals(wanted.reason, ("reason",), LONGEST_REASON)


def _opening_refusals(steps: Steps, line: int, at: int) -> list[Refusal]:
    path = ("lines", str(at))
    found = _line(steps, line)
    if found is None:
        return [_unknown(steps, line, path)]
    if not found.closed and steps.before.status is not SalesOrderStatus.CLOSED:
        return [_wrong(steps, NOT_CLOSED, line, path)]
    return []


def _line(steps: Steps, line: int) -> OrderLine | None:
    place = _places(steps).get(line)
    return None if place is None else steps.before.lines[place]


def _unknown(steps: Steps, line: int, path: tuple[str, ...]) -> Refusal:
    message = Message(NO_LINE, {"number": steps.before.number, "line": line})
    return Refusal(ErrorCode.NOT_FOUND, message, path, steps.node)


def _wrong(steps: Steps, text: str, line: int, path: tuple[str, ...]) -> Refusal:
    values: dict[str, Value] = {"line": line, "number": steps.before.number}
    return Refusal(ErrorCode.WRONG_STATUS, Message(text, values), path, steps.node)
