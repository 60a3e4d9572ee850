"""Four server processes on one database, and people and systems at work on the same credit groups for a minute.

Limits go up and down, payments come in, orders are submitted, changed, called off and asked about, all at once. What
must hold at every moment is asked at every moment: nobody is over-committed, nobody is shown a collision of others.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import httpx2
import pytest

from persistence.database import Pool
from persistence.reconcile import reconcile
from tests.acceptance.orders import cancelled, changed
from tests.acceptance.processes import LIMITS, HttpAsker, serving
from tests.acceptance.story import NORDIC, Story, fresh, money

SECONDS = 60
PROCESSES = 4
GROUPS = ("north", "south", "west")
MEMBERS = (("SE01", 0), ("FI01", 1), ("SE01", 2), ("FI01", 3))
HIGHEST_OF_A_GROUP = 20_000  # kronor
HIGHEST_RAISE = 150  # kronor
HIGHEST_OF_A_MEMBER = {"SE01": 10_000, "FI01": 1_000}  # kronor, euro; beside that the group's limit binds
RATE = Decimal("11.5")  # kronor a euro
COMMITTED = "query($group: String!) { creditGroup(number: $group) { credit { exposure { total { amount } } } } }"


@dataclass
class Day:
    """Everybody who works, and what they were answered.

    An order that counts and is raised counts with its new amount while it waits on hold, since what was promised is not
    taken back. `begun` is by how much orders were raised so far, `ended` how much of that was taken back.
    """

    story: Story
    until: float
    answers: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    ended: int = 0

    def over(self) -> bool:
        """Is the minute over?"""
        return asyncio.get_running_loop().time() >= self.until

    def members(self, chance: Random) -> tuple[str, str]:
        """One of all members: company and account."""
        company, place = chance.choice(MEMBERS)
        return company, f"{chance.choice(GROUPS)}-{place}"

    async def work(self, one: Callable[[Day, Random], Awaitable[None]], seed: int) -> None:
        """Do one kind of work over and over."""
        chance = Random(seed)
        while not self.over():
            await one(self, chance)
            self.answers[one.__name__] += 1


async def ordering(day: Day, chance: Random) -> None:
    """An order comes, is raised and then lowered if it passed, and is called off now and then."""
    company, account = day.members(chance)
    number = fresh()
    amount = chance.randrange(200, 3000)
    payload = await day.story.submit(company, account, number, str(amount), currency="SEK")
    decision = payload["decision"]
    day.answers[decision["outcome"]] += 1
    fits = [Decimal(t["exposure"]["amount"]) + Decimal(t["amount"]["amount"]) <= Decimal(t["limit"]["amount"])
            for t in decision["tests"]]  # fmt: skip
    assert [test["passed"] for test in decision["tests"]] == fits
    assert (decision["outcome"] == "PASSED") is all(fits), decision
    if decision["outcome"] == "PASSED":
        raised = chance.randrange(1, HIGHEST_RAISE)
        day.begun += raised
        await changed(day.story, company, account, number, str(amount + raised), currency="SEK")
        await changed(day.story, company, account, number, str(amount - raised), currency="SEK")
        day.ended += raised
        day.answers["changed"] += 1
    if chance.random() < 0.4:
        await cancelled(day.story, company, number)


async def paying(day: Day, chance: Random) -> None:
    """A little money comes in."""
    company, account = day.members(chance)
    await day.story.payment(company, account, fresh(), str(chance.randrange(1, 50)))


async def limiting(day: Day, chance: Random) -> None:
    """A limit of a group or of a member goes up or down, also below what is used."""
    if chance.random() < 0.5:
        amount = str(chance.randrange(HIGHEST_OF_A_GROUP // 2, HIGHEST_OF_A_GROUP + 1))
        await day.story.limit("SE01", {"creditGroup": chance.choice(GROUPS)}, amount, "SEK")
        return
    company, account = day.members(chance)
    most = HIGHEST_OF_A_MEMBER[company]
    await day.story.own_limit(company, account, str(chance.randrange(most // 2, most + 1)))


async def asking(day: Day, chance: Random) -> None:
    """What if this customer ordered?"""
    company, account = day.members(chance)
    customer = {"number": {"company": company, "account": account}}
    await day.story.tell_check({"customer": customer, "amount": money(str(chance.randrange(100, 3000)), "SEK")})


async def watching(day: Day, chance: Random) -> None:
    """No group and no member is ever committed beyond the highest limit that it had."""
    ended = day.ended
    kronor, most = await committed(day.story, chance.choice(GROUPS)), HIGHEST_OF_A_GROUP
    assert kronor <= most + day.begun - ended
    company, account = day.members(chance)
    ended = day.ended
    exposure = (await day.story.credit(company, account, currency="SEK"))["exposure"]
    most = HIGHEST_OF_A_MEMBER[company] * (1 if company == "SE01" else RATE)
    assert Decimal(exposure["total"]["amount"]) <= most + day.begun - ended, (account, exposure)


async def committed(story: Story, group: str) -> Decimal:
    """The exposure of a group, in kronor."""
    answer = await story.ask(COMMITTED, {"group": group}, as_="CREDIT_MANAGER")
    return Decimal(answer.data["creditGroup"]["credit"]["exposure"]["total"]["amount"])


AT_WORK = {ordering: 8, paying: 2, limiting: 2, asking: 2, watching: 1}


@pytest.fixture
async def story(database_url: str, tmp_path: Path) -> AsyncIterator[Story]:
    """Told to four servers in turn, who go by the real clock."""
    with serving(database_url, tmp_path, PROCESSES) as addresses:
        async with httpx2.AsyncClient(timeout=60, limits=LIMITS) as client:
            told = Story(HttpAsker.of(client, addresses, tmp_path))  # type: ignore[arg-type]
            await told.companies(*NORDIC)
            await told.rate("EUR", "SEK", str(RATE), datetime.now(UTC).date().isoformat())
            for group in GROUPS:
                made = [(company, f"{group}-{place}") for company, place in MEMBERS]
                for company, account in made:
                    await told.customer(company, account)
                    await told.own_limit(company, account, str(HIGHEST_OF_A_MEMBER[company]))
                await told.group(group, "SEK", str(HIGHEST_OF_A_GROUP), *made)
            yield told


async def test_a_minute_of_everything_at_once_commits_nobody_too_far_and_shows_no_collision(
    story: Story, pool: Pool
) -> None:
    day = Day(story, asyncio.get_running_loop().time() + SECONDS)
    async with asyncio.TaskGroup() as everybody:  # the first who is answered wrongly ends the day
        for one, people in AT_WORK.items():
            for place in range(people):
                everybody.create_task(day.work(one, place))
    assert all(day.answers[one.__name__] for one in AT_WORK), day.answers
    assert all(day.answers[seen] for seen in ("PASSED", "HELD", "changed")), day.answers
    for group in GROUPS:
        assert await committed(story, group) <= HIGHEST_OF_A_GROUP
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []
