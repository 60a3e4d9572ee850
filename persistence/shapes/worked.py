"""Figures that SQL works out for a row: what a shape's own columns do not hold, such as an exposure or a limit.

A worked-out figure is a tree: objects of values, amounts, links and rows. Its leaves are expressions over LATERAL
subqueries; whoever composes a statement joins the laterals that the chosen leaves speak of, and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from persistence.shapes.shape import Shape

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Row:
    """The row that figures are worked out for. Every lateral is correlated to `source` by name.

    `columns`: the base columns that the figures declared as their needs, as they are called in `source`.
    """

    source: sa.FromClause
    columns: Mapping[sa.Column[Any], Expression]

    def __getitem__(self, column: sa.Column[Any]) -> Expression:
        return self.columns[column]


@dataclass(frozen=True)
class Asked:
    """The arguments of a sum. None: not asked, which leaves out what only the argument needs.

    `as_of`: a business day. `currency`: an ISO 4217 code. `definition`: the code of an aging definition. `months`: of a
    DSO. `intercompany`: whether customers of our own group count in sums of a company. `names`: the figures that are
    wanted, wherever in the tree; None: it is not known, any may be.
    """

    as_of: Expression | None = None
    currency: Expression | None = None
    definition: Expression | None = None
    months: Expression | None = None
    intercompany: bool = False
    names: frozenset[str] | None = None


@dataclass(frozen=True)
class Amount:
    """Money: an exact amount, rounded to its currency when it is written. Null when `value` is.

    `digits`: to how many decimals of its currency it is rounded already, where it is: rounding costs a look-up.
    """

    value: Expression
    currency: Expression
    digits: Expression | None = None


@dataclass(frozen=True)
class LinkTo:
    """A record by its key; null when the key is, or when the viewer may not see it."""

    key: Expression
    shape: Shape


@dataclass(frozen=True)
class LinkToEither:
    """A record of one of several shapes: the first whose key is not null, and that the viewer may see."""

    cases: tuple[tuple[Expression, Shape], ...]


@dataclass(frozen=True)
class Said:
    """A sentence, finished outside SQL: its text and its values, as JSON of `persistence.frozen`."""

    message: Expression


@dataclass(frozen=True)
class Rows:
    """A list: a select (correlated like a lateral) in its order, and what each of its rows gives.

    `order`: columns of `select` by which it is sorted. `fields`: of an object for each row, or the record it links to,
    which is null where the viewer may not see it. The list is null where `present` is not true.
    """

    select: sa.Select[Any]
    order: tuple[str, ...]
    fields: Callable[[sa.FromClause], Mapping[str, Any] | LinkTo | LinkToEither]
    present: Expression | None = None


class Lazily(Mapping[str, Any]):
    """Figures under names by what makes each. Only those that are asked for are made, each once: most are not asked."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True)
class Object:
    """Several figures under names (GraphQL's, as Python writes them). Null where `present` is not true."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    present: Expression | None = None


Worked = Expression | Amount | LinkTo | LinkToEither | Said | Rows | Object


@dataclass(frozen=True)
class Figures:
    """How something is worked out: the base columns of the row it needs, and the tree it gives.

    `names`: the figures that it leaves out of its sums where it is told that they are not wanted. `of_a_call`: the tree
    holds parameters of one plan; others are kept for all.
    """

    needs: tuple[sa.Column[Any], ...]
    build: Callable[[Row, Asked], Object]
    names: frozenset[str] = frozenset()
    of_a_call: bool = False
