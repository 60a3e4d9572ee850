"""What a decision was made on comes back as it went in, also as it was written in earlier versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import orjson
from hypothesis import given, settings

from domain.blocking import BlockingRule, RuleKind, RuleType, ValidFor
from domain.check import check
from domain.facts import Facts, Order
from domain.money import Rate
from persistence.decision_inputs import Inputs
from persistence.decisions import inputs_of
from persistence.frozen import written
from tests.domain.situations import situations
from tests.domain.words import ALWAYS, EXCHANGE, TODAY, customer, group, money, normal, ordered, owes

OLD_EURO = Rate("EUR", "ATS", Decimal("13.7603"), ALWAYS, irrevocable=True)
RULE = BlockingRule(UUID(int=9), RuleKind.OVERDUE_DAYS, RuleType.BLOCK, ValidFor.ALL, days=3)
FACTS = Facts(
    replace(
        customer(normal("100 SEK"), balances=(owes("3 SEK", 2), ordered("1.50 EUR"))),
        exchange=replace(EXCHANGE, rates=(*EXCHANGE.rates, OLD_EURO)),
        intercompany=True,
    ),
    group(normal("5 EUR"), balances=(replace(owes("3 SEK", 2), company_day=TODAY + timedelta(days=1)),)),
    (RULE,),
)
ORDER = Order(money("7 SEK"), number='"quoted"', counted=(ordered("1 SEK", 4),), billed=True)


def test_facts_and_order_come_back_as_they_were() -> None:
    assert inputs_of(orjson.loads(Inputs().text(FACTS, ORDER))) == (FACTS, ORDER)


@settings(max_examples=100)
@given(situations())
def test_a_decision_made_again_on_kept_inputs_is_the_same(situation: tuple[Facts, Order]) -> None:
    again = inputs_of(orjson.loads(Inputs().text(*situation)))
    assert again == situation
    assert check(*again) == check(*situation)


def test_what_was_kept_with_names_is_still_read() -> None:
    kept = {"facts": written(FACTS), "order": written(ORDER)}
    assert inputs_of(orjson.loads(orjson.dumps(kept))) == (FACTS, ORDER)


def test_each_decision_has_the_balances_it_was_made_on() -> None:
    inputs = Inputs()
    inputs.text(FACTS, ORDER)
    later = replace(FACTS, customer=replace(FACTS.customer, balances=(*FACTS.customer.balances, owes("1 SEK"))))
    assert inputs_of(orjson.loads(inputs.text(later, ORDER))) == (later, ORDER)


def test_holders_are_told_apart() -> None:
    inputs = Inputs()
    other = replace(FACTS, customer=customer(normal("1 SEK"), name="Other"), group=None, rules=())
    for facts in (FACTS, other, FACTS):
        assert inputs_of(orjson.loads(inputs.text(facts, ORDER))) == (facts, ORDER)
