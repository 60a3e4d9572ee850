"""Changes of credit where a company approves them: they wait for somebody else, and how they are kept until then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.credit_change import CreditChangeKind, CreditChangeStatus
from domain.message import N_, Message, Percent, Value
from domain.refusal import ErrorCode, Refusal
from persistence.frozen import freeze_message
from persistence.keys import new_key
from persistence.statements import Row, Statement, any_of, insert
from persistence.tables.approval import credit_change_request
from persistence.tables.company import credit_parameters
from persistence.take import Transaction
from persistence.writing.saving import Changes

REQUEST = "credit_change_request"

ASKED = N_("A change of the credit of customer {account} of company {company} waits for approval.")
ASKED_OF_GROUP = N_("A change of credit group {number} waits for approval.")
ASKED_OF_PARTY = N_("A change of the limits of party {number} waits for approval.")

_APPROVE = Statement(
    sa.select(
        sa.exists().where(
            any_of(credit_parameters.c.company_id, "companies"), credit_parameters.c.approve_credit_changes
        )
    )
)
_SAME = Statement(
    sa.select(credit_change_request.c.id).where(
        credit_change_request.c.status == CreditChangeStatus.IN_REVIEW.value,
        credit_change_request.c.asked_by_id == sa.bindparam("actor", type_=sa.Uuid()),
        credit_change_request.c.kind == sa.bindparam("kind", type_=sa.Text()),
        sa.func.coalesce(credit_change_request.c.party_id, credit_change_request.c.customer_id)
        == sa.bindparam("whose", type_=sa.Uuid()),
        credit_change_request.c.credit_group_id.is_not_distinct_from(sa.bindparam("group", type_=sa.Uuid())),
        credit_change_request.c.asked == sa.bindparam("asked", type_=credit_change_request.c.asked.type),
    )
)

Names = Mapping[str, Value | Percent]


@dataclass(frozen=True)
class Asked:
    """A change as somebody asks for it. `asked`: what makes it later, as JSON; `changes` and `message`: it in words.

    `names`: whose credit it is, in words. `path`: where that stood in the input.
    """

    kind: CreditChangeKind
    asked: Mapping[str, Any]
    changes: Changes
    message: Message
    names: Names
    path: tuple[str, ...]
    company: UUID | None = None
    customer: UUID | None = None
    credit_group: UUID | None = None
    party: UUID | None = None
    collateral: UUID | None = None


async def approve_changes(tx: Transaction, companies: Iterable[UUID]) -> bool:
    """Whether one of these companies has what widens credit approved by somebody else."""
    return bool(await _APPROVE.value(tx.conn, companies=sorted(set(companies))))


async def ask_for_change(tx: Transaction, one: Asked) -> dict[str, str]:
    """Keep what is asked for until somebody else decides, and warn whoever asks that nothing was changed.

    Gives what the payload tells of it.
    """
    request = new_key()
    row = {
        "id": request,
        "company_id": one.company,
        "kind": one.kind.value,
        "customer_id": one.customer,
        "credit_group_id": one.credit_group,
        "party_id": one.party,
        "collateral_id": one.collateral,
        "asked": one.asked,
        "changes": one.changes,
        "message": freeze_message(one.message),
        "asked_by_id": tx.actor,
    }
    await insert(tx.conn, credit_change_request, [row])
    tx.audit(AuditEventKind.CREDIT_CHANGE_ASKED, _waits(one), (REQUEST, request), one.company, one.changes)
    return _warned(tx, one, request)


async def ask_once_for_change(tx: Transaction, one: Asked) -> dict[str, str]:
    """The same for calls without a key: what the same person asked for in the same way and still waits is not asked
    for again.
    """
    whose = one.party or one.customer
    given = {"kind": one.kind.value, "whose": whose, "group": one.credit_group, "asked": one.asked}
    same = await _SAME.value(tx.conn, actor=tx.actor, **given)
    return await ask_for_change(tx, one) if same is None else _warned(tx, one, same)


def with_asker(changed: Changes | None, asked_by: str | None) -> Changes | None:
    """What is put on record of a change, with who asked for it where somebody else approved it."""
    if asked_by is None:
        return changed
    return [*(changed or ()), {"field": "askedBy", "before": None, "after": asked_by}]


def kept_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns as JSON."""
    return {name: kept(value) for name, value in values.items()}


def read_values(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns of a table out of JSON."""
    return {name: read(table.c[name], value) for name, value in values.items()}


def kept(value: Any) -> Any:
    """A value of a column as JSON."""
    return value if value is None or isinstance(value, bool | int) else str(value)


def read(column: sa.Column[Any], value: Any) -> Any:
    """It again."""
    match column.type:
        case _ if value is None:
            return None
        case sa.Uuid():
            return UUID(value)
        case sa.Date():
            return date.fromisoformat(value)
        case sa.Numeric():
            return Decimal(value)
    return value


def what_of(request: Row) -> tuple[str, Names]:
    """What a change that was asked for is of, and what that is called: of a row with the names of its records."""
    if request["account"] is not None:
        return "customer", {"account": request["account"], "company": request["company_code"]}
    if request["party_number"] is not None:
        return "party", {"number": request["party_number"]}
    return "credit_group", {"number": request["group_number"]}


def _waits(one: Asked) -> Message:
    text = ASKED if one.customer is not None else ASKED_OF_GROUP if one.party is None else ASKED_OF_PARTY
    return Message(text, one.names)


def _warned(tx: Transaction, one: Asked, request: UUID) -> dict[str, str]:
    tx.warnings.append(Refusal(ErrorCode.APPROVAL_REQUIRED, _waits(one), one.path, (REQUEST, request)))
    return {REQUEST: str(request)}
