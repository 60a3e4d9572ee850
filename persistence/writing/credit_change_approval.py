"""Approval of changes of credit that somebody asked for: somebody else makes or rejects them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.approval import ONLY_IN_REVIEW, own_refusals
from domain.audit import AuditEventKind
from domain.credit_change import OWN_CHANGE, CreditChangeStatus
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement
from persistence.tables.approval import credit_change_request
from persistence.tables.customer import customer
from persistence.take import Result, Transaction
from persistence.writing.attributes import refusals_of, write_attributes
from persistence.writing.credit_changes import REQUEST, asked_values
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.reach import names_of
from persistence.writing.records import locked
from persistence.writing.saving import Changes, changes, update

LONGEST_NOTE = 1000

NO_REQUEST = N_("No such change of credit was asked for. It may be another company's.")
CHANGED_SINCE = N_("Customer {account} is not as it was when the change was asked for. Reject it, and ask for it anew.")

_PATH = ("creditChangeRequest",)
_APPROVED, _REJECTED = CreditChangeStatus.APPROVED, CreditChangeStatus.REJECTED
_DONE = {
    _APPROVED: (
        AuditEventKind.CREDIT_CHANGE_APPROVED,
        N_("The change of the credit of customer {account} of company {company} was approved."),
    ),
    _REJECTED: (
        AuditEventKind.CREDIT_CHANGE_REJECTED,
        N_("The change of the credit of customer {account} of company {company} was rejected."),
    ),
}

_WHOSE = Statement(
    sa.select(credit_change_request.c.customer_id, credit_change_request.c.company_id).where(
        credit_change_request.c.id == sa.bindparam("id", type_=sa.Uuid())
    )
)


@dataclass(frozen=True)
class ChangeDecision:
    """What is decided about a change that was asked for. `note` is kept on record."""

    request: UUID
    note: str | None = None
    expected_version: int | None = None


async def approve_change(tx: Transaction, wanted: ChangeDecision) -> Result:
    """Make the change as it was asked for. Of what it changes, everything must still be as it was then; the rest of the
    customer may be different by now.
    """
    found, payer, request = await _in_review(tx, wanted)
    node = (REQUEST, request["id"])
    own = own_refusals(tx.actor, [request["asked_by_id"]], _PATH, OWN_CHANGE)
    if own:
        raise Refused(*(replace(one, node=node) for one in own))
    before = await locked(tx.conn, customer, found["id"])
    assert before is not None, "customers are never deleted"
    stood, differs = asked_values(request, "before"), asked_values(request, "after")
    if any(before[name] != value for name, value in stood.items()):
        message = Message(CHANGED_SINCE, {"account": found["account"]})
        raise Refused(Refusal(ErrorCode.VERSION_CONFLICT, message, _PATH, ("customer", found["id"])))
    refusals = refusals_of(tx, before, differs)
    if refusals:
        raise Refused(*(replace(one, path=_PATH, node=node) for one in refusals))
    asker = await names_of(tx, [request["asked_by_id"]])
    by = [{"field": "askedBy", "before": None, "after": name} for name in asker]
    await write_attributes(tx, found, before, differs, [*request["changes"], *by])
    await _decide(tx, found, request, _APPROVED, wanted.note)
    await reevaluate(tx, {found["id"], payer})
    return {REQUEST: str(request["id"])}


async def reject_change(tx: Transaction, wanted: ChangeDecision) -> Result:
    """Turn the change down: the customer stays as it is. Who asked takes it back so."""
    found, _, request = await _in_review(tx, wanted)
    await _decide(tx, found, request, _REJECTED, wanted.note)
    return {REQUEST: str(request["id"])}


async def _in_review(tx: Transaction, wanted: ChangeDecision) -> tuple[Row, UUID, Row]:
    """Whose change it is, who pays for them, and the change as it waits, under the lock of their room."""
    whose = await _WHOSE.one(tx.conn, id=wanted.request)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_REQUEST), _PATH)
    if whose is None:
        raise Refused(unknown)
    tx.within(whose["company_id"], unknown)
    found = await customer_named(tx, CustomerNamed(id=whose["customer_id"]))
    if found is None:
        raise Refused(no_customer(_PATH))
    payers = await tx.lock([found["id"]])
    request = await locked(tx.conn, credit_change_request, wanted.request)
    assert request is not None, "requests are never deleted"
    node = (REQUEST, request["id"])
    refusals = [
        *version_refusals(request["version"], wanted.expected_version, node),
        *text_refusals(wanted.note, ("note",), LONGEST_NOTE),
    ]
    if request["status"] != CreditChangeStatus.IN_REVIEW.value:
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(ONLY_IN_REVIEW), _PATH, node))
    if refusals:
        raise Refused(*refusals)
    return found, payers[found["id"]], request


async def _decide(tx: Transaction, found: Row, request: Row, to: CreditChangeStatus, note: str | None) -> None:
    """Write what was decided and by whom, and put it on record."""
    values: dict[str, Any] = {"status": to.value}
    changed: Changes = changes(request, values)
    if note:
        changed.append({"field": "note", "before": None, "after": note})
    values |= {"decided_at": tx.now, "decided_by_id": tx.actor, "decision_note": note}
    await update(tx.conn, credit_change_request, {"id": request["id"]}, values)
    kind, text = _DONE[to]
    message = Message(text, {"account": found["account"], "company": found["company_code"]})
    tx.audit(kind, message, (REQUEST, request["id"]), request["company_id"], changed)
