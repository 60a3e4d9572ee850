"""A planned statement, ready to be run for any call: one round trip that brings the JSON of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import asyncpg

from persistence import json_text
from persistence.database import Connection, Pool
from persistence.json_text import FAULT
from persistence.planner import Planner
from persistence.recent import Recent
from persistence.selection import Chosen, Constant, Finished, Itself, Local
from persistence.shapes.given import Parameters
from persistence.statements import REQUIRED, Statement

GIVES_UP: tuple[type[Exception], ...] = (asyncpg.PostgresError, asyncpg.DataError, asyncpg.InterfaceError)
"""What ends the fast lane without a word: the slow lane runs the operation again and says what and where."""


MOST_MET = 4096
"""How many statements are remembered to have been run. A connection needs 0.8 MB of the database to keep a long one
prepared, and of those that are run for the first time most never are again: they are prepared without a name."""

_FAULT = FAULT.encode()


class NotWithoutError(Exception):
    """There was a null where none may be: only an answer without errors is given here."""


@dataclass
class Plan:
    """One statement, how its arguments are read from a call, and what is finished of its text.

    Without a statement, `text` is what would have come of it: nothing is read from the database. `rough`: it reads
    more than is wanted, which was cheaper to plan; another plan would not.
    """

    statement: Statement | None
    finishers: Sequence[Chosen]
    reads: list[Callable[[Mapping[str, Any], Any], Any]] = field(default_factory=list)
    minded: list[Callable[[Any], Any]] = field(default_factory=list)
    text: bytes = b""
    rough: bool = False

    @classmethod
    def of(cls, chosen: Sequence[Chosen], parameters: Parameters, again: bool = False) -> Plan:
        """The plan of a selection; `again`: in place of a rough one. Raises `NotPlanned`."""
        if all(map(_reads_no_row, chosen)):
            return cls._beside(chosen, parameters)
        planner = Planner()
        statement = planner.statement(chosen)
        plan = cls(statement, planner.finishers, rough=planner.rough)
        if again:
            _MET.put(hash(statement.text), True)
        slots = statement.slots()
        plan.reads.extend(_reader(name, fixed, parameters) for name, fixed in slots)
        used = {name for name, _ in slots}
        plan.minded.extend(parameter.read for parameter in parameters.minded if parameter.name not in used)
        return plan

    @classmethod
    def _beside(cls, chosen: Sequence[Chosen], parameters: Parameters) -> Plan:
        """The plan of a selection that reads no row."""
        finishers: list[Chosen] = []
        text = _without_rows(chosen, finishers).encode()
        return cls(None, finishers, minded=[parameter.read for parameter in parameters.minded], text=text)

    def arguments(self, given: Mapping[str, Any], call: Any) -> list[Any]:
        """The values of a call, in the order of the statement. Raises what reading them raises."""
        for read_only in self.minded:
            read_only(call)
        return [read(given, call) for read in self.reads]

    async def run(self, pool: Pool, arguments: Sequence[Any]) -> bytes:
        """The JSON in UTF-8, with marks where it is to be finished.

        Raises `NotWithoutError` and what the database raises.
        """
        if self.statement is None:
            return self.text
        async with pool.acquire() as conn:
            text = await _fetched(conn, self.statement.text, arguments)
        if _FAULT in text:
            raise NotWithoutError
        return text

    async def explained(self, pool: Pool, arguments: Sequence[Any]) -> str | None:
        """How PostgreSQL runs it."""
        if self.statement is None:
            return None
        async with pool.acquire() as conn:
            rows = await conn.fetch("explain (analyze, buffers) " + self.statement.text, *arguments)
        return "\n".join(row[0] for row in rows)


_MET: Recent[int, bool] = Recent(MOST_MET)


async def _fetched(conn: Connection, text: str, arguments: Sequence[Any]) -> bytes:
    """What a statement gives. Only one that was met before is kept prepared."""
    if _MET.get(hash(text)):
        found: bytes = await conn.fetchval(text, *arguments)
        return found
    _MET.put(hash(text), True)
    once = await conn.prepare(text, name="")
    found = await once.fetchval(*arguments)
    return found


def _reads_no_row(one: Chosen) -> bool:
    match one.reading:
        case Itself():
            return all(map(_reads_no_row, one.under()))
        case Finished(fields=(), figures=None):
            return True
    return isinstance(one.reading, Constant | Local)


def _without_rows(chosen: Sequence[Chosen], finishers: list[Chosen]) -> str:
    parts = []
    for one in chosen:
        match one.reading:
            case Constant(value):
                text = json_text.constant(value)
            case Itself():
                text = _without_rows(one.under(), finishers)
            case _:
                text = "".join(json_text.around(len(finishers)))
                finishers.append(one)
        parts.append(f"{json_text.constant(one.response)}:{text}")
    return "{" + ",".join(parts) + "}"


def _reader(name: str, fixed: Any, parameters: Parameters) -> Callable[[Mapping[str, Any], Any], Any]:
    if name in parameters.known:
        return partial(_of_call, parameters.known[name].read)
    if fixed is not REQUIRED:
        return partial(_always, fixed)
    return partial(_of_viewer, name)


def _of_call(read: Callable[[Any], Any], given: Mapping[str, Any], call: Any) -> Any:
    return read(call)


def _always(value: Any, given: Mapping[str, Any], call: Any) -> Any:
    return value


def _of_viewer(name: str, given: Mapping[str, Any], call: Any) -> Any:
    return given[name]
