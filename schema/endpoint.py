"""GraphQL over HTTP: POST with JSON, and GET for queries with a header that forces a preflight."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from graphql import GraphQLSchema
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.keys import new_key
from schema.asking import english, spoken
from schema.context import House
from schema.errors import ClientMistake
from schema.running import UNEXPECTED, Answer, Asked, NotByGet, Runner, refusal

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
PREFLIGHT = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""Headers that a page of another origin cannot send without asking first."""

LARGEST_BODY = 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,100}", re.ASCII)

_STATUS = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.THROTTLED: 429,
    ErrorCode.INTERNAL_SERVER_ERROR: 500,
}
"""A request that is refused as a whole. Others are the client's mistake: 400."""

log = structlog.get_logger()


class Refusal(Exception):
    """A request that is no GraphQL request yet."""

    def __init__(self, status: int, message: Message, **headers: str) -> None:
        super().__init__(message.text)
        self.status = status
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Endpoint:
    """An ASGI application that answers GraphQL."""

    def __init__(self, house: House, schema: GraphQLSchema) -> None:
        self._house = house
        self._runner = Runner(house, schema)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        headers, request_id = request.headers, _request_id(request.headers)
        language = spoken(headers.get("accept-language")) or english()
        kind, status, more = JSON, None, dict[str, str]()
        try:
            kind = _media_type(headers.get("accept", "*/*"))
            claims = await self._house.authenticate(headers.get("authorization"))
            answer = await self._runner.run(claims, await _asked(request, request_id), language)
        except Refusal as error:
            status, more = error.status, error.headers
            answer = refusal(ClientMistake(ErrorCode.BAD_USER_INPUT, error.message), language, request_id)
        except NotByGet:
            status, more = 405, {"Allow": "POST"}
            answer = refusal(ClientMistake(ErrorCode.BAD_USER_INPUT, Message(POST_CHANGES)), language, request_id)
        except ClientMistake as mistake:
            answer = refusal(mistake, language, request_id)
        except Exception:
            log.exception("unexpected", request_id=request_id)
            unexpected = Message(UNEXPECTED, {"request": request_id})
            answer = refusal(ClientMistake(ErrorCode.INTERNAL_SERVER_ERROR, unexpected), language, request_id)
        return _response(answer, kind, request_id, status, more)


def _response(answer: Answer, kind: str, request_id: str, status: int | None, more: Mapping[str, str]) -> Response:
    headers = {
        "Content-Language": answer.locale,
        "Vary": "Accept, Accept-Language, Authorization",
        "Cache-Control": "private, no-store",
        "X-Request-Id": request_id,
        **more,
    }
    if answer.refused is ErrorCode.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="creditgraph"'
    if status is None:
        status = _status(answer, kind)
    return Response(orjson.dumps(answer.body), status, headers, media_type=f"{kind}; charset=utf-8")


def _status(answer: Answer, kind: str) -> int:
    """Clients that only know `application/json` expect 200 for a document with mistakes."""
    if answer.refused is None:
        return 200
    if answer.refused in _STATUS:
        return _STATUS[answer.refused]
    return 400 if kind == GRAPHQL else 200


def _media_type(accept: str) -> str:
    """The media type to answer with, the client's favourite of the two; `application/json` for `*/*`."""
    best, chosen = 0.0, ""
    for part in accept.split(","):
        wanted, *parameters = (piece.strip().lower() for piece in part.split(";"))
        kind = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}.get(wanted)
        quality = next((_number(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if kind is not None and quality > best:
            best, chosen = quality, kind
    if not chosen:
        raise Refusal(406, Message(N_("Answers are JSON. Accept application/graphql-response+json.")))
    return chosen


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else new_key().hex


async def _asked(request: Request, request_id: str) -> Asked:
    if request.method == "POST":
        given = await _body(request)
    elif request.method == "GET":
        given = _parameters(request)
    else:
        raise Refusal(405, Message(N_("GraphQL is asked with POST, or with GET for queries.")), Allow="GET, POST")
    query, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(query, str) or not query:
        raise Refusal(400, Message(N_("The request has no query.")))
    if not isinstance(name, str | None) or not isinstance(variables, dict | None):
        raise Refusal(400, Message(N_("The request's operationName is a string and its variables are an object.")))
    return Asked(
        query=query,
        operation_name=name or None,
        variables=variables or {},
        accept_language=request.headers.get("accept-language"),
        request_id=request_id,
        reading_only=request.method == "GET",
    )


async def _body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
        raise Refusal(415, Message(N_("The body of a request is application/json.")))
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise Refusal(413, Message(N_("The request is too large.")))
    return _object(bytes(content))


def _parameters(request: Request) -> dict[str, Any]:
    if not any(name in request.headers for name in PREFLIGHT):
        raise Refusal(
            400, Message(N_("A query by GET needs the header {header}."), {"header": "GraphQL-Require-Preflight"})
        )
    given: dict[str, Any] = {name: value for name, value in request.query_params.items() if value}
    if "variables" in given:
        given["variables"] = _object(given["variables"])
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
