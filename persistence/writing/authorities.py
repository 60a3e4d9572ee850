"""Up to which amount a role or a person approves in a company: saved with the company's credit parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.approval import APPROVING
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from domain.role import Role
from persistence.keys import new_key
from persistence.statements import Row, Statement, insert
from persistence.tables.company import approval_authority, credit_parameters
from persistence.tables.running import actor
from persistence.take import Result, Transaction
from persistence.writing.finding import version_refusals
from persistence.writing.parameters import TABLE, kept_parameters
from persistence.writing.saving import Changes, changes, differing, update

NOT_APPROVING = N_("Only credit clerks and credit managers approve credit limits.")
ROLE_OR_PERSON = N_("Name a role or a person, not both and not neither.")
NO_PERSON = N_("This person is unknown.")
SAVED = N_("The approval authority of {role} in {company} was saved.")
REMOVED = N_("The approval authority of {role} in {company} was removed.")

_COMPANY = sa.bindparam("company", type_=sa.Uuid())
_OF_ROLE = Statement(
    sa.select(approval_authority).where(
        approval_authority.c.company_id == _COMPANY,
        approval_authority.c.role == sa.bindparam("role", type_=sa.Text()),
    )
)
_OF_PERSON = Statement(
    sa.select(approval_authority).where(
        approval_authority.c.company_id == _COMPANY,
        approval_authority.c.actor_id == sa.bindparam("person", type_=sa.Uuid()),
    )
)
_NAME = Statement(sa.select(actor.c.name).where(actor.c.id == sa.bindparam("id", type_=sa.Uuid())))
_REMOVE = Statement(sa.delete(approval_authority).where(approval_authority.c.id == sa.bindparam("id", type_=sa.Uuid())))


@dataclass(frozen=True)
class Whose:
    """A role's authority in a company, or one person's. `expected_version`: of the company's credit parameters."""

    company: str
    role: Role | None = None
    person: UUID | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class AuthorityToSave:
    """`up_to` None: any amount."""

    whose: Whose
    up_to: Money | None = None


async def save_authority(tx: Transaction, wanted: AuthorityToSave) -> Result:
    """Save it; saved again, nothing changes."""
    whose = wanted.whose
    company, name, refusals = await _named(tx, whose)
    if wanted.up_to is not None:
        refusals += tx.amount_refusals(wanted.up_to, ("upTo",), positive=False)
    if refusals:
        raise Refused(*refusals)
    amount, currency = (wanted.up_to.amount, wanted.up_to.currency) if wanted.up_to else (None, None)
    values = {"amount": amount, "currency": currency}
    before = await _kept(tx, whose, company["id"])
    differs = values if before is None else differing(before, values)
    if differs:
        if before is None:
            role = None if whose.role is None else whose.role.value
            row = {"id": new_key(), "company_id": company["id"], "role": role, "actor_id": whose.person}
            await insert(tx.conn, approval_authority, [row | values])
        else:
            await update(tx.conn, approval_authority, {"id": before["id"]}, differs)
        changed = changes(before or dict.fromkeys(values), differs)
        await _record(tx, company, AuditEventKind.AUTHORITY_SAVED, Message(SAVED, _said(company, name)), changed)
    return {TABLE: str(company["id"])}


async def remove_authority(tx: Transaction, whose: Whose) -> Result:
    """Remove it: a person has what their roles have again, a role what it has where nothing was saved. Removed again,
    nothing changes.
    """
    company, name, refusals = await _named(tx, whose)
    if refusals:
        raise Refused(*refusals)
    before = await _kept(tx, whose, company["id"])
    if before is not None:
        await _REMOVE.run(tx.conn, id=before["id"])
        changed = changes(before, {"amount": None, "currency": None})
        await _record(tx, company, AuditEventKind.AUTHORITY_REMOVED, Message(REMOVED, _said(company, name)), changed)
    return {TABLE: str(company["id"])}


async def _named(tx: Transaction, whose: Whose) -> tuple[Row, str, list[Refusal]]:
    """The company, what the role or the person is called, and what is wrong with how they were named."""
    company = tx.company(whose.company)
    parameters = await kept_parameters(tx, company["id"])
    refusals = version_refusals(parameters["version"], whose.expected_version, (TABLE, company["id"]))
    if (whose.role is None) == (whose.person is None):
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(ROLE_OR_PERSON), ("role",)))
        return company, "", refusals
    if whose.role is not None:
        if whose.role not in APPROVING:
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_APPROVING), ("role",)))
        return company, whose.role.value, refusals
    name: str | None = await _NAME.value(tx.conn, id=whose.person)
    if name is None:
        refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_PERSON), ("actor",)))
    return company, name or "", refusals


async def _kept(tx: Transaction, whose: Whose, company: UUID) -> Row | None:
    if whose.role is not None:
        return await _OF_ROLE.one(tx.conn, company=company, role=whose.role.value)
    return await _OF_PERSON.one(tx.conn, company=company, person=whose.person)


async def _record(tx: Transaction, company: Row, kind: AuditEventKind, message: Message, changed: Changes) -> None:
    await update(tx.conn, credit_parameters, {"company_id": company["id"]}, {})
    tx.audit(kind, message, (TABLE, company["id"]), company["id"], changed)


def _said(company: Row, name: str) -> dict[str, Any]:
    return {"role": name, "company": company["name"]}
