"""A planned statement, ready to be run for any call: one round trip that brings the JSON of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import asyncpg

from persistence import json_text
from persistence.database import Connection, Pool
from persistence.json_text import FAULT, MARK
from persistence.planner import Planner
from persistence.selection import Chosen, Constant, Finished, Itself, Local
from persistence.shapes.given import Parameters
from persistence.statements import REQUIRED, Statement

GIVES_UP: tuple[type[Exception], ...] = (asyncpg.PostgresError, asyncpg.DataError, asyncpg.InterfaceError)
"""What ends the fast lane without a word: the slow lane runs the operation again and says what and where."""


class NotWithoutError(Exception):
    """There was a null where none may be: only an answer without errors is given here."""


@dataclass
class Plan:
    """One statement, how its arguments are read from a call, and what is finished of its text.

    Without a statement, `text` is what would have come of it: nothing is read from the database.
    """

    statement: Statement | None
    finishers: Sequence[Chosen]
    reads: list[Callable[[Mapping[str, Any], Any], Any]] = field(default_factory=list)
    minded: list[Callable[[Any], Any]] = field(default_factory=list)
    text: str | None = None
    _ran: bool = field(default=False, init=False)

    @classmethod
    def of(cls, chosen: Sequence[Chosen], parameters: Parameters) -> Plan:
        """The plan of a selection. Raises `NotPlanned`."""
        if all(map(_reads_no_row, chosen)):
            return cls._beside(chosen, parameters)
        planner = Planner()
        statement = Statement(planner.statement(chosen))
        plan = cls(statement, planner.finishers)
        slots = statement.slots()
        plan.reads.extend(_reader(name, fixed, parameters) for name, fixed in slots)
        used = {name for name, _ in slots}
        plan.minded.extend(parameter.read for parameter in parameters.minded if parameter.name not in used)
        return plan

    @classmethod
    def _beside(cls, chosen: Sequence[Chosen], parameters: Parameters) -> Plan:
        """The plan of a selection that reads no row."""
        finishers: list[Chosen] = []
        text = _without_rows(chosen, finishers)
        return cls(None, finishers, minded=[parameter.read for parameter in parameters.minded], text=text)

    def arguments(self, given: Mapping[str, Any], call: Any) -> list[Any]:
        """The values of a call, in the order of the statement. Raises what reading them raises."""
        for read_only in self.minded:
            read_only(call)
        return [read(given, call) for read in self.reads]

    async def run(self, pool: Pool, arguments: Sequence[Any]) -> str:
        """The JSON, with marks where it is to be finished. Raises `NotWithoutError` and what the database raises."""
        if self.statement is None:
            return self.text or ""
        async with pool.acquire() as conn:
            text = await self._fetch(conn, self.statement.text, arguments)
        if FAULT in text:
            raise NotWithoutError
        return text

    async def _fetch(self, conn: Connection, sql: str, arguments: Sequence[Any]) -> str:
        """The first run leaves nothing on its connection and in the database: most documents that are new to us are
        never asked again, and a prepared statement takes its text here and its plan there.
        """
        if self._ran:
            found: str = await conn.fetchval(sql, *arguments)
        else:
            found = await (await conn.prepare(sql, name="")).fetchval(*arguments)
            self._ran = True
        return found

    async def explained(self, pool: Pool, arguments: Sequence[Any]) -> str | None:
        """How PostgreSQL runs it."""
        if self.statement is None:
            return None
        async with pool.acquire() as conn:
            rows = await conn.fetch("explain (analyze, buffers) " + self.statement.text, *arguments)
        return "\n".join(row[0] for row in rows)


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
                text = f"{MARK}{len(finishers)}{MARK}"
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
