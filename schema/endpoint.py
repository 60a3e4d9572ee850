"""GraphQL over HTTP: POST with JSON, and GET for queries with a header that forces a preflight."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from graphql import GraphQLSchema
from starlette.types import Receive, Scope, Send

from domain.message import N_, Message
from domain.refusal import ErrorCode
from domain.role import Role
from locales.negotiate import Reader as Language
from persistence.keys import new_key
from schema.asking import english, spoken
from schema.context import Claims, House
from schema.deadline import by_deadline
from schema.errors import ClientMistake
from schema.log_line import add_to_line
from schema.revalidation import is_known, tag_of
from schema.running import Answer, Asked, NotByGet, Runner, masked, refusal
from schema.streaming.sse import EVENTS, Responding
from schema.streaming.streams import Streams
from schema.trusted import untrusted

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
PREFLIGHT = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
"""Headers that a page of another origin cannot send without asking first."""

_CONTENT_TYPE = {kind: f"{kind}; charset=utf-8".encode() for kind in (GRAPHQL, JSON)}
METHODS = frozenset({"GET", "POST"})
_VARY = (b"vary", b"Accept, Accept-Language, Authorization")
_KEEP_NOTHING = (b"cache-control", b"private, no-store")
_ASK_AGAIN = (b"cache-control", b"private, no-cache")
"""Of an answer that may be kept: whether it is still the answer is asked each time."""

Headers = Mapping[bytes, bytes]

LANE = b"x-creditgraph-lane"
"""An ADMIN may ask for the slow lane, to compare, and with `?explain` for how the answer came about."""

EXPLAIN = frozenset((b"explain", b"explain="))

LARGEST_BODY = 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_EVENTS = re.compile(rb"(^|,)\s*text/event-stream\s*(;|,|$)", re.IGNORECASE)
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,100}", re.ASCII)

_STATUS = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.THROTTLED: 429,
    ErrorCode.INTERNAL_SERVER_ERROR: 500,
    ErrorCode.DEADLINE_EXCEEDED: 504,
}
"""A request that is refused as a whole. Others are the client's mistake: 400."""


class Refusal(Exception):
    """A request that is no GraphQL request yet."""

    def __init__(self, status: int, message: Message, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(message.text)
        self.status = status
        self.message = message
        self.headers = headers


class Endpoint:
    """An ASGI application that answers GraphQL."""

    def __init__(self, house: House, schema: GraphQLSchema, origins: Sequence[str] = ()) -> None:
        self._house = house
        self._runner = Runner(house, schema)
        self._streams = Streams(house, schema)
        self._origins = frozenset(origins)

    def kept(self) -> Mapping[str, int]:
        """How much is kept to be asked again, by what it is."""
        return self._runner.kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The first of several headers of one name counts.
        headers: Headers = dict(reversed(scope["headers"]))
        request_id = _request_id(headers)
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send, headers, request_id)
            return
        kind, status, answer, more = await self._respond(scope, receive, headers, request_id)
        if kind is EVENTS:
            # What is wrong with an operation is an event, too: browsers say nothing of a refused response.
            if status is None and answer.refused not in _STATUS:
                said = ((b"content-language", answer.locale.encode()), (b"x-request-id", request_id.encode()))
                await Responding(self._streams, receive, send).tell(answer, [*said, _VARY, _KEEP_NOTHING])
                return
            kind = JSON
        status = status or _status(answer, kind)
        body = orjson.dumps(answer.body) if answer.raw is None else answer.raw
        start = [
            (b"content-type", _CONTENT_TYPE[kind]),
            (b"content-length", b"%d" % len(body)),
            (b"content-language", answer.locale.encode("latin-1")),
            _VARY,
            (b"x-request-id", request_id.encode("latin-1")),
            *more,
        ]
        if answer.refused is not None:
            add_to_line(code=answer.refused.value)
            if answer.refused is ErrorCode.UNAUTHENTICATED:
                start.append((b"www-authenticate", b'Bearer realm="creditgraph"'))
        if answer.retry_after is not None:
            start.append((b"retry-after", b"%d" % answer.retry_after))
        if answer.kept:
            tag = tag_of(kind, answer.locale, body)
            start += (_ASK_AGAIN, (b"etag", tag))
            if is_known(tag, headers.get(b"if-none-match")):
                # The headers of a body that is not sent stay away with it.
                status, body, start = 304, b"", start[2:]
        else:
            start.append(_KEEP_NOTHING)
        await send({"type": "http.response.start", "status": status, "headers": start})
        await send({"type": "http.response.body", "body": body})

    async def _respond(
        self, scope: Scope, receive: Receive, headers: Headers, request_id: str
    ) -> tuple[str, int | None, Answer, Sequence[tuple[bytes, bytes]]]:
        """The media type, the status where it is not the answer's own, the answer, and headers of its own."""
        language = spoken(_text(headers, b"accept-language")) or english()
        kind = JSON
        try:
            if scope["method"] not in METHODS:
                text = N_("GraphQL is asked with POST, or with GET for queries.")
                raise Refusal(405, Message(text), (b"allow", b"GET, POST"))
            kind = _media_type(headers.get(b"accept", b"*/*"))
            work = self._answer(scope, receive, headers, request_id, language, streaming=kind is EVENTS)
            return kind, None, await by_deadline(self._house.deadline, work), ()
        except Refusal as error:
            wrong = ClientMistake(ErrorCode.BAD_USER_INPUT, error.message)
            return kind, error.status, refusal(wrong, language, request_id), error.headers
        except NotByGet:
            wrong = ClientMistake(ErrorCode.BAD_USER_INPUT, Message(POST_CHANGES))
            return kind, 405, refusal(wrong, language, request_id), ((b"allow", b"POST"),)
        except ClientMistake as mistake:
            return kind, None, refusal(mistake, language, request_id), ()
        except Exception:
            return kind, None, masked(language, request_id), ()

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Headers, request_id: str, language: Language, streaming: bool
    ) -> Answer:
        claims = await self._house.authenticate(_text(headers, b"authorization"))
        given = await _body(receive, headers) if scope["method"] == "POST" else _parameters(scope, headers)
        text = self._trusted(claims, given)
        asked = _asked(given, text, headers, request_id, reading_only=scope["method"] == "GET")
        if self._house.watch is not None:
            self._house.watch(asked.query)
        if streaming:
            authorization, last = _text(headers, b"authorization"), _last_event(headers)
            asked = replace(asked, streaming=True, authorization=authorization, last_event=last)
        if any(Role.ADMIN in roles for roles in claims.grants.values()):
            lane, explain = _text(headers, LANE), not EXPLAIN.isdisjoint(scope["query_string"].split(b"&"))
            asked = replace(asked, lane=lane, explain=explain) if lane or explain else asked
        answer = await self._runner.run(claims, asked, language)
        keep = asked.trusted and asked.reading_only and answer.refused is None and "errors" not in answer.body
        return replace(answer, kept=True) if keep else answer

    def _trusted(self, claims: Claims, given: Mapping[str, Any]) -> str | None:
        """The trusted document that a request names, if it does. Raises `ClientMistake`."""
        if self._house.trusted is not None:
            return self._house.trusted.text(claims.subject, given)
        if "query" not in given:
            untrusted(given)
        return None

    async def _connect(self, scope: Scope, receive: Receive, send: Send, headers: Headers, request_id: str) -> None:
        """A WebSocket, from a page of this host or of one that is allowed, or from no page at all."""
        from schema.streaming.socket import Socket

        add_to_line(request_id=request_id)
        await receive()
        if not _is_ours(_text(headers, b"origin"), _text(headers, b"host"), self._origins):
            await send({"type": "websocket.close", "code": 4403})
            return
        socket = Socket(self._house, self._runner, self._streams, headers, receive, send, request_id, self._trusted)
        await socket.serve(scope["subprotocols"])


def _is_ours(origin: str | None, host: str | None, allowed: frozenset[str]) -> bool:
    """Whether a page of an origin may connect: scripts of other sites would be heard with what the browser knows."""
    return origin is None or origin in allowed or origin.partition("://")[2] == host


def _last_event(headers: Headers) -> int | None:
    """The number of the last event that a client had before its connection broke."""
    text = _text(headers, b"last-event-id")
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def _status(answer: Answer, kind: str) -> int:
    """Clients that only know `application/json` expect 200 for a document with mistakes."""
    if answer.refused is None:
        return 200
    if answer.refused in _STATUS:
        return _STATUS[answer.refused]
    return 400 if kind == GRAPHQL else 200


@lru_cache(256)
def _media_type(accept: bytes) -> str:
    """The media type to answer with, the client's favourite of the two; `application/json` for `*/*`.

    Events are for those who accept no JSON: some clients list them with every query, as the last resort.
    """
    best, chosen = 0.0, ""
    for part in accept.decode("latin-1").split(","):
        wanted, *parameters = (piece.strip().lower() for piece in part.split(";"))
        kind = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}.get(wanted)
        quality = next((_number(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if kind is not None and quality > best:
            best, chosen = quality, kind
    if (not chosen or b"json" not in accept) and _EVENTS.search(accept):
        return EVENTS
    if not chosen:
        raise Refusal(406, Message(N_("Answers are JSON. Accept application/graphql-response+json.")))
    return chosen


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def _request_id(headers: Headers) -> str:
    given = _text(headers, b"x-request-id")
    return given if given and _REQUEST_ID.fullmatch(given) else new_key().hex


def _asked(
    given: Mapping[str, Any], trusted: str | None, headers: Headers, request_id: str, *, reading_only: bool
) -> Asked:
    query = given.get("query") if trusted is None else trusted
    name, variables = given.get("operationName"), given.get("variables")
    if not isinstance(query, str) or not query:
        raise Refusal(400, Message(N_("The request has no query.")))
    if not isinstance(name, str | None) or not isinstance(variables, dict | None):
        raise Refusal(400, Message(N_("The request's operationName is a string and its variables are an object.")))
    if not isinstance(given.get("extensions"), dict | None):
        raise Refusal(400, Message(N_("The request's extensions are an object.")))
    return Asked(
        query=query,
        operation_name=name or None,
        variables=variables or {},
        accept_language=_text(headers, b"accept-language"),
        request_id=request_id,
        reading_only=reading_only,
        trusted=trusted is not None,
    )


async def _body(receive: Receive, headers: Headers) -> dict[str, Any]:
    kind = headers.get(b"content-type", b"")
    if kind != b"application/json" and kind.split(b";")[0].strip().lower() != b"application/json":
        raise Refusal(415, Message(N_("The body of a request is application/json.")))
    message = await receive()
    content = message.get("body", b"")
    while message.get("more_body", False) and len(content) <= LARGEST_BODY:
        message = await receive()
        content += message.get("body", b"")
    if len(content) > LARGEST_BODY:
        raise Refusal(413, Message(N_("The request is too large.")))
    return _object(content)


def _parameters(scope: Scope, headers: Headers) -> dict[str, Any]:
    if not any(name in headers for name in PREFLIGHT):
        raise Refusal(
            400, Message(N_("A query by GET needs the header {header}."), {"header": "GraphQL-Require-Preflight"})
        )
    given: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _object(given[name])
    return given


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise Refusal(400, Message(N_("The request is not a JSON object.")))
    return read


POST_CHANGES = N_("What changes data is asked for with POST.")
