"""graphql-transport-ws: operations of one client over one WebSocket.

strawberry's handler of this protocol is bound to strawberry's own execution and to its errors, which are not ours; the
protocol itself is these few messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Receive, Send

from domain.message import N_, Message
from domain.refusal import ErrorCode
from locales.negotiate import Reader as Language
from schema.asking import english, spoken
from schema.context import Claims, House
from schema.deadline import by_deadline
from schema.errors import ClientMistake
from schema.log_line import part_of_line
from schema.running import Answer, Asked, Runner, masked, refusal
from schema.streaming import sse
from schema.streaming.streams import Stream, Streams
from schema.trusted import named_in

PROTOCOL = "graphql-transport-ws"

INIT_WITHIN = 10.0
"""Seconds in which a client must say who it is."""

MOST_OPERATIONS = 100
"""How many operations of one connection run at a time."""

INVALID, UNAUTHORIZED, FORBIDDEN, NO_PROTOCOL, TOO_LATE, SAME_ID, TWICE = 4400, 4401, 4403, 4406, 4408, 4409, 4429
RESTARTING, TOO_SLOW = 1012, 1013
"""Codes of a close: those of the protocol, and of WebSocket itself."""

LONGEST_REASON = 120
"""Bytes of UTF-8 that fit into a close frame."""

TOO_MANY = N_("A connection runs at most {most} operations at a time. Complete one, or open another connection.")

Trusted = Callable[[Claims, Mapping[str, Any]], str | None]
"""The trusted document that a request of a client names, if it does. Raises `ClientMistake`."""

_TEXT = (str,)
_TEXT_OR_NOTHING = (str, type(None))
_OBJECT_OR_NOTHING = (dict, type(None))


class Closed(Exception):
    """The connection has ended, or is to end with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass
class Socket:
    """One connection. `headers` are those of its handshake."""

    house: House
    runner: Runner
    streams: Streams
    headers: Mapping[bytes, bytes]
    receive: Receive
    send: Send
    request_id: str
    trusted: Trusted
    _authorization: str | None = field(default=None, init=False, repr=False)
    _languages: str | None = field(default=None, init=False)
    _acknowledged: bool = field(default=False, init=False)
    _operations: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _ending: asyncio.Future[Closed] = field(init=False)

    async def serve(self, subprotocols: list[str]) -> None:
        """Speak with the client until one of both ends it. The connection was asked for and is accepted here."""
        self._ending = asyncio.get_running_loop().create_future()
        spoken_here = PROTOCOL in subprotocols
        await self.send({"type": "websocket.accept", "subprotocol": PROTOCOL if spoken_here else None})
        if not spoken_here:
            await self._close(Closed(NO_PROTOCOL, "Subprotocol not acceptable"))
            return
        reading = asyncio.create_task(self._read())
        try:
            either: set[asyncio.Future[Any]] = {reading, self._ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            closed = self._ending.result() if self._ending.done() else reading.result()
        finally:
            reading.cancel()
            running = list(self._operations.values())
            for task in running:
                task.cancel()
            await asyncio.gather(reading, *running, return_exceptions=True)
        if closed is not None:
            await self._close(closed)

    async def _read(self) -> Closed | None:
        """Take messages until the client leaves (None), or one of them ends the connection."""
        try:
            try:
                async with asyncio.timeout(INIT_WITHIN) as limit:
                    while True:
                        message = await self.receive()
                        if message["type"] == "websocket.disconnect":
                            return None
                        if message["type"] == "websocket.receive":
                            await self._take(_read(message.get("text")))
                        if self._acknowledged:
                            limit.reschedule(None)
            except TimeoutError:
                return Closed(TOO_LATE, "Connection initialisation timeout")
        except Closed as closed:
            return closed

    async def _take(self, message: Mapping[str, Any]) -> None:
        """One message of the client. Raises `Closed`."""
        match message["type"]:
            case "connection_init":
                await self._init(message.get("payload"))
            case "ping":
                payload = message.get("payload")
                await self._say({"type": "pong"} | ({} if payload is None else {"payload": payload}))
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                task = self._operations.pop(_of(message, "id", _TEXT), None)
                if task is not None:
                    task.cancel()
            case other:
                raise Closed(INVALID, f"Unknown message type {other}")

    async def _init(self, payload: Any) -> None:
        """Who the client is: the token and language in the payload, or else in the headers of the handshake."""
        if self._acknowledged:
            raise Closed(TWICE, "Too many initialisation requests")
        if not isinstance(payload, _OBJECT_OR_NOTHING):
            raise Closed(INVALID, "The payload of connection_init is an object")
        given = {name.lower(): value for name, value in (payload or {}).items() if isinstance(value, str)}
        handshake = {name: value.decode("latin-1") for name, value in self.headers.items()}
        self._authorization = given.get("authorization", handshake.get(b"authorization"))
        wishes = (given.get("locale"), given.get("accept-language"), handshake.get(b"accept-language"))
        self._languages = next((wish for wish in wishes if wish is not None and spoken(wish) is not None), None)
        try:
            await self.house.authenticate(self._authorization)
        except ClientMistake as mistake:
            raise self._unknown(mistake.code, refusal(mistake, self._language(), self.request_id)) from None
        except Exception:
            raise Closed(RESTARTING, _sentence(masked(self._language(), self.request_id))) from None
        self._acknowledged = True
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, message: Mapping[str, Any]) -> None:
        """Run an operation of any kind, beside the others."""
        if not self._acknowledged:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        name, payload = _of(message, "id", _TEXT), _of(message, "payload", (dict,))
        _of(payload, "query", _TEXT if _names_nothing(payload) else _TEXT_OR_NOTHING)
        _of(payload, "operationName", _TEXT_OR_NOTHING)
        _of(payload, "variables", _OBJECT_OR_NOTHING)
        if name in self._operations:
            raise Closed(SAME_ID, f"Subscriber for {name} already exists")
        if len(self._operations) >= MOST_OPERATIONS:
            mistake = ClientMistake(ErrorCode.THROTTLED, Message(TOO_MANY, {"most": MOST_OPERATIONS}))
            await self._refuse(name, refusal(mistake, self._language(), self.request_id))
            return
        self._operations[name] = asyncio.create_task(self._run(name, payload))

    async def _run(self, name: str, payload: Mapping[str, Any]) -> None:
        """One operation until it ends; whoever it is for may give it up by cancelling the task."""
        try:
            with part_of_line():
                await self._answer(name, payload)
        except Closed as closed:
            self._end(closed)
        except Exception:
            with suppress(Closed):
                await self._refuse(name, masked(self._language(), self.request_id))

    def _asked(self, claims: Claims, payload: Mapping[str, Any]) -> Asked:
        """The request in a message. Raises `ClientMistake`, as a request over HTTP does."""
        text = self.trusted(claims, payload)
        asked = Asked(
            query=(payload.get("query") or "") if text is None else text,
            operation_name=payload.get("operationName") or None,
            variables=payload.get("variables") or {},
            accept_language=self._languages,
            request_id=self.request_id,
            trusted=text is not None,
            streaming=True,
            authorization=self._authorization,
        )
        if self.house.watch is not None:
            self.house.watch(asked.query)
        return asked

    async def _answer(self, name: str, payload: Mapping[str, Any]) -> None:
        try:
            claims = await self.house.authenticate(self._authorization)
            work = self.runner.run(claims, self._asked(claims, payload), self._language())
            answer = await by_deadline(self.house.deadline, work)
        except ClientMistake as mistake:
            answer = refusal(mistake, self._language(), self.request_id)
        begun: Stream | Answer = answer
        if answer.subscribed is not None:
            begun = await self.streams.begin(answer.subscribed)
        if isinstance(begun, Answer):
            if begun.refused is not None:
                await self._refuse(name, begun)
                return
            await self._next(name, begun)
        else:
            async with aclosing(begun) as stream:
                async for told in stream:
                    if told is None:
                        continue
                    if told.answer.refused is not None:
                        await self._refuse(name, told.answer)
                        return
                    await self._next(name, told.answer)
            if self.house.events.closed:
                raise Closed(RESTARTING, "The server ends. Connect again and go on after the last sequence.")
        self._forget(name)
        await self._say({"id": name, "type": "complete"})

    async def _next(self, name: str, answer: Answer) -> None:
        body = orjson.dumps(answer.body) if answer.raw is None else answer.raw
        await self._write(b"".join((b'{"type":"next","id":', orjson.dumps(name), b',"payload":', body, b"}")))

    async def _refuse(self, name: str, answer: Answer) -> None:
        """End an operation with its errors, and the connection where nobody is signed in any more."""
        if self._operations.get(name) is asyncio.current_task():
            self._forget(name)
        await self._say({"id": name, "type": "error", "payload": answer.body["errors"]})
        if answer.refused is ErrorCode.UNAUTHENTICATED:
            raise self._unknown(answer.refused, answer)

    def _unknown(self, code: ErrorCode, answer: Answer) -> Closed:
        return Closed(FORBIDDEN if code is ErrorCode.FORBIDDEN else UNAUTHORIZED, _sentence(answer))

    def _forget(self, name: str) -> None:
        """The id may be used again."""
        self._operations.pop(name, None)

    def _language(self) -> Language:
        return spoken(self._languages) or english()

    async def _say(self, message: Mapping[str, Any]) -> None:
        await self._write(orjson.dumps(message))

    async def _write(self, message: bytes) -> None:
        """Raises `Closed` for a client that does not read or is gone."""
        try:
            async with asyncio.timeout(sse.PATIENCE):
                await self.send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            raise Closed(TOO_SLOW, "What is sent to you is not read") from None
        except OSError:
            raise Closed(RESTARTING, "") from None

    def _end(self, closed: Closed) -> None:
        if not self._ending.done():
            self._ending.set_result(closed)

    async def _close(self, closed: Closed) -> None:
        reason = closed.reason.encode()[:LONGEST_REASON].decode(errors="ignore")
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(sse.PATIENCE):
                await self.send({"type": "websocket.close", "code": closed.code, "reason": reason})


def _sentence(refused: Answer) -> str:
    """What somebody is told who is refused."""
    said: str = refused.body["errors"][0]["message"]
    return said


def _read(text: str | None) -> Mapping[str, Any]:
    """A message of the client. Raises `Closed`."""
    try:
        read = None if text is None else orjson.loads(text)
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict) or not isinstance(read.get("type"), str):
        raise Closed(INVALID, "A message is a JSON object with a type")
    return read


def _names_nothing(payload: Mapping[str, Any]) -> bool:
    """Whether a request names no trusted document. Raises `Closed` where the name is no name."""
    try:
        return named_in(payload) is None
    except ClientMistake:
        raise Closed(INVALID, "Invalid message: documentId") from None


def _of(message: Mapping[str, Any], name: str, kinds: tuple[type, ...]) -> Any:
    """A part of a message. Raises `Closed` where it is missing or something else."""
    value = message.get(name)
    if not isinstance(value, kinds) or value == "":
        raise Closed(INVALID, f"Invalid message: {name}")
    return value
