"""A server as people start it, on a database of the test module."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc.jwk import OKPKey

from persistence.database import Pool
from schema.context import Claims
from server.app import Application
from server.auth import DevelopmentIssuer, TokenAuthentication
from server.serving import Server, address_of, listen
from server.settings import Settings
from tests.acceptance.story import NORDIC, Story
from tests.schema.asking import Asker, house
from tests.server.live import Live, live_server

KEY = OKPKey.generate_key("Ed25519")
USUAL = Settings()


@dataclass(frozen=True)
class Served:
    """A running server, how to reach it, and the lines it told of its requests."""

    server: Server
    address: str
    client: httpx2.AsyncClient
    running: asyncio.Task[None]
    told: list[bytes]

    def token(self, role: str, company: str = "*") -> str:
        """A token for one role."""
        claims = Claims(f"{role.lower()}@{company}", role.title(), {company: (role,)})
        return DevelopmentIssuer(KEY).issue(claims, timedelta(hours=1))

    async def end(self) -> None:
        """Ask it to end, as a signal does, and wait until it has."""
        self.server.should_exit = True
        await self.running


@contextlib.asynccontextmanager
async def serving(database_url: str, settings: Settings = USUAL, **more: Any) -> AsyncIterator[Served]:
    """A server of a database, on a free port, with settings of its own and what else an application takes."""
    started = asyncio.Event()
    told: list[bytes] = []
    with listen("127.0.0.1", 0) as bound:
        application = Application(settings, database_url, TokenAuthentication(KEY), tell=told.append, **more)
        server = Server(application, started.set)
        running = asyncio.create_task(server.serve([bound]))
        async with asyncio.timeout(20):
            await started.wait()
        async with httpx2.AsyncClient(base_url=address_of(bound)) as client:
            served = Served(server, address_of(bound), client, running, told)
            yield served
        await served.end()


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[Served]:
    """A server of the module's database, on a free port."""
    async with serving(database_url) as found:
        yield found


@pytest.fixture
async def live(database_url: str) -> AsyncIterator[Live]:
    """A server of the module's database that reads the tests' tokens."""
    async with live_server(database_url) as running:
        yield running


@pytest.fixture
async def story(pool: Pool) -> Story:
    """Two companies with a customer each, told through another process than the server's."""
    told = Story(Asker(house(pool)))
    await told.companies(*NORDIC)
    await told.rate("EUR", "SEK", "11.5")
    for company, limit in (("SE01", "100000"), ("FI01", "10000")):
        await told.customer(company, "acme")
        await told.own_limit(company, "acme", limit)
    return told
