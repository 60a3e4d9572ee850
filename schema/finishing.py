"""What SQL cannot say, put where it left a mark: localized money, sentences.

A finisher is told once a call what is the same for all its marks (language, style), and then gives the JSON for each
mark's values. Equal marks are finished once. A long list has thousands of marks: whatever is done for each of them is
done by C.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, repeat
from typing import Any

import orjson

from locales.format import format_every
from locales.negotiate import Reader
from locales.say import labels
from persistence.frozen import thaw_message
from persistence.json_text import BETWEEN, INSIDE, MARK
from persistence.selection import Chosen, Finished
from persistence.shapes.given import Parameter
from schema.given import Call

_MARK, _INSIDE = MARK.encode(), INSIDE.encode()

Finish = Callable[[Sequence[str]], str]
"""From a mark's values to JSON."""


@dataclass(frozen=True)
class Together:
    """A finish for long lists: it is given the columns of all values, and gives the JSON for each row of them."""

    every: Callable[[Sequence[Sequence[str]]], Sequence[str]]

    def __call__(self, values: Sequence[str]) -> str:
        return self.every([[value] for value in values])[0]


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


def jsons(texts: Sequence[str]) -> list[str]:
    """Texts as JSON, each: mostly there is nothing in any of them to escape."""
    together = "".join(texts)
    return [f'"{text}"' for text in texts] if json(together) == f'"{together}"' else [json(text) for text in texts]


def finished(text: bytes, chosen: Sequence[Chosen], call: Call, known: Mapping[str, str] | None = None) -> bytes:
    """The text with every mark finished; `known` are fields that are, by their numbers.

    What stands between the marks stays as it came: making text of all of it would cost a third more.
    """
    if _MARK not in text:  # splitting a long text that has none costs thirty times as much as looking
        return text
    parts = text.split(_MARK)
    marks = _INSIDE.join(parts[1::2]).decode().split(INSIDE)
    numbers, values = marks[::2], marks[1::2]
    done: dict[str, Iterator[str]] = {}
    for number in dict.fromkeys(numbers):
        own = list(compress(values, map(number.__eq__, numbers)))
        json = (known or {}).get(number)
        done[number] = iter(_every(own, finish_of(chosen[int(number)], call)) if json is None else repeat(json))
    parts[1::2] = MARK.join(map(next, map(done.__getitem__, numbers))).encode().split(_MARK)
    return b"".join(parts)


def _every(marks: Sequence[str], finish: Finish) -> Iterable[str]:
    """The JSON for each of one field's marks."""
    if isinstance(finish, Together):
        width = 1 + marks[0].count(BETWEEN)
        values = BETWEEN.join(marks).split(BETWEEN)
        return finish.every([values[place::width] for place in range(width)])
    once = {mark: finish(mark.split(BETWEEN)) for mark in dict.fromkeys(marks)}
    return map(once.__getitem__, marks)


def finish_of(one: Chosen, call: Call) -> Finish:
    """The finisher of a field, told what is the same for all its marks."""
    name = one.reading.finisher if isinstance(one.reading, Finished) else "said"
    arguments = {key: _read(value, call) for key, value in one.arguments.items()}
    return FINISHERS[name](call, one, arguments)


def _read(value: Any, call: Call) -> Any:
    return value.read(call) if isinstance(value, Parameter) else value


@lru_cache(1024)
def labels_as_json(enum: str, language: Reader) -> dict[str, str]:
    """What every value of an enum is called, as JSON: the statement itself puts it in the place of a code."""
    return {value: json(label) for value, label in labels(enum, language).items()}


@finisher("label")
def _label(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What a code is called, where no statement reads it."""
    assert isinstance(one.reading, Finished)
    enum = one.reading.constant
    return lambda values: json(call.context.label(enum, values[0]))


@finisher("formatted")
def _formatted(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """An amount as people write it."""
    locale = arguments["locale"] or call.context.language.locale
    style: Any = "SYMBOL" if arguments["style"] is None else arguments["style"].value
    return Together(lambda columns: jsons(format_every(columns[0], columns[1], locale, style)))


@finisher("said")
def _said(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """A message that was kept as JSON."""
    locale = arguments.get("locale")
    return lambda values: json(call.context.say(thaw_message(orjson.loads(values[0])), locale))
