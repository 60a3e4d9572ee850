"""What would let a held order pass: each option passes, one step short of it does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings

from domain.blocking import Coded, RuleKind, RuleType, ValidFor
from domain.calendar import DAY
from domain.check import CREDIT_GROUP, CUSTOMER, Facts, Order, check
from domain.explanation import LIMITS
from domain.exposure import Balance, Category
from domain.limits import LimitAction, LimitTerms
from domain.money import Exchange, Money
from domain.party_limits import PARTY
from domain.paying import paid
from domain.reason import AccountStatusEffect
from domain.release import Release
from domain.unblock import Raised, UnblockKind, UnblockOption, passes, unblock, waited, with_ceiling, with_limit
from tests.domain.situations import OVERDUE, USED, WARNING, situations
from tests.domain.words import (
    ACME,
    DIGITS,
    GROUP,
    TODAY,
    customer,
    days,
    debt,
    group,
    itemized,
    margin,
    money,
    normal,
    order,
    ordered,
    owes,
    policy,
    rule,
    temporary,
    with_customer,
    with_group,
)

PAY, LESS, WAIT, RAISE = UnblockKind


def options(facts: Facts, asked: Order) -> dict[UnblockKind, UnblockOption]:
    found = unblock(facts, asked)
    kinds = [option.kind for option in found]
    assert kinds == [kind for kind in UnblockKind if kind in kinds], "pay, less, wait, raise"
    for option in found:
        assert option.message.text.format(**option.message.values)
        assert_smallest(facts, asked, option)
    return {option.kind: option for option in found}


def assert_smallest(facts: Facts, asked: Order, option: UnblockOption) -> None:
    """The option lets the order pass; one minor unit or one day short of it does not."""
    amount = option.amount
    unit = Money(Decimal(0) if amount is None else facts.customer.exchange.unit(amount.currency), "SEK")
    unit = replace(unit, currency=amount.currency if amount else "SEK")
    if option.kind is PAY:
        assert amount is not None
        assert passes(paid(facts, amount), asked)
        assert not passes(paid(facts, amount - unit), asked)
    if option.kind is LESS:
        assert amount is not None
        assert amount.amount > 0
        assert passes(facts, replace(asked, amount=amount))
        assert not passes(facts, replace(asked, amount=amount + unit))
    if option.kind is WAIT:
        assert option.date is not None
        wait = (option.date - facts.customer.day).days
        assert passes(waited(facts, wait), asked)
        assert not passes(waited(facts, wait - 1), asked)
    if option.kind is RAISE:
        assert_smallest_raise(facts, asked, option)


def assert_smallest_raise(facts: Facts, asked: Order, option: UnblockOption) -> None:
    """One step short of a limit of 0 is no limit."""

    def raised(short: int | None) -> Facts:
        changed = facts
        for place, each in enumerate(option.limits):
            kind, holder = each.holder
            if place == short and not each.limit.amount:
                continue
            less = facts.customer.exchange.unit(each.limit.currency) * (place == short)
            amount = Money(each.limit.amount - less, each.limit.currency)
            if kind == PARTY:
                assert changed.party is not None
                assert changed.party.id == holder
                changed = with_ceiling(changed, amount)
                continue
            whose = changed.customer if kind == CUSTOMER else changed.group
            assert whose is not None
            assert whose.id == holder
            changed = with_limit(changed, whose, amount)
        return changed

    assert passes(raised(None), asked)
    for place in range(len(option.limits)):
        assert not passes(raised(place), asked)


def test_the_seed_pay_less_or_raise_by_the_missing_ten_thousand() -> None:
    facts = Facts(customer(normal("100,000 SEK")), group(normal("1,000,000 SEK"), balances=(ordered("500,000 SEK"),)))
    found = options(facts, order("110,000 SEK"))
    assert found[PAY].amount == money("10,000 SEK")
    assert found[LESS].amount == money("100,000 SEK")
    assert found[RAISE].limits == (Raised((CUSTOMER, ACME), money("110,000 SEK")),)
    assert WAIT not in found


def test_an_order_that_passes_needs_nothing() -> None:
    assert unblock(Facts(customer(normal("100 SEK"))), order("100 SEK")) == ()


def test_a_payment_settles_the_oldest_overdue_first() -> None:
    balances = (owes("300 SEK", 45), owes("200 SEK", 40), owes("500 SEK", 20))
    facts = Facts(customer(normal("10,000 SEK"), balances=balances), rules=(OVERDUE,))
    found = options(facts, order("1 SEK"))
    assert list(found) == [PAY]
    assert found[PAY].amount == money("500 SEK")


def test_what_is_disputed_needs_no_payment() -> None:
    balances = (owes("300 SEK", 45), Balance(Category.DISPUTED, money("100 SEK"), days(-45)))
    found = options(Facts(customer(normal("10,000 SEK"), balances=balances), rules=(OVERDUE,)), order("1 SEK"))
    assert found[PAY].amount == money("200 SEK")


def test_items_in_another_currency_are_paid_at_todays_rate() -> None:
    found = options(
        Facts(customer(normal("10,000 SEK"), balances=(owes("10.01 EUR", 45),)), rules=(OVERDUE,)), order("1 SEK")
    )
    assert found[PAY].amount == money("115.12 SEK"), "115.115 rounded up: less would leave a part of it open"


def test_less_is_in_the_currency_of_the_order_and_omitted_when_nothing_passes() -> None:
    facts = Facts(customer(normal("1,150 SEK")))
    assert options(facts, order("101 EUR"))[LESS].amount == money("100 EUR")
    used_up = with_customer(facts, balances=(owes("1,150 SEK"),))
    assert LESS not in options(used_up, order("101 EUR"))
    assert options(facts, order("20,000 JPY"))[LESS].amount == money("16500 JPY")


def test_less_may_be_what_a_release_covers() -> None:
    facts = Facts(customer(normal("0 SEK")))
    released = order("1,200 SEK", release=Release(money("1,000 SEK"), TODAY, deviation_percent=Decimal(10)))
    assert options(facts, released)[LESS].amount == money("1,100 SEK")


@pytest.mark.parametrize(
    ("terms", "passes_in"),
    [
        (LimitTerms((normal("10 SEK"), temporary("100 SEK", days(3), days(9)))), 3),
        (LimitTerms((normal("100 SEK"), temporary("10 SEK", days(-3), days(3)))), 4),
        (LimitTerms((normal("10 SEK"), normal("100 SEK", days(366), id_=101))), 366),
        (LimitTerms((normal("10 SEK"), normal("100 SEK", days(367), id_=101))), None),
        (LimitTerms((normal("50 SEK"),), (policy("100 SEK", "50", days(20)),)), 20),
        (LimitTerms((normal("100 SEK"),), (policy("80 SEK", "0", until=days(20), flagged=True),)), 21),
        (LimitTerms((normal("10 SEK"), temporary("99 SEK", days(3), days(9)))), None),
    ],
)
def test_waiting_helps_when_a_limit_or_a_policy_begins_or_ends(terms: LimitTerms, passes_in: int | None) -> None:
    found = options(Facts(customer(terms=terms)), order("100 SEK"))
    assert (found[WAIT].date if WAIT in found else None) == (None if passes_in is None else TODAY + passes_in * DAY)


def test_waiting_regards_what_falls_due_meanwhile_and_the_groups_limit() -> None:
    limits = LimitTerms((normal("10 SEK"), temporary("100 SEK", days(40), days(50))))
    grows_late = customer(terms=limits, balances=(owes("5 SEK", -1),))
    assert WAIT not in options(Facts(grows_late, rules=(OVERDUE,)), order("90 SEK"))
    elsewhere = replace(grows_late, balances=(replace(grows_late.balances[0], company_day=TODAY),))
    assert WAIT not in options(Facts(elsewhere, rules=(OVERDUE,)), order("90 SEK")), "its company's day moves too"
    shared = group(normal("10 SEK"), temporary("500 SEK", days(45), days(50)))
    assert options(Facts(customer(terms=limits), shared), order("90 SEK"))[WAIT].date == days(45)


def test_what_helps_a_member_in_a_group() -> None:
    facts = Facts(
        customer(normal("100 SEK"), balances=(owes("10 SEK"),)),
        group(normal("200 SEK"), balances=(owes("180 SEK"), owes("10 SEK"))),
    )
    found = options(facts, order("50 SEK"))
    assert found[RAISE].limits == (Raised((CREDIT_GROUP, GROUP), money("240 SEK")),)
    assert found[RAISE].amount == money("240 SEK")
    assert (found[PAY].amount, found[LESS].amount) == (money("40 SEK"), money("10 SEK"))


def test_when_both_limits_must_rise_one_option_says_both() -> None:
    facts = Facts(customer(normal("100 SEK")), group(normal("10 EUR"), currency="EUR", balances=(owes("9 EUR"),)))
    found = options(facts, order("115 SEK"))
    assert found[RAISE].limits == (
        Raised((CREDIT_GROUP, GROUP), money("19 EUR")),
        Raised((CUSTOMER, ACME), money("115 SEK")),
    )
    assert found[RAISE].amount == money("115 SEK")
    assert found[RAISE].message.values["group_limit"] == money("19 EUR")


def test_a_member_without_own_limit_is_not_given_one() -> None:
    found = options(Facts(customer(), group(normal("100 SEK"))), order("101 SEK"))
    assert found[RAISE].limits == (Raised((CREDIT_GROUP, GROUP), money("101 SEK")),)


def test_where_no_limit_is_set_one_of_nothing_may_be_enough_for_a_tolerance_to_add_to() -> None:
    taken_away = replace(normal("100 SEK", TODAY, posted=1, id_=101), action=LimitAction.UNSET)
    facts = Facts(customer(normal("500 SEK"), margin("TOLERANCE", "100 EUR"), taken_away))
    assert options(facts, order("50 EUR"))[RAISE].amount == money("0 SEK")
    assert options(facts, order("101 EUR"))[RAISE].amount == money("11.50 SEK")


def test_a_raise_is_of_the_limit_in_force_before_insurance() -> None:
    terms = LimitTerms((normal("1 SEK"), temporary("60 SEK", TODAY, TODAY)), (policy("100 SEK", "30"),))
    assert options(Facts(customer(terms=terms)), order("100 SEK"))[RAISE].amount == money("70 SEK")


def test_a_raise_also_satisfies_a_percentage() -> None:
    assert options(Facts(customer(normal("100 SEK")), rules=(USED,)), order("90 SEK"))[RAISE].amount == money(
        "112.50 SEK"
    )


@pytest.mark.parametrize("spoil", [{"on_hold": True}, {"status_effect": AccountStatusEffect.HOLD_ALL}, {}])
def test_what_people_hold_no_option_lifts(spoil: dict[str, object]) -> None:
    facts = Facts(customer(normal("100 SEK"), **spoil))
    assert unblock(facts, order("101 SEK", forced=not spoil)) == ()


def test_an_expired_limit_needs_a_new_one_and_no_amount() -> None:
    expired = rule(RuleKind.CREDIT_LIMIT_EXPIRED, RuleType.BLOCK, ValidFor.ALL, days=0)
    renewed = LimitTerms((normal("100 SEK", until=days(-1)), normal("100 SEK", days(5), id_=101)))
    assert list(options(Facts(customer(terms=renewed), rules=(expired,)), order("1 SEK"))) == [WAIT]


def test_an_order_above_the_amount_of_a_rule_can_only_be_made_smaller() -> None:
    above = rule(RuleKind.ORDER_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=money("100 EUR"), at_or_above=True)
    found = options(Facts(customer(normal("10,000 SEK")), rules=(above,)), order("1,200 SEK"))
    assert list(found) == [LESS]
    assert found[LESS].amount == money("1,149.94 SEK"), "99.994... is rounded to 99.99 euro"


def test_a_customer_with_a_status_that_is_blocked_has_no_way_out() -> None:
    watch = Coded(UUID(int=500), "WATCH")
    blocked = rule(RuleKind.ACCOUNT_STATUS, RuleType.BLOCK, ValidFor.ALL, account_status=watch)
    assert options(Facts(customer(normal("1 SEK"), account_status=watch.id), rules=(blocked,)), order("2 SEK")) == {}


def test_much_overdue_is_paid_down_or_the_order_or_its_share_made_smaller() -> None:
    late = rule(RuleKind.OVERDUE_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=money("3,000 SEK"), percent=Decimal(70))
    facts = Facts(customer(normal("10,000 SEK"), balances=(owes("4,000 SEK", 10),)), rules=(late,))
    found = options(facts, order("4,000 SEK"))
    assert list(found) == [PAY, LESS, RAISE]
    assert (found[PAY].amount, found[LESS].amount) == (money("1,000 SEK"), money("3,000 SEK"))
    assert found[RAISE].amount == money("11,428.58 SEK"), "of which 8,000 is not more than 70 %"


def test_a_warning_needs_no_way_out_and_makes_none_longer() -> None:
    facts = Facts(customer(normal("100 SEK")), rules=(WARNING,))
    assert options(facts, order("61 SEK")) == {}
    assert options(facts, order("101 SEK"))[LESS].amount == money("100 SEK")


def test_a_new_customer_orders_less_or_waits_until_it_is_new_no_more() -> None:
    first = rule(RuleKind.NEW_CUSTOMER_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=money("10 SEK"), days=90)
    facts = Facts(customer(normal("100 SEK"), customer_since=days(-80)), rules=(first,))
    found = options(facts, order("11 SEK"))
    assert list(found) == [LESS, WAIT]
    assert (found[LESS].amount, found[WAIT].date) == (money("10 SEK"), days(10))


def test_a_share_that_is_overdue_is_paid_down_to_what_is_allowed() -> None:
    share = rule(RuleKind.OVERDUE_PERCENT, RuleType.BLOCK, ValidFor.ALL, days=30, percent=Decimal(20))
    facts = Facts(customer(normal("9,000 SEK"), balances=(owes("600 SEK", 31), owes("400 SEK", 30))), rules=(share,))
    found = options(facts, order("1 SEK"))
    assert list(found) == [PAY]
    assert found[PAY].amount == money("500 SEK"), "100 of 500 are 20 %"


def test_old_and_dunned_items_are_paid_those_due_first_before_others() -> None:
    old = rule(RuleKind.OLDEST_OPEN_ITEM, RuleType.BLOCK, ValidFor.ALL, days=60)
    dunned = rule(RuleKind.DUNNING_LEVEL, RuleType.BLOCK, ValidFor.ALL, dunning_level=1)
    owing = itemized(debt("30 SEK", 9, level=2), debt("50 SEK", -5, 61), debt("20 EUR", -4, 10), debt("7 SEK", -9, 70))
    for rules, paying in (((old,), "317 SEK"), ((dunned,), "30 SEK"), ((old, dunned), "317 SEK")):
        found = options(Facts(owing, rules=rules), order("1 SEK"))
        assert (list(found), found[PAY].amount) == ([PAY], money(paying)), rules
    little = replace(dunned, ignore_items_below=money("10 SEK"))
    assert options(Facts(owing, rules=(little,)), order("1 SEK"))[PAY].amount == money("20.01 SEK"), "9.99 are left"


def test_two_items_of_one_day_are_settled_one_after_the_other() -> None:
    dunned = rule(RuleKind.DUNNING_LEVEL, RuleType.BLOCK, ValidFor.ALL, dunning_level=1, minimum_items=2)
    owing = itemized(debt("300 SEK", 9, 30, level=2), debt("100 SEK", 9, 40, level=2), debt("70 SEK", 9, 20))
    assert options(Facts(owing, rules=(dunned,)), order("1 SEK"))[PAY].amount == money("100 SEK")


def test_a_review_that_is_late_has_no_way_out_but_the_review() -> None:
    review = rule(RuleKind.REVIEW_DUE, RuleType.BLOCK, ValidFor.ALL, days=0)
    assert options(Facts(customer(normal("9 SEK"), next_review_date=days(-1)), rules=(review,)), order("1 SEK")) == {}


def test_an_order_that_a_rule_leaves_out_passes() -> None:
    late = replace(OVERDUE, ignore_orders_below=money("50 SEK"))
    facts = Facts(customer(normal("9,000 SEK"), balances=(owes("600 SEK", 31),)), rules=(late,))
    found = options(facts, order("80 SEK"))
    assert (found[PAY].amount, found[LESS].amount) == (money("600 SEK"), money("49.99 SEK"))
    owing = replace(OVERDUE, ignore_balance_below=money("100 SEK"))
    assert options(replace(facts, rules=(owing,)), order("80 SEK"))[PAY].amount == money("500.01 SEK")


def test_an_order_beside_it_makes_no_balance_larger() -> None:
    owing = replace(OVERDUE, ignore_balance_below=money("1,000 SEK"))
    balances = (owes("1,200 SEK", 31), ordered("600 SEK"), Balance(Category.UNAPPLIED, money("-100 SEK")))
    facts = Facts(customer(normal("9,000 SEK"), balances=balances), rules=(owing,))
    assert options(facts, order("80 SEK"))[PAY].amount == money("100.01 SEK")


def test_an_option_that_needs_a_missing_rate_is_none() -> None:
    only_euro = Exchange(TODAY, DIGITS)
    facts = Facts(
        customer(normal("100 EUR"), exchange=only_euro), group(normal("100 EUR"), currency="EUR", exchange=only_euro)
    )
    swedish = with_group(with_customer(facts, currency="EUR"), currency="EUR")
    assert LESS in options(swedish, order("101 EUR"))
    assert passes(facts, order("1 EUR")) is False


@settings(max_examples=150, deadline=None)
@given(situations())
def test_each_option_passes_and_one_step_short_of_it_does_not(situation: tuple[Facts, Order]) -> None:
    facts, asked = situation
    found = options(facts, asked)
    assert not found or check(facts, asked).held


@settings(max_examples=80, deadline=None)
@given(situations())
def test_what_limits_alone_hold_passes_once_enough_is_paid_or_raised(situation: tuple[Facts, Order]) -> None:
    """Unless a season takes all of a limit off."""
    facts, asked = situation
    facts = with_customer(replace(facts, rules=(), party=None), own=None)
    reasons = {reason.code for reason in check(facts, asked).reasons}
    holders = [facts.customer, *([facts.group] if facts.group else [])]
    nothing_left = any(entry.percent == -100 for holder in holders for entry in holder.terms.entries)
    if check(facts, asked).held and reasons <= LIMITS and not nothing_left:
        assert {PAY, RAISE} <= {option.kind for option in unblock(facts, asked)}
