"""Approval of changes of credit that somebody asked for: somebody else makes or rejects them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.approval import NONE, ONLY_IN_REVIEW, own_refusals
from domain.audit import AuditEventKind
from domain.credit_change import OWN_CHANGE, CreditChangeKind, CreditChangeStatus
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.shapes.credit_change import decides, in_companies
from persistence.statements import Row, Statement
from persistence.tables.approval import credit_change_request
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group, customer, party
from persistence.take import Result, Transaction
from persistence.writing.credit_changes import REQUEST, what_of
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.making_changes import MAKING
from persistence.writing.reach import names_of
from persistence.writing.records import locked
from persistence.writing.saving import Changes, changes, update

LONGEST_NOTE = 1000

NO_REQUEST = N_("No such change of credit was asked for. It may be another company's.")

_PATH = ("creditChangeRequest",)
_APPROVED, _REJECTED = CreditChangeStatus.APPROVED, CreditChangeStatus.REJECTED
_KINDS = {
    _APPROVED: AuditEventKind.CREDIT_CHANGE_APPROVED,
    _REJECTED: AuditEventKind.CREDIT_CHANGE_REJECTED,
}
_DONE = {
    (_APPROVED, "customer"): N_("The change of the credit of customer {account} of company {company} was approved."),
    (_REJECTED, "customer"): N_("The change of the credit of customer {account} of company {company} was rejected."),
    (_APPROVED, "credit_group"): N_("The change of credit group {number} was approved."),
    (_REJECTED, "credit_group"): N_("The change of credit group {number} was rejected."),
    (_APPROVED, "party"): N_("The change of the limits of party {number} was approved."),
    (_REJECTED, "party"): N_("The change of the limits of party {number} was rejected."),
}

_ASKED_FOR = Statement(
    sa.select(
        credit_change_request.c.company_id,
        customer.c.account,
        company_table.c.code.label("company_code"),
        credit_group.c.number.label("group_number"),
        party.c.number.label("party_number"),
        decides().label("decides"),
        in_companies(sa.bindparam("companies", type_=sa.ARRAY(sa.Uuid()))).label("near"),
    )
    .select_from(
        credit_change_request.outerjoin(customer, customer.c.id == credit_change_request.c.customer_id)
        .outerjoin(company_table, company_table.c.id == credit_change_request.c.company_id)
        .outerjoin(credit_group, credit_group.c.id == credit_change_request.c.credit_group_id)
        .outerjoin(party, party.c.id == credit_change_request.c.party_id)
    )
    .where(credit_change_request.c.id == sa.bindparam("id", type_=sa.Uuid()))
)


@dataclass(frozen=True)
class ChangeDecision:
    """What is decided about a change that was asked for. `note` is kept on record."""

    request: UUID
    note: str | None = None
    expected_version: int | None = None


async def approve_change(tx: Transaction, wanted: ChangeDecision) -> Result:
    """Make the change as the call would make it now. What is in the way of that is in the way of approving."""
    whose, request = await _in_review(tx, wanted, tx.granted.values())
    node = (REQUEST, request["id"])
    own = own_refusals(tx.actor, [request["asked_by_id"]], _PATH, OWN_CHANGE)
    if own:
        raise Refused(*(replace(one, node=node) for one in own))
    (asker,) = await names_of(tx, [request["asked_by_id"]])
    try:
        await MAKING[CreditChangeKind(request["kind"])](tx, request, asker)
    except Refused as refused:
        refusals = (replace(one, path=_PATH, node=one.node or node) for one in refused.refusals)
        raise Refused(*refusals) from refused
    await _decide(tx, whose, request, _APPROVED, wanted.note)
    return {REQUEST: str(request["id"])}


async def reject_change(tx: Transaction, wanted: ChangeDecision, deciding: Collection[UUID]) -> Result:
    """Turn the change down: everything stays as it is. Who asked takes it back so. `deciding`: the companies in which
    the caller may change what decides on credit.
    """
    whose, request = await _in_review(tx, wanted, deciding)
    if not whose["decides"] and request["asked_by_id"] != tx.actor:
        node = (REQUEST, request["id"])
        raise Refused(Refusal(ErrorCode.AUTHORITY_EXCEEDED, Message(NONE), _PATH, node))
    await _decide(tx, whose, request, _REJECTED, wanted.note)
    return {REQUEST: str(request["id"])}


async def _in_review(tx: Transaction, wanted: ChangeDecision, deciding: Collection[UUID]) -> tuple[Row, Row]:
    """Whose change it is and whether the caller may decide about it, and the change as it waits.

    It is locked before the rooms that making it needs: nobody who is in one waits for a change.
    """
    granted = sorted(set(tx.granted.values()))
    may = {"manager_in": sorted(set(deciding)), "companies": granted, "now": tx.now}
    whose = await _ASKED_FOR.one(tx.conn, id=wanted.request, **may)
    if whose is not None and whose["company_id"] is not None:
        tx.within(whose["company_id"])
    if whose is None or not whose["near"]:
        raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(NO_REQUEST), _PATH))
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
    return whose, request


async def _decide(tx: Transaction, whose: Row, request: Row, to: CreditChangeStatus, note: str | None) -> None:
    """Write what was decided and by whom, and put it on record."""
    values: dict[str, Any] = {"status": to.value}
    changed: Changes = changes(request, values)
    if note:
        changed.append({"field": "note", "before": None, "after": note})
    values |= {"decided_at": tx.now, "decided_by_id": tx.actor, "decision_note": note}
    await update(tx.conn, credit_change_request, {"id": request["id"]}, values)
    of, names = what_of(whose)
    message = Message(_DONE[to, of], names)
    tx.audit(_KINDS[to], message, (REQUEST, request["id"]), request["company_id"], changed)
