"""What is left of an order will not come, or comes after all: short close and reopening."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from domain.message import N_, Message, Value
from domain.orders import REFUSED, OrderLine, SalesOrderStatus
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.orders import KeptOrder
from persistence.reevaluating import reevaluate
from persistence.take import Result, Transaction
from persistence.writing.finding import SALES_ORDER, RecordKey, few_enough, place_of, version_refusals
from persistence.writing.order_changes import ENDED, described, end_hold, last_checked, write_changes
from persistence.writing.order_lines import NO_LINE, Steps, steps_by_place
from persistence.writing.order_payer import as_new
from persistence.writing.order_rows import Changed

CLOSED = N_("A line of order {number} was closed: the order comes to {amount}.")
REOPENED = N_("Order {number} was opened again: it comes to {amount}.")
CLOSED_ALREADY = N_("Line {line} of order {number} is closed already.")
NOTHING_LEFT = N_("Of line {line} of order {number} nothing is left to be closed.")
NOT_CLOSED = N_("Line {line} of order {number} is not closed.")
NONE_CLOSED = N_("No line of order {number} is closed.")


async def close_line(tx: Transaction, key: RecordKey, line: int, expected_version: int | None) -> Result:
    """What is left of a line will not come: it takes nothing any more. With the last line the order is over."""
    steps = await _locked(tx, key)
    refusals = _refusals(steps, expected_version, ENDED | {SalesOrderStatus.REJECTED})
    places = _places(steps)
    if not refusals:
        refusals = _closing_refusals(steps, line)
    if refusals:
        raise Refused(*refusals)
    after = _with_lines(steps.before, {places[line]}, closed=True)
    over = not any(one.rest or one.taken for one in after.lines)
    after = replace(after, status=SalesOrderStatus.CLOSED if over else after.stands)
    await write_changes(tx, [Changed(steps, after, described(steps))], CLOSED)
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


def _with_lines(order: KeptOrder, places: Collection[int], *, closed: bool) -> KeptOrder:
    """The order with these of its lines closed or open."""
    lines = tuple(replace(line, closed=closed) if n in places else line for n, line in enumerate(order.lines))
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


def _closing_refusals(steps: Steps, line: int) -> list[Refusal]:
    found = _line(steps, line)
    if found is None:
        return [_unknown(steps, line, ("lineNumber",))]
    if found.closed:
        return [_wrong(steps, CLOSED_ALREADY, line, ("lineNumber",))]
    if found.taken and not found.rest:
        return [_wrong(steps, NOTHING_LEFT, line, ("lineNumber",))]
    return []


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
