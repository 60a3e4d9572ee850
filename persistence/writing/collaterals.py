"""Insurance, guarantees and collateral: what others answer for, or things pledged, adds to a limit while valid.

What a policy is worth does not change: a policy over another value is another one. What kind it is and what it asks
for, longest terms and declarations, may be changed. Where the company approves changes of credit, what widens it is
only asked for; `asked_by` names who asked for what somebody else approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.calendar import DAY
from domain.collateral import CollateralKind, warnings
from domain.credit_change import its_end_widens, security_change_widens, security_widens
from domain.message import N_, Message, Percent
from domain.money import Money, RateMissing
from domain.refusal import ErrorCode, Refusal, Refused, rate_refusal
from persistence.facts import collateral_of, customer_facts
from persistence.keys import new_key
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement, insert
from persistence.tables.limits import collateral
from persistence.tables.reference import collateral_type, coverage_type
from persistence.take import Result, Transaction
from persistence.writing.asked_collaterals import asked_to_end, asked_to_record, asked_to_update
from persistence.writing.credit_changes import with_asker
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.records import count_refusals, locked
from persistence.writing.saving import changes, differing, update

TABLE = "collateral"

SHARE = N_("A share is between 0 and 100, with at most 4 decimals.")
ENDS_BEFORE = N_("What begins on {from} cannot end on {until}.")
ENDS_ALREADY = N_("It ends on {until} already. Record a new one to extend it.")
EXISTS = N_("{number} is recorded for this customer already.")
NO_COLLATERAL = N_("There is no such insurance, guarantee or collateral. It may be another company's.")
RECORDED = N_("{number} of {provider} over {value} was recorded: {percent} of it is added to the credit limit.")
ENDED = N_("{number} of {provider} ends on {until}.")
UPDATED = N_("{number} of {provider} was changed.")
ONLY_INSURANCE = N_("Only insurance has a coverage type.")
UNKNOWN = {
    "type_id": ("type", N_("There is no such collateral type that the company could use.")),
    "coverage_type_id": ("coverageType", N_("There is no such coverage type that the company could use.")),
}

_SAME = Statement(
    sa.select(collateral.c.id).where(
        collateral.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        collateral.c.kind == sa.bindparam("kind", type_=sa.Text()),
        collateral.c.number == sa.bindparam("number", type_=sa.Text()),
    )
)
_WHOSE = Statement(
    sa.select(collateral.c.customer_id, collateral.c.company_id).where(
        collateral.c.id == sa.bindparam("id", type_=sa.Uuid())
    )
)

_USABLE = {
    column: Statement(
        sa.select(table.c.id).where(
            table.c.id == sa.bindparam("id", type_=sa.Uuid()),
            sa.or_(table.c.company_id.is_(None), table.c.company_id == sa.bindparam("company", type_=sa.Uuid())),
        )
    )
    for column, table in (("type_id", collateral_type), ("coverage_type_id", coverage_type))
}
_DAYS = {"maximum_terms_days": "maximumTermsDays", "declare_within_days": "declareWithinDays"}


@dataclass(frozen=True)
class CollateralToRecord:
    """`percent` (0–100) of the value is added to the limit; `included_in_exposure` takes the whole value off it too.

    `details`: the columns that may change later: `type_id`, `coverage_type_id`, `maximum_terms_days`,
    `declare_within_days`.
    """

    kind: CollateralKind
    customer: CustomerNamed
    provider: str
    number: str
    value: Money
    percent: Decimal
    from_: date
    until: date | None = None
    included_in_exposure: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CollateralChange:
    """`values`: the columns that are to change, those of `CollateralToRecord.details` and the provider."""

    collateral: UUID
    values: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True)
class CollateralEnd:
    """`until`: its last day; None: today at the company."""

    collateral: UUID
    until: date | None = None
    expected_version: int | None = None


async def record_collateral(tx: Transaction, wanted: CollateralToRecord, asked_by: str | None = None) -> Result:
    """Record insurance, a guarantee or collateral; the customer's holds are checked again."""
    found = await customer_named(tx, wanted.customer)
    if found is None:
        raise Refused(no_customer(("customer",)))
    payers = await tx.lock([found["id"]])
    refusals = [
        *_refusals(tx, wanted),
        *await _detail_refusals(tx, wanted.kind, found["company_id"], wanted.details),
        *await _known_and_convertible(tx, wanted, found["id"]),
    ]
    if refusals:
        raise Refused(*refusals)
    row = _row(wanted, found)
    if asked_by is None and security_widens(wanted.percent, wanted.included_in_exposure):
        asked = await asked_to_record(tx, wanted, found, row, _said(wanted))
        if asked is not None:
            return asked
    await insert(tx.conn, collateral, [row])
    node = (TABLE, row["id"])
    for message in warnings(collateral_of(row)):
        tx.warnings.append(Refusal(ErrorCode.INVALID_VALUE, message, ("includedInExposure",), node))
    message, by = Message(RECORDED, _said(wanted)), with_asker(None, asked_by)
    tx.audit(AuditEventKind.COLLATERAL_RECORDED, message, node, found["company_id"], by, event="COLLATERAL_CHANGED")
    await reevaluate(tx, {found["id"], *payers.values()})
    return {TABLE: str(row["id"])}


async def update_collateral(tx: Transaction, wanted: CollateralChange, asked_by: str | None = None) -> Result:
    """Change what kind of security it is and what it asks for; the customer's holds are checked again."""
    row, payers, refusals = await _to_change(tx, wanted.collateral, wanted.expected_version)
    node = (TABLE, wanted.collateral)
    differs = differing(row, wanted.values)
    if "provider" in differs:
        refusals += text_refusals(differs["provider"], ("provider",))
    refusals += await _detail_refusals(tx, CollateralKind(row["kind"]), row["company_id"], differs)
    if refusals:
        raise Refused(*refusals)
    if asked_by is None and security_change_widens(row, differs):
        asked = await asked_to_update(tx, row, differs)
        if asked is not None:
            return asked
    if differs:
        await update(tx.conn, collateral, {"customer_id": row["customer_id"], "id": row["id"]}, differs)
        message = Message(UPDATED, {"number": row["number"], "provider": str(differs.get("provider", row["provider"]))})
        changed = with_asker(changes(row, differs), asked_by)
        said = AuditEventKind.COLLATERAL_UPDATED
        tx.audit(said, message, node, row["company_id"], changed, event="COLLATERAL_CHANGED")
        await reevaluate(tx, payers)
    return {TABLE: str(wanted.collateral)}


async def end_collateral(tx: Transaction, wanted: CollateralEnd, asked_by: str | None = None) -> Result:
    """Give insurance, a guarantee or collateral its last day. The day before its first: it never was in force."""
    row, payers, refusals = await _to_change(tx, wanted.collateral, wanted.expected_version)
    node = (TABLE, wanted.collateral)
    until = wanted.until or tx.today(row["company_id"])
    if until < row["from_day"] - DAY:
        message = Message(ENDS_BEFORE, {"from": row["from_day"], "until": until})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("until",), node))
    if row["until_day"] is not None and until > row["until_day"]:
        message = Message(ENDS_ALREADY, {"until": row["until_day"]})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("until",), node))
    if refusals:
        raise Refused(*refusals)
    values = {"until_day": until}
    widens = its_end_widens(row["percent"], row["included_in_exposure"], row["maximum_terms_days"])
    if asked_by is None and widens:
        asked = await asked_to_end(tx, row, wanted.until)
        if asked is not None:
            return asked
    await update(tx.conn, collateral, {"customer_id": row["customer_id"], "id": row["id"]}, values)
    message = Message(ENDED, {"number": row["number"], "provider": row["provider"], "until": until})
    kind, changed = AuditEventKind.COLLATERAL_ENDED, with_asker(changes(row, values), asked_by)
    tx.audit(kind, message, node, row["company_id"], changed, event="COLLATERAL_CHANGED")
    await reevaluate(tx, payers)
    return {TABLE: str(wanted.collateral)}


async def _to_change(tx: Transaction, key: UUID, expected_version: int | None) -> tuple[Row, set[UUID], list[Refusal]]:
    """A policy locked with its customer, whose holds are to be checked again, and whether it was changed meanwhile."""
    whose = await _WHOSE.one(tx.conn, id=key)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_COLLATERAL), ("collateral",))
    if whose is None:
        raise Refused(unknown)
    tx.within(whose["company_id"], unknown)
    payers = await tx.lock([whose["customer_id"]])
    row = await locked(tx.conn, collateral, key)
    assert row is not None, "collateral is never deleted"
    refusals = version_refusals(row["version"], expected_version, (TABLE, key))
    return row, {row["customer_id"], *payers.values()}, refusals


async def _detail_refusals(
    tx: Transaction, kind: CollateralKind, company: UUID, details: Mapping[str, Any]
) -> list[Refusal]:
    """What is wrong with what a policy is and asks for."""
    refusals = []
    for column, (path, unknown) in UNKNOWN.items():
        key = details.get(column)
        if key is not None and await _USABLE[column].value(tx.conn, id=key, company=company) is None:
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(unknown), (path,)))
    if details.get("coverage_type_id") is not None and kind is not CollateralKind.INSURANCE:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(ONLY_INSURANCE), ("coverageType",)))
    for column, path in _DAYS.items():
        refusals += count_refusals(details.get(column), (path,))
    return refusals


def share_refusals(percent: Decimal, path: tuple[str, ...]) -> list[Refusal]:
    """A share of a whole, as exact as it is kept."""
    if 0 <= percent <= 100 and percent == percent.quantize(Decimal("0.0001")):
        return []
    return [Refusal(ErrorCode.INVALID_VALUE, Message(SHARE), path)]


def _refusals(tx: Transaction, wanted: CollateralToRecord) -> list[Refusal]:
    """What can be seen without looking anything up."""
    refusals = [
        *text_refusals(wanted.provider, ("provider",)),
        *text_refusals(wanted.number, ("number",)),
        *tx.amount_refusals(wanted.value, ("value",)),
        *share_refusals(wanted.percent, ("percent",)),
    ]
    if wanted.until is not None and wanted.until < wanted.from_:
        message = Message(ENDS_BEFORE, {"from": wanted.from_, "until": wanted.until})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("until",)))
    return refusals


async def _known_and_convertible(tx: Transaction, wanted: CollateralToRecord, customer: UUID) -> list[Refusal]:
    """The same policy twice would count twice; one without a rate would leave the customer without any decision."""
    refusals = []
    same = await _SAME.value(tx.conn, customer=customer, kind=wanted.kind.value, number=wanted.number)
    if same is not None:
        message = Message(EXISTS, {"number": wanted.number})
        refusals.append(Refusal(ErrorCode.ALREADY_EXISTS, message, ("number",), (TABLE, same)))
    if wanted.value.currency in tx.digits:
        facts = (await customer_facts(tx.conn, [customer], tx.moment, [wanted.value.currency]))[customer]
        try:
            facts.exchange.exactly(wanted.value, facts.currency)
        except RateMissing as missing:
            refusals.append(rate_refusal(missing, ("value",)))
    return refusals


def _said(wanted: CollateralToRecord) -> dict[str, Any]:
    return {
        "number": wanted.number,
        "provider": wanted.provider,
        "value": wanted.value,
        "percent": Percent(wanted.percent),
    }


def _row(wanted: CollateralToRecord, found: Row) -> dict[str, Any]:
    return {
        "customer_id": found["id"],
        "id": new_key(),
        "company_id": found["company_id"],
        "kind": wanted.kind.value,
        "provider": wanted.provider,
        "number": wanted.number,
        "value": wanted.value.amount,
        "currency": wanted.value.currency,
        "percent": wanted.percent,
        "from_day": wanted.from_,
        "until_day": wanted.until,
        "included_in_exposure": wanted.included_in_exposure,
        **dict.fromkeys((*UNKNOWN, *_DAYS)),
        **wanted.details,
    }
