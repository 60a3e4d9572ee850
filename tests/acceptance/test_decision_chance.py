"""Facts at random, posted through the API: what a decision may depend on, and what never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.check import check
from persistence.database import Pool
from persistence.decisions import decision_of, inputs_of
from tests.acceptance.orders import bills, company, customer, forced, released
from tests.acceptance.story import CHECK, CREDIT, Story, fresh, money
from tests.schema.world import TODAY

Fact = Callable[[Story, "Firms"], Awaitable[Any]]
CURRENCIES = ("SEK", "EUR")
GROUP = """query($number: String!) { creditGroup(number: $number) { credit(currency: "SEK") {
  limit { total { amount } } exposure { total { amount } receivables { amount } openOrders { amount }
  overdue { amount } disputed { amount } daysOverdue } available { amount } } } }"""


class Firms:
    """Two companies with a customer each, in one credit group."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.accounts: list[str] = []
        self.group = fresh()

    @classmethod
    async def made(cls, story: Story) -> Firms:
        """Founded, with nothing owed yet."""
        firms = cls()
        for currency in CURRENCIES:
            firms.codes.append(await company(story, currency))
            firms.accounts.append(await customer(story, company=firms.codes[-1]))
        await story.group(firms.group, "SEK", None, *zip(firms.codes, firms.accounts, strict=True))
        return firms

    def at(self, which: int) -> tuple[str, str]:
        """Company and account of one of them."""
        return self.codes[which], self.accounts[which]


def day(days: int) -> str:
    """So many days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


def facts(chance: Random) -> list[Fact]:
    """Facts that do not depend on each other, each told once or twice of somebody."""

    def amount(highest: int) -> str:
        return f"{chance.randrange(1, highest)}.{chance.randrange(100):02}"

    def invoice() -> Fact:
        which, value, currency, due = chance.randrange(2), amount(9000), chance.choice(CURRENCIES), chance.randrange(90)
        kind = chance.choice(("INVOICE", "INVOICE", "CREDIT_NOTE", "PAYMENT_REQUEST"))
        disputed = chance.random() < 0.3 and kind == "INVOICE"
        more: dict[str, Any] = {"disputed": money(value, currency)} if disputed else {}
        more |= {"date": day(min(30 - due, 0) - chance.randrange(60)), "dunningLevel": chance.choice((0, 0, 1, 2))}

        def told(story: Story, firms: Firms) -> Awaitable[Any]:
            return story.invoice(*firms.at(which), fresh(), value, day(30 - due), currency=currency, kind=kind, **more)

        return told

    def payment() -> Fact:
        which, value = chance.randrange(2), amount(3000)
        return lambda story, firms: story.payment(*firms.at(which), fresh(), value)

    def own_limit() -> Fact:
        """With a seasonal factor or a tolerance, which nothing can have that has no limit."""
        value, temporary = amount(20000), {"kind": "TEMPORARY", "from": day(-chance.randrange(9)), "until": day(9)}
        more: dict[str, Any] = temporary if chance.random() < 0.5 else {}
        kind, percent = chance.choice(("SEASONAL", "TOLERANCE")), str(chance.randrange(1, 50))

        async def told(story: Story, firms: Firms) -> None:
            await story.own_limit(*firms.at(0), value, **more)
            await story.changed_limit(*firms.at(0), kind, percent=percent, until=day(9))

        return told

    def shared_limit() -> Fact:
        value = amount(60000)
        return lambda story, firms: story.limit(firms.codes[0], {"creditGroup": firms.group}, value, "SEK")

    def beside(of_party: bool) -> Fact:
        """Limits beside the credit limit, of the customer or of its party."""
        ceiling, percent, days = amount(30000), str(1 + chance.randrange(300)), chance.randrange(40)
        turnover = {"percent": percent, "currency": "EUR", "rolling": True, "withOrders": chance.random() < 0.5}
        every = {"ceiling": money(ceiling, "EUR"), "turnover": turnover, "maxDaysOverdue": days}
        limits: dict[str, Any] = {name: one for name, one in every.items() if chance.random() < 0.5}
        limits["reaction"] = chance.choice(("WARN", "HOLD"))

        def told(story: Story, firms: Firms) -> Awaitable[Any]:
            company, account = firms.at(0)
            return story.party_limits(f"P-{company}-{account}" if of_party else (company, account), **limits)

        return told

    def policy() -> Fact:
        value, percent, flagged = amount(5000), str(chance.randrange(101)), chance.random() < 0.3
        return lambda story, firms: story.insured(*firms.at(0), value, percent, flagged=flagged)

    def rule() -> Fact:
        days, percent, level = chance.randrange(40), str(chance.randrange(100)), chance.randrange(3)
        part = chance.choice(("RECEIVABLES", "OPEN_ORDERS", "OVERDUE"))
        ways: list[tuple[str, dict[str, Any]]] = [
            ("OVERDUE_DAYS", {"days": days}),
            ("CREDIT_LIMIT_USED", {"percent": "75"}),
            ("OVERDUE_PERCENT", {"days": days, "percent": percent}),
            ("OLDEST_OPEN_ITEM", {"days": days}),
            ("DUNNING_LEVEL", {"dunningLevel": level}),
            ("EARLY_WARNING", {"percent": percent, "type": "WARN"}),
            ("SUB_LIMIT_EXCEEDED", {"exposureCategory": part, "amount": money(amount(20000), "EUR")}),
        ]
        kind, more = chance.choice(ways)
        if kind.startswith("O") and chance.random() < 0.5:
            more |= {"ignoreItemsBelow": money("2000", "EUR"), "minimumItems": 1 + chance.randrange(2)}
        return lambda story, firms: story.rule(firms.codes[0], kind, **more)

    def matching() -> Fact:
        """How long a receipt that is not matched covers what is overdue."""
        days = chance.choice((0, 1, 30))
        return lambda story, firms: story.parameters(firms.codes[0], pendingReceiptDays=days)

    once = [own_limit(), shared_limit(), beside(of_party=True), beside(of_party=False), matching()]
    several = [chance.choice((invoice, invoice, payment, policy, rule, rule))() for _ in range(chance.randrange(1, 9))]
    return [*once, *several]


def figures(answer: Any) -> Any:
    """What was answered, without ids, names and sentences."""
    if isinstance(answer, dict):
        return {key: figures(value) for key, value in answer.items() if key not in ("holder", "explanation", "message")}
    return [figures(each) for each in answer] if isinstance(answer, list) else answer


async def told(story: Story, all_facts: Sequence[Fact]) -> Firms:
    """Two companies of which these facts are known."""
    firms = await Firms.made(story)
    for fact in all_facts:
        await fact(story, firms)
    return firms


@pytest.mark.parametrize("seed", range(8))
async def test_the_order_in_which_independent_facts_come_changes_no_decision(story: Story, seed: int) -> None:
    chance = Random(seed)
    in_order = facts(chance)
    shuffled = chance.sample(in_order, len(in_order))
    asked = f"{chance.randrange(1, 20000)}.00"
    first, second = [await told(story, each) for each in (in_order, shuffled)]
    answers = [figures(await story.check(*firms.at(0), asked)) for firms in (first, second)]
    assert answers[0] == answers[1]
    positions = [await story.credit(*firms.at(0), currency="SEK") for firms in (first, second)]
    assert positions[0]["exposure"] == positions[1]["exposure"]


@pytest.mark.parametrize("seed", range(10, 15))
async def test_limits_exposures_and_decisions_are_the_same_whoever_asks(story: Story, seed: int) -> None:
    chance = Random(seed)
    firms = await told(story, facts(chance))
    key = {"number": dict(zip(("company", "account"), firms.at(0), strict=True))}
    asked = {"customer": key, "amount": money(f"{chance.randrange(1, 20000)}.00", "SEK")}
    seen: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for granted in ([firms.codes[0]], firms.codes, ["*"]):
        for query, values in ((CREDIT, {"key": key}), (GROUP, {"number": firms.group}), (CHECK, {"input": asked})):
            answer = await story.ask(query, values, as_="CREDIT_CLERK", companies=granted, language="en")
            seen[tuple(granted)].append(answer.data)
    first, *others = seen.values()
    assert [other == first for other in others] == [True, True]


async def test_a_decision_made_again_on_what_it_was_made_on_is_the_same(story: Story, pool: Pool) -> None:
    terms = fresh()[:10]
    await story.name("PaymentTerms", terms, rank=3, days=90)
    for seed in range(20, 24):
        firms = await told(story, facts(Random(seed)))
        at = firms.at(0)
        await story.submit(*at, fresh(), "10")
        await story.rule(firms.codes[0], "COLLATERAL_TERMS", days=seed)
        await story.insured(*at, "1", "0", maximumTermsDays=30)
        await story.parameters(firms.codes[0], checkPaymentTermsIncrease=True)
        ranked = (await story.submit(*at, fresh(), "11", paymentTerms=terms))["decision"]
        assert {"PAYMENT_TERMS_RANK", "COLLATERAL_TERMS"} <= {reason["code"] for reason in ranked["reasons"]}
        held = await story.submit(*at, fresh(), "99999", shipDate=day(20))
        assert held["decision"]["outcome"] == "HELD"
        await forced(story, await story.submit(*at, fresh(), "88888", checkpoint="PACKING_SLIP"))
        await story.parameters(firms.codes[0], orderHorizonDays=seed - 10, disputedReducesExposure=seed % 2 == 0)
        await released(story, held, deviationPercent="10")
        number = held["salesOrder"]["number"]
        await story.submit(*at, number, "99999", shipDate=day(20), checkpoint="PACKING_SLIP")
        await story.invoice(*at, fresh(), "5", day(9), bills=bills(number, money("5", "SEK")))
    rows = await pool.fetch("select inputs, result from credit_decision")
    assert len(rows) >= 4 * 4
    for row in rows:
        assert check(*inputs_of(row["inputs"])) == decision_of(row["result"])
