"""The decision list: a healthy customer passes; spoil one thing, and that thing alone is the reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from domain.blocking import Coded, ExposureCategory, RuleKind, RuleType, ValidFor
from domain.check import BlockReasonCode, Checkpoint, CreditOutcome, Decision, Facts, Order, check
from domain.limits import LimitTerms
from domain.party_limits import PartyLimitReaction, PartyLimits, TurnoverShare
from domain.ranks import Conditions, Ranked
from domain.reason import AccountStatusEffect
from domain.release import Release
from tests.domain.words import (
    HEALTHY,
    TODAY,
    covered,
    days,
    debt,
    itemized,
    money,
    normal,
    order,
    owes,
    party,
    rule,
    with_customer,
    with_group,
)

ORDER = order("50,000 SEK")
HELD, PASSED = CreditOutcome.HELD, CreditOutcome.PASSED
STOPPED, NO_INVOICES = AccountStatusEffect.HOLD_ALL, AccountStatusEffect.HOLD_INVOICING
EXEMPT, NOT_CHECKED, WARNED = CreditOutcome.EXEMPT, CreditOutcome.NOT_CHECKED, CreditOutcome.WARNED


def overdue(by: int) -> Facts:
    return with_customer(balances=(owes("40,000 SEK", overdue=by),))


def expired(since: int) -> Facts:
    return with_customer(terms=LimitTerms((normal("100,000 SEK", until=days(-since)),)))


def group_uses(amount: str) -> Facts:
    return with_group(balances=(owes(amount),))


LARGE = replace(
    HEALTHY,
    rules=(*HEALTHY.rules, rule(RuleKind.ORDER_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=money("49,999 SEK"))),
)
WATCH = Coded(UUID(int=500), "WATCH")
WATCHING = rule(RuleKind.ACCOUNT_STATUS, RuleType.BLOCK, ValidFor.ALL, account_status=WATCH)
LATER = Coded(UUID(int=510), "N120")
BETTER = Conditions(Ranked(UUID(int=511), "N60", 2), Ranked(UUID(int=512), "3/10", 1))
LONG = rule(RuleKind.PAYMENT_TERMS, RuleType.BLOCK, ValidFor.ALL, payment_terms=LATER)
MUCH = rule(RuleKind.OVERDUE_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=money("39,999 SEK"), percent=Decimal(50))
FIRST = rule(RuleKind.NEW_CUSTOMER_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=money("49,999 SEK"), days=90)
NEW = with_customer(replace(HEALTHY, rules=(FIRST,)), customer_since=TODAY)
SHARE = rule(RuleKind.OVERDUE_PERCENT, RuleType.BLOCK, ValidFor.ALL, days=30, percent=Decimal(99))
OLD = rule(RuleKind.OLDEST_OPEN_ITEM, RuleType.BLOCK, ValidFor.ALL, days=30)
DUNNED = rule(RuleKind.DUNNING_LEVEL, RuleType.BLOCK, ValidFor.ALL, dunning_level=1)
REVIEW = rule(RuleKind.REVIEW_DUE, RuleType.BLOCK, ValidFor.ALL, days=7)
COVERED = rule(RuleKind.COLLATERAL_TERMS, RuleType.BLOCK, ValidFor.ALL, days=0)
EARLY = rule(RuleKind.EARLY_WARNING, RuleType.WARN, ValidFor.ALL, percent=Decimal(80))
PART = rule(
    RuleKind.SUB_LIMIT_EXCEEDED,
    RuleType.BLOCK,
    ValidFor.ALL,
    amount=money("49,999 SEK"),
    exposure_category=ExposureCategory.OPEN_ORDERS,
)
OTHERS = (PART, WATCHING, LONG, MUCH, FIRST, SHARE, OLD, DUNNED, REVIEW, COVERED, EARLY)
WATCHED = with_customer(replace(LARGE, rules=(*LARGE.rules, *OTHERS)), account_status=WATCH.id)
BOUND = party(PartyLimits(money("80,000 SEK"), TurnoverShare(Decimal(10), "SEK"), reaction=PartyLimitReaction.HOLD))
CEILING = replace(HEALTHY, party=replace(BOUND, turnover=None))
TURNOVER = replace(HEALTHY, party=replace(BOUND, limits=replace(BOUND.limits, ceiling=None)))
SPOILED = with_group(
    with_customer(
        replace(WATCHED, terms_days={LATER.id: 61}, party=BOUND),
        on_hold=True,
        payment_terms=LATER.id,
        check_payment_terms_increase=True,
        check_cash_discount_increase=True,
        customer_since=TODAY,
        status_effect=STOPPED,
        terms=LimitTerms((normal("100,000 SEK", until=days(-6)),), covered(60, 61).customer.terms.collaterals),
        balances=(owes("60,000 SEK", overdue=31),),
        debts=(debt("60,000 SEK", 31, level=2),),
        next_review_date=days(-8),
    ),
    balances=(owes("960,000 SEK"),),
)

HOLDING = [code.value for code in BlockReasonCode if code is not BlockReasonCode.EARLY_WARNING]
TABLE = [
    ("healthy", HEALTHY, ORDER, PASSED, []),
    ("the customer is on hold", with_customer(on_hold=True), ORDER, HELD, ["CUSTOMER_ON_HOLD"]),
    ("its account status holds all", with_customer(status_effect=STOPPED), ORDER, HELD, ["ACCOUNT_STATUS"]),
    ("its account status holds invoices, not orders", with_customer(status_effect=NO_INVOICES), ORDER, PASSED, []),
    (
        "its account status holds invoices",
        with_customer(status_effect=NO_INVOICES, checkpoints=frozenset(Checkpoint)),
        replace(ORDER, checkpoint=Checkpoint.INVOICE),
        HELD,
        ["ACCOUNT_STATUS"],
    ),
    (
        "goods that have left are invoiced with a warning whatever the account status",
        with_customer(status_effect=NO_INVOICES, checkpoints=frozenset(Checkpoint)),
        replace(ORDER, checkpoint=Checkpoint.INVOICE, delivered=True),
        WARNED,
        ["ACCOUNT_STATUS"],
    ),
    ("held by hand", HEALTHY, replace(ORDER, forced=True), HELD, ["FORCED"]),
    ("the group's limit is reached", group_uses("950,000 SEK"), ORDER, PASSED, []),
    ("the group's limit is passed", group_uses("950,000.01 SEK"), ORDER, HELD, ["GROUP_LIMIT_EXCEEDED"]),
    ("the limit is reached", replace(HEALTHY, rules=()), order("60,000 SEK"), PASSED, []),
    ("the limit is passed", replace(HEALTHY, rules=()), order("60,000.01 SEK"), HELD, ["CREDIT_LIMIT_EXCEEDED"]),
    ("the limit expired 5 days ago", expired(5), ORDER, PASSED, []),
    ("the limit expired 6 days ago", expired(6), ORDER, HELD, ["CREDIT_LIMIT_EXPIRED"]),
    ("90 % is used", HEALTHY, order("50,000 SEK"), PASSED, []),
    ("more than 90 % is used", HEALTHY, order("50,000.01 SEK"), HELD, ["CREDIT_LIMIT_USED"]),
    ("30 days overdue", overdue(30), ORDER, PASSED, []),
    ("31 days overdue", overdue(31), ORDER, HELD, ["OVERDUE_DAYS"]),
    ("a customer to be watched", WATCHED, order("49,999 SEK"), HELD, ["ACCOUNT_STATUS"]),
    ("long terms", replace(HEALTHY, rules=(LONG,)), replace(ORDER, payment_terms=LATER.id), HELD, ["PAYMENT_TERMS"]),
    ("half is used and much overdue", replace(overdue(1), rules=(MUCH,)), order("10,000 SEK"), PASSED, []),
    (
        "more than half is used and much overdue",
        replace(overdue(1), rules=(MUCH,)),
        order("10,000.01 SEK"),
        HELD,
        ["OVERDUE_AMOUNT"],
    ),
    ("everything is late for long", replace(overdue(31), rules=(SHARE,)), ORDER, HELD, ["OVERDUE_PERCENT"]),
    ("an old item", Facts(itemized(debt("1 SEK", -9, 31)), rules=(OLD,)), ORDER, HELD, ["OLDEST_OPEN_ITEM"]),
    ("a second letter", Facts(itemized(debt("1 SEK", 9, level=2)), rules=(DUNNED,)), ORDER, HELD, ["DUNNING_LEVEL"]),
    (
        "a review is late",
        with_customer(replace(HEALTHY, rules=(REVIEW,)), next_review_date=days(-8)),
        ORDER,
        HELD,
        ["REVIEW_DUE"],
    ),
    ("terms that are not covered", replace(covered(60, 61), rules=(COVERED,)), ORDER, HELD, ["COLLATERAL_TERMS"]),
    ("much of the limit is used", replace(HEALTHY, rules=(EARLY,)), order("40,000.01 SEK"), WARNED, ["EARLY_WARNING"]),
    ("more is on order than a rule allows", replace(HEALTHY, rules=(PART,)), ORDER, HELD, ["SUB_LIMIT_EXCEEDED"]),
    ("a new customer", NEW, ORDER, HELD, ["NEW_CUSTOMER_AMOUNT"]),
    ("an order of the amount of a rule", LARGE, order("49,999 SEK"), PASSED, []),
    ("an order of more than the amount of a rule", LARGE, ORDER, HELD, ["ORDER_AMOUNT"]),
    (
        "better terms",
        with_customer(check_payment_terms_increase=True),
        replace(ORDER, own=BETTER),
        HELD,
        ["PAYMENT_TERMS_RANK"],
    ),
    (
        "a better discount",
        with_customer(check_cash_discount_increase=True),
        replace(ORDER, own=BETTER),
        HELD,
        ["CASH_DISCOUNT_RANK"],
    ),
    ("better terms where nobody minds", HEALTHY, replace(ORDER, own=BETTER), PASSED, []),
    ("the party's ceiling is reached", CEILING, order("40,000 SEK"), PASSED, []),
    ("the party's ceiling is passed", CEILING, order("40,000.01 SEK"), HELD, ["PARTY_LIMIT_EXCEEDED"]),
    ("the share of turnover is reached", TURNOVER, order("40,000 SEK"), PASSED, []),
    ("the share of turnover is passed", TURNOVER, order("40,000.01 SEK"), HELD, ["TURNOVER_LIMIT_EXCEEDED"]),
    ("everything at once", SPOILED, replace(ORDER, forced=True, own=BETTER), HELD, HOLDING),
]


@pytest.mark.parametrize(
    ("facts", "asked", "outcome", "reasons"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_spoiling_one_thing_gives_that_reason_and_all_are_listed_most_serious_first(
    facts: Facts, asked: Order, outcome: CreditOutcome, reasons: list[str]
) -> None:
    decision = check(facts, asked)
    assert (decision.outcome, codes(decision)) == (outcome, reasons)
    assert all(reason.active for reason in decision.reasons)


def test_every_reason_stands_alone_somewhere_in_the_table() -> None:
    alone = {row[4][0] for row in TABLE if len(row[4]) == 1}
    assert alone == {code.value for code in BlockReasonCode}


def codes(decision: Decision) -> list[str]:
    return [reason.code.value for reason in decision.reasons]


def exempting(facts: Facts) -> Facts:
    exclusion = rule(RuleKind.OVERDUE_DAYS, RuleType.EXCLUDE, ValidFor.CUSTOMER, days=100, release_all=True)
    return replace(facts, rules=(*facts.rules, exclusion))


RELEASED = Release(money("50,000 SEK"), TODAY)
ROADS = [
    ("an excluded order", SPOILED, replace(ORDER, excluded=True), EXEMPT),
    ("an excluded customer", with_customer(SPOILED, excluded=True), ORDER, EXEMPT),
    ("an exclusion that releases orders", exempting(SPOILED), ORDER, EXEMPT),
    ("a step without a tick", SPOILED, replace(ORDER, checkpoint=Checkpoint.PICKING_LIST), NOT_CHECKED),
    (
        "on hold, at a step without a tick",
        SPOILED,
        replace(ORDER, checkpoint=Checkpoint.PICKING_LIST, held_at=Checkpoint.CONFIRMATION),
        HELD,
    ),
    (
        "held at a step that has lost its tick",
        SPOILED,
        replace(ORDER, checkpoint=Checkpoint.PICKING_LIST, held_at=Checkpoint.INVOICE),
        NOT_CHECKED,
    ),
    ("a released order", SPOILED, replace(ORDER, release=RELEASED), NOT_CHECKED),
    ("an order above its release", SPOILED, order("50,000.01 SEK", release=RELEASED), HELD),
    ("an order in another currency than its release", SPOILED, order("50,000 EUR", release=RELEASED), HELD),
    ("a company of our own group", with_customer(SPOILED, intercompany=True), ORDER, EXEMPT),
    (
        "a company of our own group that is held by hand",
        with_customer(SPOILED, intercompany=True),
        replace(ORDER, forced=True),
        HELD,
    ),
    ("an excluded order that is held by hand", SPOILED, replace(ORDER, excluded=True, forced=True), HELD),
    ("a released order that is held by hand again", SPOILED, replace(ORDER, release=RELEASED, forced=True), HELD),
]


@pytest.mark.parametrize(("facts", "asked", "outcome"), [row[1:] for row in ROADS], ids=[r[0] for r in ROADS])
def test_roads_past_the_rules(facts: Facts, asked: Order, outcome: CreditOutcome) -> None:
    decision = check(facts, asked)
    assert decision.outcome is outcome
    assert (decision.reasons == ()) == (outcome is not HELD)
    assert len(decision.tests) == 4


def test_an_invoice_of_delivered_goods_is_warned_never_held() -> None:
    facts = with_customer(SPOILED, checkpoints=frozenset(Checkpoint))
    delivered = order("50,000 SEK", checkpoint=Checkpoint.INVOICE, delivered=True)
    assert check(facts, delivered).outcome is WARNED
    assert len(check(facts, delivered).reasons) == 19
    assert check(facts, replace(delivered, forced=True)).outcome is WARNED
    billed = order("50,000 SEK", billed=True)
    assert check(facts, billed).outcome is WARNED, "billed for more than it was delivered for, at whatever step"
    assert check(facts, replace(delivered, delivered=False)).outcome is HELD, "a free-text invoice can be held"
    assert check(facts, replace(delivered, checkpoint=Checkpoint.PACKING_SLIP)).outcome is HELD


def test_a_message_names_every_value_its_sentence_needs() -> None:
    for _, facts, asked, _ in ROADS:
        decision = check(facts, asked)
        for message in (decision.explanation, *(reason.message for reason in decision.reasons)):
            assert message.text.format(**message.values)
