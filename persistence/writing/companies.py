"""Companies: the legal entities of the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.amounts import UNKNOWN_CURRENCY
from domain.audit import AuditEventKind
from domain.facts import Checkpoint
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.closed_days import move_due_days
from persistence.keys import new_key
from persistence.reevaluating import reevaluate, waiting_near
from persistence.statements import insert
from persistence.tables.company import checkpoint_setting, company_table, credit_parameters
from persistence.take import Result, Transaction
from persistence.writing.finding import few_enough, text_refusals, twice_refusals
from persistence.writing.records import locked
from persistence.writing.saving import changes, differing, update

CHECKED_AT = (Checkpoint.CONFIRMATION, Checkpoint.PACKING_SLIP)
"""The checkpoints of a new company (decision 17)."""

SAVED = N_("Company {code} was saved.")
ANOTHER_CURRENCY = N_(
    "Company {code} keeps its books in {before}, and its limits are in that currency. It cannot become {currency} here."
)


@dataclass(frozen=True)
class CompanyToSave:
    """A company as it is known in the group's ERP."""

    code: str
    name: str
    country: str
    currency: str
    locale: str
    time_zone: str


async def save_companies(tx: Transaction, companies: Sequence[CompanyToSave]) -> Result:
    """Make or change companies. A new one gets the parameters' defaults and checks at two steps of an order."""
    few_enough(companies, "companies")
    codes = [("", company.code) for company in companies]
    known = {row["code"]: row for row in tx.companies.values()}
    refusals = twice_refusals(codes, "companies", "code")
    for place, company in enumerate(companies):
        path = ("companies", str(place))
        refusals.extend(text_refusals(company.code, (*path, "code")))
        refusals.extend(text_refusals(company.name, (*path, "name")))
        before = known.get(company.code)
        if company.currency not in tx.digits:
            message = Message(UNKNOWN_CURRENCY, {"currency": company.currency})
            refusals.append(Refusal(ErrorCode.CURRENCY_UNKNOWN, message, (*path, "currency")))
        elif before is not None and before["currency"] != company.currency:
            values = {"code": company.code, "before": before["currency"], "currency": company.currency}
            message, node = Message(ANOTHER_CURRENCY, values), ("company", before["id"])
            refusals.append(Refusal(ErrorCode.DOCUMENT_DIFFERS, message, (*path, "currency"), node))
    if refusals:
        raise Refused(*refusals)
    return {"companies": [await _save(tx, company) for company in companies]}


async def _save(tx: Transaction, company: CompanyToSave) -> str:
    found = next((row["id"] for row in tx.companies.values() if row["code"] == company.code), None)
    values = {
        "name": company.name,
        "country": company.country,
        "currency": company.currency,
        "locale": company.locale,
        "time_zone": company.time_zone,
    }
    message = Message(SAVED, {"code": company.code})
    if found is None:
        key = new_key()
        await insert(tx.conn, company_table, [{"id": key, "code": company.code, **values}])
        await insert(tx.conn, credit_parameters, [{"company_id": key}])
        steps = [{"company_id": key, "checkpoint": step.value} for step in CHECKED_AT]
        await insert(tx.conn, checkpoint_setting, steps)
        tx.audit(AuditEventKind.COMPANY_SAVED, message, ("company", key), key, event="COMPANY_SAVED")
        return str(key)
    row = await locked(tx.conn, company_table, found)
    assert row is not None, "companies are never deleted"
    differs = differing(row, values)
    if differs:
        await update(tx.conn, company_table, {"id": found}, differs)
        if "country" in differs and row["bank_days_of"] is not None:
            await move_due_days(tx.conn, found, company.country)
            await reevaluate(tx, await waiting_near(tx, [found]))
        what = changes(row, differs)
        tx.audit(AuditEventKind.COMPANY_SAVED, message, ("company", found), found, what, event="COMPANY_SAVED")
    return str(found)
