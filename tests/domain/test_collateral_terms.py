"""Orders whose payment terms are longer than what secures the debt covers."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from domain.blocking import BlockingRule
from domain.check import Facts, check
from domain.collateral import CoveredTerms, covered_terms
from domain.unblock import UnblockKind, unblock
from tests.domain.test_blocking import ALL, BLOCK, COVERED, EXCLUDE, ONE, WARN
from tests.domain.words import ITS_TERMS, TODAY, covered, days, order, policy, rule

ANY = rule(COVERED, BLOCK, ALL, days=0)


def reasons(facts: Facts, *rules: BlockingRule) -> list[str]:
    """Why an order is held or warned of."""
    return [reason.code.value for reason in check(replace(facts, rules=rules), order("1 SEK")).reasons]


def with_policies(facts: Facts, *policies: object) -> Facts:
    """The facts with other policies."""
    return replace(facts, customer=replace(facts.customer, terms=replace(facts.customer.terms, collaterals=policies)))


@pytest.mark.parametrize(
    ("most", "asked", "expected"),
    [(60, 60, []), (60, 61, ["COLLATERAL_TERMS"]), (0, 1, ["COLLATERAL_TERMS"]), (None, 999, []), (60, None, [])],
)
def test_terms_are_compared_where_both_have_days(most: int | None, asked: int | None, expected: list[str]) -> None:
    assert reasons(covered(most, asked), ANY) == expected


def test_the_orders_own_terms_go_before_those_of_its_payer() -> None:
    facts = replace(covered(60, 90), rules=(ANY,))
    other = UUID(int=511)
    asked = replace(order("1 SEK"), payment_terms=other)
    assert check(replace(facts, terms_days={ITS_TERMS: 90, other: 30}), asked).reasons == ()
    assert not check(replace(facts, terms_days={ITS_TERMS: 90}), asked).held, "terms without days are not compared"


def test_the_shortest_terms_of_what_is_valid_today_count() -> None:
    one, other = (replace(policy("1 SEK", "0"), maximum_terms_days=most) for most in (90, 60))
    assert covered_terms((one, other), TODAY) == CoveredTerms("Atradius", 60)
    over = replace(other, until=days(-1))
    assert covered_terms((one, over), TODAY) == CoveredTerms("Atradius", 90)
    assert covered_terms((over, policy("1 SEK", "0")), TODAY) is None
    facts = covered(60, 90)
    assert reasons(with_policies(facts, one, other), ANY) == ["COLLATERAL_TERMS"]
    assert reasons(with_policies(facts, one, over), ANY) == []


def test_a_tolerance_a_warning_and_an_exclusion_of_ones_own() -> None:
    facts = covered(60, 90)
    assert reasons(facts, replace(ANY, days=30)) == []
    assert reasons(facts, replace(ANY, days=29)) == ["COLLATERAL_TERMS"]
    assert reasons(facts, rule(COVERED, WARN, ALL, days=0)) == ["COLLATERAL_TERMS"]
    assert reasons(facts, ANY, rule(COVERED, EXCLUDE, ONE, days=30)) == []
    assert reasons(facts, ANY, rule(COVERED, EXCLUDE, ONE, days=29)) == ["COLLATERAL_TERMS"]


def test_only_waiting_for_the_end_of_the_policy_helps() -> None:
    facts = replace(covered(60, 90), rules=(ANY,))
    assert unblock(facts, order("1 SEK")) == ()
    ends = replace(policy("1 SEK", "0", until=days(3)), maximum_terms_days=60)
    (option,) = unblock(with_policies(facts, ends), order("1 SEK"))
    assert (option.kind, option.date) == (UnblockKind.WAIT, days(4))
