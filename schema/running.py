"""One operation from text to answer: read, validated, and answered by the fast lane or executed field by field."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues, get_variable_values

from domain.message import N_, Message
from domain.refusal import ErrorCode
from locales.negotiate import Reader as Language
from locales.say import say
from locales.sentences import ENGLISH
from schema.asking import context_of
from schema.charging import Cashier, Charge
from schema.context import Claims, Context, House
from schema.documents import MOST_ERRORS, Documents, Invalid
from schema.documents import Asked as AskedDocument
from schema.errors import ClientMistake, formatted, mistake_in
from schema.execution import executed
from schema.fast import FastLane, Ran
from schema.guard import check_length, check_variables
from schema.in_context import asked
from schema.log_line import add_to_line, more
from schema.payloads import KEEPING, Payloads
from schema.translated import Introspection, introspects, telling

LONGEST_NAME = 100
"""What the log shows of an operation's name."""

log = logging.getLogger(__name__)

UNEXPECTED = N_("Something went wrong on our side. Try again; if it happens again, report request {request}.")
UNKNOWN_OPERATION = N_("The document holds no operation of that name. With several operations, name the one to run.")
NUL = N_("The request holds a NUL character, which no text may hold. Leave it out.")
_NUL_WRITTEN = re.compile(r"\x00|\\u0000|\\u\{0+\}")
OVER_STREAM_ONLY = N_("Subscriptions are answered over WebSocket or as text/event-stream only.")


@dataclass(frozen=True)
class Asked:
    """A GraphQL request as it came. `lane` and `explain` are an ADMIN's to say: "slow" to compare, and how it went.

    `trusted`: the query is a trusted document. `streaming`: it may be answered by a subscription, which asks for
    `authorization` again and again, and begins after `last_event`, the number of the last event that the client says
    it had.
    """

    query: str
    operation_name: str | None
    variables: Mapping[str, Any]
    accept_language: str | None
    request_id: str
    reading_only: bool = False
    trusted: bool = False
    lane: str | None = None
    explain: bool = False
    streaming: bool = False
    authorization: str | None = field(default=None, repr=False)
    last_event: int | None = None


@dataclass(frozen=True)
class Answer:
    """What goes back: `body`, or `raw` where that is JSON already.

    Without `data` the request was refused as a whole, for the reason in `refused`; in `retry_after` seconds it may not
    be. `kept`: the client may keep it, and ask whether it is still the same. `subscribed`: it is a stream.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    locale: str = ENGLISH
    refused: ErrorCode | None = None
    errors: Sequence[GraphQLError] = field(default=(), repr=False)
    raw: bytes | None = None
    kept: bool = False
    retry_after: int | None = None
    subscribed: Subscribed | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Subscribed:
    """A subscription that may begin: `schema.streaming.streams` tells its events. `tree` is of the very text sent.

    `charge` takes what an event costs from what the client may spend. Raises `ClientMistake` THROTTLED.
    """

    document: AskedDocument
    tree: DocumentNode
    operation: OperationDefinitionNode
    variables: VariableValues
    request: Asked
    context: Context
    fast: FastLane
    charge: Callable[[], Charge] = field(repr=False)


class NotByGet(Exception):
    """Something that changes data was asked for with GET."""


class Runner:
    """Runs operations on one schema for one house: in the fast lane where it can, otherwise in the slow one."""

    def __init__(self, house: House, schema: GraphQLSchema) -> None:
        self._house = house
        self._schema = schema
        self._documents = Documents(schema, house.limits)
        self._fast = FastLane(schema)
        self._payloads = Payloads(schema, self._fast)
        self._introspection = Introspection(schema)
        self._cashier = Cashier(schema, house.budget, house.limits.cost)

    def kept(self) -> Mapping[str, int]:
        """How much is kept to be asked again: texts, documents, plans."""
        return {**self._documents.kept(), "plans": self._fast.kept()}

    async def run(self, claims: Claims, request: Asked, language: Language) -> Answer:
        """Answer a request. `language` is that of the reader before the operation is known. Raises `NotByGet`."""
        try:
            if self._holds_nul(request):
                return refusal(ClientMistake(ErrorCode.BAD_USER_INPUT, Message(NUL)), language, request.request_id)
            document = self._documents.read(request.query)
        except Invalid as invalid:
            return self._invalid(invalid.errors, language, request)
        except ClientMistake as mistake:
            return refusal(mistake, language, request.request_id)
        operation = document.document.operation(request.operation_name)
        if operation is None or (operation.operation is OperationType.SUBSCRIPTION and not request.streaming):
            text = UNKNOWN_OPERATION if operation is None else OVER_STREAM_ONLY
            return refusal(ClientMistake(ErrorCode.BAD_USER_INPUT, Message(text)), language, request.request_id)
        name = operation.name.value[:LONGEST_NAME] if operation.name else None
        add_to_line(operation=name, kind=operation.operation.value)
        if request.reading_only and operation.operation is OperationType.MUTATION:
            raise NotByGet
        variables = get_variable_values(
            self._schema, operation.variable_definitions or (), dict(request.variables), max_errors=MOST_ERRORS
        )
        if isinstance(variables, list):
            return self._invalid(variables, language, request)
        try:
            context = await self._context(claims, request, operation, variables)
            language = context.language
            charge = self._cashier.charge(claims.subject, document, operation, variables.coerced)
        except ClientMistake as mistake:
            return refusal(mistake, language, request.request_id)
        # What is left is different every time, and answers by GET may be kept.
        context.cost = charge.told(standing=not request.reading_only)
        try:
            return await self._done(document, operation, variables, request, context)
        except Invalid as invalid:
            return self._invalid(invalid.errors, language, request)

    async def _done(
        self,
        document: AskedDocument,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        request: Asked,
        context: Context,
    ) -> Answer:
        """An operation that may run, in the lane for it. Raises `Invalid` for literals of this very text."""
        if operation.operation is OperationType.SUBSCRIPTION:
            return self._subscribed(document, operation, variables, request, context)
        if operation.operation is OperationType.QUERY and request.lane != "slow":
            answered = await self._fast.answer(document, operation, variables.coerced, context)
            if answered is not None:
                return await self._answered(request, context, *answered)
        if operation.operation is OperationType.MUTATION and request.lane != "slow":
            return await self._carried_out(document, operation, variables, request, context)
        return await self._slow(document, request, context)

    def _holds_nul(self, request: Asked) -> bool:
        """PostgreSQL keeps no such text, so it is refused at the door. Raises `ClientMistake` for what is too large."""
        if not self._documents.knows(request.query):
            check_length(request.query, self._house.limits)
            if _NUL_WRITTEN.search(request.query):
                return True
        return check_variables(request.variables, self._house.limits)

    async def _carried_out(
        self,
        document: AskedDocument,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        request: Asked,
        context: Context,
    ) -> Answer:
        """A mutation: what it wrote is told by the fast lane where it can."""
        tree = self._documents.exact(document)
        told = await self._payloads.answer(document, tree, operation, variables, context, reading=request.explain)
        return await (
            self._slow(document, request, context) if told is None else self._answered(request, context, *told)
        )

    def _subscribed(
        self,
        document: AskedDocument,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        request: Asked,
        context: Context,
    ) -> Answer:
        """A subscription that may begin."""
        tree = self._documents.exact(document)
        client = context.viewer.subject
        charge = partial(self._cashier.charge, client, document, operation, variables.coerced)
        subscribed = Subscribed(document, tree, operation, variables, request, context, self._fast, charge)
        return Answer({}, context.language.locale, subscribed=subscribed)

    async def _slow(self, document: AskedDocument, request: Asked, context: Context) -> Answer:
        """Strawberry's own execution, field by field."""
        add_to_line(lane="slow")
        tree = self._documents.exact(document)
        middleware = KEEPING if context.written else None
        if introspects(request.query):
            catalog = context.language.catalog
            data = await self._introspection.answer(request.query, tree, request.operation_name, catalog)
            if data is not None and not request.explain:
                return await self._answered(request, context, data, None)
            middleware = middleware or telling(catalog)
        result = await executed(self._schema, tree, context, request.variables, request.operation_name, middleware)
        return answer_of(result, context, request.explain)

    async def _answered(self, request: Asked, context: Context, data: bytes, ran: Ran | None) -> Answer:
        """An answer of the fast lane: bytes as they are."""
        add_to_line(lane="fast")
        said = extensions(context)
        if request.explain and ran is not None:
            said["explain"] = await ran.explained(context.house.pool)
        raw = b"".join((b'{"data":', data, b',"extensions":', orjson.dumps(said), b"}"))
        return Answer({}, context.language.locale, raw=raw)

    async def _context(
        self, claims: Claims, request: Asked, operation: OperationDefinitionNode, variables: VariableValues
    ) -> Context:
        wish = asked(self._schema, operation, variables)
        return await context_of(self._house, claims, wish, request.accept_language, request.request_id)

    def _invalid(self, errors: Sequence[GraphQLError], language: Language, request: Asked) -> Answer:
        """What graphql-core finds wrong with a document or its variables, in its own words."""
        code = ErrorCode.BAD_USER_INPUT
        body = {"errors": [formatted(error, code, error.message, request.request_id) for error in errors[:MOST_ERRORS]]}
        return Answer(body, language.locale, code)


def answer_of(result: ExecutionResult, context: Context, explain: bool = False) -> Answer:
    """An answer of the slow lane."""
    language = context.language
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [told(error, language, context.request_id) for error in result.errors]
    body["extensions"] = extensions(context)
    if explain:
        body["extensions"]["explain"] = {"lane": "slow"}
    return Answer(body, language.locale)


def extensions(context: Context) -> dict[str, Any]:
    """What every answer says of how it was given."""
    told = {"locale": context.language.locale, "timeZone": context.time_zone, "currency": context.currency}
    return {"context": told} if context.cost is None else {"context": told, "cost": context.cost}


def refusal(mistake: ClientMistake, language: Language, request_id: str) -> Answer:
    """A request that is refused as a whole."""
    error = GraphQLError(mistake.message.text)
    body = {"errors": [formatted(error, mistake.code, say(mistake.message, language), request_id, mistake.extensions)]}
    return Answer(body, language.locale, mistake.code, retry_after=mistake.retry_after)


def masked(language: Language, request_id: str) -> Answer:
    """The exception at hand, which is ours: logged, and told by the number of the request alone."""
    log.exception("unexpected", extra=more(request_id=request_id))
    wrong = ClientMistake(ErrorCode.INTERNAL_SERVER_ERROR, Message(UNEXPECTED, {"request": request_id}))
    return refusal(wrong, language, request_id)


def told(error: GraphQLError, language: Language, request_id: str) -> dict[str, Any]:
    """An error of a running operation as it goes out: the client's mistakes as they are, ours masked and logged."""
    mistake = mistake_in(error.original_error)
    if mistake is not None:
        return formatted(error, mistake.code, say(mistake.message, language), request_id, mistake.extensions)
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return formatted(error, ErrorCode.BAD_USER_INPUT, error.message, request_id)
    log.error("unexpected", exc_info=error.original_error, extra=more(request_id=request_id, path=error.path))
    sentence = say(Message(UNEXPECTED, {"request": request_id}), language)
    return formatted(error, ErrorCode.INTERNAL_SERVER_ERROR, sentence, request_id)
