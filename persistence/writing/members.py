"""Who joins a credit group and who leaves it. A customer is in one group at a time; its own limit stays its own.

Both may widen credit: who joins may use the room of all, and for who leaves the group's limit is tested no more. So
both wait for somebody else where the company of the customer or of a member approves changes of credit; `asked_by`
names who asked for what somebody else approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.audit import AuditEventKind
from domain.calendar import DAY
from domain.credit_change import CreditChangeKind
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement
from persistence.tables.customer import credit_group, credit_group_member
from persistence.take import Result, Transaction
from persistence.writing.credit_changes import (
    Asked,
    approve_changes,
    ask_for_change,
    ask_once_for_change,
    with_asker,
)
from persistence.writing.credit_groups import TABLE, group_to_change, leave, members_of
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.saving import Changes, update

ALREADY = N_("{account} of {company} is in a credit group already. It can be in one at a time.")
NOT_A_MEMBER = N_("{account} of {company} is not a member of the credit group.")
BEFORE_JOINING = N_("The membership began on {from}. It cannot end before.")
TO_JOIN = N_("{account} of {company} joins credit group {number}.")
TO_LEAVE = N_("{account} of {company} leaves credit group {number}.")
JOINED = N_("{account} of {company} joined credit group {number} on {from}.")
LEFT = N_("{account} of {company} is in credit group {number} until {until}.")

_MEMBERSHIPS = Statement(
    sa.select(credit_group_member)
    .where(credit_group_member.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()))
    .order_by(credit_group_member.c.from_day.desc())
)
_JOINING = insert(credit_group_member).values(
    customer_id=sa.bindparam("customer", type_=sa.Uuid()),
    from_day=sa.bindparam("day", type_=sa.Date()),
    credit_group_id=sa.bindparam("group", type_=sa.Uuid()),
    until_day=sa.bindparam("last_day", type_=sa.Date()),
    recorded_at=sa.bindparam("now", type_=sa.DateTime(timezone=True)),
)
# Only a membership that never was begins on the same day: the rules have refused any other.
_JOIN = Statement(
    _JOINING.on_conflict_do_update(
        index_elements=[credit_group_member.c.customer_id, credit_group_member.c.from_day],
        set_={name: _JOINING.excluded[name] for name in ("credit_group_id", "until_day", "recorded_at")},
    )
)


@dataclass(frozen=True)
class Joining:
    """A customer joins; `from_` None: today at its company."""

    group: UUID
    customer: CustomerNamed
    from_: date | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class Leaving:
    """A customer leaves; `until` is its last day, None: yesterday, so that it is out at once."""

    group: UUID
    customer: CustomerNamed
    until: date | None = None
    expected_version: int | None = None


async def add_member(tx: Transaction, wanted: Joining, asked_by: str | None = None) -> Result:
    """A customer shares the group's limit from a day on; the holds of the group and its own are checked again."""
    found = await _customer(tx, wanted.customer)
    members = await members_of(tx, wanted.group)
    group = await group_to_change(
        tx, wanted.group, members, wanted.expected_version, found["id"], approving=asked_by is not None
    )
    day = wanted.from_ or tx.today(found["company_id"])
    for row in await _MEMBERSHIPS.all(tx.conn, customer=found["id"]):
        if _lasts(row) and (row["until_day"] is None or row["until_day"] >= day):
            message, node = Message(ALREADY, _names(found)), (TABLE, row["credit_group_id"])
            raise Refused(Refusal(ErrorCode.ALREADY_IN_CREDIT_GROUP, message, ("customer",), node))
    if asked_by is None and await _approve(tx, found, members):
        asked = _asked(CreditChangeKind.JOINING, found, group, wanted.from_, TO_JOIN)
        return {**_of(wanted, found), **await ask_for_change(tx, asked)}
    await _JOIN.run(tx.conn, customer=found["id"], day=day, group=wanted.group, last_day=None, now=tx.now)
    message = Message(JOINED, {**_names(found), "number": group["number"], "from": day})
    await _changed(tx, AuditEventKind.MEMBER_ADDED, message, wanted.group, found, asked_by)
    await reevaluate(tx, [found["id"], *(member["customer_id"] for member in members)])
    return _of(wanted, found)


async def remove_member(tx: Transaction, wanted: Leaving, asked_by: str | None = None) -> Result:
    """A customer leaves after a day; asked again nothing changes. The holds of both rooms are checked again."""
    found = await _customer(tx, wanted.customer)
    members = await members_of(tx, wanted.group)
    group = await group_to_change(tx, wanted.group, members, wanted.expected_version, found["id"])
    rows = await _MEMBERSHIPS.all(tx.conn, customer=found["id"])
    member = next((row for row in rows if row["credit_group_id"] == wanted.group), None)
    if member is None:
        message = Message(NOT_A_MEMBER, _names(found))
        raise Refused(Refusal(ErrorCode.NOT_FOUND, message, ("customer",)))
    yesterday = tx.today(found["company_id"]) - DAY
    until = max(wanted.until or yesterday, member["from_day"] - DAY)
    if wanted.until is not None and wanted.until < member["from_day"]:
        message = Message(BEFORE_JOINING, {"from": member["from_day"]})
        raise Refused(Refusal(ErrorCode.DATE_ORDER, message, ("until",)))
    if member["until_day"] is None or member["until_day"] > until:
        if asked_by is None and await _approve(tx, found, members):
            asked = _asked(CreditChangeKind.LEAVING, found, group, wanted.until, TO_LEAVE)
            return {**_of(wanted, found), **await ask_once_for_change(tx, asked)}
        await leave(tx, member, until)
        message = Message(LEFT, {**_names(found), "number": group["number"], "until": until})
        await _changed(tx, AuditEventKind.MEMBER_REMOVED, message, wanted.group, found, asked_by)
        await reevaluate(tx, [found["id"], *(row["customer_id"] for row in members)])
    return _of(wanted, found)


def _of(wanted: Joining | Leaving, found: Row) -> dict[str, str]:
    return {TABLE: str(wanted.group), "customer": str(found["id"])}


async def _approve(tx: Transaction, found: Row, members: Sequence[Row]) -> bool:
    """Whether it waits: the limit of the group is that of all its members."""
    return await approve_changes(tx, [found["company_id"], *(member["company_id"] for member in members)])


def _asked(kind: CreditChangeKind, found: Row, group: Row, day: date | None, text: str) -> Asked:
    """The call as it waits; a day that was not given is found when it is made."""
    given = None if day is None else day.isoformat()
    joins = kind is CreditChangeKind.JOINING
    numbers = (None, group["number"]) if joins else (group["number"], None)
    changed: Changes = [{"field": "creditGroup", "before": numbers[0], "after": numbers[1]}]
    if given is not None:
        changed.append({"field": "from" if joins else "until", "before": None, "after": given})
    return Asked(
        kind,
        {"day": given},
        changed,
        Message(text, {**_names(found), "number": group["number"]}),
        _names(found),
        ("customer",),
        found["company_id"],
        found["id"],
        group["id"],
    )


async def _customer(tx: Transaction, wanted: CustomerNamed) -> Row:
    found = await customer_named(tx, wanted)
    if found is None:
        raise Refused(no_customer(("customer",)))
    return found


def _lasts(row: Row) -> bool:
    """A membership that was ended before it began never was."""
    return row["until_day"] is None or row["until_day"] >= row["from_day"]


def _names(found: Row) -> dict[str, str]:
    return {"account": found["account"], "company": found["company_code"]}


async def _changed(
    tx: Transaction, kind: AuditEventKind, message: Message, group: UUID, found: Row, asked_by: str | None
) -> None:
    """On record with the customer, whose company alone may read it, and with the group, that it changed."""
    await update(tx.conn, credit_group, {"id": group}, {})
    node, by = ("customer", found["id"]), with_asker(None, asked_by)
    tx.audit(kind, message, node, found["company_id"], by, event="CREDIT_GROUP_CHANGED")
