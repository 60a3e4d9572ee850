"""When a rule applies, as a sentence for those who set it up.

Blocks and warnings need a figure above their threshold, an exclusion the exact opposite; `at_or_above` counts the
threshold itself as above.
"""

from __future__ import annotations

from domain.blocking.account_status import STATUS
from domain.blocking.payment_terms import TERMS
from domain.blocking.rule import BlockingRule, RuleKind, RuleType
from domain.message import N_, NN_, Message, Percent


def condition(rule: BlockingRule) -> Message:
    """The sentence of a rule."""
    exact = RuleType.EXCLUDE if rule.type is RuleType.EXCLUDE else RuleType.BLOCK
    comparison = (exact, rule.at_or_above)
    if rule.account_status is not None:
        return Message(STATUS, {"status": rule.account_status.code})
    if rule.payment_terms is not None:
        return Message(TERMS, {"terms": rule.payment_terms.code})
    if rule.exposure_category is not None:
        assert rule.amount is not None
        return Message(PART[comparison], {"category": rule.exposure_category, "amount": rule.amount})
    if rule.dunning_level is not None:
        return Message(DUNNED[comparison], {"level": rule.dunning_level})
    if rule.percent is not None and rule.days is not None:
        one, many = SHARE[comparison]
        return Message(one, {"percent": Percent(rule.percent), "days": rule.days}, plural=many, count="days")
    if rule.amount is not None and rule.percent is not None:
        return Message(OVERDUE_AND_USED[comparison], {"amount": rule.amount, "percent": Percent(rule.percent)})
    if rule.amount is not None and rule.days is not None:
        one, many = NEW[comparison]
        return Message(one, {"amount": rule.amount, "days": rule.days}, plural=many, count="days")
    if rule.amount is not None:
        said = ORDER if rule.kind is RuleKind.ORDER_AMOUNT else AMOUNT
        return Message(said[comparison], {"amount": rule.amount})
    if rule.percent is not None:
        return Message(USED[comparison], {"percent": Percent(rule.percent)})
    one, many = BY_DAYS[rule.kind][comparison]
    return Message(one, {"days": rule.days or 0}, plural=many, count="days")


_ABOVE, _REACHED = (RuleType.BLOCK, False), (RuleType.BLOCK, True)
_NOT_ABOVE, _NOT_REACHED = (RuleType.EXCLUDE, False), (RuleType.EXCLUDE, True)

PART = {
    _ABOVE: N_("{category}: more than {amount}."),
    _REACHED: N_("{category}: at least {amount}."),
    _NOT_ABOVE: N_("{category}: at most {amount}."),
    _NOT_REACHED: N_("{category}: less than {amount}."),
}
EXPIRED = {
    _ABOVE: NN_(
        "The credit limit expired more than {days} day ago.", "The credit limit expired more than {days} days ago."
    ),
    _REACHED: NN_(
        "The credit limit expired at least {days} day ago.", "The credit limit expired at least {days} days ago."
    ),
    _NOT_ABOVE: NN_(
        "The credit limit expired at most {days} day ago.", "The credit limit expired at most {days} days ago."
    ),
    _NOT_REACHED: NN_(
        "The credit limit expired less than {days} day ago.", "The credit limit expired less than {days} days ago."
    ),
}
OVERDUE = {
    _ABOVE: NN_(
        "The oldest unpaid item is more than {days} day overdue.",
        "The oldest unpaid item is more than {days} days overdue.",
    ),
    _REACHED: NN_(
        "The oldest unpaid item is at least {days} day overdue.",
        "The oldest unpaid item is at least {days} days overdue.",
    ),
    _NOT_ABOVE: NN_(
        "The oldest unpaid item is at most {days} day overdue.",
        "The oldest unpaid item is at most {days} days overdue.",
    ),
    _NOT_REACHED: NN_(
        "The oldest unpaid item is less than {days} day overdue.",
        "The oldest unpaid item is less than {days} days overdue.",
    ),
}
USED = {
    _ABOVE: N_("With the order, more than {percent} of the credit limit is used."),
    _REACHED: N_("With the order, at least {percent} of the credit limit is used."),
    _NOT_ABOVE: N_("With the order, at most {percent} of the credit limit is used."),
    _NOT_REACHED: N_("With the order, less than {percent} of the credit limit is used."),
}
AMOUNT = {
    _ABOVE: N_("More than {amount} is overdue."),
    _REACHED: N_("At least {amount} is overdue."),
    _NOT_ABOVE: N_("At most {amount} is overdue."),
    _NOT_REACHED: N_("Less than {amount} is overdue."),
}
ORDER = {
    _ABOVE: N_("The order comes to more than {amount}."),
    _REACHED: N_("The order comes to at least {amount}."),
    _NOT_ABOVE: N_("The order comes to at most {amount}."),
    _NOT_REACHED: N_("The order comes to less than {amount}."),
}
OVERDUE_AND_USED = {
    _ABOVE: N_("More than {amount} is overdue, and with the order more than {percent} of the credit limit is used."),
    _REACHED: N_("At least {amount} is overdue, and with the order at least {percent} of the credit limit is used."),
    _NOT_ABOVE: N_("At most {amount} is overdue, or with the order at most {percent} of the credit limit is used."),
    _NOT_REACHED: N_(
        "Less than {amount} is overdue, or with the order less than {percent} of the credit limit is used."
    ),
}
NEW = {
    _ABOVE: NN_(
        "In the customer's first {days} day, the order comes to more than {amount}.",
        "In the customer's first {days} days, the order comes to more than {amount}.",
    ),
    _REACHED: NN_(
        "In the customer's first {days} day, the order comes to at least {amount}.",
        "In the customer's first {days} days, the order comes to at least {amount}.",
    ),
    _NOT_ABOVE: NN_(
        "The customer's first {days} day is over, or the order comes to at most {amount}.",
        "The customer's first {days} days are over, or the order comes to at most {amount}.",
    ),
    _NOT_REACHED: NN_(
        "The customer's first {days} day is over, or the order comes to less than {amount}.",
        "The customer's first {days} days are over, or the order comes to less than {amount}.",
    ),
}
SHARE = {
    _ABOVE: NN_(
        "More than {percent} of the receivables is more than {days} day overdue.",
        "More than {percent} of the receivables is more than {days} days overdue.",
    ),
    _REACHED: NN_(
        "At least {percent} of the receivables is more than {days} day overdue.",
        "At least {percent} of the receivables is more than {days} days overdue.",
    ),
    _NOT_ABOVE: NN_(
        "At most {percent} of the receivables is more than {days} day overdue.",
        "At most {percent} of the receivables is more than {days} days overdue.",
    ),
    _NOT_REACHED: NN_(
        "Less than {percent} of the receivables is more than {days} day overdue.",
        "Less than {percent} of the receivables is more than {days} days overdue.",
    ),
}
OLD = {
    _ABOVE: NN_(
        "The oldest open item is more than {days} day old.",
        "The oldest open item is more than {days} days old.",
    ),
    _REACHED: NN_(
        "The oldest open item is at least {days} day old.",
        "The oldest open item is at least {days} days old.",
    ),
    _NOT_ABOVE: NN_(
        "The oldest open item is at most {days} day old.",
        "The oldest open item is at most {days} days old.",
    ),
    _NOT_REACHED: NN_(
        "The oldest open item is less than {days} day old.",
        "The oldest open item is less than {days} days old.",
    ),
}
REVIEW = {
    _ABOVE: NN_(
        "The credit review is more than {days} day late.",
        "The credit review is more than {days} days late.",
    ),
    _REACHED: NN_(
        "The credit review is at least {days} day late.",
        "The credit review is at least {days} days late.",
    ),
    _NOT_ABOVE: NN_(
        "The credit review is at most {days} day late.",
        "The credit review is at most {days} days late.",
    ),
    _NOT_REACHED: NN_(
        "The credit review is less than {days} day late.",
        "The credit review is less than {days} days late.",
    ),
}
DUNNED = {
    _ABOVE: N_("The highest dunning level of an open item is above {level}."),
    _REACHED: N_("The highest dunning level of an open item is at least {level}."),
    _NOT_ABOVE: N_("The highest dunning level of an open item is at most {level}."),
    _NOT_REACHED: N_("The highest dunning level of an open item is below {level}."),
}
LONGER = {
    _ABOVE: NN_(
        "The payment terms are more than {days} day longer than insurance covers.",
        "The payment terms are more than {days} days longer than insurance covers.",
    ),
    _REACHED: NN_(
        "The payment terms are at least {days} day longer than insurance covers.",
        "The payment terms are at least {days} days longer than insurance covers.",
    ),
    _NOT_ABOVE: NN_(
        "The payment terms are at most {days} day longer than insurance covers.",
        "The payment terms are at most {days} days longer than insurance covers.",
    ),
    _NOT_REACHED: NN_(
        "The payment terms are less than {days} day longer than insurance covers.",
        "The payment terms are less than {days} days longer than insurance covers.",
    ),
}
BY_DAYS = {
    RuleKind.CREDIT_LIMIT_EXPIRED: EXPIRED,
    RuleKind.OVERDUE_DAYS: OVERDUE,
    RuleKind.OLDEST_OPEN_ITEM: OLD,
    RuleKind.REVIEW_DUE: REVIEW,
    RuleKind.COLLATERAL_TERMS: LONGER,
}
