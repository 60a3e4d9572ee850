"""The fast lane: an operation that only reads becomes one statement, and the statement's text the answer.

It answers without errors or not at all: whatever is in the way, the slow lane runs the operation again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import ref

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType

from domain.money import RateMissing
from persistence.database import Pool
from persistence.lane import GIVES_UP, NotWithoutError, Plan
from persistence.level import NotPlanned
from persistence.recent import Recent
from persistence.selection import Chosen, Listed
from persistence.shapes.keyset import BadCursor
from schema.beside import beside
from schema.context import Context
from schema.documents import Asked, Document
from schema.errors import ClientMistake
from schema.finishing import finished
from schema.given import Call, Given, Looks, NotGiven
from schema.just_written import Telling
from schema.log_line import more
from schema.rights import Permission
from schema.selection import Selector

MOST_PLANS = 64
"""How many plans of one operation are kept."""

MOST_PLANS_IN_ALL = 2048
"""How many plans of all operations: 60 MB. The oldest goes; making it again takes a millisecond."""

_SLOW: tuple[type[Exception], ...] = (
    NotPlanned,
    NotGiven,
    NotWithoutError,
    ClientMistake,
    BadCursor,
    RateMissing,
    GraphQLError,
    *GIVES_UP,
)
"""What sends an operation to the slow lane without anything being wrong with us."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """A plan with what the caller must be permitted. `cached`: it was there already.

    `telling`: how a mutation's payload is told of rows that were just written, where they say all of it.
    """

    plan: Plan
    needs: frozenset[Permission]
    telling: Telling | None = None
    cached: bool = False


@dataclass
class _Operation:
    """The plans of one operation, by how its calls look."""

    looks: Looks = field(default_factory=Looks)
    plans: Recent[Any, Planned] = field(default_factory=lambda: Recent(MOST_PLANS))
    hopeless: str | None = None


@dataclass(frozen=True)
class Ran:
    """How an operation went through: for those who ask."""

    plan: Plan
    arguments: Sequence[Any]
    cached: bool

    async def explained(self, pool: Pool) -> dict[str, Any]:
        """The lane, whether the plan was there, the statement with its arguments, and how PostgreSQL runs it."""
        statement = self.plan.statement
        return {
            "lane": "fast",
            "cached": self.cached,
            "statements": 0 if statement is None else 1,
            "sql": None if statement is None else statement.text,
            "arguments": [_told(value) for value in self.arguments],
            "plan": await self.plan.explained(pool, self.arguments),
        }


class FastLane:
    """Answers operations of one schema from the plans it keeps."""

    def __init__(self, schema: GraphQLSchema, most: int = MOST_PLANS_IN_ALL) -> None:
        self._schema = schema
        self._most = most
        self._made: deque[tuple[ref[_Operation], Any]] = deque()

    def kept(self) -> int:
        """How many plans are kept, at most."""
        return len(self._made)

    async def answer(
        self, asked: Asked, operation: OperationDefinitionNode, variables: Mapping[str, Any], context: Context
    ) -> tuple[bytes, Ran] | None:
        """The JSON of `data`, or None when the operation is one for the slow lane."""
        call = Call(variables, asked.literals, context)
        planned = self.planned(asked.document, operation, call)
        return None if planned is None else await self.run(planned, call)

    def planned(self, document: Document, operation: OperationDefinitionNode, call: Call) -> Planned | None:
        """The plan for a call, or None when there is none that the caller may use."""
        name = operation.name.value if operation.name else None
        kept: _Operation = document.plans.setdefault(name, _Operation())
        if kept.hopeless is not None:
            return None
        try:
            planned = self._planned(kept, document, operation, call)
        except NotPlanned as error:
            kept.hopeless = str(error)
            return None
        except _SLOW:
            return None
        except Exception:
            log.exception("an operation could not be planned", extra=more(request_id=call.context.request_id))
            return None
        return planned if all(call.context.viewer.may(permission) for permission in planned.needs) else None

    async def run(self, planned: Planned, call: Call) -> tuple[bytes, Ran] | None:
        """What a plan answers, or None where it is not without errors."""
        context = call.context
        try:
            arguments = planned.plan.arguments(context.reader.given(), call)
            text = await planned.plan.run(context.house.pool, arguments)
            known = await beside(planned.plan.finishers, call)
            done = finished(text, planned.plan.finishers, call, known)
        except _SLOW:
            return None
        except Exception:
            log.exception("the fast lane gave up", extra=more(request_id=context.request_id))
            return None
        return done, Ran(planned.plan, arguments, planned.cached)

    def _planned(self, kept: _Operation, document: Document, operation: OperationDefinitionNode, call: Call) -> Planned:
        """The plan for calls that look like this one. From the second on it reads exactly what is wanted."""
        before = len(kept.looks.known)
        found = kept.plans.get(self._key(kept, call))
        if found is not None and not found.plan.rough:
            return found
        given = Given(call, kept.looks, document.order, has_currency=call.context.currency is not None)
        try:
            chosen = Selector(self._schema, document.fragments, given).operation(operation)
        except NotGiven:
            kept.looks.back_to(before)
            raise
        telling = Telling.of(chosen) if operation.operation is OperationType.MUTATION else None
        plan = Plan.of(chosen, given.parameters, again=found is not None)
        made = Planned(plan, frozenset(_needs(chosen)), telling, cached=found is not None)
        if len(kept.looks.known) != before:
            kept.plans.clear()
        self._keep(kept, self._key(kept, call), replace(made, cached=True))
        return made

    def _keep(self, kept: _Operation, key: Any, planned: Planned) -> None:
        kept.plans.put(key, planned)
        self._made.append((ref(kept), key))
        if len(self._made) > self._most:
            # Operations of documents that were forgotten took their plans along.
            self._made = deque(made for made in self._made if made[0]() is not None)
        if len(self._made) > self._most:
            operation, its_key = self._made.popleft()
            if (oldest := operation()) is not None:
                oldest.plans.drop(its_key)

    @staticmethod
    def _key(kept: _Operation, call: Call) -> tuple[Any, ...]:
        return (call.context.currency is not None, *kept.looks.key(call))


def _told(value: Any) -> Any:
    """An argument as JSON."""
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str | dict) else str(value)


def _needs(chosen: Sequence[Chosen]) -> Iterator[Permission]:
    for one in chosen:
        if isinstance(one.reading, Listed) and one.reading.need is not None:
            yield one.reading.need
        for children in one.children.values():
            yield from _needs(children)
