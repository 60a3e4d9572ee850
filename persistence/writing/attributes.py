"""Credit attributes of a customer, changed by people: what widens or narrows its credit by who may, the rest by clerks.

Each change is on record with before and after, and orders on hold are checked again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from domain.attributes import CreditAttributes, attribute_refusals
from domain.audit import AuditEventKind
from domain.calendar import DAY
from domain.credit_change import CreditChangeKind, Standing, widens
from domain.message import N_, Message
from domain.reason import AccountStatusEffect, ReasonKind
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.fact_statements import FLAGS
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement, any_of
from persistence.tables.customer import customer, customer_flags
from persistence.tables.reference import account_status, credit_management_group, reason
from persistence.take import Result, Transaction
from persistence.writing.credit_changes import Asked, approve_changes, ask_for_change, kept
from persistence.writing.credit_file import LONGEST_NOTES
from persistence.writing.finding import future_refusals, text_refusals, version_refusals
from persistence.writing.finding_people import NO_PERSON, names_of
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.records import locked
from persistence.writing.saving import Changes, changes, differing, update

TABLE = "customer"

DECIDING = {
    "unlimited_credit": "unlimitedCredit",
    "mandatory_credit_limit": "mandatoryCreditLimit",
    "excluded_from_credit_management": "excludedFromCreditManagement",
    "excluded_until": "excludedUntil",
    "account_status_id": "accountStatus",
    "credit_management_group_id": "creditManagementGroup",
    "customer_since": "customerSince",
}
"""What decides on credit, with its names in the input: only who may change credit changes it (decision 7)."""

_ASKED_BY_RULES = ("next_review_date", "customer_since")
"""What a blocking rule may look at, and clerks change: when the next review is due, and how long a customer is new."""

TO_CHANGE = N_("Change credit attributes of customer {account} of company {company}.")
CHANGED = N_("Credit attributes of customer {account} of company {company} were changed.")
NOT_YOURS = N_("{field} decides on credit: it is changed only by who may change credit. Ask a credit manager.")
UNKNOWN = {
    account_status.name: N_("There is no such account status that the company could use."),
    credit_management_group.name: N_("There is no such credit management group that the company could use."),
    reason.name: N_("There is no such reason that the company could use."),
}
NOT_OF_STATUS = N_("This is no reason for an account status. Choose one of that kind.")

REPRESENTATIVE = "credit_representative_id"

_REFERENCES = {
    "account_status_id": (account_status, "accountStatus"),
    "status_reason_id": (reason, "statusReason"),
    "credit_management_group_id": (credit_management_group, "creditManagementGroup"),
}
_NAMES = {
    table.name: Statement(
        sa.select(*(table.c[name] for name in ("id", "code", "company_id", "kind", "effect") if name in table.c)).where(
            any_of(table.c.id, "ids")
        )
    )
    for table, _ in _REFERENCES.values()
}
_KEEP = Statement(
    postgresql.insert(customer_flags)
    .values({column.name: sa.bindparam(column.name, type_=column.type) for column in customer_flags.c})
    .on_conflict_do_nothing()
)
_ATTRIBUTES = {
    "excluded_from_credit_management": "excluded",
    **{
        name: name
        for name in (
            "excluded_until",
            "eligible_limit_date",
            "last_review_date",
            "next_review_date",
        )
    },
}
"""Columns that must make sense together, by what the rules call them."""

_HAPPENED = {
    "customer_since": "customerSince",
    "in_business_since": "inBusinessSince",
    "eligible_limit_date": "eligibleLimitDate",
    "last_review_date": "lastReviewDate",
}
"""Days of what has happened, with their names in the input."""


@dataclass(frozen=True)
class AttributesToUpdate:
    """`given`: the columns that were sent, references by their ids, `eligible_limit` as `Money`. The rest stays."""

    customer: CustomerNamed
    given: Mapping[str, Any]
    expected_version: int | None = None


async def update_attributes(tx: Transaction, wanted: AttributesToUpdate, deciding: Collection[UUID]) -> Result:
    """Change attributes. `deciding`: the companies in which the caller may change what decides on credit.

    Where the company approves changes of credit, one that widens it is only asked for, with all that came with it. So
    is whatever decides on credit, by those who may not change it.
    """
    found = await customer_named(tx, wanted.customer)
    if found is None:
        raise Refused(no_customer(("customer",)))
    company = found["company_id"]
    payers = await tx.lock([found["id"]])
    before = await locked(tx.conn, customer, found["id"])
    assert before is not None, "customers are never deleted"
    names, people = await _names(tx, before, wanted.given), await _people(tx, before, wanted.given)
    refusals = [
        *version_refusals(before["version"], wanted.expected_version, (TABLE, before["id"])),
        *_reference_refusals(company, wanted.given, names),
        *_people_refusals(wanted.given, people),
        *_word_refusals(tx, wanted.given),
        *_day_refusals(tx, company, wanted.given),
    ]
    if refusals:
        raise Refused(*refusals)
    differs = differing(before, _values(tx, company, before, wanted.given))
    decides = [name for name in differs if name in DECIDING]
    approves = bool(decides) and await approve_changes(tx, [company])
    if company not in deciding and not approves:
        refusals = [
            Refusal(ErrorCode.FORBIDDEN, Message(NOT_YOURS, {"field": DECIDING[name]}), (DECIDING[name],))
            for name in decides
        ]
    refusals += refusals_of(tx, before, differs)
    if refusals:
        raise Refused(*refusals)
    changed = changes(before, differs, people | {key: row["code"] for key, row in names.items()})
    if approves and (company not in deciding or _widens(before, differs, names)):
        asked = await ask_for_change(tx, _asked(found, before, differs, changed))
        return {TABLE: str(before["id"]), **asked}
    await write_attributes(tx, found, before, differs, changed)
    if differs.keys() & {*DECIDING, *_ASKED_BY_RULES}:
        await reevaluate(tx, {before["id"], *payers.values()})
    return {TABLE: str(before["id"])}


def refusals_of(tx: Transaction, before: Row, differs: Mapping[str, Any]) -> list[Refusal]:
    """What would not make sense about a customer that is changed so today."""
    after = {**before, **differs}
    return attribute_refusals(_attributes(after), _set(differs), tx.today(before["company_id"]))


async def write_attributes(
    tx: Transaction, found: Row, before: Row, differs: Mapping[str, Any], changed: Changes
) -> None:
    """Change a customer, and put it on record as `changed`."""
    if differs:
        company: UUID = before["company_id"]
        await _keep_flags(tx, company, before, differs)
        await update(tx.conn, customer, {"id": before["id"]}, differs)
        message = Message(CHANGED, {"account": found["account"], "company": found["company_code"]})
        kind, event = AuditEventKind.CREDIT_ATTRIBUTES_CHANGED, "CUSTOMER_SAVED"
        tx.audit(kind, message, (TABLE, before["id"]), company, changed, event=event)


def _asked(found: Row, before: Row, differs: Mapping[str, Any], changed: Changes) -> Asked:
    """The change as it waits: by columns, what stood in each and what is to."""
    names = {"account": found["account"], "company": found["company_code"]}
    return Asked(
        CreditChangeKind.ATTRIBUTES,
        {name: {"before": kept(before[name]), "after": kept(value)} for name, value in differs.items()},
        changed,
        Message(TO_CHANGE, names),
        names,
        ("customer",),
        before["company_id"],
        before["id"],
    )


def _widens(before: Row, differs: Mapping[str, Any], names: Mapping[UUID, Row]) -> bool:
    return widens(_standing(before, names), _standing({**before, **differs}, names))


def _standing(row: Mapping[str, Any], names: Mapping[UUID, Row]) -> Standing:
    status = names.get(row["account_status_id"])
    return Standing(
        unlimited=row["unlimited_credit"],
        mandatory=row["mandatory_credit_limit"],
        excluded=row["excluded_from_credit_management"],
        excluded_until=row["excluded_until"],
        account_status=row["account_status_id"],
        holds_all=status is not None and status["effect"] == AccountStatusEffect.HOLD_ALL.value,
        credit_management_group=row["credit_management_group_id"],
    )


async def _keep_flags(tx: Transaction, company: UUID, before: Row, differs: Mapping[str, Any]) -> None:
    """What the flags were to the end of yesterday, so that an earlier day is worked out with them: the first change of
    a day keeps it.
    """
    if differs.keys() & set(FLAGS):
        yesterday = tx.today(company) - DAY
        flags = {name: before[name] for name in FLAGS}
        await _KEEP.run(tx.conn, customer_id=before["id"], until_day=yesterday, recorded_at=tx.now, **flags)


def _values(tx: Transaction, company: UUID, before: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to be written. Who ends an exclusion ends its last day too; a limit judged without a day: today."""
    values = dict(given)
    if values.get("excluded_from_credit_management") is False:
        values.setdefault("excluded_until", None)
    if "eligible_limit" in values:
        limit = values["eligible_limit"]
        pair = (None, None) if limit is None else (limit.amount, limit.currency)
        values["eligible_limit"], values["eligible_limit_currency"] = pair
        if limit is None:
            values.setdefault("eligible_limit_date", None)
        elif pair != (before["eligible_limit"], before["eligible_limit_currency"]):
            values.setdefault("eligible_limit_date", tx.today(company))
    return values


async def _names(tx: Transaction, before: Row, given: Mapping[str, Any]) -> dict[UUID, Row]:
    """The names that a change is about, those of before too."""
    found: dict[UUID, Row] = {}
    for column, (table, _) in _REFERENCES.items():
        ids = [key for key in (before[column], given.get(column)) if column in given and key is not None]
        if ids:
            found.update({row["id"]: row for row in await _NAMES[table.name].all(tx.conn, ids=ids)})
    return found


async def _people(tx: Transaction, before: Row, given: Mapping[str, Any]) -> dict[UUID, str]:
    """The names of who looked after the customer's credit and who will, where that changes."""
    if REPRESENTATIVE not in given:
        return {}
    return await names_of(tx.conn, (before[REPRESENTATIVE], given[REPRESENTATIVE]))


def _people_refusals(given: Mapping[str, Any], people: Mapping[UUID, str]) -> list[Refusal]:
    key = given.get(REPRESENTATIVE)
    if key is None or key in people:
        return []
    return [Refusal(ErrorCode.NOT_FOUND, Message(NO_PERSON), ("creditRepresentative",))]


def _reference_refusals(company: UUID, given: Mapping[str, Any], names: Mapping[UUID, Row]) -> list[Refusal]:
    """A name must be the company's own or shared by all, and a reason one for an account status."""
    refusals = []
    for column, (table, field) in _REFERENCES.items():
        key = given.get(column)
        row = None if key is None else names.get(key)
        if key is not None and (row is None or row["company_id"] not in (None, company)):
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(UNKNOWN[table.name]), (field,)))
        elif row is not None and table is reason and row["kind"] != ReasonKind.STATUS.value:
            refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_OF_STATUS), (field,)))
    return refusals


def _word_refusals(tx: Transaction, given: Mapping[str, Any]) -> list[Refusal]:
    """What can be seen of texts and amounts by themselves."""
    refusals = [
        *text_refusals(given.get("credit_rating"), ("creditRating",)),
        *text_refusals(given.get("notes"), ("notes",), LONGEST_NOTES),
    ]
    if given.get("eligible_limit") is not None:
        refusals.extend(tx.amount_refusals(given["eligible_limit"], ("eligibleLimit",), positive=False))
    return refusals


def _day_refusals(tx: Transaction, company: UUID, given: Mapping[str, Any]) -> list[Refusal]:
    """What has happened did not happen tomorrow."""
    days = ((given.get(column), field) for column, field in _HAPPENED.items())
    return [one for day, field in days if day is not None for one in future_refusals(tx, company, day, (field,))]


def _attributes(after: Mapping[str, Any]) -> CreditAttributes:
    dated = {name: after[column] for column, name in _ATTRIBUTES.items()}
    return CreditAttributes(**dated, has_eligible_limit=after["eligible_limit"] is not None)


def _set(differs: Mapping[str, Any]) -> set[str]:
    """The fields that are set to something else, by what the rules call them; an end of exclusion sets nothing."""
    unset = (None, False)
    return {_ATTRIBUTES[column] for column, value in differs.items() if column in _ATTRIBUTES and value not in unset}
