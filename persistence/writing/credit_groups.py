"""Credit groups: customers of any companies that share one limit, who joins and who leaves, dated.

A group belongs to no company. Whoever may change credit in the company of a member may change the group; closing one
needs that right in the companies of all members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.amounts import UNKNOWN_CURRENCY
from domain.audit import AuditEventKind
from domain.calendar import DAY
from domain.credit_change import CreditChangeKind
from domain.exposure import CreditLimitType
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.reevaluating import reevaluate
from persistence.statements import Row, Statement, insert
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group, credit_group_member, customer
from persistence.take import MovedMeanwhile, Result, Transaction
from persistence.writing.credit_changes import Asked, approve_changes, ask_for_change, with_asker
from persistence.writing.finding import text_refusals, version_refusals
from persistence.writing.holders import NO_GROUP, groups_open_to
from persistence.writing.records import count_refusals, locked
from persistence.writing.saving import changes, differing, update

TABLE = "credit_group"

EXISTS = N_("There is a credit group {number} already.")
CLOSED = N_("The credit group is closed.")
OTHERS = N_("The group has members in companies in which you may not change credit. Ask for that right.")
CREATED = N_("Credit group {number} was created.")
UPDATED = N_("Credit group {number} was changed.")
TO_CLOSE = N_("Close credit group {number}: its members leave it.")
WAS_CLOSED = N_("Credit group {number} was closed.")

_BY_NUMBER = Statement(
    sa.select(credit_group.c.id).where(credit_group.c.number == sa.bindparam("number", type_=sa.Text()))
)
_MEMBERS = Statement(
    sa.select(
        credit_group_member.c.customer_id,
        credit_group_member.c.from_day,
        credit_group_member.c.until_day,
        customer.c.company_id,
        company_table.c.time_zone,
    )
    .select_from(
        credit_group_member.join(customer, customer.c.id == credit_group_member.c.customer_id).join(
            company_table, company_table.c.id == customer.c.company_id
        )
    )
    .where(credit_group_member.c.credit_group_id == sa.bindparam("group", type_=sa.Uuid()))
    .order_by(credit_group_member.c.customer_id, credit_group_member.c.from_day)
)
_LEAVE = Statement(
    sa.update(credit_group_member)
    .where(
        credit_group_member.c.customer_id == sa.bindparam("customer", type_=sa.Uuid()),
        credit_group_member.c.from_day == sa.bindparam("day", type_=sa.Date()),
    )
    .values(
        until_day=sa.bindparam("last_day", type_=sa.Date()),
        recorded_at=sa.bindparam("now", type_=sa.DateTime(timezone=True)),
    )
)


@dataclass(frozen=True)
class GroupToCreate:
    """A group without members. What counts against its limit is set here, never by the company that asks."""

    number: str
    name: str
    currency: str
    time_zone: str
    credit_limit_type: CreditLimitType = CreditLimitType.ALL
    disputed_reduces_exposure: bool = True
    disputed_reduces_overdue: bool = True
    order_horizon_days: int | None = None
    max_rate_age_days: int = 7


@dataclass(frozen=True)
class GroupChange:
    """`values`: the columns that are to change."""

    group: UUID
    values: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None


async def create_group(tx: Transaction, wanted: GroupToCreate) -> Result:
    """A credit group, for now of nobody."""
    refusals = text_refusals(wanted.number, ("number",)) + _refusals(vars(wanted))
    if wanted.currency not in tx.digits:
        message = Message(UNKNOWN_CURRENCY, {"currency": wanted.currency})
        refusals.append(Refusal(ErrorCode.CURRENCY_UNKNOWN, message, ("currency",)))
    other = await _BY_NUMBER.value(tx.conn, number=wanted.number)
    if other is not None:
        message = Message(EXISTS, {"number": wanted.number})
        refusals.append(Refusal(ErrorCode.ALREADY_EXISTS, message, ("number",), (TABLE, other)))
    if refusals:
        raise Refused(*refusals)
    key = new_key()
    row = {**vars(wanted), "id": key, "credit_limit_type": wanted.credit_limit_type.value}
    await insert(tx.conn, credit_group, [row])
    tx.audit(AuditEventKind.GROUP_SAVED, Message(CREATED, {"number": wanted.number}), (TABLE, key))
    return {TABLE: str(key)}


async def update_group(tx: Transaction, wanted: GroupChange) -> Result:
    """Change what a group is called and what counts against its limit; its members' holds are checked again."""
    members = await members_of(tx, wanted.group)
    row = await group_to_change(tx, wanted.group, members, wanted.expected_version)
    refusals = _refusals(wanted.values)
    if refusals:
        raise Refused(*refusals)
    differs = differing(row, wanted.values)
    if differs:
        await update(tx.conn, credit_group, {"id": wanted.group}, differs)
        message, changed = Message(UPDATED, {"number": row["number"]}), changes(row, differs)
        tx.audit(
            AuditEventKind.GROUP_SAVED, message, (TABLE, wanted.group), None, changed, event="CREDIT_GROUP_CHANGED"
        )
        await reevaluate(tx, [member["customer_id"] for member in members])
    return {TABLE: str(wanted.group)}


async def close_group(
    tx: Transaction, group: UUID, expected_version: int | None, asked_by: str | None = None
) -> Result:
    """Close a group: its members leave, each with the end of yesterday, and it keeps its history.

    That may widen their credit, so it waits for somebody else where the company of one of them approves changes of
    credit; `asked_by` names who asked for what somebody else approved.
    """
    members = await members_of(tx, group)
    row = await group_to_change(tx, group, members, expected_version)
    if not {member["company_id"] for member in members} <= set(tx.granted.values()):
        raise Refused(Refusal(ErrorCode.FORBIDDEN, Message(OTHERS)))
    changed = changes(row, {"active": False})
    if asked_by is None and await approve_changes(tx, (member["company_id"] for member in members)):
        names = {"number": row["number"]}
        kept, message = {"version": row["version"]}, Message(TO_CLOSE, names)
        kind, path = CreditChangeKind.GROUP_CLOSING, ("creditGroup",)
        asked = Asked(kind, kept, changed, message, names, path, credit_group=group)
        return {TABLE: str(group), **await ask_for_change(tx, asked)}
    for member in members:
        await leave(tx, member, tx.moment.today(member["time_zone"]) - DAY)
    await update(tx.conn, credit_group, {"id": group}, {"active": False})
    message, by = Message(WAS_CLOSED, {"number": row["number"]}), with_asker(changed, asked_by)
    tx.audit(AuditEventKind.GROUP_SAVED, message, (TABLE, group), None, by, event="CREDIT_GROUP_CHANGED")
    await reevaluate(tx, [member["customer_id"] for member in members])
    return {TABLE: str(group)}


async def members_of(tx: Transaction, group: UUID) -> list[Row]:
    """The members, each with its days; not those who have left by the day it is at their company."""
    return [row for row in await _MEMBERS.all(tx.conn, group=group) if in_future(tx, row)]


def in_future(tx: Transaction, member: Row) -> bool:
    """Whether a membership still goes on, or is to begin."""
    until = member["until_day"]
    return until is None or (until >= member["from_day"] and until >= tx.moment.today(member["time_zone"]))


async def leave(tx: Transaction, member: Row, last_day: Any) -> None:
    """A membership ends with a day; one that had not begun never was."""
    await _LEAVE.run(tx.conn, customer=member["customer_id"], day=member["from_day"], last_day=last_day, now=tx.now)


async def group_to_change(
    tx: Transaction,
    group: UUID,
    members: Sequence[Row],
    expected_version: int | None,
    *more: UUID,
    approving: bool = False,
) -> Row:
    """An open group that the caller may change, locked with its members and `more` customers.

    `approving` what somebody asked for who could: a group without members is theirs who made it, and may so get some.

    Raises `Refused`, and `MovedMeanwhile` when somebody joined or left between looking and locking.
    """
    await tx.lock([*(member["customer_id"] for member in members), *more], [group])
    row = await locked(tx.conn, credit_group, group)
    open_ = (approving and not members) or group in await groups_open_to(tx, [group], tx.granted.values())
    if row is None or not open_:
        raise Refused(Refusal(ErrorCode.NOT_FOUND, Message(NO_GROUP), ("creditGroup",)))
    if await members_of(tx, group) != list(members):
        raise MovedMeanwhile
    refusals = version_refusals(row["version"], expected_version, (TABLE, group))
    if not row["active"]:
        refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(CLOSED), ("creditGroup",), (TABLE, group)))
    if refusals:
        raise Refused(*refusals)
    return row


def _refusals(values: Mapping[str, Any]) -> list[Refusal]:
    return [
        *text_refusals(values.get("name"), ("name",)),
        *count_refusals(values.get("order_horizon_days"), ("orderHorizonDays",)),
        *count_refusals(values.get("max_rate_age_days"), ("maxRateAgeDays",)),
    ]
