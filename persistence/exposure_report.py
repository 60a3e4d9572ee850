"""The exposure report: figures by company, customer, group, class of risk or country, with subtotals, page by page.

Each figure is its sums per currency, each converted, added, and rounded once (decision 13). Customers of our own group
of companies are left out unless asked for (decision 11). Today is read from the kept balances, a day in the past from
the movements.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from persistence.exposure_dimensions import (
    WHOLE,
    Dimensions,
    days,
    key_columns,
    number_of_keys,
    page_of_keys,
)
from persistence.exposure_rows import Key, Reading, ReportRow, level_of
from persistence.rates import exchange_on, with_age
from persistence.shapes.keyset import BadCursor

_VERSION = 1


@dataclass(frozen=True)
class ReportAsked:
    """What is asked of a report. `companies`: those counted. `first` xor `last`; `as_of` None is today.

    `intercompany`: with customers of our own group.
    """

    group_by: Dimensions
    companies: tuple[UUID, ...]
    currency: str
    subtotals: bool = False
    as_of: date | None = None
    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    intercompany: bool = False

    @property
    def levels(self) -> tuple[int, ...]:
        """How deep the rows are divided: 0 is the total."""
        return tuple(range(len(self.group_by) + 1)) if self.subtotals else (len(self.group_by),)


@dataclass(frozen=True)
class ReportPage:
    """One page of rows, each with its cursor, all as of one moment."""

    as_of: date
    rows: tuple[ReportRow, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True)
class Days:
    """The days of the companies of a report."""

    latest: date
    today: date
    max_rate_age_days: int


async def report_page(conn: asyncpg.Connection, asked: ReportAsked, now: datetime) -> ReportPage:
    """One page. Raises `BadCursor`, and `RateMissing` when a figure cannot be converted."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        known = await days_of(conn, asked.companies, asked.as_of, now)
        given = {"wanted": list(asked.companies), "as_of": asked.as_of, "now": now}
        read = Reading(conn, given, asked.as_of is not None and asked.as_of < known.today, asked.intercompany)
        backwards = asked.last is not None
        size = asked.last if asked.last is not None else asked.first or 0
        found = await _keys(read, asked, size + 1, backwards=backwards)
        more, wanted = len(found) > size, found[:size]
        rows = await _rows(read, asked, wanted[::-1] if backwards else wanted, known)
    return ReportPage(
        as_of=known.latest,
        rows=rows,
        cursors=tuple(_cursor(asked, row.key) for row in rows),
        has_next=asked.before is not None if backwards else more,
        has_previous=more if backwards else asked.after is not None,
    )


async def report_count(conn: asyncpg.Connection, asked: ReportAsked, now: datetime, limit: int) -> int:
    """How many rows the report has, counted no further than one past `limit`."""
    divided = tuple(level for level in asked.levels if level)
    total = 1 if 0 in asked.levels else 0
    if not divided:
        return total
    given = {"wanted": list(asked.companies), "as_of": asked.as_of, "now": now, "limit": limit + 1}
    counted_rows: int = await number_of_keys(asked.group_by, divided, intercompany=asked.intercompany).value(
        conn, **given
    )
    return min(counted_rows + total, limit + 1)


async def days_of(conn: asyncpg.Connection, companies: Sequence[UUID], as_of: date | None, now: datetime) -> Days:
    """What day it is in these companies, and how old a rate may be in the most patient of them."""
    rows = await days().all(conn, wanted=list(companies), as_of=as_of, now=now)
    return Days(
        latest=max((row["day"] for row in rows), default=as_of or now.date()),
        today=max((row["today"] for row in rows), default=now.date()),
        max_rate_age_days=max((row["max_rate_age_days"] for row in rows), default=0),
    )


async def _keys(read: Reading, asked: ReportAsked, limit: int, *, backwards: bool) -> list[Mapping[str, Any]]:
    """The groups of a page in the order they are read. The total, which nothing comes before, needs no statement."""
    names = key_columns(asked.group_by)
    bounds = {side: _key_in(asked, cursor) for side, cursor in (("after", asked.after), ("before", asked.before))}
    given: dict[str, Any] = {"limit": limit}
    for side, key in bounds.items():
        if key is not None:
            given |= {f"{side}_{name}": part for name, part in zip(names, key, strict=True)}
    divided = tuple(level for level in asked.levels if level)
    found: list[Mapping[str, Any]] = []
    if divided:
        after, before = bounds["after"] is not None, bounds["before"] is not None
        statement = page_of_keys(
            asked.group_by, divided, after=after, before=before, backwards=backwards, intercompany=asked.intercompany
        )
        found.extend(await read.all(statement, **given))
    whole = (WHOLE,) * len(names)
    if 0 in asked.levels and bounds["after"] is None and (not names or bounds["before"] != whole):
        total: Mapping[str, Any] = {"level": 0, **dict.fromkeys(names, WHOLE)}
        found = [*found, total] if backwards else [total, *found]
    return found[:limit]


async def _rows(
    read: Reading, asked: ReportAsked, found: Sequence[Mapping[str, Any]], known: Days
) -> tuple[ReportRow, ...]:
    names, by, currency = key_columns(asked.group_by), asked.group_by, asked.currency
    levels = {level: await level_of(read, by, level, found) for level in {one["level"] for one in found}}
    used = {currency, *(each for level in levels.values() for each in level.currencies)}
    exchange = with_age(await exchange_on(read.conn, known.latest, used), known.max_rate_age_days)
    return tuple(
        levels[one["level"]].row(
            one["level"], tuple(one[name] for name in names), one, exchange, asked.group_by, asked.currency
        )
        for one in found
    )


def _cursor(asked: ReportAsked, key: Key) -> str:
    content = orjson.dumps([_VERSION, _digest(asked), *key])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _key_in(asked: ReportAsked, cursor: str | None) -> Key | None:
    """The key in a cursor. Raises `BadCursor` for anything this report did not make."""
    if cursor is None:
        return None
    try:
        content = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        version, digest, *key = content
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    of_this = version == _VERSION and digest == _digest(asked) and len(key) == len(key_columns(asked.group_by))
    if not of_this or not all(isinstance(part, str) for part in key):
        raise BadCursor(cursor)
    return tuple(key)


def _digest(asked: ReportAsked) -> str:
    spoken = "|".join((*asked.group_by, str(asked.subtotals)))
    return hashlib.sha256(spoken.encode()).hexdigest()[:8]
