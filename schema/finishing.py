"""What SQL cannot say, put where it left a mark: labels, localized money, sentences.

A finisher is told once a call what is the same for all its marks (language, style), and then gives the JSON for each
mark's values. Equal marks are finished once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from locales.format import format_money
from persistence.frozen import thaw_message
from persistence.json_text import INSIDE, MARK
from persistence.selection import Chosen, Finished
from persistence.shapes.given import Parameter
from schema.given import Call

Finish = Callable[[Sequence[str]], str]
"""From a mark's values to JSON."""

Finisher = Callable[[Call, Chosen, Mapping[str, Any]], Finish]

FINISHERS: dict[str, Finisher] = {}
"""Every finisher by its name."""


def finisher(name: str) -> Callable[[Finisher], Finisher]:
    """Declares one."""

    def declare(made: Finisher) -> Finisher:
        FINISHERS[name] = made
        return made

    return declare


def json(value: Any) -> str:
    """A value as JSON."""
    return orjson.dumps(value).decode()


def finished(text: str, chosen: Sequence[Chosen], call: Call, known: Mapping[str, str] | None = None) -> str:
    """The text with every mark finished; `known` are marks that are."""
    parts = text.split(MARK)
    if len(parts) == 1:
        return text
    finishes: dict[str, Finish] = {}
    done_before = dict(known or {})
    for place in range(1, len(parts), 2):
        mark = parts[place]
        done = done_before.get(mark)
        if done is None:
            number, *values = mark.split(INSIDE)
            if number not in finishes:
                finishes[number] = finish_of(chosen[int(number)], call)
            done = done_before[mark] = finishes[number](values)
        parts[place] = done
    return "".join(parts)


def finish_of(one: Chosen, call: Call) -> Finish:
    """The finisher of a field, told what is the same for all its marks."""
    name = one.reading.finisher if isinstance(one.reading, Finished) else "said"
    arguments = {key: _read(value, call) for key, value in one.arguments.items()}
    return FINISHERS[name](call, one, arguments)


def _read(value: Any, call: Call) -> Any:
    return value.read(call) if isinstance(value, Parameter) else value


@finisher("label")
def _label(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What a code is called."""
    assert isinstance(one.reading, Finished)
    enum = one.reading.constant
    return lambda values: json(call.context.label(enum, values[0]))


@finisher("formatted")
def _formatted(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """An amount as people write it."""
    locale = arguments["locale"] or call.context.language.locale
    style: Any = "SYMBOL" if arguments["style"] is None else arguments["style"].value
    return lambda values: json(format_money(Decimal(values[0]), values[1], locale, style))


@finisher("said")
def _said(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """A message that was kept as JSON."""
    locale = arguments.get("locale")
    return lambda values: json(call.context.say(thaw_message(orjson.loads(values[0])), locale))
