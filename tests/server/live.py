"""A server of subscriptions: real sockets, tokens that say what they say, and a client of graphql-transport-ws."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from domain.message import Message
from domain.refusal import ErrorCode
from schema.context import Claims
from schema.errors import ClientMistake
from schema.streaming.hub import Hub
from schema.streaming.socket import PROTOCOL
from schema.trusted import TrustedDocuments
from server.app import Application
from server.serving import Server, address_of, listen
from server.settings import Settings
from tests.schema import asking
from tests.schema.world import NOW

SECONDS = 30
"""After which a test gives up."""

HOLDS = """subscription Holds($companies: [String!], $after: BigInt) {
  creditHoldChanged(companies: $companies, after: $after) {
    sequence creditHold {
      id status statusLabel amount { amount formatted } reasons { message } order { number } } } }"""
EXPOSURES = """subscription Exposures($customers: [ID!]!, $after: BigInt) {
  customerExposureChanged(customers: $customers, after: $after) {
    sequence customer { account credit { exposure { total { amount } } } } } }"""
JOBS = """subscription Jobs($job: ID!, $after: BigInt) {
  jobChanged(job: $job, after: $after) { sequence job { status done } } }"""


@dataclass
class Gate:
    """Reads the tests' tokens. What it is told to forget is good no longer; what it is told to change grants less.

    `away`: whatever it would ask does not answer.
    """

    ended: bool = False
    away: bool = False
    companies: tuple[str, ...] | None = None

    async def __call__(self, header: str | None) -> Claims:
        """The claims in a header."""
        claims = await asking.authenticate(header)
        if self.away:
            raise ConnectionRefusedError("the database does not answer")
        if self.ended:
            raise ClientMistake(ErrorCode.UNAUTHENTICATED, Message("This token has expired. Get a new one."))
        if self.companies is None:
            return claims
        grants = {code: claims.grants.get(code) or next(iter(claims.grants.values())) for code in self.companies}
        return Claims(claims.subject, claims.name, grants, locale=claims.locale)


@dataclass
class Socket:
    """A client's connection."""

    connection: ClientConnection
    _names: count[int] = field(default_factory=count)

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps(message))

    async def hear(self) -> Any:
        """The next message."""
        async with asyncio.timeout(SECONDS):
            return json.loads(await self.connection.recv())

    async def closed(self) -> tuple[int, str]:
        """With which code and reason the server closes; whatever it still says is skipped."""
        async with asyncio.timeout(SECONDS):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""

    async def subscribe(self, query: str, **variables: Any) -> str:
        """Begin an operation; its id."""
        name = str(next(self._names))
        await self.say(type="subscribe", id=name, payload={"query": query, "variables": variables})
        return name

    async def next(self, name: str) -> Any:
        """The data of the next event of an operation."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", name), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def settled(self) -> None:
        """Whatever was asked before is under way: the server takes messages in their order."""
        await self.say(type="ping")
        assert await self.hear() == {"type": "pong"}


@dataclass
class Live:
    """A running server."""

    server: Server
    application: Application
    address: str
    gate: Gate
    client: httpx2.AsyncClient
    told: list[bytes]

    @property
    def hub(self) -> Hub:
        """Where its events are told on."""
        assert self.application.house is not None
        return self.application.house.events

    async def followed(self, number: int = 1) -> None:
        """Wait until so many subscriptions are under way."""
        async with asyncio.timeout(SECONDS):
            while len(self.hub.followers) < number:
                await self.client.get("/livez")

    async def line(self) -> Any:
        """The first line of the log."""
        async with asyncio.timeout(SECONDS):
            while not self.told:
                await self.client.get("/livez")
        return json.loads(self.told[0])

    async def left(self) -> None:
        """Wait until no subscription is under way."""
        async with asyncio.timeout(SECONDS):
            while self.hub.followers:
                await self.client.get("/livez")

    @asynccontextmanager
    async def open(self, *, protocols: tuple[str, ...] = (PROTOCOL,), **headers: str) -> AsyncIterator[Socket]:
        """A connection that has said nothing yet."""
        address = self.address.replace("http", "ws", 1) + "/graphql"
        named: Any = list(protocols) or None
        async with connect(address, subprotocols=named, additional_headers=headers, proxy=None) as connection:
            yield Socket(connection)

    @asynccontextmanager
    async def connected(
        self, as_: str = "CREDIT_MANAGER", companies: tuple[str, ...] = ("*",), **payload: str
    ) -> AsyncIterator[Socket]:
        """A connection of somebody who is signed in."""
        async with self.open() as socket:
            given = {"Authorization": asking.token(as_, companies)} | payload
            await socket.say(type="connection_init", payload=given)
            assert await socket.hear() == {"type": "connection_ack"}
            yield socket

    @asynccontextmanager
    async def streaming(
        self, query: str, *, as_: str = "CREDIT_MANAGER", headers: Mapping[str, str] | None = None, **given: Any
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Events of a response."""
        sent = {"Accept": "text/event-stream", "Authorization": asking.token(as_, ["*"])}
        content = {"query": query, "variables": given}
        async with self.client.stream("POST", "/graphql", json=content, headers=sent | dict(headers or {})) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            yield events(answer)


async def events(answer: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    """The events of a response; comments are events of their own."""
    event: dict[str, Any] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(":")
        if not line:
            yield event
            event = {}
        elif not name:
            event["comment"] = value
        elif name == "data":
            event["data"] = json.loads(value) if value.strip() else None
        else:
            event[name] = value.strip()


@asynccontextmanager
async def live_server(
    database_url: str, settings: Settings | None = None, trusted: TrustedDocuments | None = None
) -> AsyncIterator[Live]:
    """A server of a database on a free port, whose clock stands still."""
    started, gate, told = asyncio.Event(), Gate(), list[bytes]()
    with listen("127.0.0.1", 0) as bound:
        application = Application(settings or Settings(), database_url, gate, lambda: NOW, told.append, trusted)
        server = Server(application, started.set)
        running = asyncio.create_task(server.serve([bound]))
        async with asyncio.timeout(SECONDS):
            await started.wait()
        async with httpx2.AsyncClient(base_url=address_of(bound), timeout=SECONDS) as client:
            yield Live(server, application, address_of(bound), gate, client, told)
        server.should_exit = True
        await running
