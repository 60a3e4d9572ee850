"""Two checks at once never both pass into the same room: two server processes, two companies, one credit group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from persistence.database import Pool
from persistence.reconcile import reconcile
from tests.acceptance.processes import LIMITS, HttpAsker, serving
from tests.acceptance.story import ERRORS, NORDIC, Story, fresh, money

ROUNDS, ORDERS, ROOM = 20, 64, 20
TODAY = datetime.now(UTC).date().isoformat()
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
SUBMIT = f"""mutation($input: SubmitSalesOrderInput!) {{
  submitSalesOrder(input: $input) {{ decision {{ outcome }} {ERRORS} }} }}"""
MEMBERS = (("SE01", 0), ("FI01", 1), ("SE01", 2), ("FI01", 3))


@pytest.fixture(scope="module")
async def story(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """Told to two servers in turn."""
    data: Path = tmp_path_factory.mktemp("data")
    with serving(database_url, data, processes=2) as addresses:
        async with httpx2.AsyncClient(timeout=60, limits=LIMITS) as client:
            told = Story(HttpAsker.of(client, addresses, data))  # type: ignore[arg-type]
            await told.companies(*NORDIC)
            # These servers go by the real clock, so the rate is of a real day.
            await told.rate("EUR", "SEK", "11.5", datetime.now(UTC).date().isoformat())
            yield told


async def members(story: Story, name: str) -> list[tuple[str, str]]:
    """Four customers of two companies with room of their own, in one group of 20,000 kronor."""
    made = [(company, f"{name}-{place}") for company, place in MEMBERS]
    for company, account in made:
        await story.customer(company, account)
        await story.own_limit(company, account, "1000000")
    await story.group(name, "SEK", "20000", *made)
    return made


def submitted(story: Story, company: str, account: str, number: str) -> Awaitable[Any]:
    """An order of 1,000 kronor, whatever the company's currency."""
    given = {"company": company, "account": account, "number": number, "amount": money("1000", "SEK")}
    return story.tell(SUBMIT, given | {"idempotencyKey": fresh()}, "INTEGRATION")


async def test_exactly_as_many_orders_pass_as_there_is_room_for_in_every_round(story: Story, pool: Pool) -> None:
    passed = []
    for round_number in range(ROUNDS):
        group = await members(story, f"round-{round_number}")
        orders = [submitted(story, *group[n % len(group)], f"{round_number}-{n}") for n in range(ORDERS)]
        outcomes = [payload["decision"]["outcome"] for payload in await asyncio.gather(*orders)]
        assert set(outcomes) == {"PASSED", "HELD"}
        passed.append(outcomes.count("PASSED"))
    assert passed == [ROOM] * ROUNDS
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def test_customers_of_one_party_never_pass_its_ceiling_together_in_different_companies_and_groups(
    story: Story, pool: Pool
) -> None:
    passed = []
    for round_number in range(ROUNDS // 4):
        number = f"party-{round_number}"
        customers = [(company, f"{number}-{place}") for company, place in MEMBERS]
        for company, account in customers:
            await story.customer(company, account, party=number)
            await story.own_limit(company, account, "1000000")
        for place, pair in enumerate((customers[:2], customers[2:])):  # rooms of their own, beside the party's
            await story.group(f"{number}-{place}", "SEK", "1000000", *pair)
        await story.party_limits(number, ceiling=money("20000", "SEK"), reaction="HOLD")
        orders = [submitted(story, *customers[n % len(customers)], f"{number}-{n}") for n in range(ORDERS)]
        payments = [story.payment(*customers[0], f"{number}-{n}", "1", paidOn=TODAY) for n in range(4)]
        answers = await asyncio.gather(*orders, *payments)
        outcomes = [payload["decision"]["outcome"] for payload in answers[:ORDERS]]
        assert set(outcomes) == {"PASSED", "HELD"}
        passed.append(outcomes.count("PASSED"))
    assert passed == [ROOM] * (ROUNDS // 4)
    async with pool.acquire() as conn:
        assert await conn.fetchval(DEADLOCKS) == 0
        assert await reconcile(conn) == []


async def test_limits_of_a_party_saved_meanwhile_never_let_more_pass_than_they_say(story: Story, pool: Pool) -> None:
    customers = [(company, f"saved-{place}") for company, place in MEMBERS]
    for company, account in customers:
        await story.customer(company, account, party="saved")
        await story.own_limit(company, account, "1000000")
    orders = [submitted(story, *customers[n % len(customers)], f"saved-{n}") for n in range(ORDERS)]
    ceilings = [story.party_limits("saved", ceiling=money(f"{n}000", "SEK"), reaction="HOLD") for n in (5, 10, 15)]
    await asyncio.gather(*orders, *ceilings)
    query = 'query { party(number: "saved") { credit { available { amount } exposure { total { amount } } } } }'
    before = (await story.ask(query)).data["party"]["credit"]
    ceiling = Decimal(before["exposure"]["total"]["amount"]) + ROOM * 1000
    await story.party_limits("saved", ceiling=money(str(ceiling), "SEK"), reaction="HOLD")
    after = [submitted(story, *customers[n % len(customers)], f"saved-after-{n}") for n in range(ORDERS)]
    outcomes = [payload["decision"]["outcome"] for payload in await asyncio.gather(*after)]
    assert outcomes.count("PASSED") == ROOM
    credit = (await story.ask(query)).data["party"]["credit"]
    assert Decimal(credit["available"]["amount"]) == 0
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def test_payments_and_limits_posted_meanwhile_never_let_too_many_pass(story: Story, pool: Pool) -> None:
    group = await members(story, "meanwhile")
    paid, raised = 5, "22000"
    orders = [submitted(story, *group[n % len(group)], f"meanwhile-{n}") for n in range(ORDERS)]
    payments = [story.payment("SE01", group[0][1], f"meanwhile-{n}", "1000") for n in range(paid)]
    limits = [story.limit("SE01", {"creditGroup": "meanwhile"}, amount, "SEK") for amount in ("21000", raised)]
    answers = await asyncio.gather(*orders, *payments, *limits)
    outcomes = [payload["decision"]["outcome"] for payload in answers[:ORDERS]]
    passed = outcomes.count("PASSED")
    query = (
        'query { creditGroup(number: "meanwhile") { credit { available { amount } exposure { total { amount } } } } }'
    )
    credit = (await story.ask(query)).data["creditGroup"]["credit"]
    assert ROOM <= passed <= 22 + paid
    assert Decimal(credit["exposure"]["total"]["amount"]) == passed * 1000 - paid * 1000
    assert Decimal(credit["available"]["amount"]) >= 0
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


DOING = (
    ("changePayer", "INTEGRATION"),
    ("changeSalesOrder", "INTEGRATION"),
    ("updateCreditAttributes", "CREDIT_MANAGER"),
    ("savePartyLimits", "CREDIT_MANAGER"),
    ("addCreditGroupMember", "CREDIT_MANAGER"),
    ("removeCreditGroupMember", "CREDIT_MANAGER"),
    ("recordDelivery", "INTEGRATION"),
    ("reverseDelivery", "INTEGRATION"),
    ("recordReturn", "INTEGRATION"),
    ("cancelSalesOrder", "INTEGRATION"),
    ("submitSalesOrder", "INTEGRATION"),
    ("postPayments", "INTEGRATION"),
)

MEMBERSHIP = DOING[4:6] * 8
"""Who is in a group changes all the time."""


class Busy:
    """Everything that is changed at random about customers who share a party, two groups, and payers."""

    def __init__(self, story: Story, seed: int) -> None:
        self.story, self.chance = story, Random(seed)
        self.customers = [(company, f"busy-{place}") for company, place in (*MEMBERS, ("SE01", 4), ("FI01", 5))]
        self.groups: list[str] = []
        self.orders = 0

    async def begin(self) -> None:
        """Four of six customers are one party; two groups, across the companies and across the party."""
        for company, account in self.customers:
            await self.story.customer(company, account, party="busy" if account < "busy-4" else f"alone-{account}")
            await self.story.own_limit(company, account, "50000")
        for number, members in (("busy-a", (0, 1, 4)), ("busy-b", (2, 3, 5))):
            pairs = [self.customers[place] for place in members]
            self.groups.append(await self.story.group(number, "SEK", "30000", *pairs))
        await self.story.party_limits("busy", ceiling=money("20000", "SEK"), reaction="HOLD")
        for _ in range(24):
            await self.do(*DOING[-2])

    async def do(self, mutation: str, role: str) -> str | None:
        """One change; what it was refused for."""
        given = self._given(mutation) | {"idempotencyKey": fresh()}
        if mutation in ("savePartyLimits", "removeCreditGroupMember"):
            del given["idempotencyKey"]
        name = mutation[0].upper() + mutation[1:]
        query = f"mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {ERRORS} }} }}"
        answer = await self.story.ask(query, {"input": given}, as_=role)
        assert answer.data is not None, answer
        errors = answer.data[mutation]["errors"]
        return errors[0]["code"] if errors else None

    def _given(self, mutation: str) -> dict[str, Any]:
        company, account = self.chance.choice(self.customers)
        customer = {"number": {"company": company, "account": account}}
        payer = self.chance.choice([one for one in self.customers if one[0] == company])
        number = self.chance.randrange(max(self.orders, 1))
        order = {"number": {"company": ("SE01", "FI01")[number % 2], "number": f"busy-order-{number}"}}
        amount = money(f"{self.chance.randrange(1, 40)}00", "SEK")
        line = {"lineNumber": 1, "amount": money("100", "SEK")}
        match mutation:
            case "changePayer":
                to = {"number": {"company": payer[0], "account": payer[1]}}
                return {"customer": customer, "payer": to, "moveOrders": self.chance.random() < 0.7}
            case "changeSalesOrder":
                if self.chance.random() < 0.5:
                    return {"salesOrder": order, "saveLines": [{"lineNumber": 1, "amount": amount}]}
                return {"salesOrder": order, "payer": customer}
            case "updateCreditAttributes":
                return {"customer": customer, "mandatoryCreditLimit": self.chance.random() < 0.5}
            case "savePartyLimits":
                holder = {"party": "busy"} if self.chance.random() < 0.5 else {"customer": customer["number"]}
                ceiling = {} if self.chance.random() < 0.3 else {"ceiling": amount}
                return {"holder": holder, "reaction": "HOLD", **ceiling}
            case "addCreditGroupMember" | "removeCreditGroupMember":
                return {"creditGroup": self.chance.choice(self.groups), "customer": customer}
            case "recordDelivery" | "recordReturn" | "reverseDelivery":
                document = {"salesOrder": order, "number": f"{mutation[-8:]}-{self.chance.randrange(9)}"}
                return document if mutation == "reverseDelivery" else document | {"lines": [line]}
            case "cancelSalesOrder":
                return {"salesOrder": order}
            case "submitSalesOrder":
                number, self.orders = self.orders, self.orders + 1
                there = ("SE01", "FI01")[number % 2]
                account = self.chance.choice([one for of, one in self.customers if of == there])
                return {"company": there, "account": account, "number": f"busy-order-{number}", "amount": amount}
            case _:
                some = self.chance.sample(self.customers, 3)
                at = datetime.now(UTC).date().isoformat()
                return {
                    "payments": [
                        {"company": of, "account": one, "number": fresh(), "amount": money("10", "SEK"), "paidOn": at}
                        for of, one in some
                    ]
                }


async def test_whatever_is_changed_at_once_in_shared_rooms_nobody_stands_in_anothers_way(
    story: Story, pool: Pool
) -> None:
    busy = Busy(story, 4)
    await busy.begin()
    seen: set[tuple[str, str | None]] = set()
    for _ in range(4):
        doing = [*busy.chance.choices(DOING, k=32), *MEMBERSHIP]
        refused = await asyncio.gather(*(busy.do(*one) for one in doing))
        seen |= {(mutation, code) for (mutation, _), code in zip(doing, refused, strict=True)}
    done = {mutation for mutation, code in seen if code is None}
    assert len(done) > len(DOING) / 2, seen
    async with pool.acquire() as conn:
        assert await conn.fetchval(DEADLOCKS) == 0
        assert await reconcile(conn) == []
