"""Every way out of a held order, gone for real through the API: it lets the order pass, and one step short does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.acceptance.orders import Clock, company, customer
from tests.acceptance.story import MONEY, Story, fresh, money
from tests.schema.world import TODAY

WAYS = f"""query($input: CheckCreditInput!) {{ checkCredit(input: $input) {{ check {{ outcome
  unblock {{ kind amount {MONEY} date limits {{ limit {MONEY} holder {{ __typename
    ... on Customer {{ account }} ... on CreditGroup {{ number }} ... on Party {{ partyNumber: number }} }} }} }} }}
  errors {{ code }} }} }}"""
CENT = Decimal("0.01")
MANY = 4
"""So many ways of each kind are gone."""

Invoices = list[tuple[str, str, Decimal]]
"""Due day, number and amount, those due first first."""


def day(days: int) -> str:
    """So many days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


class Firm:
    """A customer whose order is held: the same for the same seed, as often as it is made."""

    def __init__(self, story: Story, seed: int) -> None:
        self.story = story
        self.chance = Random(seed)
        self.code = self.account = self.asked = ""
        self.group = fresh()
        self.invoices: Invoices = []

    @classmethod
    async def made(cls, story: Story, seed: int) -> Firm:
        """Founded, with what it owes and may owe."""
        firm = cls(story, seed)
        await firm._found()
        return firm

    def amount(self, most: int) -> str:
        """A price by chance."""
        return f"{self.chance.randrange(1, most)}.{self.chance.randrange(100):02}"

    async def _found(self) -> None:
        story, chance = self.story, self.chance
        self.code = await company(story)
        self.account = await customer(story, self.amount(9000), company=self.code)
        other = await customer(story, company=self.code)
        if chance.random() < 0.4:
            members = [(self.code, self.account), (self.code, other)]
            await story.group(self.group, chance.choice(("SEK", "EUR")), str(chance.randrange(500, 20000)), *members)
        if chance.random() < 0.6:
            until = {"from": day(chance.randrange(2, 9)), "until": day(20)}
            await story.own_limit(self.code, self.account, "20000", kind="TEMPORARY", **until)
        if chance.random() < 0.3:
            party = f"P-{self.code}-{self.account}"
            await story.party_limits(party, ceiling=money(self.amount(9000), "EUR"), reaction="HOLD")
        for rule, more in (("OVERDUE_DAYS", {"days": 10}), ("OVERDUE_AMOUNT", {"amount": money("500", "SEK")})):
            if chance.random() < 0.3:
                more |= {"percent": "5"} if rule == "OVERDUE_AMOUNT" else {}
                await story.rule(self.code, rule, **more)
        for _ in range(chance.randrange(4)):
            due, number, amount = day(chance.randrange(-40, 20)), fresh(), self.amount(2000)
            await story.invoice(self.code, self.account, number, amount, due)
            self.invoices.append((due, number, Decimal(amount)))
        self.invoices.sort()
        self.asked = self.amount(12000)
        if chance.random() < 0.5:
            await story.parameters(self.code, pendingReceiptDays=chance.choice((1, 4, 12)))
            for _ in range(chance.randrange(3)):
                await story.payment(
                    self.code, self.account, fresh(), self.amount(900), paidOn=day(-chance.randrange(5))
                )

    async def check(self, amount: str = "") -> Any:
        """What would be answered to the order, or to one of another amount."""
        holder = {"number": {"company": self.code, "account": self.account}}
        given = {"customer": holder, "amount": money(amount or self.asked, "SEK")}
        answer = await self.story.ask(WAYS, {"input": given}, as_="CREDIT_CLERK")
        return answer.data["checkCredit"]["check"]

    async def passes(self, amount: str = "") -> bool:
        """Whether it would go on."""
        return bool((await self.check(amount))["outcome"] != "HELD")

    async def pay(self, amount: Decimal) -> None:
        """A receipt that settles what is overdue, the oldest first."""
        left, settlements = amount, []
        for place, (due, number, open_) in enumerate(self.invoices):
            part = min(left, open_)
            if due < TODAY.isoformat() and part:
                settlements.append({"openItem": number, "amount": money(str(part), "SEK")})
                self.invoices[place] = (due, number, open_ - part)
                left -= part
        await self.story.payment(self.code, self.account, fresh(), str(amount), settlements=settlements)

    async def raise_to(self, raised: Mapping[str, Any], less: Decimal) -> None:
        """Another limit for its holder, that much less than what would do."""
        holder, new = raised["holder"], raised["limit"]
        limit = money(str(Decimal(new["amount"]) - less), new["currency"])
        if holder["__typename"] == "Party":
            await self.story.party_limits(holder["partyNumber"], ceiling=limit, reaction="HOLD")
            return
        if holder["__typename"] == "CreditGroup":
            key: dict[str, Any] = {"creditGroup": holder["number"]}
        else:
            key = {"customer": {"company": self.code, "account": holder["account"]}}
        await self.story.limit(self.code, key, limit["amount"], limit["currency"])


Way = Mapping[str, Any]


Gone = tuple[list[bool], bool]
"""Whether the order passes one step short of each thing that is to be done, and when all of it is."""


async def really_pays(firm: Firm, way: Way, clock: Clock) -> Gone:
    amount = Decimal(way["amount"]["amount"])
    if amount > CENT:
        await firm.pay(amount - CENT)
    short = await firm.passes()
    await firm.pay(CENT)
    return [short], await firm.passes()


async def really_orders_less(firm: Firm, way: Way, clock: Clock) -> Gone:
    less = Decimal(way["amount"]["amount"])
    return [await firm.passes(str(less + CENT))], await firm.passes(str(less))


async def really_waits(firm: Firm, way: Way, clock: Clock) -> Gone:
    before = clock.now
    clock.turn(way["date"])
    clock.now -= timedelta(days=1)
    short = await firm.passes()
    clock.turn(way["date"])
    gone = await firm.passes()
    clock.now = before
    return [short], gone


async def really_raises(firm: Firm, way: Way, clock: Clock) -> Gone:
    short = []
    for left_out in range(len(way["limits"])):
        for place, raised in enumerate(way["limits"]):
            await firm.raise_to(raised, CENT * (place == left_out))
        short.append(await firm.passes())
    for raised in way["limits"]:
        await firm.raise_to(raised, Decimal(0))
    return short, await firm.passes()


GOING: Mapping[str, Callable[[Firm, Way, Clock], Awaitable[Gone]]] = {
    "PAY": really_pays,
    "LESS": really_orders_less,
    "WAIT": really_waits,
    "RAISE": really_raises,
}


@pytest.mark.parametrize("kind", GOING)
async def test_a_way_out_lets_the_order_pass_and_one_step_short_of_it_does_not(
    over_days: Story, clock: Clock, kind: str
) -> None:
    await over_days.rate("EUR", "SEK", "11.5")
    gone: list[Gone] = []
    for seed in range(30):
        firm = await Firm.made(over_days, seed)
        ways = {way["kind"]: way for way in (await firm.check())["unblock"]}
        if kind in ways:
            gone.append(await GOING[kind](firm, ways[kind], clock))
        if len(gone) == MANY:
            break
    assert [whole for _, whole in gone] == [True] * MANY
    assert not any(passed for short, _ in gone for passed in short)
