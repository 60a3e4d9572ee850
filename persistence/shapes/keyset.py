"""Pages by key: a cursor holds the sort keys of a row, so that the next page begins after it, whatever was added.

Nulls sort as PostgreSQL does by default (last when ascending), so that reading backwards is the exact mirror.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from persistence.shapes.given import bound
from persistence.shapes.shape import Shape

VERSION = 1


class BadCursor(ValueError):
    """A cursor that was not made for this list and order."""


@dataclass(frozen=True)
class Speech:
    """What sorting by names depends on: the reader's languages, best first, and the collation of the database for them;
    None where it has none, and sorts by code points."""

    locales: tuple[str, ...] = ()
    collation: str | None = None


SILENT = Speech()
"""Of nobody's language."""


@dataclass(frozen=True)
class SortKey:
    """One expression a list is sorted by."""

    name: str
    expression: sa.ColumnElement[Any]
    descending: bool = False

    def ordered(self, backwards: bool) -> sa.ColumnElement[Any]:
        """For ORDER BY."""
        return self.expression.desc() if self.descending != backwards else self.expression.asc()

    def beyond(self, value: Any, backwards: bool) -> sa.ColumnElement[bool]:
        """Rows strictly after a value."""
        literal = bound(value, self.expression.type)
        if self.descending != backwards:
            return self.expression.is_not(None) if value is None else self.expression < literal
        if value is None:
            return sa.false()
        return (
            sa.or_(self.expression > literal, self.expression.is_(None))
            if self._nullable
            else self.expression > literal
        )

    def not_before(self, value: Any, backwards: bool) -> sa.ColumnElement[bool]:
        """Rows with the same value or after it: what an index can begin at."""
        literal = bound(value, self.expression.type)
        if self.descending != backwards:
            return sa.true() if value is None else self.expression <= literal
        if value is None:
            return self.expression.is_(None)
        if self._nullable:
            return sa.or_(self.expression >= literal, self.expression.is_(None))
        return self.expression >= literal

    @property
    def _nullable(self) -> bool:
        return not isinstance(self.expression, sa.Column) or bool(self.expression.nullable)

    def same(self, value: Any) -> sa.ColumnElement[bool]:
        """Rows with the same value."""
        if value is None:
            return self.expression.is_(None)
        return self.expression == bound(value, self.expression.type)


def sort_keys(shape: Shape, order: Sequence[tuple[str, bool]], speech: Speech) -> tuple[SortKey, ...]:
    """What to sort by, as asked or as the shape does by itself; the id comes last, so that the order is total.

    Names are sorted as the reader's language does, and their cursors belong to it: in another one the same name stands
    elsewhere.
    """
    asked = [_sort_key(shape, name, descending, speech) for name, descending in order or shape.order]
    return tuple(asked) if any(key.name == "id" for key in asked) else (*asked, SortKey("id", shape.id))


def by_language(shape: Shape, order: Sequence[tuple[str, bool]]) -> bool:
    """Whether a list is sorted otherwise in another language."""
    return any(shape.filterable[name].spoken is not None for name, _ in order or shape.order)


def _sort_key(shape: Shape, name: str, descending: bool, speech: Speech) -> SortKey:
    field = shape.filterable[name]
    if field.spoken is None:
        return SortKey(name, field.expression, descending)
    by = field.spoken if speech.collation is None else sa.collate(field.spoken, speech.collation)
    # A text that is the same for all readers depends on the collation only; one of several translations on them too.
    spoken = () if field.spoken is field.expression else speech.locales
    return SortKey("@".join((name, *filter(None, (speech.collation, *spoken)))), by, descending)


def after(keys: Sequence[SortKey], values: Sequence[Any], backwards: bool) -> sa.ColumnElement[bool]:
    """Rows that come after the one with these keys (before it, when reading backwards)."""
    alternatives = [
        sa.and_(
            *(key.same(value) for key, value in zip(keys[:depth], values, strict=False)),
            keys[depth].beyond(values[depth], backwards),
        )
        for depth in range(len(keys))
    ]
    return sa.and_(keys[0].not_before(values[0], backwards), sa.or_(*alternatives))


def encode(shape: Shape, keys: Sequence[SortKey], values: Sequence[Any]) -> str:
    """A cursor: version, what it sorts, and the keys."""
    written = [None if value is None else _written(value) for value in values]
    content = orjson.dumps([VERSION, digest(shape, keys), *written])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(shape: Shape, keys: Sequence[SortKey], cursor: str) -> list[Any]:
    """The keys in a cursor. Raises `BadCursor` for anything this list did not make."""
    try:
        version, made_for, *written = _content(cursor)
        if version != VERSION or made_for != digest(shape, keys) or len(written) != len(keys):
            raise BadCursor(cursor)
        return [
            None if value is None else _read(value, key.expression.type)
            for key, value in zip(keys, written, strict=True)
        ]
    except (binascii.Error, ValueError, TypeError, InvalidOperation) as error:
        raise BadCursor(cursor) from error


def nulls(cursor: str) -> tuple[bool, ...]:
    """Which of the keys in a cursor are null. Raises `BadCursor` for what is no cursor at all."""
    return tuple(value is None for value in _content(cursor)[2:])


def _content(cursor: str) -> list[Any]:
    try:
        content = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(content, list):
        raise BadCursor(cursor)
    return content


def digest(shape: Shape, keys: Sequence[SortKey]) -> str:
    """What a list and its order are told apart by in its cursors."""
    spoken = shape.name + "".join(f"|{key.name}{'-' if key.descending else '+'}" for key in keys)
    return hashlib.sha256(spoken.encode()).hexdigest()[:8]


def _written(value: Any) -> str | bool | int:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _read(value: Any, kind: Any) -> Any:
    wanted = kind.python_type
    if wanted in (bool, int):
        if type(value) is not wanted:
            raise BadCursor(value)
        return value
    if not isinstance(value, str):
        raise BadCursor(value)
    if wanted is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise BadCursor(value)
        return moment
    if wanted is date:
        return date.fromisoformat(value)
    return {Decimal: Decimal, UUID: UUID, str: str}[wanted](value)
