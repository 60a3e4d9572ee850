"""Blocking rules of a company: saved, and removed, which leaves them inactive. Orders on hold are checked again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.blocking import BlockingRule, Coded, ExposureCategory, RuleKind, RuleType, ValidFor
from domain.blocking.saving import rule_refusals
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.reevaluating import reevaluate, waiting_in
from persistence.statements import Row, Statement, insert
from persistence.tables.company import blocking_rule
from persistence.tables.reference import account_status, credit_management_group, payment_terms, risk_group
from persistence.take import Result, Transaction
from persistence.writing.finding import version_refusals
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.items import same_currency
from persistence.writing.records import locked
from persistence.writing.saving import changes, differing, update

TABLE = "blocking_rule"

NO_RULE = N_("There is no such blocking rule. It may be another company's.")
OTHER_COMPANY = N_("A rule stays in its company. Save a new one there.")
NOT_OF_COMPANY = N_("The customer belongs to another company than the rule.")
UNKNOWN = {
    credit_management_group.name: N_("There is no such credit management group that the company could use."),
    risk_group.name: N_("There is no such risk group that the company could use."),
    account_status.name: N_("There is no such account status that the company could use."),
    payment_terms.name: N_("There are no such payment terms that the company could use."),
}
PATHS = {
    credit_management_group.name: "creditManagementGroup",
    risk_group.name: "riskGroup",
    account_status.name: "accountStatus",
    payment_terms.name: "paymentTerms",
}
PERCENT_DIGITS = N_("A percentage has at most 4 decimals and is below 100 000.")
WAIVER = N_("A rule that waives credit limits is saved only by who may change credit.")
SAVED = N_("A blocking rule was saved.")
REMOVED = N_("A blocking rule was removed.")

_COLUMNS = (
    "company_id",
    "kind",
    "type",
    "valid_for",
    "customer_id",
    "credit_management_group_id",
    "risk_group_id",
    "days",
    "percent",
    "amount",
    "currency",
    "account_status_id",
    "payment_terms_id",
    "dunning_level",
    "exposure_category",
    "ignore_items_below",
    "minimum_items",
    "ignore_balance_below",
    "ignore_orders_below",
    "at_or_above",
    "release_all",
    "active",
)
_SAME = Statement(
    sa.select(blocking_rule.c.id)
    .where(
        *(
            blocking_rule.c[name].is_not_distinct_from(sa.bindparam(name, type_=blocking_rule.c[name].type))
            for name in _COLUMNS
        )
    )
    .order_by(blocking_rule.c.id)
    .limit(1)
)
_COMPANY = Statement(
    sa.select(blocking_rule.c.company_id).where(blocking_rule.c.id == sa.bindparam("id", type_=sa.Uuid()))
)
_USABLE = {
    table.name: Statement(
        sa.select(table.c.code).where(
            table.c.id == sa.bindparam("id", type_=sa.Uuid()),
            sa.or_(table.c.company_id.is_(None), table.c.company_id == sa.bindparam("company", type_=sa.Uuid())),
        )
    )
    for table in (credit_management_group, risk_group, account_status, payment_terms)
}


@dataclass(frozen=True)
class RuleToSave:
    """A rule as it is to be. `id` None: a new one, unless there is one just like it.

    `confirmed`: whoever saves it knows that `release_all` waives credit limits too.
    """

    company: str
    kind: RuleKind
    type: RuleType
    valid_for: ValidFor
    id: UUID | None = None
    customer: CustomerNamed | None = None
    credit_management_group: UUID | None = None
    risk_group: UUID | None = None
    days: int | None = None
    percent: Decimal | None = None
    amount: Money | None = None
    account_status: UUID | None = None
    payment_terms: UUID | None = None
    dunning_level: int | None = None
    exposure_category: ExposureCategory | None = None
    ignore_items_below: Money | None = None
    minimum_items: int | None = None
    ignore_balance_below: Money | None = None
    ignore_orders_below: Money | None = None
    at_or_above: bool = False
    release_all: bool = False
    active: bool = True
    confirmed: bool = False
    expected_version: int | None = None


async def save_rule(tx: Transaction, wanted: RuleToSave, waivers: Collection[UUID]) -> Result:
    """Save a rule. `waivers`: the companies in which the caller may change credit, and so waive limits."""
    company = tx.company(wanted.company)["id"]
    payers = await waiting_in(tx, [company])
    await tx.lock(payers)
    before = None if wanted.id is None else await _kept(tx, wanted.id, wanted.expected_version)
    values, refusals = await _values(tx, company, wanted)
    if before is not None and before["company_id"] != company:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(OTHER_COMPANY), ("company",)))
    if wanted.release_all and wanted.active and company not in waivers:
        refusals.insert(0, Refusal(ErrorCode.FORBIDDEN, Message(WAIVER), ("releaseAll",)))
    if refusals:
        raise Refused(*refusals)
    same = await _SAME.value(tx.conn, **values) if before is None else None
    key: UUID = wanted.id or same or new_key()
    differs = values if before is None else differing(before, values)
    if same is not None or not differs:
        return {TABLE: str(key)}
    if before is None:
        await insert(tx.conn, blocking_rule, [values | {"id": key}])
    else:
        await update(tx.conn, blocking_rule, {"id": key}, differs)
    changed = changes(before or dict.fromkeys(values), {n: v for n, v in differs.items() if n != "company_id"})
    event = "BLOCKING_RULE_CHANGED"
    tx.audit(AuditEventKind.RULE_SAVED, Message(SAVED), (TABLE, key), company, changed, event=event)
    await reevaluate(tx, payers)
    return {TABLE: str(key)}


async def remove_rule(tx: Transaction, key: UUID, expected_version: int | None) -> Result:
    """Remove a rule: it stays on record and decides nothing any more. Asked again, nothing changes."""
    company = await _COMPANY.value(tx.conn, id=key)
    payers = await waiting_in(tx, [company]) if company is not None else []
    await tx.lock(payers)
    row = await _kept(tx, key, expected_version)
    if row["active"]:
        differs = {"active": False}
        await update(tx.conn, blocking_rule, {"id": key}, differs)
        subject, event = (TABLE, key), "BLOCKING_RULE_CHANGED"
        tx.audit(AuditEventKind.RULE_REMOVED, Message(REMOVED), subject, company, changes(row, differs), event=event)
        await reevaluate(tx, payers)
    return {TABLE: str(key)}


async def _kept(tx: Transaction, key: UUID, expected_version: int | None) -> Row:
    row = await locked(tx.conn, blocking_rule, key)
    unknown = Refusal(ErrorCode.NOT_FOUND, Message(NO_RULE), ("blockingRule",))
    if row is None:
        raise Refused(unknown)
    tx.within(row["company_id"], unknown)
    refusals = version_refusals(row["version"], expected_version, (TABLE, key))
    if refusals:
        raise Refused(*refusals)
    return row


async def _values(tx: Transaction, company: UUID, wanted: RuleToSave) -> tuple[dict[str, Any], list[Refusal]]:
    """The columns of a rule, and everything in the way of saving it."""
    rule, refusals = await rule_wanted(tx, company, wanted)
    return _columns(rule, company, wanted.active), refusals


async def rule_wanted(tx: Transaction, company: UUID, wanted: RuleToSave) -> tuple[BlockingRule, list[Refusal]]:
    """The rule as it would be, and everything in the way of saving it. Nothing is locked."""
    customer, refusals = await _customer(tx, company, wanted)
    named: dict[str, Coded] = {}
    for name, usable in _USABLE.items():
        key = getattr(wanted, name)
        code = None if key is None else await usable.value(tx.conn, id=key, company=company)
        if key is not None:
            named[name] = Coded(key, code or "")
            if code is None:
                refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(UNKNOWN[name]), (PATHS[name],)))
    if wanted.amount is not None:
        refusals += tx.amount_refusals(wanted.amount, ("amount",), positive=False)
    refusals += _amount_refusals(tx, wanted)
    refusals += percent_refusals(wanted.percent, ("percent",))
    rule = BlockingRule(
        id=wanted.id or new_key(),
        kind=wanted.kind,
        type=wanted.type,
        valid_for=wanted.valid_for,
        customer=customer,
        credit_management_group=wanted.credit_management_group,
        risk_group=wanted.risk_group,
        days=wanted.days,
        percent=wanted.percent,
        amount=wanted.amount,
        account_status=named.get(account_status.name),
        payment_terms=named.get(payment_terms.name),
        dunning_level=wanted.dunning_level,
        exposure_category=wanted.exposure_category,
        at_or_above=wanted.at_or_above,
        release_all=wanted.release_all,
        ignore_items_below=wanted.ignore_items_below,
        minimum_items=wanted.minimum_items,
        ignore_balance_below=wanted.ignore_balance_below,
        ignore_orders_below=wanted.ignore_orders_below,
    )
    said = {refusal.path for refusal in refusals}
    refusals += [one for one in rule_refusals(rule, wanted.confirmed) if one.path not in said]
    return rule, refusals


def _amount_refusals(tx: Transaction, wanted: RuleToSave) -> Iterator[Refusal]:
    """What a rule leaves out is above zero, and in the one currency that a rule has."""
    small = {
        "ignoreItemsBelow": wanted.ignore_items_below,
        "ignoreBalanceBelow": wanted.ignore_balance_below,
        "ignoreOrdersBelow": wanted.ignore_orders_below,
    }
    currencies = [amount.currency for amount in (wanted.amount, *small.values()) if amount is not None]
    for path, amount in small.items():
        if amount is not None:
            yield from tx.amount_refusals(amount, (path,))
            yield from same_currency(amount, currencies[0], (path,))


def percent_refusals(percent: Decimal | None, path: tuple[str, ...]) -> list[Refusal]:
    """A percentage that can be kept as exactly as it was given."""
    if percent is None or (abs(percent) < 100_000 and percent == percent.quantize(Decimal("0.0001"))):
        return []
    return [Refusal(ErrorCode.INVALID_VALUE, Message(PERCENT_DIGITS), path)]


async def _customer(tx: Transaction, company: UUID, wanted: RuleToSave) -> tuple[UUID | None, list[Refusal]]:
    if wanted.customer is None:
        return None, []
    found = await customer_named(tx, wanted.customer)
    if found is None:
        return None, [no_customer(("customer",))]
    if found["company_id"] != company:
        return None, [Refusal(ErrorCode.INVALID_VALUE, Message(NOT_OF_COMPANY), ("customer",))]
    return found["id"], []


def _columns(rule: BlockingRule, company: UUID, active: bool) -> dict[str, Any]:
    return {
        "company_id": company,
        "kind": rule.kind.value,
        "type": rule.type.value,
        "valid_for": rule.valid_for.value,
        "customer_id": rule.customer,
        "credit_management_group_id": rule.credit_management_group,
        "risk_group_id": rule.risk_group,
        "days": rule.days,
        "percent": rule.percent,
        "amount": _amount(rule.amount),
        "currency": next((amount.currency for amount in rule.amounts), None),
        "account_status_id": rule.account_status.id if rule.account_status else None,
        "payment_terms_id": rule.payment_terms.id if rule.payment_terms else None,
        "dunning_level": rule.dunning_level,
        "exposure_category": rule.exposure_category and rule.exposure_category.value,
        "ignore_items_below": _amount(rule.ignore_items_below),
        "minimum_items": rule.minimum_items,
        "ignore_balance_below": _amount(rule.ignore_balance_below),
        "ignore_orders_below": _amount(rule.ignore_orders_below),
        "at_or_above": rule.at_or_above,
        "release_all": rule.release_all,
        "active": active,
    }


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else money.amount
