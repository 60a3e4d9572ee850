"""Changes of credit in a company that approves them: which wait for somebody else, and how they are kept until then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.credit_change import Standing, widens
from domain.message import N_, Message
from domain.reason import AccountStatusEffect
from domain.refusal import ErrorCode, Refusal
from persistence.keys import new_key
from persistence.statements import Row, Statement, insert
from persistence.tables.approval import credit_change_request
from persistence.tables.company import credit_parameters
from persistence.tables.customer import customer
from persistence.take import Transaction
from persistence.writing.saving import Changes

REQUEST = "credit_change_request"

ASKED = N_("A change of the credit of customer {account} of company {company} waits for approval.")

_APPROVES = Statement(
    sa.select(credit_parameters.c.approve_credit_changes).where(
        credit_parameters.c.company_id == sa.bindparam("company", type_=sa.Uuid())
    )
)


async def waits(tx: Transaction, before: Row, differs: Mapping[str, Any], names: Mapping[UUID, Row]) -> bool:
    """Whether a change is only asked for: it widens credit, in a company that approves that."""
    if not await _APPROVES.value(tx.conn, company=before["company_id"]):
        return False
    return widens(_standing(before, names), _standing({**before, **differs}, names))


async def ask_for_change(
    tx: Transaction, found: Row, before: Row, differs: Mapping[str, Any], changed: Changes
) -> UUID:
    """Keep what is asked for until somebody else decides, and warn whoever asks that nothing was changed."""
    company: UUID = before["company_id"]
    asked = {name: {"before": _kept(before[name]), "after": _kept(value)} for name, value in differs.items()}
    request = new_key()
    row = {
        "id": request,
        "company_id": company,
        "customer_id": before["id"],
        "asked": asked,
        "changes": changed,
        "asked_by_id": tx.actor,
    }
    await insert(tx.conn, credit_change_request, [row])
    message = Message(ASKED, {"account": found["account"], "company": found["company_code"]})
    node = (REQUEST, request)
    tx.audit(AuditEventKind.CREDIT_CHANGE_ASKED, message, node, company, changed)
    tx.warnings.append(Refusal(ErrorCode.APPROVAL_REQUIRED, message, ("customer",), node))
    return request


def asked_values(request: Row, stood: str) -> dict[str, Any]:
    """The columns of what was asked for. `stood`: "before", as they stood then; "after": as they are to stand."""
    return {name: _read(customer.c[name], values[stood]) for name, values in request["asked"].items()}


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


def _kept(value: Any) -> Any:
    """A value of a column as JSON."""
    return value if value is None or isinstance(value, bool) else str(value)


def _read(column: sa.Column[Any], kept: Any) -> Any:
    """It again."""
    match column.type:
        case _ if kept is None:
            return None
        case sa.Uuid():
            return UUID(kept)
        case sa.Date():
            return date.fromisoformat(kept)
        case sa.Numeric():
            return Decimal(kept)
    return kept
