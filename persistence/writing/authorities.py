"""Up to which limit a role approves in a company: saved with the company's credit parameters."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from domain.approval import APPROVING
from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from domain.role import Role
from persistence.keys import new_key
from persistence.statements import Statement, insert
from persistence.tables.company import approval_authority, credit_parameters
from persistence.take import Result, Transaction
from persistence.writing.finding import version_refusals
from persistence.writing.parameters import TABLE, kept_parameters
from persistence.writing.saving import changes, differing, update

NOT_APPROVING = N_("Only credit clerks and credit managers approve credit limits.")
SAVED = N_("The approval authority of {role} in {company} was saved.")

_OF_ROLE = Statement(
    sa.select(approval_authority).where(
        approval_authority.c.company_id == sa.bindparam("company", type_=sa.Uuid()),
        approval_authority.c.role == sa.bindparam("role", type_=sa.Text()),
    )
)


@dataclass(frozen=True)
class AuthorityToSave:
    """`up_to` None: any limit. `expected_version`: of the company's credit parameters."""

    company: str
    role: Role
    up_to: Money | None = None
    expected_version: int | None = None


async def save_authority(tx: Transaction, wanted: AuthorityToSave) -> Result:
    """Save it; saved again, nothing changes."""
    company = tx.company(wanted.company)
    parameters = await kept_parameters(tx, company["id"])
    refusals = version_refusals(parameters["version"], wanted.expected_version, (TABLE, company["id"]))
    if wanted.role not in APPROVING:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_APPROVING), ("role",)))
    if wanted.up_to is not None:
        refusals += tx.amount_refusals(wanted.up_to, ("upTo",), positive=False)
    if refusals:
        raise Refused(*refusals)
    amount, currency = (wanted.up_to.amount, wanted.up_to.currency) if wanted.up_to else (None, None)
    values = {"amount": amount, "currency": currency}
    before = await _OF_ROLE.one(tx.conn, company=company["id"], role=wanted.role.value)
    differs = values if before is None else differing(before, values)
    if differs:
        if before is None:
            row = {"id": new_key(), "company_id": company["id"], "role": wanted.role.value}
            await insert(tx.conn, approval_authority, [row | values])
        else:
            await update(tx.conn, approval_authority, {"id": before["id"]}, differs)
        await update(tx.conn, credit_parameters, {"company_id": company["id"]}, {})
        message = Message(SAVED, {"role": wanted.role.value, "company": company["name"]})
        changed = changes(before or dict.fromkeys(values), differs)
        tx.audit(AuditEventKind.AUTHORITY_SAVED, message, (TABLE, company["id"]), company["id"], changed)
    return {TABLE: str(company["id"])}
