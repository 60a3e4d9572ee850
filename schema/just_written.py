"""A payload told of the very rows that were just written, without reading them again.

Only stored fields that JSON writes as they were given (ids, texts, days, yes and no), of records whose rows the call
kept and the viewer may see. Everything else is read by the payload's statement, which says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from persistence.json_text import constant
from persistence.selection import Chosen, Constant, Finished, Found, Identity, Itself, Stored
from persistence.shapes.given import Parameter
from persistence.shapes.shape import Shape
from schema.finishing import finish_of, json
from schema.given import Call, NotGiven

Row = Mapping[str, Any]


class NotKept(Exception):
    """Something is asked for that the call did not keep."""


class Telling:
    """How one operation is told of rows that were just written: texts, and what a call puts between them."""

    def __init__(self, parts: Sequence[str | Callable[[Call], str]]) -> None:
        self._parts = parts

    @classmethod
    def of(cls, chosen: Sequence[Chosen]) -> Telling | None:
        """How a mutation's payloads are told, or None where rows do not say all that is asked for."""
        try:
            return cls(_object(chosen, _of_payload))
        except NotKept:
            return None

    def text(self, call: Call) -> str | None:
        """The JSON, or None where this call did not keep what it needs."""
        try:
            return "".join([part if isinstance(part, str) else part(call) for part in self._parts])
        except (NotKept, NotGiven):
            return None


Parts = list[str | Callable[[Call], str]]


def _object(chosen: Sequence[Chosen], value: Callable[[Chosen], Parts]) -> Parts:
    parts: Parts = ["{"]
    for place, one in enumerate(chosen):
        parts.append(f"{',' if place else ''}{constant(one.response)}:")
        parts.extend(value(one))
    return [*parts, "}"]


def _of_payload(one: Chosen) -> Parts:
    """A field of the mutation, or of a payload."""
    match one.reading:
        case Constant(value):
            return [constant(value)]
        case Itself():
            return _object(one.under(), _of_payload)
        case Finished(fields=(), figures=None):
            return [lambda call: finish_of(one, call)(())]
        case Found(shape, {"id": Parameter() as key, **more}) if shape.seen_by_company and not more:
            return [_record(one, shape, key)]
    raise NotKept(one.response)


def _record(one: Chosen, shape: Shape, key: Parameter) -> Callable[[Call], str]:
    under = one.under(shape.name)
    fields = [(constant(field.response), _of_row(field, shape)) for field in under]

    def told(call: Call) -> str:
        wanted: UUID | None = key.read(call)
        if wanted is None and one.nullable:
            return "null"
        row = next((w.rows[wanted] for w in call.written.values() if wanted in w.rows), None)
        if row is None or row["company_id"] not in call.context.viewer.companies():
            raise NotKept(one.response)
        return "{" + ",".join([f"{name}:{value(row)}" for name, value in fields]) + "}"

    return told


def _of_row(one: Chosen, shape: Shape) -> Callable[[Row], str]:
    """A field of a record."""
    match one.reading:
        case Constant(value):
            text = constant(value)
            return lambda row: text
        case Identity():
            return lambda row: f'"{shape.prefix}_{row["id"].hex}"'
        case Stored(name) if shape.kept_as_given(name):
            return lambda row: _written(row, name, one.nullable)
    raise NotKept(one.response)


def _written(row: Row, name: str, nullable: bool) -> str:
    """A value as JSON; what a default of the database filled in is not among what was given."""
    value = row.get(name, row)
    if value is row or (value is None and not nullable):
        raise NotKept(name)
    return json(str(value) if isinstance(value, UUID | date) else value)
