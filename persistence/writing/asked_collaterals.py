"""Insurance, guarantees and collateral where a company approves changes of credit: what widens it is only asked for.

Each function gives what was asked for, or None where the company does not approve: then the change is made at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from domain.credit_change import CreditChangeKind
from domain.message import N_, Message
from persistence.frozen import freeze
from persistence.statements import Row, Statement, any_of
from persistence.tables.reference import collateral_type, coverage_type
from persistence.take import Result, Transaction
from persistence.writing.credit_changes import Asked, approve_changes, ask_for_change, kept_values
from persistence.writing.holders import CustomerNamed, customer_named
from persistence.writing.saving import Changes, changes

if TYPE_CHECKING:
    from persistence.writing.collaterals import CollateralToRecord

TO_RECORD = N_(
    "Record {number} of {provider} over {value} for customer {account} of company {company}: {percent} of it is added"
    " to the credit limit."
)
TO_UPDATE = N_("Change {number} of {provider}, which secures customer {account} of company {company}.")
TO_END = N_("End {number} of {provider}, which secures customer {account} of company {company}.")

_APART = ("id", "customer_id", "company_id", "kind")
_CODES = Statement(
    sa.union_all(
        *(
            sa.select(each.c.id, each.c.code).where(any_of(each.c.id, "ids"))
            for each in (collateral_type, coverage_type)
        )
    )
)


async def asked_to_record(
    tx: Transaction, wanted: CollateralToRecord, found: Row, row: Row, said: Mapping[str, Any]
) -> Result | None:
    """A policy of the customer that was `found`. `row`: as it would be kept; `said`: what sentences say of it."""
    if not await approve_changes(tx, [found["company_id"]]):
        return None
    values = {name: value for name, value in row.items() if name not in _APART and value is not None}
    names = {"account": found["account"], "company": found["company_code"]}
    one = Asked(
        CreditChangeKind(wanted.kind.value),
        freeze(replace(wanted, customer=CustomerNamed(id=found["id"]))),
        await _changes(tx, dict.fromkeys(values), values),
        Message(TO_RECORD, {**said, **names}),
        names,
        ("customer",),
        found["company_id"],
        found["id"],
    )
    return await ask_for_change(tx, one)


async def asked_to_update(tx: Transaction, row: Row, differs: Mapping[str, Any]) -> Result | None:
    """Another form of a policy, which must be as it is when it is made."""
    asked, changed = {"values": kept_values(differs)}, await _changes(tx, row, differs)
    return await _asked(tx, row, CreditChangeKind.COLLATERAL_CHANGE, asked, changed, TO_UPDATE)


async def asked_to_end(tx: Transaction, row: Row, until: date | None) -> Result | None:
    """The last day of a policy, which must be as it is when it ends; None: the day on which that is approved."""
    changed = [] if until is None else changes(row, {"until_day": until})
    asked = kept_values({"until": until})
    return await _asked(tx, row, CreditChangeKind.COLLATERAL_END, asked, changed, TO_END)


async def _asked(
    tx: Transaction, row: Row, kind: CreditChangeKind, asked: Mapping[str, Any], changed: Changes, text: str
) -> Result | None:
    if not await approve_changes(tx, [row["company_id"]]):
        return None
    found = await customer_named(tx, CustomerNamed(id=row["customer_id"]))
    assert found is not None, "its company was granted, or it would not be locked"
    names = {"account": found["account"], "company": found["company_code"]}
    message = Message(text, {"number": row["number"], "provider": row["provider"], **names})
    kept, path, company = {**asked, "version": row["version"]}, ("collateral",), row["company_id"]
    one = Asked(kind, kept, changed, message, names, path, company, row["customer_id"], collateral=row["id"])
    return {"collateral": str(row["id"]), **await ask_for_change(tx, one)}


async def _changes(tx: Transaction, before: Row, values: Mapping[str, Any]) -> Changes:
    """In words, types by their codes."""
    ids = [key for row in (before, values) for key in (row.get(name) for name in values) if isinstance(key, UUID)]
    codes = {row["id"]: row["code"] for row in await _CODES.all(tx.conn, ids=ids)} if ids else {}
    return changes(before, values, codes)
