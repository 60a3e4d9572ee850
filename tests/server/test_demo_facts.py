"""The demo group as it is made: whole, believable, the same everywhere, and dated back from the day it is given."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from statistics import median
from typing import Any

import pytest

from domain.blocking.rule import RuleKind
from domain.decision import BlockReasonCode
from domain.facts import Checkpoint
from domain.orders import SalesDocumentKind, SalesOrderStatus
from domain.receivables import OpenItemKind
from server.demo.facts.balances import LOWER, days_overdue, open_items
from server.demo.facts.companies import COMPANIES, EURO_IN, digits, rates
from server.demo.facts.customers import Manner, Part
from server.demo.facts.desk import ASKERS
from server.demo.facts.documents import Then, Way
from server.demo.facts.group import Facts, facts
from server.demo.facts.names import LANGUAGES, NAMES
from server.demo.facts.orders import status_of
from server.demo.facts.rules import PARAMETERS
from server.demo.facts.scale import FULL, SMALL, Scale, shared_out
from server.demo.facts.story import ACCOUNTS, GROUPS, PARTIES

TODAY = date(2026, 11, 23)
SCALES = pytest.mark.parametrize("scale", [FULL, SMALL], ids=["full", "small"])


@cache
def made(scale: Scale = FULL, today: date = TODAY) -> Facts:
    return facts(today, scale)


def shifted(value: Any, by: timedelta) -> Any:
    """The same with every day in it so much later."""
    if isinstance(value, date):
        return value + by
    if isinstance(value, list | tuple):
        return type(value)(shifted(one, by) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: shifted(getattr(value, field.name), by) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    return value


@SCALES
def test_there_is_as_much_of_everything_as_the_scale_says(scale: Scale) -> None:
    group = made(scale)
    assert len(group.parties) + len(PARTIES) == scale.parties
    assert len(group.customers) + len(ACCOUNTS) == scale.customers
    assert len(group.groups) + len(GROUPS) == scale.credit_groups
    assert len(group.orders) == scale.orders
    assert len(group.ledger.items) == scale.items


def test_the_whole_group_is_eight_companies_with_six_hundred_customers_and_twenty_thousand_items() -> None:
    assert (FULL.parties, FULL.customers, FULL.credit_groups, FULL.items, FULL.orders) == (500, 600, 30, 20_000, 2_000)
    countries = [(company.country, company.currency) for company in COMPANIES]
    assert countries == [
        *(("SE", "SEK"), ("FI", "EUR"), ("NO", "NOK"), ("DE", "EUR")),
        *(("FR", "EUR"), ("US", "USD"), ("CA", "CAD"), ("JP", "JPY")),
    ]


@SCALES
def test_numbers_and_names_are_given_once(scale: Scale) -> None:
    group = made(scale)
    for numbers in (
        [item.number for item in group.ledger.items],
        [payment.number for payment in group.ledger.payments],
        [order.number for order in group.orders],
        [customer.account for customer in group.customers],
        [party.number for party in group.parties],
        [party.name for party in group.parties],
        [one.number for one in group.groups],
    ):
        assert [number for number, times in Counter(numbers).items() if times > 1] == []


@SCALES
def test_the_same_day_gives_the_same_facts_and_a_week_later_they_are_a_week_later(scale: Scale) -> None:
    group, later = facts(TODAY, scale), facts(TODAY + timedelta(days=7), scale)
    assert group == made(scale)
    assert later == shifted(group, timedelta(days=7))


def test_any_other_day_gives_a_group_of_the_same_shape() -> None:
    group, other = made(SMALL), made(SMALL, date(2028, 2, 29))
    assert open_items(other.ledger) == open_items(group.ledger)
    assert [(order.number, status_of(order)) for order in other.orders] == [
        (order.number, status_of(order)) for order in group.orders
    ]
    assert other.customers == group.customers


@SCALES
def test_nothing_is_booked_in_the_future_anywhere_or_before_what_it_is_about(scale: Scale) -> None:
    group = made(scale)
    # Where it is still yesterday when the head office has today.
    latest = TODAY - timedelta(days=1)
    generated = {customer.account for customer in group.customers}
    written = {item.number: item.document_date for item in group.ledger.items}
    for item in group.ledger.items:
        assert item.document_date <= min(latest, item.due_date)
        assert 0 <= item.disputed < item.amount
    for payment in group.ledger.payments:
        assert payment.pending or payment.paid_on <= (latest if payment.account in generated else TODAY)
        assert all(written[settled.item] <= payment.paid_on for settled in payment.settles)
    assert all(one.day <= latest for one in (*group.ledger.credited, *group.ledger.returned))
    assert all(order.ordered_on is None or order.ordered_on <= latest for order in group.orders)
    weekend = [item for item in group.ledger.items if item.account in generated and item.document_date.weekday() > 4]
    assert weekend == []


@SCALES
def test_amounts_have_the_digits_of_their_currency_and_settle_no_more_than_there_is(scale: Scale) -> None:
    group = made(scale)
    currencies = {company.code: company.currency for company in COMPANIES}
    for one in (*group.ledger.items, *group.ledger.payments, *group.orders):
        assert one.amount > 0
        assert one.amount == round(one.amount, digits(currencies[one.company]))
    for payment in group.ledger.payments:
        assert sum(settled.amount or 0 for settled in payment.settles) <= payment.amount
    assert min(open_items(group.ledger).values()) > 0


def test_customers_pay_as_they_do_and_one_in_every_company_has_stopped() -> None:
    group = made()
    due = {item.number: item.due_date for item in group.ledger.items}
    manners = {customer.account: customer.manner for customer in group.customers}
    late: Mapping[Manner, list[int]] = defaultdict(list)
    for payment in group.ledger.payments:
        for settled in payment.settles:
            if payment.account in manners:
                late[manners[payment.account]].append((payment.paid_on - due[settled.item]).days)
    assert -10 < median(late[Manner.PROMPT]) <= 0 < 5 < median(late[Manner.SLOW]) < 20
    assert 35 < median(late[Manner.LATE]) < 60
    overdue = days_overdue(group.ledger, TODAY)
    for company in COMPANIES:
        troubled = [one for one in group.customers if one.company is company and one.manner is Manner.TROUBLED]
        assert max(overdue[one.account] for one in troubled) > 60


def test_some_of_what_is_owed_in_each_company_is_overdue_and_most_is_not() -> None:
    group = made()
    left, owed, overdue = open_items(group.ledger), Counter[str](), Counter[str]()
    for item in group.ledger.items:
        if item.kind not in LOWER and item.number in left:
            owed[item.company] += int(left[item.number])
            overdue[item.company] += int(left[item.number]) if item.due_date < TODAY else 0
    assert all(0.04 < overdue[company.code] / owed[company.code] < 0.4 for company in COMPANIES)


def test_seasonal_customers_buy_in_their_season_only() -> None:
    seasonal = {customer.account for customer in made().customers if customer.manner is Manner.SEASONAL}
    ages = [(TODAY - item.document_date).days for item in made().ledger.items if item.account in seasonal]
    assert len(ages) > 100
    assert not [ago for ago in ages if 205 < ago < 435]


def test_every_kind_of_item_is_there_some_disputed_credited_unapplied_returned_and_on_their_way() -> None:
    ledger = made().ledger
    assert {item.kind for item in ledger.items} == set(OpenItemKind)
    assert 10 < len([item for item in ledger.items if item.disputed]) < 100
    assert len(ledger.credited) > 50
    assert len(ledger.returned) > 5
    assert len([payment for payment in ledger.payments if not payment.settles and not payment.pending]) > 5
    assert len([payment for payment in ledger.payments if payment.pending]) > 5
    assert len([payment for payment in ledger.payments if payment.debit]) > 50


@SCALES
def test_orders_are_in_every_state_that_the_api_brings_about(scale: Scale) -> None:
    orders = made(scale).orders
    assert {status_of(order) for order in orders} == set(SalesOrderStatus)
    assert {order.kind for order in orders} == set(SalesDocumentKind)
    assert {order.then for order in orders} == set(Then)
    assert {order.way for order in orders} == set(Way)


WARNING = {"ACCOUNT_STATUS", "NEW_CUSTOMER_AMOUNT", "ORDER_AMOUNT", "OVERDUE_AMOUNT", "PAYMENT_TERMS"}
WARNING |= {"EARLY_WARNING", "OLDEST_OPEN_ITEM", "OVERDUE_PERCENT", "SUB_LIMIT_EXCEEDED"}
"""Kinds of rules that only warn in the demo. A status holds there all the same, by its own effect."""

NEVER_LIFTED = {"COLLATERAL_TERMS", "DUNNING_LEVEL", "REVIEW_DUE"}
"""Kinds of rules that hold in the demo, with nobody excluded."""


@SCALES
def test_every_company_has_open_holds_for_several_reasons_at_several_steps(scale: Scale) -> None:
    group = made(scale)
    shown = {code for code in BlockReasonCode if code.value not in WARNING - {"ACCOUNT_STATUS"}}
    assert {order.why for order in group.orders} | {BlockReasonCode.FORCED} == {None, *shown}
    for company in COMPANIES:
        waiting = [one for one in group.orders if one.company == company.code and status_of(one) == "HELD"]
        assert len({order.why for order in waiting}) >= 5, company
        assert {order.checkpoint for order in waiting} == set(PARAMETERS[company.code].steps)
    assert {step for parameters in PARAMETERS.values() for step in parameters.steps} == set(Checkpoint)


@SCALES
def test_rules_of_every_kind_block_and_exclude_or_warn_for_one_for_a_group_and_for_all(scale: Scale) -> None:
    found = {(rule.kind, rule.type) for rule in made(scale).rules}
    holding = {(kind, type_) for kind in set(RuleKind) - WARNING for type_ in ("BLOCK", "EXCLUDE")}
    assert found == holding - {(kind, "EXCLUDE") for kind in NEVER_LIFTED} | {(kind, "WARN") for kind in WARNING}
    rules = made(scale).rules
    assert any(rule.account for rule in rules)
    assert any(rule.group for rule in rules)
    assert any(not rule.account and not rule.group for rule in rules)


@SCALES
def test_reviews_are_due_and_to_come_and_limits_wait_where_they_are_approved(scale: Scale) -> None:
    group = made(scale)
    for company in COMPANIES[1:]:
        days = [(one.next - TODAY).days for one in group.reviews if one.customer.company is company]
        assert min(days) < 0 < max(days)
    assert [one.company.code for one in group.requests] == list(ASKERS)
    assert all(len(one.lines) == 2 for one in group.requests)


@SCALES
def test_credit_groups_span_companies_and_parties_several_companies(scale: Scale) -> None:
    group = made(scale)
    assert all(len({member.company.code for member in one.members}) > 1 for one in group.groups)
    members = [member.account for one in group.groups for member in one.members]
    assert len(set(members)) == len(members)
    companies = Counter(customer.party for customer in group.customers)
    assert len([party for party, times in companies.items() if times > 1]) >= 2 * len(group.groups)


@SCALES
def test_every_company_has_every_part_and_limits_of_every_sort(scale: Scale) -> None:
    group = made(scale)
    for company in COMPANIES:
        here = [customer for customer in group.customers if customer.company is company]
        assert {customer.part for customer in here} == set(Part)
        assert {customer.manner for customer in here} == set(Manner)
        adjustments = [one for one in group.adjustments if one.company is company]
        assert {(one.kind, one.posted) for one in adjustments} == {
            *((kind, posted) for kind in ("PERMANENT", "TEMPORARY") for posted in (True, False)),
            *(("SEASONAL", True), ("TOLERANCE", True)),
        }
        limits = [limit for one in adjustments if one.posted for limit in one.lines]
        assert any(limit.until is not None and limit.until < TODAY for limit in limits)
        assert {cover.insurance for cover in group.covers if cover.customer.company is company} == {True, False}
    assert any(cover.until is not None and cover.until < TODAY for cover in group.covers)


@SCALES
def test_parties_of_several_companies_have_limits_of_which_some_hold(scale: Scale) -> None:
    group = made(scale)
    companies: Mapping[str, set[str]] = defaultdict(set)
    for customer in group.customers:
        companies[customer.party].add(customer.company.code)
    assert all(len(companies[one.party]) > 1 for one in group.party_limits)
    assert [(one.ceiling is not None, one.holds) for one in group.party_limits[:3]] == [
        *((True, True), (False, True), (True, False))
    ]


@SCALES
def test_policies_have_deadlines_which_some_are_told_in_time_for(scale: Scale) -> None:
    group = made(scale)
    insured = [cover for cover in group.covers if cover.insurance]
    assert {cover.customer.company.code for cover in insured if cover.declared_in is None} == {"SE01"}
    assert all(cover.coverage is not None for cover in insured)
    due = {item.number: item.due_date for item in group.ledger.items}
    days = [((one.cover.declared_in or 0) - (TODAY - due[one.item]).days) for one in group.declared]
    assert days
    assert min(days) > 0


@SCALES
def test_the_longer_an_item_is_overdue_the_further_it_is_dunned(scale: Scale) -> None:
    left = open_items(made(scale).ledger)
    open_ones = [item for item in made(scale).ledger.items if item.number in left]
    ages = {level: [(TODAY - item.due_date).days for item in open_ones if item.dunned == level] for level in (1, 2, 3)}
    assert 15 <= min(ages[1]) <= max(ages[1]) < min(ages[2]) <= max(ages[2]) < min(ages[3])
    assert not [item for item in made(scale).ledger.items if item.dunned and item.number not in left]


@SCALES
def test_every_credit_group_of_a_story_was_left_by_somebody(scale: Scale) -> None:
    members = {member.account for one in made(scale).groups for member in one.members}
    left = [one.left.account for one in made(scale).groups if one.left is not None]
    assert len(set(left)) == len(left) >= 6
    assert not members & {*left}


@SCALES
def test_the_story_of_the_readme_is_left_alone(scale: Scale) -> None:
    group, story = made(scale), {account.number for account in ACCOUNTS}
    assert not story & {customer.account for customer in group.customers}
    assert not {party for _, party, *_ in PARTIES} & {party.number for party in group.parties}
    orders = Counter(order.account for order in group.orders if order.account in story)
    assert orders.total() == 21
    assert PARAMETERS["SE01"].used is None


def test_rates_go_back_two_years_and_stay_near_those_of_today() -> None:
    found = rates(TODAY)
    assert {rate.rate for rate in found if rate.day == TODAY} == set(EURO_IN.values())
    assert all(abs(rate.rate / EURO_IN[rate.quote] - 1) < Decimal("0.07") for rate in found)
    for quote in EURO_IN:
        days = sorted(rate.day for rate in found if rate.quote == quote)
        assert days[0] < TODAY - timedelta(days=720)
        assert max((after - before).days for before, after in pairwise(days)) <= 7


def test_every_name_is_said_in_eight_languages() -> None:
    for named in NAMES:
        assert len(named.said) == len(LANGUAGES) == 7
        assert all(one.strip() for one in (named.english, *named.said))
    assert len({(named.kind, named.code) for named in NAMES}) == len(NAMES)


def test_shares_come_to_the_total() -> None:
    assert shared_out(10, [1, 1, 1]) == [4, 3, 3]
    assert shared_out(0, [1, 2]) == [0, 0]
    assert sum(shared_out(19_999, [0.6, 1, 2, 4] * 50)) == 19_999
