"""Who joins a credit group and who leaves it. A customer is in one group at a time; its own limit stays its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from domain.audit import AuditEventKind
from domain.calendar import DAY
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement
from persistence.tables.customer import credit_group, credit_group_member
from persistence.take import Result, Transaction
from persistence.writing.credit_groups import TABLE, group_to_change, leave, members_of
from persistence.writing.holders import CustomerNamed, customer_named, no_customer
from persistence.writing.saving import update

ALREADY = N_("{account} of {company} is in a credit group already. It can be in one at a time.")
NOT_A_MEMBER = N_("{account} of {company} is not a member of the credit group.")
BEFORE_JOINING = N_("The membership began on {from}. It cannot end before.")
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


async def add_member(tx: Transaction, wanted: Joining) -> Result:
    """A customer shares the group's limit from a day on; the holds of the group and its own are checked again."""
    found = await _customer(tx, wanted.customer)
    members = await members_of(tx, wanted.group)
    group = await group_to_change(tx, wanted.group, members, wanted.expected_version, found["id"])
    day = wanted.from_ or tx.today(found["company_id"])
    for row in await _MEMBERSHIPS.all(tx.conn, customer=found["id"]):
        if _lasts(row) and (row["until_day"] is None or row["until_day"] >= day):
            message, node = Message(ALREADY, _names(found)), (TABLE, row["credit_group_id"])
            raise Refused(Refusal(ErrorCode.ALREADY_IN_CREDIT_GROUP, message, ("customer",), node))
    await _JOIN.run(tx.conn, customer=found["id"], day=day, group=wanted.group, last_day=None, now=tx.now)
    message = Message(JOINED, {**_names(found), "number": group["number"], "from": day})
    await _changed(tx, AuditEventKind.MEMBER_ADDED, message, wanted.group, found)
    await reevaluate(tx, [found["id"], *(member["customer_id"] for member in members)])
    return {TABLE: str(wanted.group), "customer": str(found["id"])}


async def remove_member(tx: Transaction, wanted: Leaving) -> Result:
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
        await leave(tx, member, until)
        message = Message(LEFT, {**_names(found), "number": group["number"], "until": until})
        await _changed(tx, AuditEventKind.MEMBER_REMOVED, message, wanted.group, found)
        await reevaluate(tx, [found["id"], *(row["customer_id"] for row in members)])
    return {TABLE: str(wanted.group), "customer": str(found["id"])}


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


async def _changed(tx: Transaction, kind: AuditEventKind, message: Message, group: UUID, found: Row) -> None:
    """On record with the customer, whose company alone may read it, and with the group, that it changed."""
    await update(tx.conn, credit_group, {"id": group}, {})
    tx.audit(kind, message, ("customer", found["id"]), found["company_id"], event="CREDIT_GROUP_CHANGED")
