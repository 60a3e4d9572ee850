"""Who may approve: four eyes, authority by role and person, and who stands in for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.adjustment import AdjustmentStatus, standing
from domain.approval import (
    Authority,
    Delegation,
    Reach,
    authority_refusals,
    lent_reach,
    not_of,
    own_reach,
    own_refusals,
    reaching,
)
from domain.release import Release
from domain.release_request import still_asks_for, vouched_for
from domain.role import Role
from tests.domain.words import EXCHANGE, money

CLERK, MANAGER = Role.CREDIT_CLERK, Role.CREDIT_MANAGER
ANNA, BO = UUID(int=1), UUID(int=2)
DAY = date(2026, 6, 1)


def up_to(text: str, lender: UUID | None = None) -> Reach:
    return Reach((money(text),), lender)


def test_four_eyes_whoever_had_a_hand_in_it_does_not_approve_it() -> None:
    author, other = UUID(int=1), UUID(int=2)
    assert [one.code.value for one in own_refusals(author, [other, author])] == ["OWN_WORK"]
    assert own_refusals(UUID(int=3), [other, author]) == ()


def test_without_a_saved_authority_managers_approve_any_limit_and_others_none() -> None:
    assert own_reach(ANNA, {MANAGER}, ()) == (Reach(),)
    assert own_reach(ANNA, {CLERK, Role.ADMIN, Role.INTEGRATION}, ()) == ()


def test_a_saved_authority_takes_the_place_of_what_a_role_had() -> None:
    saved = (Authority(MANAGER, money("100 SEK")), Authority(CLERK, money("10 SEK")))
    assert own_reach(ANNA, {MANAGER}, saved) == (up_to("100 SEK"),)
    assert own_reach(ANNA, {CLERK, MANAGER}, saved) == (up_to("10 SEK"), up_to("100 SEK"))


def test_the_authority_of_a_person_takes_the_place_of_what_their_roles_have_more_or_less() -> None:
    saved = (Authority(CLERK, money("10 SEK")), Authority(None, money("5 SEK"), ANNA), Authority(None, None, BO))
    assert own_reach(ANNA, {CLERK}, saved) == (up_to("5 SEK"),)
    assert own_reach(ANNA, {CLERK, MANAGER}, saved) == (up_to("5 SEK"),)
    assert own_reach(BO, {CLERK}, saved) == (Reach(),)
    assert own_reach(BO, {Role.VIEWER, Role.ADMIN}, saved) == ()


def test_who_stands_in_approves_what_the_lender_may_now_and_no_more_than_was_lent() -> None:
    lent = Delegation(ANNA, MANAGER, DAY, DAY, money("50 SEK"))
    assert lent_reach(lent, ()) == (up_to("50 SEK", ANNA),)
    (both,) = lent_reach(lent, [Authority(MANAGER, money("20 SEK"))])
    assert both == Reach((money("20 SEK"), money("50 SEK")), ANNA)
    assert [both.covers(money(one), EXCHANGE) for one in ("20 SEK", "20.01 SEK")] == [True, False]
    assert lent_reach(lent, [Authority(None, money("1 SEK"), ANNA)])[0].bounds == (money("1 SEK"), money("50 SEK"))


def test_what_was_lent_to_the_lender_is_not_lent_on() -> None:
    onward = Delegation(BO, CLERK, DAY, DAY)
    assert lent_reach(onward, ()) == ()


@pytest.mark.parametrize(("day", "holds"), [(31, False), (1, True), (2, True), (3, False)])
def test_both_days_of_a_delegation_are_inside(day: int, holds: bool) -> None:
    lent = Delegation(ANNA, MANAGER, date(2026, 6, 1), date(2026, 6, 2))
    assert lent.holds_on(date(2026, 5 if day == 31 else 6, day)) is holds


def test_four_eyes_hold_for_who_lends_too() -> None:
    reaches = (up_to("1 SEK"), Reach((), ANNA))
    assert not_of([ANNA], reaches) == (up_to("1 SEK"),)
    assert not_of([BO], reaches) == reaches


def test_ones_own_authority_is_used_before_what_others_lent() -> None:
    reaches = (up_to("10 SEK"), Reach((), ANNA))
    assert reaching(money("10 SEK"), reaches, EXCHANGE) == up_to("10 SEK")
    assert reaching(money("11 SEK"), reaches, EXCHANGE) == Reach((), ANNA)
    assert reaching(money("11 SEK"), reaches[:1], EXCHANGE) is None


@pytest.mark.parametrize(("limit", "beyond"), [("100 SEK", []), ("100.01 SEK", ["lines.0"]), ("0 SEK", [])])
def test_a_limit_that_equals_the_authority_is_within_it(limit: str, beyond: list[str]) -> None:
    found = authority_refusals([money(limit)], [up_to("100 SEK")], EXCHANGE)
    assert [".".join(one.path) for one in found] == beyond


def test_the_larger_of_two_authorities_decides_and_each_limit_is_told() -> None:
    two = [up_to("100 SEK"), up_to("10 SEK")]
    found = authority_refusals([money("100 SEK"), money("101 SEK"), money("102 SEK")], two, EXCHANGE)
    assert [(one.path, one.limit) for one in found] == [
        (("lines", "1"), money("100 SEK")),
        (("lines", "2"), money("100 SEK")),
    ]


def test_nobody_without_authority_is_told_of_a_limit() -> None:
    (found,) = authority_refusals([money("0 SEK")], (), EXCHANGE)
    assert (found.code.value, found.limit, found.actual) == ("AUTHORITY_EXCEEDED", None, money("0 SEK"))


@pytest.mark.parametrize(
    ("ceiling", "deviation", "highest"),
    [(None, None, "100"), ("150", None, "150"), (None, "10", "110"), ("105", "10", "105"), ("90", None, "100")],
)
def test_a_release_vouches_for_the_most_the_order_may_come_to_and_never_less_than_it_comes_to(
    ceiling: str | None, deviation: str | None, highest: str
) -> None:
    bound = None if ceiling is None else money(f"{ceiling} SEK")
    share = None if deviation is None else Decimal(deviation)
    assert vouched_for(Release(money("100 SEK"), DAY, bound, share)) == money(f"{highest} SEK")


@pytest.mark.parametrize(("now", "still"), [("100 SEK", True), ("100.01 SEK", False), ("1 EUR", False)])
def test_what_grew_beyond_what_was_asked_for_or_changed_its_currency_is_asked_for_anew(now: str, still: bool) -> None:
    assert still_asks_for(money(now), money("100 SEK")) is still


@pytest.mark.parametrize(
    ("lines", "stands"),
    [
        ("", "DRAFT"),
        ("DRAFT POSTED", "DRAFT"),
        ("DRAFT IN_REVIEW APPROVED", "IN_REVIEW"),
        ("APPROVED POSTED REJECTED", "APPROVED"),
        ("POSTED REJECTED", "POSTED"),
        ("REJECTED REJECTED", "REJECTED"),
    ],
)
def test_an_adjustment_stands_by_its_lines(lines: str, stands: str) -> None:
    assert standing(AdjustmentStatus(one) for one in lines.split()) is AdjustmentStatus(stands)
