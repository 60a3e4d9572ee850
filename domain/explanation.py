"""The sentences of a decision. Each is whole, with its figures as values; the locales say it."""

from __future__ import annotations

from domain.decision import CREDIT_GROUP, BlockReason, BlockReasonCode, LimitTest
from domain.facts import Order
from domain.message import N_, NN_, Message, Value
from domain.money import Money
from domain.ranks import Ranked


def exceeded(test: LimitTest) -> BlockReason:
    """The reason that a failed limit test gives."""
    group = test.holder[0] == CREDIT_GROUP
    values = _figures(test)
    if group:
        used_up = GROUP_USED_UP if _used_up(test) else GROUP_EXCEEDED
        return BlockReason(BlockReasonCode.GROUP_LIMIT_EXCEEDED, Message(used_up, {**values, "group": test.name}))
    return BlockReason(BlockReasonCode.CREDIT_LIMIT_EXCEEDED, Message(USED_UP if _used_up(test) else EXCEEDED, values))


def ranks_above(code: BlockReasonCode, own: Ranked, usual: Ranked | None) -> BlockReason:
    """The reason that a rank gives: what the order has, and what its payer usually has."""
    above, above_none = RANKS[code]
    if usual is None:
        return BlockReason(code, Message(above_none, {"own": own.code}))
    return BlockReason(code, Message(above, {"own": own.code, "usual": usual.code}))


def passed(order: Order, tests: tuple[LimitTest, ...]) -> Message:
    """Why an order passes: what there is room for."""
    group, customer = _by_holder(tuple(test for test in tests if test.limit is not None))
    values: dict[str, Value] = {"amount": order.amount}
    if group is not None and customer is not None:
        rooms: dict[str, Value] = {
            "available": _available(customer),
            "group": group.name,
            "group_available": _available(group),
        }
        return Message(PASSED_BOTH, {**values, **rooms})
    if group is not None:
        return Message(PASSED_GROUP, {**values, "available": _available(group), "group": group.name})
    if customer is not None:
        return Message(PASSED, {**values, "available": _available(customer)})
    return Message(PASSED_UNLIMITED, values)


def held(order: Order, reasons: tuple[BlockReason, ...], tests: tuple[LimitTest, ...]) -> Message:
    """Why an order is held: the limits with their figures, a single other reason by itself, several by their number."""
    if reasons[0].code in LIMITS:
        return _held_by_limits(order, tests)
    if len(reasons) == 1:
        return reasons[0].message
    return Message(HELD[0], {"amount": order.amount, "count": len(reasons)}, plural=HELD[1], count="count")


def warned(order: Order, reasons: tuple[BlockReason, ...]) -> Message:
    """Why an invoice of delivered goods goes out all the same."""
    return Message(WARNED[0], {"amount": order.amount, "count": len(reasons)}, plural=WARNED[1], count="count")


def warned_of(order: Order, reasons: tuple[BlockReason, ...]) -> Message:
    """Why an order that goes on is to be looked at."""
    return Message(GOES_ON[0], {"amount": order.amount, "count": len(reasons)}, plural=GOES_ON[1], count="count")


def _held_by_limits(order: Order, tests: tuple[LimitTest, ...]) -> Message:
    group, customer = _by_holder(tuple(test for test in tests if not test.passed))
    if group is not None and customer is not None:
        values: dict[str, Value] = {
            "amount": order.amount,
            "available": _available(customer),
            "excess": _excess(customer),
            "group": group.name,
            "group_available": _available(group),
            "group_excess": _excess(group),
        }
        return Message(HELD_BY_BOTH, values)
    if group is not None:
        sentence = HELD_BY_USED_UP_GROUP if _used_up(group) else HELD_BY_GROUP
        return Message(sentence, {"amount": order.amount, "group": group.name, **_figures(group)})
    assert customer is not None
    sentence = HELD_BY_USED_UP_LIMIT if _used_up(customer) else HELD_BY_LIMIT
    return Message(sentence, {"amount": order.amount, **_figures(customer)})


def _by_holder(tests: tuple[LimitTest, ...]) -> tuple[LimitTest | None, LimitTest | None]:
    group = next((test for test in tests if test.holder[0] == CREDIT_GROUP), None)
    customer = next((test for test in tests if test.holder[0] != CREDIT_GROUP), None)
    return group, customer


def _figures(test: LimitTest) -> dict[str, Value]:
    limit = test.limit
    assert limit is not None
    return {"limit": limit, "available": _available(test), "excess": _excess(test)}


def _available(test: LimitTest) -> Money:
    assert test.available is not None
    return test.available


def _excess(test: LimitTest) -> Money:
    assert test.excess is not None
    return test.excess


def _used_up(test: LimitTest) -> bool:
    return _available(test).amount <= 0


LIMITS = frozenset({BlockReasonCode.GROUP_LIMIT_EXCEEDED, BlockReasonCode.CREDIT_LIMIT_EXCEEDED})

ON_HOLD = N_("The customer is on hold.")
STATUS_HOLDS_ALL = N_("The customer's account status holds all its orders.")
STATUS_HOLDS_INVOICES = N_("The customer's account status holds its invoices.")
FORCED = N_("The order was put on hold by hand.")
RANKS = {
    BlockReasonCode.PAYMENT_TERMS_RANK: (
        N_("The payment terms {own} of the order rank above {usual}, which its payer usually has."),
        N_("The payment terms {own} of the order rank above those of its payer, which has none."),
    ),
    BlockReasonCode.CASH_DISCOUNT_RANK: (
        N_("The cash discount {own} of the order ranks above {usual}, which its payer usually has."),
        N_("The order has the cash discount {own}; its payer usually has none."),
    ),
}
"""Where the payer has something, and where it has nothing."""

EXCEEDED = N_("{available} of the credit limit of {limit} is available; the order exceeds it by {excess}.")
USED_UP = N_("The credit limit of {limit} is used up; with the order it is exceeded by {excess}.")
GROUP_EXCEEDED = N_(
    "{available} of the credit limit of {limit} of credit group {group} is available; the order exceeds it by {excess}."
)
GROUP_USED_UP = N_(
    "The credit limit of {limit} of credit group {group} is used up; with the order it is exceeded by {excess}."
)

PASSED = N_("The order of {amount} passes: {available} of credit is available.")
PASSED_GROUP = N_("The order of {amount} passes: {available} of credit is available in credit group {group}.")
PASSED_BOTH = N_(
    "The order of {amount} passes: {available} of credit is available to the customer "
    "and {group_available} in credit group {group}."
)
PASSED_UNLIMITED = N_("The order of {amount} passes: no credit limit applies.")

HELD_BY_LIMIT = N_(
    "The order of {amount} is held: {available} of the credit limit of {limit} is available, "
    "and the order exceeds it by {excess}."
)
HELD_BY_USED_UP_LIMIT = N_(
    "The order of {amount} is held: the credit limit of {limit} is used up, "
    "and with the order it is exceeded by {excess}."
)
HELD_BY_GROUP = N_(
    "The order of {amount} is held: {available} of the credit limit of {limit} of credit group {group} is available, "
    "and the order exceeds it by {excess}."
)
HELD_BY_USED_UP_GROUP = N_(
    "The order of {amount} is held: the credit limit of {limit} of credit group {group} is used up, "
    "and with the order it is exceeded by {excess}."
)
HELD_BY_BOTH = N_(
    "The order of {amount} is held: it exceeds the available credit of {available} by {excess}, "
    "and the {group_available} available in credit group {group} by {group_excess}."
)
HELD = NN_(
    "The order of {amount} is held for {count} reason.",
    "The order of {amount} is held for {count} reasons.",
)
GOES_ON = NN_(
    "The order of {amount} goes on with {count} warning.",
    "The order of {amount} goes on with {count} warnings.",
)
WARNED = NN_(
    "The goods are delivered already, so the invoice of {amount} is not held, in spite of {count} reason.",
    "The goods are delivered already, so the invoice of {amount} is not held, in spite of {count} reasons.",
)

ORDER_EXCLUDED = N_("The order is excluded from credit management.")
INTERCOMPANY = N_("The customer is a company of our own group. Its orders are not checked here.")
CUSTOMER_EXCLUDED = N_("The customer is excluded from credit management.")
EXCLUSION_RULE = N_("An exclusion rule releases the orders of this customer.")
NO_CHECKPOINT = N_("Credit is not checked at this step.")
RELEASED = N_("The order was released on {released} for up to {ceiling}; it is not checked again through {last}.")
