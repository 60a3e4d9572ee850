"""The page where the decision is made: may this order go on?

Read `decide` from top to bottom; it is the decision list. What counts is in exposure.py, what the limit is in
limits.py, how they are compared in comparison.py, the blocking rules in blocking/, the sentences in explanation.py.
"""

from __future__ import annotations

from domain import blocking, explanation
from domain.blocking import BlockingRule, Situation
from domain.comparison import limit_tests, limits, situation
from domain.decision import (
    CREDIT_GROUP,
    CUSTOMER,
    BlockReason,
    BlockReasonCode,
    CreditOutcome,
    Decision,
    LimitTest,
)
from domain.facts import Checkpoint, CustomerFacts, Facts, GroupFacts, Order
from domain.message import Message, Value
from domain.party_check import check_party_limits
from domain.ranks import ranks_above
from domain.reason import AccountStatusEffect
from domain.release import Agreed, covers, highest_amount, last_day

__all__ = [
    "CREDIT_GROUP",
    "CUSTOMER",
    "BlockReason",
    "BlockReasonCode",
    "Checkpoint",
    "CreditOutcome",
    "CustomerFacts",
    "Decision",
    "Facts",
    "GroupFacts",
    "LimitTest",
    "Order",
    "check",
]


def check(facts: Facts, order: Order) -> Decision:
    """Decide on one order. Raises `RateMissing` when a figure cannot be converted: then there is no decision."""
    return decide(facts, order, *figures(facts, order))


def figures(facts: Facts, order: Order) -> tuple[tuple[LimitTest, ...], Situation]:
    """What a decision compares: the limits, and what the rules look at. No rule changes them."""
    bounds = limits(facts)
    tests = limit_tests(
        facts, order, bounds
    )  # the credit group's limit first, then the customer's; both are always listed
    return tests, situation(facts, order, tests, bounds)


def decide(facts: Facts, order: Order, tests: tuple[LimitTest, ...], rules_see: Situation) -> Decision:
    """The decision on figures that are worked out."""
    customer = facts.customer
    beside = check_party_limits(facts, order)  # limits of the party and the customer beside the credit limit

    def decided(outcome: CreditOutcome, why: Message, reasons: tuple[BlockReason, ...] = ()) -> Decision:
        every = (*tests, *beside.tests)
        return Decision(outcome, order.checkpoint, customer.day, order.amount, reasons, every, why)

    # Is it asked at all? What a person holds by hand only a person releases, so that nothing here lets it go.
    if not order.forced:
        if order.excluded:
            return decided(CreditOutcome.EXEMPT, Message(explanation.ORDER_EXCLUDED))
        if customer.excluded:
            return decided(CreditOutcome.EXEMPT, Message(explanation.CUSTOMER_EXCLUDED))
        if customer.intercompany:
            return decided(CreditOutcome.EXEMPT, Message(explanation.INTERCOMPANY))
        if not _asked_here(customer, order):
            return decided(CreditOutcome.NOT_CHECKED, Message(explanation.NO_CHECKPOINT))
        if _released(customer, order):
            return decided(CreditOutcome.NOT_CHECKED, _release(customer, order))
        if blocking.exempts(facts.rules, rules_see):
            return decided(CreditOutcome.EXEMPT, Message(explanation.EXCLUSION_RULE))

    # What speaks against it: every reason, most serious first.
    reasons = _most_serious_first(
        *_on_hold(customer),
        *_forced(order),
        *_account_status(customer, order),
        *_limits_exceeded(tests),  # group, then customer
        *beside.holding,
        *_reasons(
            blocking.blocks(facts.rules, rules_see)
        ),  # kind by kind: customer, group, all; blocks before exclusions
        *_ranks(customer, order),
    )

    # The answer.
    if not reasons:
        warnings = _most_serious_first(*beside.warning, *_reasons(blocking.warns(facts.rules, rules_see)))
        if warnings:
            return decided(CreditOutcome.WARNED, explanation.warned_of(order, warnings), warnings)
        return decided(CreditOutcome.PASSED, explanation.passed(order, tests))
    if order.billed or (order.checkpoint is Checkpoint.INVOICE and order.delivered):
        return decided(CreditOutcome.WARNED, explanation.warned(order, reasons), reasons)  # the goods have left
    return decided(CreditOutcome.HELD, explanation.held(order, reasons, tests), reasons)


def _asked_here(customer: CustomerFacts, order: Order) -> bool:
    """At a step that is ticked; what a ticked step holds or rejected is asked at every step, none leads around it.

    An invoice without an order has one step, the invoice, and a company may check it there alone.
    """
    ticked = customer.checkpoints
    if order.without_order and customer.checks_invoices:
        ticked |= {Checkpoint.INVOICE}
    return order.checkpoint in ticked or order.held_at in ticked


def _on_hold(customer: CustomerFacts) -> tuple[BlockReason, ...]:
    if not customer.on_hold:
        return ()
    return (BlockReason(BlockReasonCode.CUSTOMER_ON_HOLD, Message(explanation.ON_HOLD)),)


def _forced(order: Order) -> tuple[BlockReason, ...]:
    return (BlockReason(BlockReasonCode.FORCED, Message(explanation.FORCED)),) if order.forced else ()


def _account_status(customer: CustomerFacts, order: Order) -> tuple[BlockReason, ...]:
    """A status holds every step, or the invoice alone (D365: invoicing and delivery on hold)."""
    match customer.status_effect:
        case AccountStatusEffect.HOLD_ALL:
            text = explanation.STATUS_HOLDS_ALL
        case AccountStatusEffect.HOLD_INVOICING if order.checkpoint is Checkpoint.INVOICE:
            text = explanation.STATUS_HOLDS_INVOICES
        case _:
            return ()
    return (BlockReason(BlockReasonCode.ACCOUNT_STATUS, Message(text)),)


def _limits_exceeded(tests: tuple[LimitTest, ...]) -> tuple[BlockReason, ...]:
    return tuple(explanation.exceeded(test) for test in tests if not test.passed)


def _ranks(customer: CustomerFacts, order: Order) -> tuple[BlockReason, ...]:
    """Better payment terms, or a better cash discount, than the payer usually has, where the company minds."""
    compared = (
        (customer.check_payment_terms_increase, order.own.payment_terms, customer.usual.payment_terms),
        (customer.check_cash_discount_increase, order.own.cash_discount, customer.usual.cash_discount),
    )
    codes = (BlockReasonCode.PAYMENT_TERMS_RANK, BlockReasonCode.CASH_DISCOUNT_RANK)
    return tuple(
        explanation.ranks_above(code, own, usual)
        for code, (minds, own, usual) in zip(codes, compared, strict=True)
        if minds and own is not None and ranks_above(own, usual)
    )


def _reasons(found: tuple[tuple[BlockingRule, Message], ...]) -> tuple[BlockReason, ...]:
    return tuple(BlockReason(BlockReasonCode(rule.kind.value), message, rule=rule.id) for rule, message in found)


def _most_serious_first(*reasons: BlockReason) -> tuple[BlockReason, ...]:
    """Each code once: an account status that holds by itself says so, and a rule about it adds nothing."""
    found: dict[BlockReasonCode, BlockReason] = {}
    for reason in reasons:
        found.setdefault(reason.code, reason)
    return tuple(sorted(found.values(), key=lambda reason: _SERIOUSNESS[reason.code]))


def _released(customer: CustomerFacts, order: Order) -> bool:
    """Within the bounds of its release and the checkpoint's grace days, if any, and paid for as it was to be then."""
    grace = customer.grace_days.get(order.checkpoint)
    release = order.release
    if release is None or release.agreed not in (None, Agreed(order.own.payment_terms_id, order.own.cash_discount_id)):
        return False
    return covers(release, order.amount, customer.day, grace, customer.release_valid_days)


def _release(customer: CustomerFacts, order: Order) -> Message:
    assert order.release is not None
    last = last_day(order.release, customer.grace_days.get(order.checkpoint), customer.release_valid_days)
    values: dict[str, Value] = {
        "released": order.release.released_on,
        "ceiling": highest_amount(order.release),
        "last": last,
    }
    return Message(explanation.RELEASED, values)


_SERIOUSNESS = {code: place for place, code in enumerate(BlockReasonCode)}
