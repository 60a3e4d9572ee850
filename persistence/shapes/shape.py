"""A shape: how one GraphQL type is read. The one source of its stored fields for every lane.

A field is one line: its name and the Core expression that gives it. What is filtered or sorted by is declared with it,
since only stored columns may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa

from persistence.shapes.given import bound

COMPANIES = sa.bindparam("companies", type_=sa.ARRAY(sa.Uuid()))
"""The companies the viewer may see. Every shape's `visible` speaks of it; nothing else narrows what is seen."""

LOCALES = sa.bindparam("locales", type_=sa.ARRAY(sa.Text()))
"""The reader's languages, best first, for names that people give."""


NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
"""The request's one moment."""

REPORTING = sa.bindparam("reporting", type_=sa.Text())
"""The currency in which amounts of different currencies are sorted and compared."""

Condition = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]
"""A value, as a parameter of the statement, to the rows it selects."""


class Kind(Enum):
    """How a field is compared: it decides the filter a client gets for it."""

    ID = "ID"
    TEXT = "TEXT"
    CODE = "CODE"
    FLAG = "FLAG"
    NUMBER = "NUMBER"
    WHOLE = "WHOLE"
    DAY = "DAY"
    INSTANT = "INSTANT"
    MONEY = "MONEY"


@dataclass(frozen=True)
class Filterable:
    """A stored field that may be filtered by; `sort` when it may also be sorted by.

    `of_any`: where a row has several values; makes of a comparison of `expression` the rows of which one of them is so.
    `enum` names the closed list of a CODE. `expression` is what is compared; for MONEY the amount in the reporting
    currency. `spoken` is what is sorted by in the order of the reader's language: names, as they are shown.
    """

    kind: Kind
    expression: sa.ColumnElement[Any]
    sort: bool = False
    enum: type[Enum] | None = None
    spoken: sa.ColumnElement[Any] | None = None
    of_any: Callable[[sa.ColumnElement[bool]], sa.ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class Shape:
    """How a type is read: where from, what its fields are, who may see a row.

    `prefix` begins its node ids. `company` is the company a row belongs to (null: every company's), or `in_companies`
    says which rows belong to some of an array of companies. `within` names what else its rows can hang off beside its
    own fields: a column that equals the value, or a condition made from it. `search` holds the texts that a search
    looks at, its number first; `title` is what a row is called in a list of different things. `order` is how a list is
    sorted when nobody says: (field, descending).
    """

    name: str
    prefix: str
    source: sa.FromClause
    id: sa.ColumnElement[Any]
    fields: Mapping[str, sa.ColumnElement[Any]]
    visible: sa.ColumnElement[bool]
    company: sa.ColumnElement[Any] | None = None
    in_companies: Condition | None = None
    filters: Mapping[str, Filterable] = field(default_factory=dict)
    within: Mapping[str, sa.ColumnElement[Any] | Condition] = field(default_factory=dict)
    search: tuple[sa.ColumnElement[Any], ...] = ()
    title: sa.ColumnElement[Any] | None = None
    order: tuple[tuple[str, bool], ...] = ()

    def select(self) -> sa.Select[Any]:
        """Its fields, of the rows the viewer may see."""
        labelled = [self.id.label("id"), *(expression.label(name) for name, expression in self.fields.items())]
        return sa.select(*labelled).select_from(self.source).where(self.visible)

    @property
    def table(self) -> str:
        """The table whose rows they are."""
        table: sa.Table = self.id.table
        return table.name

    @property
    def seen_by_company(self) -> bool:
        """Whether who may see a row follows from its own column `company_id` alone."""
        column = self.fields.get("company_id")
        return column is not None and column is self.company and self.visible.compare(seen(column))

    def kept_as_given(self, name: str) -> bool:
        """Whether a field is a column of the row whose values are read as they were given: texts, ids, days, flags."""
        found = self.fields.get(name)
        if not isinstance(found, sa.Column) or found.table is not self.id.table:
            return False
        return isinstance(found.type, sa.String | sa.Uuid | sa.Date | sa.Boolean)

    @property
    def filterable(self) -> Mapping[str, Filterable]:
        """Everything it can be filtered by, its id too."""
        return {"id": Filterable(Kind.ID, self.id), **self.filters}

    def hanging_off(self, values: Mapping[str, Any]) -> sa.ColumnElement[bool]:
        """The rows that belong to another record: of a customer, of a group, of an order.

        A value is known, a parameter, or a column of that record.
        """
        return sa.and_(sa.true(), *(self._hangs_off(name, value) for name, value in values.items()))

    def _hangs_off(self, name: str, value: Any) -> sa.ColumnElement[bool]:
        found = self.id if name == "id" else self.within[name] if name in self.within else self.fields[name]
        if not isinstance(found, sa.ColumnElement):
            return found(_as_expression(value, sa.Uuid()))
        return found.is_(None) if value is None else found == _as_expression(value, found.type)


def _as_expression(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A value, a parameter, or a column of the record that rows hang off."""
    return value if isinstance(value, sa.ColumnElement) else bound(value, kind)


def seen(company_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """A row of a company the viewer may see."""
    return company_id == sa.func.any(COMPANIES)


def record_fields(table: sa.Table) -> dict[str, sa.ColumnElement[Any]]:
    """The fields of every record."""
    return {"version": table.c.version, "created_at": table.c.created_at, "updated_at": table.c.updated_at}


def record_filters(table: sa.Table) -> dict[str, Filterable]:
    """Every record can be read incrementally."""
    return {
        "created_at": Filterable(Kind.INSTANT, table.c.created_at, sort=True),
        "updated_at": Filterable(Kind.INSTANT, table.c.updated_at, sort=True),
    }


def today(time_zone: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The day it is in a time zone at the request's moment."""
    return sa.cast(sa.func.timezone(time_zone, NOW), sa.Date())


def tidy(number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A share or a rate as it was given, without the zeros that its column adds."""
    return sa.func.trim_scale(number, type_=sa.Numeric())
