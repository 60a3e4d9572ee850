"""Standing in for somebody: an approval authority is lent for some days, and the loan ended early."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.approval import NONE, senior
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.statements import Row, Statement, insert
from persistence.tables.approval import delegation
from persistence.tables.running import actor
from persistence.take import Result, Transaction
from persistence.writing.authorities import NO_PERSON
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.reach import Roles, names_of, own_reaching
from persistence.writing.records import locked
from persistence.writing.saving import changes, update

TABLE = "delegation"
LONGEST_NOTE = 1000

TO_ONESELF = N_("Nobody stands in for themselves. Name somebody else.")
ENDS_BEFORE = N_("What begins on {from} cannot end on {until}.")
IS_PAST = N_("The delegation would have ended on {until}: today is {today}. Give it a later last day.")
NO_DELEGATION = N_("There is no such delegation. It may be another company's.")
NOT_YOURS = N_("A delegation is ended by who lent the authority, or by who sets it up.")
ENDED_ALREADY = N_("The delegation has ended already.")
DELEGATED = N_("{delegate} may approve for {lender} from {from} to {until}.")
ENDED = N_("{delegate} does not approve for {lender} any more.")

_WHO = Statement(sa.select(actor.c.id).where(actor.c.id == sa.bindparam("id", type_=sa.Uuid())))


@dataclass(frozen=True)
class DelegationWanted:
    """`up_to` None: as much as the lender may. `from_` None: from today at the company. Both days are inside."""

    company: str
    delegate: UUID
    until: date
    from_: date | None = None
    up_to: Money | None = None
    note: str | None = None


async def delegate_authority(tx: Transaction, wanted: DelegationWanted, roles_in: Roles) -> Result:
    """Lend one's own authority in a company, at most as far as it goes; what was lent to oneself is not one's own.

    It is measured again whenever it is used: it never goes farther than the lender's does by then.
    """
    company = tx.company(wanted.company)
    today, roles = tx.today(company["id"]), roles_in(company["id"])
    from_, role = wanted.from_ or today, senior(roles)
    refusals = _refusals(tx, wanted, from_, today)
    if wanted.delegate == tx.actor:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(TO_ONESELF), ("delegate",)))
    elif await _WHO.value(tx.conn, id=wanted.delegate) is None:
        refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_PERSON), ("delegate",)))
    used = {wanted.up_to.currency} & tx.digits.keys() if wanted.up_to else set()
    reaching = await own_reaching(tx, company["id"], roles, used)
    if not reaching.reaches:
        refusals.append(Refusal(ErrorCode.AUTHORITY_EXCEEDED, Message(NONE), ("company",)))
    elif wanted.up_to is not None and used:
        beyond = reaching.refusal(wanted.up_to, ("upTo",))
        refusals += [] if beyond is None else [beyond]
    if refusals or role is None:
        raise Refused(*refusals)
    row = {
        "id": new_key(),
        "company_id": company["id"],
        "lender_id": tx.actor,
        "delegate_id": wanted.delegate,
        "role": role.value,
        "amount": wanted.up_to.amount if wanted.up_to else None,
        "currency": wanted.up_to.currency if wanted.up_to else None,
        "from_day": from_,
        "until_day": wanted.until,
        "note": wanted.note,
    }
    await insert(tx.conn, delegation, [row])
    message = Message(DELEGATED, {**await _people(tx, row), "from": from_, "until": wanted.until})
    tx.audit(AuditEventKind.AUTHORITY_DELEGATED, message, (TABLE, row["id"]), company["id"])
    return {TABLE: str(row["id"])}


async def end_delegation(
    tx: Transaction, key: UUID, expected_version: int | None, administered: Collection[UUID]
) -> Result:
    """End a delegation at once. `administered`: the companies in which the caller sets up who approves."""
    row = await locked(tx.conn, delegation, key)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_DELEGATION), ("delegation",))
    if row is None:
        raise Refused(unknown)
    tx.within(row["company_id"], unknown)
    node = (TABLE, key)
    refusals = version_refusals(row["version"], expected_version, node)
    if row["lender_id"] != tx.actor and row["company_id"] not in administered:
        refusals.append(Refusal(ErrorCode.AUTHORITY_EXCEEDED, Message(NOT_YOURS), ("delegation",), node))
    if row["ended_at"] is not None or row["until_day"] < tx.today(row["company_id"]):
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(ENDED_ALREADY), ("delegation",), node))
    if refusals:
        raise Refused(*refusals)
    values = {"ended_at": tx.now, "ended_by_id": tx.actor}
    await update(tx.conn, delegation, {"id": key}, values)
    changed = changes(row, {"ended_at": tx.now})
    message = Message(ENDED, await _people(tx, row))
    tx.audit(AuditEventKind.DELEGATION_ENDED, message, node, row["company_id"], changed)
    return {TABLE: str(key)}


def _refusals(tx: Transaction, wanted: DelegationWanted, from_: date, today: date) -> list[Refusal]:
    """What can be seen of days, amount and words by themselves."""
    refusals = [*text_refusals(wanted.note, ("note",), LONGEST_NOTE)]
    if wanted.up_to is not None:
        refusals += tx.amount_refusals(wanted.up_to, ("upTo",), positive=False)
    if wanted.until < today:
        message = Message(IS_PAST, {"until": wanted.until, "today": today})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("until",)))
    elif wanted.until < from_:
        message = Message(ENDS_BEFORE, {"from": from_, "until": wanted.until})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("until",)))
    return refusals


async def _people(tx: Transaction, row: Row) -> dict[str, str]:
    lender, delegate = await names_of(tx, [row["lender_id"], row["delegate_id"]])
    return {"lender": lender, "delegate": delegate}
