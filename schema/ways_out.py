"""The ways out of a kept decision in the fast lane: found by deciding again on its inputs, which SQL only brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

import orjson

from domain.message import Message
from domain.money import Money
from domain.unblock import UnblockOption, unblock
from persistence.decisions import inputs_of
from persistence.frozen import freeze_message
from persistence.level import NotPlanned
from persistence.selection import Chosen, Constant, Finished, Stored
from persistence.shapes.answer import DECIDED_ON
from schema.finishing import Finish, finish_of, finisher, json
from schema.given import Call
from schema.scalars import plain_decimal

Write = Callable[[Any], str]
"""From a value of the domain to JSON."""


WAYS_OUT = Finished("ways out", ("inputs",), figures=DECIDED_ON)
"""How they are read."""


@finisher(WAYS_OUT.finisher)
def _ways_out(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """The options for what a decision was made on."""
    write = _object([(child, _of_option(child, call)) for child in one.under()])

    def finish(values: Sequence[str]) -> str:
        facts, order = inputs_of(orjson.loads(values[0]))
        return f"[{','.join(write(option) for option in unblock(facts, order))}]"

    return finish


def _object(fields: Sequence[tuple[Chosen, Write]]) -> Write:
    return lambda value: f"{{{','.join(f'{json(child.response)}:{write(value)}' for child, write in fields)}}}"


def _of_option(one: Chosen, call: Call) -> Write:
    """A field of an option. Raises `NotPlanned` for what needs the database again."""
    match one.reading:
        case Constant(value):
            return lambda option: json(value)
        case Finished(fields=(name,)):
            finish = finish_of(one, call)
            return lambda option: finish([getattr(option, name)])
        case Stored(name):
            return _stored(one, name, call)
    raise NotPlanned(one.name)


def _stored(one: Chosen, name: str, call: Call) -> Write:
    money = _object([(child, _of_money(child, call)) for child in one.under()])
    say = finish_of(one, call)

    def write(option: UnblockOption) -> str:
        match getattr(option, name):
            case Money() as amount:
                return money(amount)
            case Message() as message:
                return say([json(freeze_message(message))])
            case date() as day:
                return json(day.isoformat())
            case Enum() as code:
                return json(code.value)
            case None if one.nullable:
                return "null"
        raise NotPlanned(name)

    return write


def _of_money(one: Chosen, call: Call) -> Write:
    match one.reading:
        case Constant(value):
            return lambda money: json(value)
        case Stored("amount"):
            return lambda money: json(plain_decimal(call.context.rounded(money.amount, money.currency)))
        case Stored("currency"):
            return lambda money: json(money.currency)
        case Finished():
            finish = finish_of(one, call)
            return lambda money: finish([str(money.amount), money.currency])
    raise NotPlanned(one.name)
