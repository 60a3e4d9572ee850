"""The rows of an exposure report: what was summed for each group, converted, added and rounded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from domain.money import Exchange, Money
from persistence.exposure_dimensions import Dimensions, ExposureDimension, key_columns, said
from persistence.exposure_limits import limits
from persistence.exposure_sums import FIGURES, counted, covered, figures, members
from persistence.statements import Row, Statement

Key = tuple[str, ...]


@dataclass(frozen=True)
class ReportRow:
    """One group. `figures` are rounded amounts in the report's currency; `named` the texts its columns show."""

    level: int
    key: Key
    named: Mapping[str, str | None]
    customers: int
    figures: Mapping[str, Decimal]
    credit_limits: Decimal | None


@dataclass(frozen=True)
class Reading:
    """One reading of the database: all of a page's statements see the same moment.

    `intercompany`: with customers of our own group.
    """

    conn: asyncpg.Connection
    given: Mapping[str, Any]
    past: bool
    intercompany: bool

    async def all(self, statement: Statement, **more: Any) -> list[Row]:
        """Every row of a statement."""
        return await statement.all(self.conn, **self.given, **more)


@dataclass(frozen=True)
class Level:
    """What was summed for the groups of one level, per group by the parts of its key that are divided."""

    width: int
    customers: Mapping[Key, int]
    figures: Mapping[Key, list[Row]]
    limits: Mapping[Key, list[Money]]
    covered: Mapping[Key, Mapping[UUID, list[Money]]]
    used: Mapping[UUID, list[Money]]

    @property
    def currencies(self) -> set[str]:
        """Every currency that has to be converted."""
        secured = [money for key in self.covered.values() for each in key.values() for money in each]
        amounts = [money for group in (*self.limits.values(), *self.used.values()) for money in group]
        figured = {row["currency"] for rows in self.figures.values() for row in rows}
        return figured | {money.currency for money in (*secured, *amounts)}

    def row(
        self, level: int, key: Key, found: Mapping[str, Any], exchange: Exchange, group_by: Dimensions, currency: str
    ) -> ReportRow:
        """A group with its figures converted and rounded. Raises `RateMissing`."""
        mine = key[: self.width]
        rows, limited = self.figures.get(mine, []), self.limits.get(mine)
        amounts = {
            name: exchange.total((Money(row[name], row["currency"]) for row in rows), currency).amount
            for name in FIGURES
        }
        secured = exchange.rounded(self._insured(mine, exchange, currency), currency).amount
        return ReportRow(
            level=level,
            key=key,
            named=_named(group_by[:level], key, found),
            customers=self.customers.get(mine, 0),
            figures={**amounts, "insured": secured, "net": amounts["total"] - secured},
            credit_limits=None if limited is None else exchange.total(limited, currency).amount,
        )

    def _insured(self, key: Key, exchange: Exchange, currency: str) -> Decimal:
        """Of each customer what others answer for, at most what it owes."""
        return insured(self.covered.get(key, {}), self.used, exchange, currency)


def insured(
    secured: Mapping[UUID, Iterable[Money]], used: Mapping[UUID, Iterable[Money]], exchange: Exchange, currency: str
) -> Decimal:
    """The sum over customers of the part of each one's exposure that others answer for, unrounded.

    `domain.collateral.insured` for many customers: at most the exposure itself. Raises `RateMissing`.
    """
    total = Decimal(0)
    for customer, values in secured.items():
        exposure = exchange.exact_total(used.get(customer, ()), currency)
        total += min(exchange.exact_total(values, currency), max(exposure, Decimal(0)))
    return total


async def level_of(read: Reading, group_by: Dimensions, level: int, found: Sequence[Mapping[str, Any]]) -> Level:
    """Everything that is summed for the groups of one level among those found."""
    own = group_by[:level]
    names = key_columns(own)
    mine = [one for one in found if one["level"] == level]
    given = _narrowed_to(own, mine)
    past, intercompany = read.past, read.intercompany

    def key_of(row: Row) -> Key:
        return tuple(row[name] for name in names)

    by_key: dict[Key, list[Row]] = defaultdict(list)
    for row in await read.all(figures(own, past=past, intercompany=intercompany), **given):
        by_key[key_of(row)].append(row)
    limited: dict[Key, list[Money]] = defaultdict(list)
    for row in await read.all(limits(own, intercompany=intercompany), **given):
        limited[key_of(row)].append(Money(row["amount"], row["currency"]))
    secured: dict[Key, dict[UUID, list[Money]]] = defaultdict(lambda: defaultdict(list))
    for row in await read.all(covered(own, intercompany=intercompany), **given):
        secured[key_of(row)][row["id"]].append(Money(row["value"], row["currency"]))
    counted_rows = await read.all(members(own, intercompany=intercompany), **given)
    counts = {key_of(row): row["customers"] for row in counted_rows}
    customers = {id_ for each in secured.values() for id_ in each}
    used = await used_by(read.conn, customers, read.given, past=past, intercompany=intercompany)
    return Level(len(names), counts, by_key, limited, secured, used)


async def used_by(
    conn: asyncpg.Connection, customers: Iterable[UUID], given: Mapping[str, Any], *, past: bool, intercompany: bool
) -> Mapping[UUID, list[Money]]:
    """What counts as used credit of each of some customers, by currency."""
    wanted = sorted(customers)
    used: dict[UUID, list[Money]] = defaultdict(list)
    if wanted:
        for row in await counted(past=past, intercompany=intercompany).all(conn, **given, customers=wanted):
            used[row["id"]].append(Money(row["used"], row["currency"]))
    return used


def _narrowed_to(own: Dimensions, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if ExposureDimension.CUSTOMER in own:
        return {"customers": [UUID(said(one["customer_id"])) for one in found]}
    return {f"keys_{name}": [one[name] for one in found] for name in key_columns(own)}


def _named(own: Dimensions, key: Key, found: Mapping[str, Any]) -> dict[str, str | None]:
    """The texts of a row's columns; those it is not grouped by are left out."""
    named = {name: said(part) for name, part in zip(key_columns(own), key, strict=False)}
    if ExposureDimension.COMPANY in own:
        named["company_name"] = found["company_name"]
    if ExposureDimension.CUSTOMER in own:
        named["customer_name"] = found["customer_name"]
        named.setdefault("country", found["customer_country"])
    return named
