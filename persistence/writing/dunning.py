"""How far open items have been dunned, as whoever sends the letters says after each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from domain.audit import AuditEventKind
from domain.debts import level_refusals
from domain.message import N_, Message, Value
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.reevaluating import reevaluate
from persistence.statements import Statement, any_of
from persistence.tables.receivables import open_item
from persistence.take import Result, Transaction
from persistence.writing.finding import NOT_IN_COMPANY, OPEN_ITEM, few_enough, places_of, twice_refusals
from persistence.writing.items import WAS_REVERSED
from persistence.writing.saving import changes, update_many

_KEPT = Statement(
    sa.select(
        open_item.c.customer_id,
        open_item.c.id,
        open_item.c.company_id,
        open_item.c.number,
        open_item.c.dunning_level,
        open_item.c.reversed_on,
    ).where(any_of(open_item.c.customer_id, "customers"), any_of(open_item.c.id, "ids"))
)

LEVEL_SET = N_("Item {number} is at dunning level {level} instead of {before}.")


@dataclass(frozen=True)
class LevelToSet:
    """An item by its number in a company, and the level it has reached; 0: it is dunned no more."""

    company: str
    number: str
    level: int


async def set_dunning_levels(tx: Transaction, rows: Sequence[LevelToSet]) -> Result:
    """Set the levels of items, all or none; what has its level already stays as it is."""
    few_enough(rows, "items")
    numbers = [(row.company, row.number) for row in rows]
    places = await places_of(tx, OPEN_ITEM, numbers)
    await tx.lock({place.customer for place in places.values()})
    given = {"customers": [place.customer for place in places.values()], "ids": [one.id for one in places.values()]}
    kept = {row["id"]: row for row in await _KEPT.all(tx.conn, **given)}
    refusals, wanted = twice_refusals(numbers, "items", "number"), []
    for place, row in enumerate(rows):
        path = ("items", str(place))
        refusals.extend(level_refusals(row.level, (*path, "dunningLevel")))
        tx.company(row.company)
        found = places.get((row.company, row.number))
        if found is None:
            message = Message(NOT_IN_COMPANY[OPEN_ITEM], {"number": row.number, "company": row.company})
            refusals.append(Refusal(ErrorCode.NOT_FOUND, message, (*path, "number")))
            continue
        item = kept[found.id]
        wanted.append((item, row.level))
        if item["reversed_on"] is not None:
            message = Message(WAS_REVERSED, {"number": row.number, "day": item["reversed_on"]})
            refusals.append(Refusal(ErrorCode.WRONG_STATUS, message, (*path, "number"), (OPEN_ITEM, found.id)))
    if refusals:
        raise Refused(*refusals)
    payers: set[UUID] = set()
    edited = []
    for item, level in wanted:
        if item["dunning_level"] == level:
            continue
        payers.add(item["customer_id"])
        edited.append(({"customer_id": item["customer_id"], "id": item["id"]}, {"dunning_level": level}))
        values: dict[str, Value] = {"number": item["number"], "level": level, "before": item["dunning_level"]}
        tx.audit(
            AuditEventKind.OPEN_ITEM_CHANGED,
            Message(LEVEL_SET, values),
            (OPEN_ITEM, item["id"]),
            item["company_id"],
            changes(item, {"dunning_level": level}),
            event="OPEN_ITEM_CHANGED",
        )
    await update_many(tx.conn, open_item, edited)
    await reevaluate(tx, payers)
    return {"open_items": [str(item["id"]) for item, _ in wanted]}
