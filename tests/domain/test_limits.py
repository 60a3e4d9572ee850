"""The limit of a customer or group on a day, with its parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.exposure import CountingPolicy, exposure
from domain.limits import CreditLimitKind, CreditLimitPartKind, CreditPosition, LimitTerms, limit_on, overlapping
from domain.money import Money, RateMissing
from tests.domain.words import ALWAYS, EXCHANGE, TODAY, days, money, normal, owes, policy, temporary

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def total(terms: LimitTerms, day: date = TODAY, currency: str = "SEK") -> Money | None:
    return limit_on(terms, day, EXCHANGE, currency).total


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 28), "125,000 SEK"),
        (date(2026, 3, 1), "175,000 SEK"),
        (date(2026, 3, 31), "175,000 SEK"),
        (date(2026, 4, 1), "125,000 SEK"),
    ],
)
def test_dynamics_21a_a_temporary_limit_stands_on_its_first_and_last_day_and_insurance_adds_to_it(
    day: date, expected: str
) -> None:
    terms = LimitTerms((normal("100,000 SEK"), temporary("150,000 SEK", *MARCH)), (policy("50,000 SEK", "50"),))
    assert total(terms, day) == money(expected)


def test_dynamics_21b_policies_are_converted_and_an_expired_one_adds_nothing() -> None:
    valid, over = policy("20,000 EUR", "80"), policy("99,000 EUR", "80", until=days(-1))
    assert total(LimitTerms((normal("500,000 SEK"),), (valid, over))) == money("684,000 SEK")


def test_decision_4_a_policy_is_valid_on_its_first_and_last_day() -> None:
    terms = LimitTerms((normal("0 SEK"),), (policy("100 SEK", "50", days(0), days(1)),))
    assert [total(terms, days(n)) for n in (-1, 0, 1, 2)] == [money(f"{n} SEK") for n in (0, 50, 50, 0)]


def test_decision_4_a_flagged_policy_takes_its_full_value_off_as_a_part_of_its_own() -> None:
    plain = limit_on(LimitTerms((normal("100,000 SEK"),), (policy("50,000 SEK", "50"),)), TODAY, EXCHANGE, "SEK")
    assert plain.total == money("125,000 SEK")
    assert plain.insurance_and_guarantees == money("25,000 SEK")
    terms = LimitTerms((normal("100,000 SEK"),), (policy("50,000 SEK", "50", flagged=True),))
    flagged = limit_on(terms, TODAY, EXCHANGE, "SEK")
    assert flagged.total == money("75,000 SEK")
    assert [(part.kind, part.amount) for part in flagged.parts] == [
        (CreditLimitPartKind.BASE, money("100,000 SEK")),
        (CreditLimitPartKind.INSURANCE, money("25,000 SEK")),
        (CreditLimitPartKind.FLAGGED_POLICY, money("-50,000 SEK")),
    ]
    assert flagged.insurance_and_guarantees == money("-25,000 SEK")


def test_decision_3_a_temporary_limit_may_be_lower() -> None:
    assert total(LimitTerms((normal("100 SEK"), temporary("40 SEK", days(0), days(0))))) == money("40 SEK")


def test_a_permanent_limit_stands_until_the_next_one_begins_and_past_its_expiry() -> None:
    terms = LimitTerms((normal("100 SEK", days(-10), days(-5)), normal("200 SEK", days(3))))
    assert [total(terms, days(n)) for n in (-1, 2, 3)] == [money("100 SEK"), money("100 SEK"), money("200 SEK")]
    assert limit_on(terms, TODAY, EXCHANGE, "SEK").expiry == days(-5)
    assert total(terms, days(-11)) == money("0 SEK")


def test_of_two_limits_that_begin_the_same_day_the_one_posted_later_stands() -> None:
    first, second = normal("100 SEK", posted=1), normal("200 SEK", posted=2)
    assert total(LimitTerms((second, first))) == money("200 SEK")


def test_a_temporary_limit_that_takes_the_place_of_another_ends_it_the_day_before() -> None:
    old = temporary("150 SEK", days(0), days(9), id_=201)
    new = temporary("180 SEK", days(5), days(6), posted=1, id_=202, replaces=UUID(int=201))
    terms = LimitTerms((normal("100 SEK"), old, new))
    expected = [(4, "150 SEK"), (5, "180 SEK"), (6, "180 SEK"), (7, "100 SEK")]
    assert [total(terms, days(n)) for n, _ in expected] == [money(limit) for _, limit in expected]


def test_ending_a_temporary_limit_early_replaces_it_by_itself() -> None:
    old = temporary("150 SEK", days(0), days(9), id_=201)
    new = temporary("150 SEK", days(0), days(2), posted=1, id_=202, replaces=UUID(int=201))
    terms = LimitTerms((normal("100 SEK"), old, new))
    assert [total(terms, days(n)) for n in (2, 3)] == [money("150 SEK"), money("100 SEK")]


@pytest.mark.parametrize(
    ("first", "last", "overlaps"), [(-5, -1, False), (-5, 0, True), (5, 9, True), (10, 12, False), (-5, 30, True)]
)
def test_decision_3_temporary_limits_may_not_overlap(first: int, last: int, overlaps: bool) -> None:
    old = temporary("150 SEK", days(0), days(9), id_=201)
    new = temporary("180 SEK", days(first), days(last), id_=202)
    assert overlapping((normal("100 SEK"), old), new) == (old if overlaps else None)
    replacing = temporary("180 SEK", days(first), days(last), id_=202, replaces=UUID(int=201))
    assert overlapping((old,), replacing) is None


def test_a_replaced_temporary_limit_takes_no_room_any_more() -> None:
    old = temporary("150 SEK", days(0), days(9), id_=201)
    ended = temporary("150 SEK", days(0), days(2), posted=1, id_=202, replaces=UUID(int=201))
    assert overlapping((old, ended), temporary("180 SEK", days(3), days(9), id_=203)) is None
    assert overlapping((old, ended), normal("1 SEK", days(1))) is None


@pytest.mark.parametrize(
    ("terms", "kind", "expected"),
    [
        (LimitTerms((normal("0 SEK"),)), CreditLimitKind.AMOUNT, "0 SEK"),
        (LimitTerms(()), CreditLimitKind.UNSET, "0 SEK"),
        (LimitTerms((), in_group=True), CreditLimitKind.UNSET, None),
        (LimitTerms((), in_group=True, mandatory=True), CreditLimitKind.UNSET, "0 SEK"),
        (LimitTerms((), unset_means_unlimited=True), CreditLimitKind.UNLIMITED, None),
        (LimitTerms((), unset_means_unlimited=True, mandatory=True), CreditLimitKind.UNSET, "0 SEK"),
        (LimitTerms((), unset_means_unlimited=True, in_group=True), CreditLimitKind.UNSET, None),
        (LimitTerms((normal("5 SEK"),), unlimited=True, mandatory=True), CreditLimitKind.UNLIMITED, None),
        (LimitTerms((temporary("7 SEK", ALWAYS, TODAY),), in_group=True), CreditLimitKind.UNSET, "7 SEK"),
        (LimitTerms((temporary("7 SEK", ALWAYS, days(-1)),), in_group=True), CreditLimitKind.UNSET, None),
        (LimitTerms((), (policy("10 SEK", "50"),)), CreditLimitKind.UNSET, "5 SEK"),
        (LimitTerms((), (policy("10 SEK", "50"),), in_group=True), CreditLimitKind.UNSET, None),
    ],
)
def test_decision_1_a_limit_has_a_kind(terms: LimitTerms, kind: CreditLimitKind, expected: str | None) -> None:
    limit = limit_on(terms, TODAY, EXCHANGE, "SEK")
    assert limit.kind is kind
    assert limit.total == (None if expected is None else money(expected))


def test_insurance_of_a_member_without_own_limit_changes_nothing() -> None:
    terms = LimitTerms((), (policy("10 SEK", "50"),), in_group=True)
    limit = limit_on(terms, TODAY, EXCHANGE, "SEK")
    assert (limit.insurance_and_guarantees, limit.parts) == (money("0 SEK"), ())


def test_flagged_policies_may_leave_less_than_nothing_and_no_percentage() -> None:
    terms = LimitTerms((normal("10 SEK"),), (policy("50 SEK", "50", flagged=True),))
    limit = limit_on(terms, TODAY, EXCHANGE, "SEK")
    assert limit.total == money("-15 SEK")
    shown = CreditPosition(limit, exposure((owes("5 SEK"),), CountingPolicy(), EXCHANGE, "SEK", TODAY))
    assert (shown.available, shown.used_percent) == (money("-20 SEK"), None)


def test_the_total_is_rounded_once_and_its_parts_each() -> None:
    terms = LimitTerms((normal("0 SEK"),), (policy("0.01 SEK", "50"), policy("0.01 SEK", "50")))
    limit = limit_on(terms, TODAY, EXCHANGE, "SEK")
    assert limit.total == money("0.01 SEK")
    assert [part.amount for part in limit.parts] == [money("0 SEK"), money("0.01 SEK"), money("0.01 SEK")]


def test_a_limit_in_another_currency_is_converted() -> None:
    assert total(LimitTerms((normal("100 EUR"),))) == money("1,150 SEK")
    assert total(LimitTerms((normal("1,150 SEK"),)), currency="EUR") == money("100 EUR")


@pytest.mark.parametrize(
    ("terms", "group_room", "available", "percent", "effective"),
    [
        (LimitTerms((normal("100 SEK"),)), None, "60 SEK", "40.00", "60 SEK"),
        (LimitTerms((normal("100 SEK"),)), "10 SEK", "60 SEK", "40.00", "10 SEK"),
        (LimitTerms((normal("100 SEK"),)), "70 SEK", "60 SEK", "40.00", "60 SEK"),
        (LimitTerms((normal("30 SEK"),)), None, "-10 SEK", "133.33", "-10 SEK"),
        (LimitTerms((normal("0 SEK"),)), None, "-40 SEK", None, "-40 SEK"),
        (LimitTerms((), in_group=True), "70 SEK", None, None, "70 SEK"),
        (LimitTerms((), in_group=True), None, None, None, None),
        (LimitTerms((), unlimited=True), "70 SEK", None, None, None),
    ],
)
def test_a_position_shows_own_and_effective_room(
    terms: LimitTerms, group_room: str | None, available: str | None, percent: str | None, effective: str | None
) -> None:
    used = exposure((owes("40 SEK"),), CountingPolicy(), EXCHANGE, "SEK", TODAY)
    limit = limit_on(terms, TODAY, EXCHANGE, "SEK")
    group = None
    if group_room is not None:
        nothing = exposure((), CountingPolicy(), EXCHANGE, "SEK", TODAY)
        group = CreditPosition(limit_on(LimitTerms((normal(group_room),)), TODAY, EXCHANGE, "SEK"), nothing)
    shown = CreditPosition(limit, used, group)
    assert shown.available == (None if available is None else money(available))
    assert shown.used_percent == (None if percent is None else Decimal(percent))
    assert shown.effective_available == (None if effective is None else money(effective))


def test_a_limit_posted_later_for_an_earlier_day_does_not_end_the_one_that_began_after_it() -> None:
    terms = LimitTerms((normal("100 SEK", days(-5), posted=1), normal("70 SEK", days(-9), posted=2)))
    assert [total(terms, days(n)) for n in (-6, -5)] == [money("70 SEK"), money("100 SEK")]


def test_a_limit_and_a_position_are_worked_out_when_they_are_asked_for() -> None:
    limit = limit_on(LimitTerms((normal("100 SEK"),), (policy("10 KWD", "50"),)), TODAY, EXCHANGE, "SEK")
    group = CreditPosition(limit, exposure((), CountingPolicy(), EXCHANGE, "SEK", TODAY))
    own = limit_on(LimitTerms((normal("70 SEK"),)), TODAY, EXCHANGE, "SEK")
    shown = CreditPosition(own, group.exposure, group)
    assert (limit.base, shown.available, shown.used_percent) == (money("100 SEK"), money("70 SEK"), Decimal("0.00"))
    with pytest.raises(RateMissing):
        limit.total  # noqa: B018
    with pytest.raises(RateMissing):
        shown.effective_available  # noqa: B018
