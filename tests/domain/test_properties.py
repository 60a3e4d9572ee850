"""What holds for every decision, whatever the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.blocking import RuleKind, RuleType
from domain.check import Checkpoint, CreditOutcome, Facts, Order, check
from domain.decision import BlockReasonCode, LimitTestKind
from domain.explanation import LIMITS
from domain.exposure import Balance, Category, CountingPolicy, CreditLimitType, exposure, ships_later
from domain.limits import LimitTerms
from domain.money import Money
from domain.orders import OrderLine, SalesOrderStatus, order_balances, prepaid_lines
from tests.domain.situations import situations
from tests.domain.turns import excluded
from tests.domain.words import EXCHANGE, TODAY, customer, money, normal, order, owes

RECEIVABLES = {Category.RECEIVABLES: 1, Category.UNAPPLIED: 1, Category.SPECIAL_LIABILITIES: 1}
DELIVERED = RECEIVABLES | {Category.OPEN_DELIVERIES: 1, Category.OPEN_BILLING: 1}
PARTS = {
    CreditLimitType.NONE: RECEIVABLES,
    CreditLimitType.BALANCE: RECEIVABLES,
    CreditLimitType.BALANCE_AND_DELIVERIES: DELIVERED,
    CreditLimitType.ALL: DELIVERED | {Category.OPEN_ORDERS: 1},
}
BESIDE = {
    LimitTestKind.CEILING: BlockReasonCode.PARTY_LIMIT_EXCEEDED,
    LimitTestKind.TURNOVER: BlockReasonCode.TURNOVER_LIMIT_EXCEEDED,
}
BOUNDLESS = money("1,000,000,000 SEK")
HALF = Decimal("0.005")
"""What rounding to two digits may be off by."""


@settings(max_examples=200, deadline=None)
@given(situations(), st.sampled_from(CreditLimitType), st.booleans(), st.sampled_from([None, 5]))
def test_an_exposure_is_the_sum_of_its_parts_before_rounding(
    situation: tuple[Facts, Order], limit_type: CreditLimitType, disputed: bool, horizon: int | None
) -> None:
    balances = situation[0].customer.balances
    policy = CountingPolicy(limit_type, horizon, disputed_reduces_exposure=disputed)
    whole = exposure(balances, policy, EXCHANGE, "SEK", TODAY)
    sign = PARTS[limit_type] | {Category.DISPUTED: -disputed}
    near = [b for b in balances if b.category is not Category.OPEN_ORDERS or not ships_later(b.due, policy, TODAY)]
    parts = sum((EXCHANGE.exactly(b.amount, "SEK") * sign.get(b.category, 0) for b in near), Decimal(0))
    assert abs(whole.exact_total - parts) < Decimal("1e-20")
    assert abs(whole.exact_total - whole.total.amount) <= HALF


@settings(max_examples=200, deadline=None)
@given(situations())
def test_the_figures_of_an_exposure_add_up_to_its_total_but_for_their_rounding(situation: tuple[Facts, Order]) -> None:
    shown = exposure(situation[0].customer.balances, CountingPolicy(), EXCHANGE, "SEK", TODAY)
    owed = shown.receivables - shown.disputed - shown.unapplied_payments + shown.special_liabilities
    under_way = shown.open_orders + shown.open_deliveries + shown.open_billing
    assert abs((owed + under_way - shown.total).amount) <= 8 * HALF


@settings(max_examples=200, deadline=None)
@given(situations(), st.integers(0, 10**9), st.sampled_from(["customer", "group"]))
def test_a_higher_limit_never_blocks_what_passed(situation: tuple[Facts, Order], more: int, holder: str) -> None:
    facts, asked = situation
    whose = getattr(facts, holder)
    assume(whose is not None)
    entries = tuple(replace(e, limit=Money(e.limit.amount + more, e.limit.currency)) for e in whose.terms.entries)
    raised = replace(whose, terms=replace(whose.terms, entries=entries))
    if check(facts, asked).outcome is CreditOutcome.PASSED:
        exempt = (CreditOutcome.PASSED, CreditOutcome.EXEMPT)  # An exclusion may ask for little use of a limit.
        assert check(replace(facts, **{holder: raised}), asked).outcome in exempt


@settings(max_examples=200, deadline=None)
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_change_a_decision(situation: tuple[Facts, Order], chance: st.Random) -> None:
    facts, asked = situation

    def shuffled(things: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(things, len(things)))

    def mixed_terms(terms: LimitTerms) -> LimitTerms:
        return replace(terms, entries=shuffled(terms.entries), collaterals=shuffled(terms.collaterals))

    payer, group, party = facts.customer, facts.group, facts.party
    own = {"balances": shuffled(payer.balances), "terms": mixed_terms(payer.terms), "debts": shuffled(payer.debts)}
    of_group = group and {"balances": shuffled(group.balances), "terms": mixed_terms(group.terms)}
    mixed = replace(
        facts,
        customer=replace(payer, **own),
        group=group and replace(group, **of_group),
        party=None if party is None else replace(party, balances=shuffled(party.balances)),
        rules=shuffled(facts.rules),
    )
    assert check(mixed, asked) == check(facts, asked)


def owing_more(facts: Facts, of: Callable[[date], bool]) -> Facts:
    """The same with twice as much open of what is due on such days, and dunned one level further."""

    def twice(amount: Money) -> Money:
        return Money(amount.amount * 2, amount.currency)

    def more(balances: tuple[Balance, ...]) -> tuple[Balance, ...]:
        return tuple(
            replace(b, amount=twice(b.amount)) if b.category is Category.RECEIVABLES and b.due and of(b.due) else b
            for b in balances
        )

    payer, group, party = facts.customer, facts.group, facts.party
    debts = tuple(
        replace(one, open=twice(one.open), dunning_level=one.dunning_level + 1) if of(one.due) else one
        for one in payer.debts
    )
    return replace(
        facts,
        customer=replace(payer, balances=more(payer.balances), debts=debts),
        group=group and replace(group, balances=more(group.balances)),
        party=None if party is None else replace(party, balances=more(party.balances)),
    )


@settings(max_examples=200, deadline=None)
@given(situations())
def test_more_debt_never_unblocks_unless_a_rule_is_about_a_share_of_it(situation: tuple[Facts, Order]) -> None:
    facts, asked = situation
    facts = replace(facts, rules=tuple(one for one in facts.rules if one.kind is not RuleKind.OVERDUE_PERCENT))
    if check(facts, asked).held:
        assert check(owing_more(facts, lambda due: True), asked).held


@settings(max_examples=200, deadline=None)
@given(situations())
def test_more_of_what_a_share_is_too_late_of_never_unblocks(situation: tuple[Facts, Order]) -> None:
    facts, asked = situation
    late = max((one.days or 0 for one in facts.rules if one.kind is RuleKind.OVERDUE_PERCENT), default=0)
    if check(facts, asked).held:
        assert check(owing_more(facts, lambda due: (TODAY - due).days > late), asked).held


@settings(max_examples=200, deadline=None)
@given(situations(), st.sampled_from(["ignore_items_below", "ignore_balance_below", "ignore_orders_below"]))
def test_leaving_more_out_never_blocks(situation: tuple[Facts, Order], name: str) -> None:
    facts, asked = situation
    by_item = tuple(one for one in facts.rules if one.by_item)
    strict = replace(facts, rules=by_item)
    # Only rules that block or warn leave out small balances and orders.
    leaves_out = [one.type is not RuleType.EXCLUDE or name == "ignore_items_below" for one in by_item]
    more = (replace(one, **{name: BOUNDLESS}) if may else one for one, may in zip(by_item, leaves_out, strict=True))
    lenient = replace(facts, rules=tuple(more))
    if not check(strict, asked).held:
        assert not check(lenient, asked).held


@settings(max_examples=200, deadline=None)
@given(situations())
def test_an_order_that_is_asked_for_is_held_or_warned_of_exactly_when_there_is_a_reason(
    situation: tuple[Facts, Order],
) -> None:
    decision = check(*situation)
    for test in decision.tests:
        assert test.limit is None or test.passed == (test.exposure + test.amount <= test.limit)
    assert bool(decision.reasons) == (decision.outcome in (CreditOutcome.HELD, CreditOutcome.WARNED))
    if decision.outcome in (CreditOutcome.EXEMPT, CreditOutcome.NOT_CHECKED):
        return
    failed = [test for test in decision.tests if not test.passed and test.kind is LimitTestKind.CREDIT_LIMIT]
    said = {reason.code for reason in decision.reasons}
    assert len(failed) == len(said & LIMITS)
    beside = {BESIDE[test.kind] for test in decision.tests if not test.passed and test.kind in BESIDE}
    assert beside >= said & set(BESIDE.values())
    if not decision.held and not gone(situation[1]):
        assert beside <= said, "what only warns is said where nothing holds"


def gone(asked: Order) -> bool:
    """The goods have left, so that what would hold is warned of."""
    return asked.billed or (asked.checkpoint is Checkpoint.INVOICE and asked.delivered)


def held_for(facts: Facts, asked: Order) -> set[BlockReasonCode]:
    """Every reason to hold the order; none where it goes on."""
    decision = check(facts, asked)
    return {reason.code for reason in decision.reasons if decision.held}


@settings(max_examples=200, deadline=None)
@given(situations(), st.data())
def test_an_exclusion_lifts_nothing_but_rules_of_its_kind(situation: tuple[Facts, Order], data: st.DataObject) -> None:
    without, asked = situation
    facts, _ = excluded(data.draw, without, asked)
    kinds = {BlockReasonCode(one.kind.value) for one in facts.rules[len(without.rules) :]}
    assert held_for(without, asked) ^ held_for(facts, asked) <= held_for(without, asked) & kinds


@settings(max_examples=100, deadline=None)
@given(situations())
def test_no_credit_limit_holds_an_order_of_who_has_unlimited_credit(situation: tuple[Facts, Order]) -> None:
    facts, asked = situation
    unlimited = replace(facts.customer, terms=replace(facts.customer.terms, unlimited=True))
    assert not held_for(replace(facts, customer=unlimited), asked) & LIMITS


def test_the_largest_order_that_passes_is_the_available_credit() -> None:
    facts = Facts(customer(normal("100 SEK"), balances=(owes("33.33 SEK"),)))
    available = check(facts, order("1 SEK")).tests[-1].available
    assert available == money("66.67 SEK")
    assert check(facts, Order(available)).outcome is CreditOutcome.PASSED
    assert check(facts, order("66.68 SEK")).held


AMOUNTS = st.integers(0, 1000).map(Decimal)


@st.composite
def order_lines(draw: st.DrawFn) -> OrderLine:
    """A line wherever it may be on its way."""
    ordered = draw(AMOUNTS)
    delivered, billed = (draw(st.integers(0, int(ordered)).map(Decimal)) for _ in range(2))
    posted = draw(st.integers(0, int(billed)).map(Decimal))
    returned = draw(st.integers(0, int(delivered)).map(Decimal))
    credited = draw(st.integers(0, int(returned)).map(Decimal))
    amount = Money(ordered, "SEK")
    closed = draw(st.booleans())
    more = draw(st.integers(-int(billed), int(ordered - billed)).map(Decimal))
    never = draw(st.integers(0, max(0, int(delivered - billed - more))).map(Decimal)) if closed else Decimal(0)
    line = OrderLine(amount, delivered, billed, posted, returned=returned, credited=credited, closed=closed)
    return replace(line, consumed_more=more, never_billed=never)


@settings(max_examples=200, deadline=None)
@given(st.lists(order_lines(), min_size=1, max_size=4), AMOUNTS, st.sampled_from(SalesOrderStatus), st.booleans())
def test_wherever_an_order_is_on_its_way_each_amount_of_it_counts_once(
    lines: list[OrderLine], prepaid: Decimal, status: SalesOrderStatus, admitted: bool
) -> None:
    """With its items, credit notes and payments it comes to what was billed, is still to be billed and is to come, less
    returns and money.
    """
    taken = order_balances(prepaid_lines(lines, prepaid), status, admitted)
    ledger = sum((line.posted - line.credited for line in lines), -prepaid)
    counted = sum((balance.amount.amount for balance in taken), ledger)
    to_come = status in (SalesOrderStatus.APPROVED, SalesOrderStatus.HELD)
    owed = sum((line.billed + _unbilled(line) + (line.rest if to_come else 0) for line in lines), -prepaid)
    assert counted == owed - sum(line.returned for line in lines)


def _unbilled(line: OrderLine) -> Decimal:
    """What left and no billing document took."""
    return max(Decimal(0), line.delivered - line.never_billed - line.billed - line.consumed_more)
