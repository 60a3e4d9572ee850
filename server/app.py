"""The application: GraphQL, health, and what runs beside the requests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from persistence import events, revisions
from persistence.balances import fold
from persistence.database import Pool, PoolState, open_pool
from persistence.looking_again import look_again
from schema.app import SCHEMA, graphql_schema
from schema.context import House
from schema.endpoint import Endpoint
from schema.guard import Limits
from schema.outage import Outage
from schema.throttle import Budget
from schema.trusted import TrustedDocuments
from server.auth import Clock, utc_now
from server.auth.api_keys import ApiKeys
from server.auth.remembering import Authentication
from server.exploring import graphiql
from server.health import alive, readiness
from server.log import RequestLog, Tell, to_stderr
from server.metrics import Counts, Metrics
from server.origins import for_pages_of
from server.schema_files import schema_file
from server.settings import Settings
from server.tracing import Tracing

GRAPHQL = "/graphql"

FOLD_EVERY = 1.0
"""Seconds between two looks at the movements that the sums of companies do not hold yet."""

FOLD_AT_ONCE = 10_000

LOOK_EVERY = 3600.0
"""Seconds between two looks at open holds: days change every hour somewhere, and limits begin and end with them."""

FORGET_EVERY = 60.0
"""Seconds between two looks at events that are older than they are kept."""

log = logging.getLogger(__name__)


@dataclass
class Application:
    """One process that serves one database. Call it as an ASGI application; its lifespan opens and closes the pool.

    `tell` is given the line of each request. `trusted`: the documents of clients that ask by id, read before anything
    is served (`server.documents`). `draining`: it was told to end, and `/readyz` says that it takes no more.
    """

    settings: Settings
    url: str = field(repr=False)
    authenticate: Authentication = field(repr=False)
    clock: Clock = utc_now
    tell: Tell = to_stderr
    trusted: TrustedDocuments | None = None
    tracing: Tracing | None = None
    draining: bool = field(default=False, init=False)
    counts: Counts = field(default_factory=Counts, init=False, repr=False)
    _pool: Pool | None = field(default=None, init=False, repr=False)
    _endpoint: Endpoint | None = field(default=None, init=False, repr=False)
    house: House | None = field(default=None, init=False, repr=False)
    _graphql: ASGIApp | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._wanted = revisions.head()
        routes: list[BaseRoute] = [
            Route(GRAPHQL, _Later(self)),
            Route("/schema.graphql", schema_file),
            Route("/schema.{language}.graphql", schema_file),
            Route("/livez", alive),
            Route("/readyz", self._ready),
        ]
        if self.settings.graphiql:
            routes += graphiql("/graphiql")
        if self.settings.metrics:
            routes.append(Route("/metrics", Metrics(self.counts, self._pool_state, self._kept).answer))
        self._rare = Starlette(routes=routes, lifespan=self._lifespan)
        self._logged = RequestLog(self._route, self.tell, self.counts.add if self.settings.metrics else None, GRAPHQL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._logged(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Questions go to the endpoint directly: Starlette's layers cost more than the rest of its way."""
        if scope["type"] != "lifespan" and scope["path"] == GRAPHQL:
            await self.answer_graphql(scope, receive, send)
        else:
            await self._rare(scope, receive, send)

    async def answer_graphql(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GraphQL request; the application must have been started."""
        assert self._graphql is not None, "the server starts the lifespan before it takes requests"
        await self._graphql(scope, receive, send)

    async def _ready(self, _: Request) -> Response:
        if self.draining:
            return JSONResponse({"status": "not ready", "draining": True}, 503)
        return await readiness(self._pool, self._wanted)

    def _pool_state(self) -> PoolState | None:
        return None if self._pool is None else self._pool.state()

    def _kept(self) -> Mapping[str, int]:
        return {} if self._endpoint is None else self._endpoint.kept()

    def _around(self, endpoint: Endpoint) -> ASGIApp:
        """The endpoint with what this installation wants of it."""
        app: ASGIApp = endpoint
        if self.tracing is not None:
            app = self.tracing.around(app)
        if self.settings.allowed_origins:
            app = for_pages_of(self.settings.allowed_origins, app)
        return app

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        pool = await open_pool(self.url, max_size=self.settings.pool_size, pooler=self.settings.pooler)
        async with pool:
            self.authenticate.keys = ApiKeys(pool).verify
            house = House(
                pool,
                self.authenticate,
                self.clock,
                self.settings.reporting_currency,
                self.settings.request_deadline_seconds,
                self.trusted,
                None if self.tracing is None else self.tracing.watch,
                Budget(self.settings.cost_per_minute),
                Limits(cost=self.settings.most_cost),
                self.settings.streams_per_client,
            )
            self._pool, self.house = pool, house
            self._endpoint = Endpoint(house, graphql_schema(SCHEMA), self.settings.allowed_origins)
            self._graphql = self._around(self._endpoint)
            works = (keep_folding(pool), keep_looking(pool, self.clock), keep_forgetting(pool, self.settings.kept_for))
            beside = [asyncio.create_task(work) for work in works]
            try:
                yield
            finally:
                for work in beside:
                    work.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
                self._pool = self._endpoint = self._graphql = self.house = None
                if self.tracing is not None:
                    await self.tracing.end()

    async def end_streams(self) -> None:
        """End every subscription: the process is about to end, and they would not by themselves."""
        if self.house is not None:
            await self.house.events.close()


@dataclass(frozen=True)
class _Later:
    """The GraphQL endpoint, which exists once the pool is open. A class, so that Starlette hands over every method."""

    application: Application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application.answer_graphql(scope, receive, send)


async def keep_folding(pool: Pool, every: float = FOLD_EVERY) -> None:
    """Keep the sums of companies up to date, and number what happened."""

    async def fold_all() -> None:
        async with pool.acquire() as connection:
            while await fold(connection, FOLD_AT_ONCE) == FOLD_AT_ONCE:
                pass
            await events.number_all(connection)

    await again_and_again(fold_all, every, "folding failed")


async def keep_forgetting(pool: Pool, kept_for: timedelta, every: float = FORGET_EVERY) -> None:
    """Forget events that are older than they are kept."""

    async def forget() -> None:
        async with pool.acquire() as connection:
            while await events.forget(connection, utc_now() - kept_for) == events.AT_ONCE:
                pass

    await again_and_again(forget, every, "forgetting events failed")


async def keep_looking(pool: Pool, clock: Clock, every: float = LOOK_EVERY) -> None:
    """Check open holds again as days go by."""

    async def look() -> None:
        await look_again(pool, clock())

    await again_and_again(look, every, "looking at holds again failed")


async def again_and_again(work: Callable[[], Awaitable[None]], every: float, failed: str) -> None:
    """Work until cancelled. A database that is away for a while is waited for, and the log says so, once."""
    outage = Outage(log, failed)
    while True:
        try:
            await work()
            outage.over()
        except Exception:
            outage.failed()
        await asyncio.sleep(outage.wait(every))
