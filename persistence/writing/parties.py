"""Parties: legal persons, shared by all companies whose customers they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.customer import customer, party
from persistence.take import Result, Transaction
from persistence.writing.finding import few_enough, findable, text_refusals, twice_refusals
from persistence.writing.saving import changes, differing, update

_KNOWN = Statement(
    sa.select(party).where(any_of(party.c.number, "numbers")).order_by(party.c.id).with_for_update(key_share=True)
)
_COMPANIES = Statement(
    sa.select(customer.c.party_id, customer.c.company_id).where(any_of(customer.c.party_id, "parties")).distinct()
)

SAVED = N_("Party {number} was saved.")
NOT_YOURS = N_("Party {number} is no customer of a company in which you may do this.")
BLOCKED = N_("Whether party {number} is blocked is said when it is first sent. After that a credit manager changes it.")


@dataclass(frozen=True)
class PartyToSave:
    """A party as an ERP sends it. `given` holds the optional columns that were sent; the others stay as they are."""

    number: str
    name: str
    given: dict[str, Any]


async def save_parties(tx: Transaction, parties: Sequence[PartyToSave]) -> Result:
    """Make or change parties. One that is a customer somewhere is changed by those who post facts there."""
    few_enough(parties, "parties")
    refusals = twice_refusals([("", one.number) for one in parties], "parties", "number")
    known = {row["number"]: row for row in await _KNOWN.all(tx.conn, numbers=findable(one.number for one in parties))}
    foreign = await _foreign(tx, known)
    for place, one in enumerate(parties):
        path = ("parties", str(place))
        refusals.extend(text_refusals(one.number, (*path, "number")))
        refusals.extend(text_refusals(one.name, (*path, "name")))
        refusals.extend(text_refusals(one.given.get("registration_number"), (*path, "registrationNumber")))
        row = known.get(one.number)
        if row is not None:
            refusals.extend(_refusals(one, row, row["id"] in foreign, path))
    if refusals:
        raise Refused(*refusals)
    return {"parties": [await _save(tx, one, known.get(one.number)) for one in parties]}


def _refusals(one: PartyToSave, row: Row, foreign: bool, path: tuple[str, ...]) -> list[Refusal]:
    node = ("party", row["id"])
    refusals = []
    if foreign and differing(row, _values(one)):
        message = Message(NOT_YOURS, {"number": one.number})
        refusals.append(Refusal(ErrorCode.FORBIDDEN, message, (*path, "number"), node))
    if "blocked" in differing(row, _values(one)):
        message = Message(BLOCKED, {"number": one.number})
        refusals.append(Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "blocked"), node))
    return refusals


def _values(one: PartyToSave) -> dict[str, Any]:
    return {"name": one.name, **one.given}


async def _foreign(tx: Transaction, known: dict[str, Row]) -> set[UUID]:
    """Parties that are customers, but of no company in which the caller may post."""
    mine, somewhere = set(), set()
    for row in await _COMPANIES.all(tx.conn, parties=[row["id"] for row in known.values()]):
        somewhere.add(row["party_id"])
        if row["company_id"] in tx.granted.values():
            mine.add(row["party_id"])
    return somewhere - mine


async def _save(tx: Transaction, one: PartyToSave, row: Row | None) -> str:
    message = Message(SAVED, {"number": one.number})
    if row is None:
        key = new_key()
        await insert(tx.conn, party, [{"id": key, "number": one.number, **_values(one)}])
        tx.audit(AuditEventKind.PARTY_SAVED, message, ("party", key), event="PARTY_SAVED")
        return str(key)
    differs = differing(row, _values(one))
    if differs:
        await update(tx.conn, party, {"id": row["id"]}, differs)
        tx.audit(
            AuditEventKind.PARTY_SAVED,
            message,
            ("party", row["id"]),
            changes=changes(row, differs),
            event="PARTY_SAVED",
        )
    return str(row["id"])
