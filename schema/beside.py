"""Root fields that Python answers beside the statement of the fast lane, and their values as JSON.

They are written straight from what was read, by the fields that were chosen: no resolver runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

from persistence.level import NotPlanned
from persistence.selection import Chosen, Constant, Finished, Local, Stored
from persistence.shapes.given import Parameter
from schema.context import Context
from schema.finishing import finish_of, json
from schema.given import Call
from schema.scalars import plain_decimal

Write = Callable[[Any], str]
"""From a value to JSON."""


async def beside(chosen: Sequence[Chosen], call: Call) -> dict[str, str]:
    """The JSON of every field that is answered beside the statement, by the place where the statement left its mark.

    Raises what answering them raises.
    """
    answered = {}
    for place, one in enumerate(chosen):
        if isinstance(one.reading, Local):
            answered[str(place)] = await one.reading.answer(call, one, read_all(one.arguments, call))
    return answered


def told_by(answer: Callable[[Context, Mapping[str, Any]], Awaitable[Any]]) -> Local:
    """A root field by what gives its value, from the request and the field's arguments."""

    async def told(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> str:
        return value_writer(one, call)(await answer(call.context, arguments))

    return Local(told)


def read_all(value: Any, call: Call) -> Any:
    """A tree of arguments with the values of a call."""
    match value:
        case Parameter():
            return value.read(call)
        case Mapping():
            return {name: read_all(one, call) for name, one in value.items()}
        case list():
            return [read_all(one, call) for one in value]
    return value


def object_writer(chosen: Sequence[Chosen], call: Call) -> Write:
    """How objects are written, with the fields that are chosen. Raises `NotPlanned` for what needs the database."""
    fields = [(f"{json(one.response)}:", _field_writer(one, call)) for one in chosen]
    return lambda value: "{" + ",".join([head + write(value) for head, write in fields]) + "}"


def value_writer(one: Chosen, call: Call) -> Write:
    """How the value of a field is written: a plain one, an object, or a list."""
    write = object_writer(one.under(), call) if one.children else _plain

    def written(value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, list | tuple):
            return "[" + ",".join([written(each) for each in value]) + "]"
        return write(value)

    return written


def _field_writer(one: Chosen, call: Call) -> Write:
    match one.reading:
        case Constant(constant):
            text = json(constant)
            return lambda value: text
        case Stored(name):
            read, write = attrgetter(name), value_writer(one, call)
            return lambda value: write(read(value))
        case Finished(fields=(name,), figures=None):
            read, finish = attrgetter(name), finish_of(one, call)
            return lambda value: finish([read(value)])
    raise NotPlanned(one.name)


def _plain(value: Any) -> str:
    """A value of a scalar or an enum, as `schema.scalars` gives it out."""
    if isinstance(value, Decimal):
        return f'"{plain_decimal(value)}"'
    if isinstance(value, Enum):
        return json(value.value)
    return f'"{value.isoformat()}"' if isinstance(value, date) else json(value)
