"""What is followed is told: to whom it may be, in their language, in order, once, and on after a broken connection."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.refusal import ErrorCode
from persistence import events
from persistence.importing.jobs import CHANGED
from persistence.keys import new_key
from schema.errors import ClientMistake
from schema.ids import node_id
from schema.streaming.hub import Follower, Hub
from server.settings import Settings
from tests.acceptance.story import Story, fresh
from tests.server.live import EXPOSURES, HOLDS, JOBS, Live, live_server

REJECT = """mutation($input: RejectCreditHoldInput!) {
  rejectCreditHold(input: $input) { creditHold { status } errors { code } warnings { code } } }"""


async def held(story: Story, company: str = "SE01", amount: str = "150000") -> str:
    """An order that is put on hold; the id of the hold."""
    submitted = await story.submit(company, "acme", fresh(), amount)
    found: str = submitted["creditHold"]["id"]
    return found


async def rejected(story: Story, hold: str) -> None:
    await story.tell(REJECT, {"creditHold": hold, "idempotencyKey": fresh()}, "CREDIT_MANAGER")


def told(event: Any) -> tuple[str, str]:
    """Of an event of a hold: which, and where it stands."""
    return event["creditHoldChanged"]["creditHold"]["id"], event["creditHoldChanged"]["creditHold"]["status"]


def number(event: Any) -> int:
    """The sequence of an event."""
    (field,) = event.values()
    return int(field["sequence"])


async def test_holds_are_told_as_they_are_opened_and_change_whoever_wrote_them(live: Live, story: Story) -> None:
    async with live.connected() as socket:
        name = await socket.subscribe(HOLDS)
        await live.followed()
        hold = await held(story)
        first = await socket.next(name)
        assert told(first) == (hold, "OPEN")
        await rejected(story, hold)
        second = await socket.next(name)
        assert told(second) == (hold, "REJECTED")
        assert number(first) < number(second)
        await socket.say(type="complete", id=name)
        await socket.settled()


async def test_the_exposure_of_a_customer_is_told_when_its_orders_move(live: Live, story: Story) -> None:
    swedish, finnish = [await story.customer(company, "other") for company in ("SE01", "FI01")]
    async with live.connected() as socket:
        name = await socket.subscribe(EXPOSURES, customers=[swedish])
        await live.followed()
        await story.invoice("FI01", "other", fresh(), "50", "2026-12-24")
        await story.invoice("SE01", "other", fresh(), "700", "2026-12-24")
        event = await socket.next(name)
        customer = event["customerExposureChanged"]["customer"]
        assert customer == {"account": "other", "credit": {"exposure": {"total": {"amount": "700.00"}}}}
    assert finnish != swedish


async def job_of(pool: asyncpg.Pool, subject: str = "tester") -> UUID:
    """A job that somebody started."""
    actor = await pool.fetchval("select id from actor where subject = $1", subject)
    key = new_key()
    await pool.execute(
        "insert into job (id, kind, status, source, started_by_id) values ($1, 'IMPORT', 'RUNNING', 'x.csv', $2)",
        key,
        actor,
    )
    return key


async def went_on(pool: asyncpg.Pool, job: UUID, done: int) -> None:
    await pool.execute("update job set done = $2 where id = $1", job, done)
    await pool.execute(
        "insert into outbox (kind, subject_id, payload) values ($1, $2, $3)", CHANGED, job, {"table": "job"}
    )


async def test_a_job_is_told_as_it_goes_on(live: Live, story: Story, pool: asyncpg.Pool) -> None:
    job = await job_of(pool)
    async with live.connected("VIEWER") as socket:
        name = await socket.subscribe(JOBS, job=node_id("job", job))
        await live.followed()
        for done in (7, 9):
            await went_on(pool, job, done)
            event = await socket.next(name)
            assert event["jobChanged"]["job"] == {"status": "RUNNING", "done": done}


async def test_holds_of_companies_that_are_not_granted_or_not_named_are_not_told(live: Live, story: Story) -> None:
    async with live.connected(companies=("FI01",)) as finnish, live.connected() as everybody:
        granted = await finnish.subscribe(HOLDS)
        named = await everybody.subscribe(HOLDS, companies=["FI01"])
        await live.followed(2)
        await held(story)
        hold = await held(story, "FI01")
        assert told(await finnish.next(granted)) == (hold, "OPEN")
        assert told(await everybody.next(named)) == (hold, "OPEN")


async def refused(socket: Any, query: str, **variables: Any) -> str:
    """The code with which a subscription is refused, or ends."""
    name = await socket.subscribe(query, **variables)
    message = await socket.hear()
    assert (message["type"], message["id"]) == ("error", name), message
    (error,) = message["payload"]
    found: str = error["extensions"]["code"]
    return found


async def test_what_may_not_be_followed_is_refused_at_once(live: Live, story: Story, pool: asyncpg.Pool) -> None:
    swedish = await story.customer("SE01", "acme")
    job = node_id("job", await job_of(pool))
    nobody = node_id("cus", new_key())
    async with live.connected("VIEWER", ("FI01",)) as socket:
        assert await refused(socket, HOLDS, companies=["SE01"]) == "COMPANY_NOT_AVAILABLE"
        assert await refused(socket, HOLDS, companies=["FI01", "XX99"]) == "COMPANY_NOT_AVAILABLE"
        assert await refused(socket, EXPOSURES, customers=[swedish]) == "NOT_FOUND"
        assert await refused(socket, EXPOSURES, customers=[nobody]) == "NOT_FOUND"
        assert await refused(socket, EXPOSURES, customers=[job]) == "BAD_USER_INPUT"
        assert await refused(socket, EXPOSURES, customers=[nobody] * 251) == "BAD_USER_INPUT"
        assert await refused(socket, JOBS, job=node_id("job", new_key())) == "NOT_FOUND"
        assert await refused(socket, HOLDS, after="seven") == "BAD_USER_INPUT"
        assert await refused(socket, HOLDS + " query Other { viewer { locale } }") == "BAD_USER_INPUT"
    assert not live.hub.followers


async def test_a_grant_that_ends_ends_what_it_let_follow(live: Live, story: Story) -> None:
    async with live.connected() as socket:
        everything, swedish = await socket.subscribe(HOLDS), await socket.subscribe(HOLDS, companies=["SE01"])
        await live.followed(2)
        live.gate.companies = ("FI01",)
        await held(story)
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("error", swedish)
        assert message["payload"][0]["extensions"]["code"] == "COMPANY_NOT_AVAILABLE"
        hold = await held(story, "FI01")
        assert told(await socket.next(everything)) == (hold, "OPEN")


async def test_a_token_that_ends_ends_the_connection_at_the_next_event(live: Live, story: Story) -> None:
    async with live.connected() as socket:
        name = await socket.subscribe(HOLDS)
        await live.followed()
        live.gate.ended = True
        await held(story)
        message = await socket.hear()
        assert (message["type"], message["id"]) == ("error", name)
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await socket.closed() == (4401, "This token has expired. Get a new one.")


async def test_a_token_that_ends_is_noticed_without_any_event(live: Live, story: Story) -> None:
    live.hub.still_after = 0.01
    async with live.connected() as socket:
        await socket.subscribe(HOLDS)
        await live.followed()
        live.gate.ended = True
        assert (await socket.closed())[0] == 4401


async def test_each_event_is_in_the_language_of_its_operation_or_its_connection(live: Live, story: Story) -> None:
    swedish = HOLDS.replace("$after: BigInt)", '$after: BigInt) @inContext(locale: "sv")', 1)
    async with live.connected(locale="sv-SE") as socket, live.connected(**{"Accept-Language": "en"}) as other:
        await socket.subscribe(HOLDS)
        english, switched = await other.subscribe(HOLDS), await other.subscribe(swedish)
        await live.followed(3)
        await held(story)
        first = (await socket.hear())["payload"]
        heard = {message["id"]: message["payload"] for message in [await other.hear(), await other.hear()]}
        hold = first["data"]["creditHoldChanged"]["creditHold"]
        assert (hold["statusLabel"], hold["amount"]["formatted"]) == ("Öppen", "150\xa0000,00\xa0kr")
        assert heard[switched]["data"] == first["data"]
        assert heard[english]["data"]["creditHoldChanged"]["creditHold"]["statusLabel"] == "Open"
        assert heard[english]["extensions"]["context"]["locale"] == "en"


async def test_the_lanes_tell_the_same(live: Live, story: Story) -> None:
    whole = """fragment Whole on CreditHold { id version status statusLabel amount { amount formatted } viewerMay heldAt
      customer { account credit { available { amount } } } reasons { message } decision { explanation } }"""
    query = f"subscription {{ one: creditHoldChanged {{ __typename sequence creditHold {{ ...Whole }} }} }} {whole}"
    asked = {"query": query, "as_": "ADMIN"}
    fast, slow = live.streaming(**asked), live.streaming(**asked, headers={"X-Creditgraph-Lane": "slow"})
    async with fast as one, slow as other:
        await live.followed(2)
        hold = await held(story)
        (first, second) = [await anext(events) for events in (one, other)]
    assert first == second
    assert first["data"]["data"]["one"]["creditHold"]["id"] == hold


async def test_whoever_comes_back_hears_what_was_missed_in_order_and_once(live: Live, story: Story) -> None:
    async with live.connected() as socket:
        name = await socket.subscribe(HOLDS)
        await live.followed()
        await held(story)
        last = number(await socket.next(name))
    missed = [await held(story, amount=amount) for amount in ("110000", "120000", "130000")]
    await rejected(story, missed[1])
    async with live.connected() as socket:
        name = await socket.subscribe(HOLDS, after=str(last))
        heard = [await socket.next(name) for _ in range(4)]
        assert [told(event)[0] for event in heard] == [*missed, missed[1]]
        assert [number(event) for event in heard] == sorted({number(event) for event in heard})
        assert number(heard[0]) > last
        later = await held(story)
        assert told(await socket.next(name)) == (later, "OPEN")


async def test_what_is_not_kept_any_more_is_said_so(live: Live, story: Story, pool: asyncpg.Pool) -> None:
    for _ in range(3):
        await held(story)
    await events.number_all(pool)
    async with live.connected(locale="sv") as socket:
        *_, last = await events.after(pool, 0, events.Topic(events.CREDIT_HOLD, None))
        assert await refused(socket, HOLDS, after=str(last.sequence + 1000)) == "EVENTS_NOT_KEPT"
        await pool.execute("delete from event where sequence < $1", last.sequence)
        assert await refused(socket, HOLDS, after=str(last.sequence - 2)) == "EVENTS_NOT_KEPT"
        name = await socket.subscribe(HOLDS, after=str(last.sequence - 1))
        assert number(await socket.next(name)) == last.sequence


async def test_another_process_tells_what_this_one_wrote(database_url: str, live: Live, story: Story) -> None:
    async with live_server(database_url) as other, live.connected() as here, other.connected() as there:
        names = await here.subscribe(HOLDS), await there.subscribe(HOLDS)
        await live.followed()
        await other.followed()
        hold = await held(story)
        assert [told(await one.next(name)) for one, name in zip((here, there), names, strict=True)] == [
            (hold, "OPEN"),
            (hold, "OPEN"),
        ]


async def test_it_works_behind_a_pooler_that_keeps_no_session(database_url: str, story: Story) -> None:
    async with live_server(database_url, Settings(pooler="transaction")) as live, live.connected() as socket:
        name = await socket.subscribe(HOLDS)
        await live.followed()
        hold = await held(story)
        assert told(await socket.next(name)) == (hold, "OPEN")


async def test_subscriptions_go_on_after_the_database_was_away(
    live: Live, story: Story, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    async with live.connected() as socket:
        name = await socket.subscribe(HOLDS)
        await live.followed()
        first = await held(story)
        assert told(await socket.next(name)) == (first, "OPEN"), "what it follows from is known"
        await pool.execute("alter table event rename to event_away")
        try:
            hold = await held(story)
            async with asyncio.timeout(20):
                while "looking for events failed" not in caplog.messages:
                    await pool.execute("select 1")
        finally:
            await pool.execute("alter table event_away rename to event")
        assert told(await socket.next(name)) == (hold, "OPEN")


async def to_the_end(follower: Follower) -> None:
    async for _ in follower:
        pass


async def test_a_follower_that_lets_too_many_wait_is_sent_away_and_may_come_back(
    story: Story, pool: asyncpg.Pool
) -> None:
    hub = Hub(pool, every=0, most=3)
    topic = events.Topic(events.CREDIT_HOLD, None)
    slow, quick = await hub.follow(topic, None), await hub.follow(topic, None)
    first = await held(story)
    assert (await anext(slow)).subject == (await anext(quick)).subject
    heard = []
    for _ in range(5):
        await held(story)
        heard.append((await anext(quick)).sequence)
    with pytest.raises(ClientMistake) as sent_away:
        await to_the_end(slow)
    assert sent_away.value.code is ErrorCode.THROTTLED
    back = await hub.follow(topic, heard[0] - 1)
    assert [(await anext(back)).sequence for _ in range(5)] == heard
    assert first
    for one in (slow, quick, back):
        await one.aclose()
    assert not hub.followers


async def test_whoever_is_behind_is_not_sent_away_for_what_comes_meanwhile(story: Story, pool: asyncpg.Pool) -> None:
    hub = Hub(pool, every=0, most=1, at_once=2)
    topic = events.Topic(events.CREDIT_HOLD, None)
    await events.number_all(pool)
    start = (await events.span(pool)).newest
    for _ in range(5):
        await held(story)
    await events.number_all(pool)
    follower = await hub.follow(topic, start)
    numbers = [(await anext(follower)).sequence]
    for _ in range(3):
        await held(story)
    # All of it has come before more is taken: whoever has caught up must keep up.
    while (await events.span(pool)).newest < start + 8:
        await events.number_all(pool)
    async with asyncio.timeout(20):
        while len(numbers) < 8:
            event = await anext(follower)
            numbers.append(event.sequence)
    assert numbers == sorted(set(numbers))
    await follower.aclose()


async def test_what_was_read_is_not_given_again_when_it_is_told_as_well(story: Story, pool: asyncpg.Pool) -> None:
    topic = events.Topic(events.CREDIT_HOLD, None)
    await events.number_all(pool)
    start = (await events.span(pool)).newest
    for _ in range(3):
        await held(story)
    await events.number_all(pool)
    missed = await events.after(pool, start, topic)
    hub = Hub(pool, every=0)
    follower = await hub.follow(topic, start)
    heard = [await anext(follower)]
    for event in missed:
        follower.put(event, 10)
    await held(story)
    heard += [await anext(follower) for _ in range(3)]
    assert heard[:3] == missed
    assert heard[3] is not None
    assert heard[3].sequence > missed[2].sequence
    await follower.aclose()
