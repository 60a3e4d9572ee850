"""How much a client may follow, what following costs it, and how often a hub asks a database that is away."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from persistence import events
from schema.ids import node_id
from schema.streaming.hub import Hub
from server.settings import Settings
from tests.acceptance.story import Story
from tests.schema.asking import token
from tests.server.live import HOLDS, live_server
from tests.server.test_subscriptions import held, number, refused, told


async def test_a_database_that_is_away_is_told_once_and_once_more_when_it_is_back(
    story: Story, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    hub = Hub(pool, every=0.001)
    follower = await hub.follow(events.Topic(events.CREDIT_HOLD, None), None)
    await pool.execute("alter table event rename to event_away")
    try:
        hold = await held(story)
        async with asyncio.timeout(20):
            while hub.outage.failures < 3:
                await pool.execute("select 1")
    finally:
        await pool.execute("alter table event_away rename to event")
    event = await anext(follower)
    assert event is not None
    assert node_id("hld", event.subject) == hold
    assert caplog.messages == ["looking for events failed", "looking for events failed before; it works again"]
    await follower.aclose()


async def test_a_client_follows_so_many_at_a_time_over_sockets_and_streams(database_url: str, story: Story) -> None:
    async with (
        live_server(database_url, Settings(streams_per_client=2)) as live,
        live.connected() as socket,
        live.connected() as another,
        live.streaming(HOLDS),
    ):
        name = await socket.subscribe(HOLDS)
        await live.followed(2)
        assert await refused(another, HOLDS) == "THROTTLED"
        async with live.streaming(HOLDS) as too_many:
            (error,) = (await anext(too_many))["data"]["errors"]
        assert error["message"] == "A client follows at most 2 subscriptions at a time. End one of them first."
        async with live.open() as other:
            who = {"Authorization": token("VIEWER", ["*"], user="somebody else")}
            await other.say(type="connection_init", payload=who)
            assert await other.hear() == {"type": "connection_ack"}
            await other.subscribe(HOLDS)
            await live.followed(3)
        await socket.say(type="complete", id=name)
        await socket.settled()
        while len(live.hub.followers) > 1:
            await live.client.get("/livez")
        await another.subscribe(HOLDS)
        await live.followed(2)


async def test_an_event_is_charged_and_a_stream_that_spent_the_budget_ends_and_may_go_on(
    database_url: str, story: Story
) -> None:
    query = """subscription ($after: BigInt) { creditHoldChanged(after: $after) {
      sequence creditHold { customer { credit { usedPercent } } } } }"""
    # Once to begin and once for each of two events.
    async with live_server(database_url, Settings(cost_per_minute=3 * 13 + 12)) as live, live.connected() as socket:
        name = await socket.subscribe(query)
        await live.followed()
        for _ in range(2):
            await held(story)
            last = number(await socket.next(name))
        hold = await held(story)
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("error", name)
        (error,) = message["payload"]
        assert error["extensions"]["code"] == "THROTTLED"
        assert error["extensions"]["retryAfter"] > 0
        assert not live.hub.followers
    async with live_server(database_url) as live, live.connected() as socket:
        name = await socket.subscribe(HOLDS, after=str(last))
        assert told(await socket.next(name))[0] == hold
