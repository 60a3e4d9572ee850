"""A subscription under way: each event is answered as a query would be, for who the subscriber is at that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, Executor, GraphQLSchema, create_source_event_stream
from graphql.pyutils import is_awaitable

from domain.refusal import ErrorCode
from persistence.events import Event
from schema.asking import context_of
from schema.context import Context, House
from schema.deadline import by_deadline
from schema.errors import ClientMistake
from schema.execution import executed
from schema.given import Call
from schema.in_context import asked
from schema.records import record_of
from schema.rights import Permission
from schema.running import Answer, Subscribed, answer_of, extensions, masked, refusal, told
from schema.streaming.following import Following


@dataclass(frozen=True)
class Told:
    """An event as it goes out, with its number. The last answer of a stream that is refused has none."""

    answer: Answer
    sequence: int | None = None


Stream = AsyncGenerator[Told | None, None]
"""Events as they are told; None: nothing came for a while, and the subscriber may still follow."""


class Streams:
    """Tells the events of subscriptions on one schema for one house."""

    def __init__(self, house: House, schema: GraphQLSchema) -> None:
        self._house = house
        self._schema = schema

    @property
    def ending(self) -> bool:
        """Whether all streams end because the process does."""
        return self._house.events.closed

    async def begin(self, asks: Subscribed) -> Stream | Answer:
        """The stream of a subscription, or its refusal."""
        try:
            found = await by_deadline(self._house.deadline, self._begun(asks))
        except ClientMistake as mistake:
            return refusal(mistake, asks.context.language, asks.request.request_id)
        except Exception:
            return masked(asks.context.language, asks.request.request_id)
        return found if isinstance(found, Answer) else self._told(asks, found)

    async def _begun(self, asks: Subscribed) -> Following | Answer:
        """What is followed, from now on."""
        found = await self._followed(asks)
        if isinstance(found, Following):
            await found.begin(self._house.events, asks.request.last_event, asks.context.viewer.subject)
        return found

    async def _followed(self, asks: Subscribed) -> Following | Answer:
        """What the root field gives, called as graphql-core calls it."""
        request, context = asks.request, asks.context
        built = Executor.build(
            self._schema,
            asks.tree,
            context_value=context,
            raw_variable_values=dict(request.variables),
            operation_name=request.operation_name,
        )
        assert isinstance(built, Executor), "the operation is known and its variables are"
        source: Any = create_source_event_stream(built)
        if is_awaitable(source):
            source = await source
        if isinstance(source, Following):
            return source
        assert isinstance(source, ExecutionResult)
        errors = [told(error, context.language, request.request_id) for error in source.errors or ()]
        code = ErrorCode(errors[0]["extensions"]["code"])
        return Answer({"errors": errors}, context.language.locale, code)

    async def _told(self, asks: Subscribed, source: Following) -> Stream:
        """The events, until the source ends or the subscriber may not follow any more: then that is said last."""
        request = asks.request
        language = asks.context.language
        try:
            async for event in source:
                context = await self._now(asks)
                language = context.language
                await source.still(context, event)
                if event is None:
                    yield None
                elif _may_hear(event, context):
                    asks.charge()
                    answer = await by_deadline(self._house.deadline, self._answer(asks, event, context))
                    if answer is not None:
                        yield Told(answer, event.sequence)
        except ClientMistake as mistake:
            yield Told(refusal(mistake, language, request.request_id))
        except Exception:
            yield Told(masked(language, request.request_id))
        finally:
            await source.aclose()

    async def _now(self, asks: Subscribed) -> Context:
        """The subscriber as the token says at this moment, in the language that the operation asks for."""
        request = asks.request
        claims = await self._house.authenticate(request.authorization)
        wish = asked(self._schema, asks.operation, asks.variables)
        return await context_of(self._house, claims, wish, request.accept_language, request.request_id)

    async def _answer(self, asks: Subscribed, event: Event, context: Context) -> Answer | None:
        """An event, by the fast lane where it can; None where the record may not be seen."""
        written: Mapping[Any, Any] = defaultdict(lambda: event)
        request = asks.request
        call = Call(asks.variables.coerced, asks.document.literals, context, written)
        slow = request.lane == "slow"
        planned = None if slow else asks.fast.planned(asks.document.document, asks.operation, call)
        told = None if planned is None else await asks.fast.run(planned, call)
        if told is not None:
            raw = b"".join((b'{"data":', told[0], b',"extensions":', orjson.dumps(extensions(context)), b"}"))
            return Answer({}, context.language.locale, raw=raw)
        if await record_of(context, (event.table, event.subject)) is None:
            return None
        result = await executed(self._schema, asks.tree, context, request.variables, request.operation_name, root=event)
        return answer_of(result, context)


def _may_hear(event: Event, context: Context) -> bool:
    """Nobody hears of a company that is not granted, whatever the record would say."""
    return event.company is None or context.viewer.may(Permission.READ, event.company)
