"""The steps from a draft to a posted adjustment: which lines take one, and where the adjustment stands after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from domain.adjustment import AdjustmentStatus, standing
from domain.message import Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.statements import Row, Statement
from persistence.tables.company import credit_parameters
from persistence.take import Transaction
from persistence.writing.adjustments import NO_LINE, rows_refusals

_WORKFLOW = Statement(
    sa.select(credit_parameters.c.approve_limit_adjustments, credit_parameters.c.post_approved_limits).where(
        credit_parameters.c.company_id == sa.bindparam("company", type_=sa.Uuid())
    )
)


@dataclass(frozen=True)
class Workflow:
    """How a company approves. `approve`: adjustments, before they are posted; `post`: they are posted as approved."""

    approve: bool = False
    post: bool = False


async def workflow_of(tx: Transaction, company: UUID) -> Workflow:
    """How a company approves; one without parameters approves nothing."""
    row = await _WORKFLOW.one(tx.conn, company=company)
    return Workflow() if row is None else Workflow(row["approve_limit_adjustments"], row["post_approved_limits"])


def chosen_lines(
    rows: Sequence[Row],
    wanted: Sequence[UUID] | None,
    from_: Collection[AdjustmentStatus],
    said: Mapping[AdjustmentStatus, str],
) -> list[Row]:
    """The lines that take a step: all that stand where it begins, or those wanted. Raises `Refused` where one of these
    is not there or stands elsewhere; `said` tells why by where it stands.
    """
    if wanted is None:
        return [row for row in rows if row["status"] in from_]
    refusals = rows_refusals(wanted, "lines")
    if refusals:
        raise Refused(*refusals)
    kept = {row["id"]: row for row in rows}
    for place, key in enumerate(wanted):
        path = ("lines", str(place))
        if key not in kept:
            refusals.append(Refusal(ErrorCode.NOT_FOUND, Message(NO_LINE), path))
        elif kept[key]["status"] not in from_:
            status = AdjustmentStatus(kept[key]["status"])
            refusals.append(Refusal(ErrorCode.WRONG_STATUS, Message(said[status]), path))
    if refusals:
        raise Refused(*refusals)
    return [kept[key] for key in dict.fromkeys(wanted)]


def stands_after(rows: Sequence[Row], chosen: Sequence[Row], status: AdjustmentStatus) -> AdjustmentStatus:
    """Where an adjustment stands when the chosen lines have come to `status`."""
    moved = {row["id"] for row in chosen}
    return standing(status if row["id"] in moved else AdjustmentStatus(row["status"]) for row in rows)
