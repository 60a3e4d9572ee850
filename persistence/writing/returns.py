"""Goods that came back: they lower what the customer owes at once, until their credit note does (decision 11)."""

from __future__ import annotations

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.receivables import OpenItemKind
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.take import Result, Transaction
from persistence.writing.deliveries import (
    REVERSED,
    Return,
    currency_refusals,
    differences,
    item_of_payer,
    started,
)
from persistence.writing.finding import OPEN_ITEM
from persistence.writing.ledger import KeptItem
from persistence.writing.order_lines import Steps
from persistence.writing.settlements import NO_CREDIT_NOTE

RETURNED = N_("Return {document} of order {number} was recorded.")


async def record_return(tx: Transaction, wanted: Return) -> Result:
    """Goods came back. Sent again with the number of its credit note, the return is in the ledger."""
    steps, day, refusals = await started(tx, wanted, "returnedOn")
    note, more = await _credit_note(tx, wanted, steps)
    refusals.extend(more)
    known = [row for row in steps.returns if row["number"] == wanted.number]
    if known:
        refusals = refusals or differences(steps, wanted, known, "returned_on")
    else:
        refusals.extend(steps.status_refusals())
    for place, line in enumerate(wanted.lines):
        path = ("lines", str(place))
        if not known:
            refusals.extend(steps.give_back(tx, line, wanted.number, day, path))
        if note is not None and not refusals:
            refusals.extend(steps.credit(tx, line, wanted.number, note.id, path))
    if refusals:
        raise Refused(*refusals)
    result = {"sales_order": str(steps.now.id), "credit_note": str(note.id) if note else None}
    if steps.now == steps.before:
        return result
    await steps.write(tx, day)
    message = Message(RETURNED, {"document": wanted.number, "number": steps.now.number})
    tx.audit(AuditEventKind.RETURNED, message, steps.node, steps.now.company, event="SALES_ORDER_CHANGED")
    await reevaluate(tx, [steps.now.payer])
    return result


async def _credit_note(tx: Transaction, wanted: Return, steps: Steps) -> tuple[KeptItem | None, list[Refusal]]:
    """The credit note that a return is in the ledger: of the same payer and currency, and not reversed."""
    if wanted.credit_note is None:
        return None, []
    path, number = ("creditNote",), wanted.credit_note
    item, refusals = await item_of_payer(tx, number, steps, path)
    if item is None:
        return None, refusals
    node = (OPEN_ITEM, item.id)
    if item.reversed_on is not None:
        message = Message(REVERSED, {"number": number, "day": item.reversed_on})
        return item, [Refusal(ErrorCode.WRONG_STATUS, message, path, node)]
    if item.item.kind is not OpenItemKind.CREDIT_NOTE:
        return item, [Refusal(ErrorCode.INVALID_VALUE, Message(NO_CREDIT_NOTE, {"number": number}), path, node)]
    return item, currency_refusals(steps, item.item.amount, path, node, number)
