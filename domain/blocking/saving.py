"""What is refused when a blocking rule is saved."""

from __future__ import annotations

from decimal import Decimal

from domain.blocking import POLICY, BlockingRule, Condition, RuleKind, RuleType, ValidFor, ValueType
from domain.blocking.rule import BY_ITEM
from domain.debts import HIGHEST_DUNNING_LEVEL, level_refusals
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal


def rule_refusals(rule: BlockingRule, confirmed: bool) -> tuple[Refusal, ...]:
    """Everything in the way of saving a rule. `confirmed`: the user knows that release_all waives limits too."""
    threshold = _threshold(rule)
    others = (*_scope(rule), *_release_all(rule, confirmed), *_materiality(rule), *_lifts_nothing(rule))
    return (*threshold, *others) if threshold else (*others, *_never_matches(rule))


def _threshold(rule: BlockingRule) -> tuple[Refusal, ...]:
    """Exactly the threshold that fits the kind, and not negative."""
    condition = _condition(rule)
    instead = condition.or_excludes_by if rule.type is RuleType.EXCLUDE else None
    if rule.given not in (condition.blocks_by, instead):
        needed = THRESHOLD[rule.kind]
        message = Message(needed.get(rule.type, needed[RuleType.BLOCK]))
        return (Refusal(ErrorCode.INVALID_VALUE, message, (_field(rule),)),)
    if rule.amount is not None and rule.amount.amount < 0:
        return (Refusal(ErrorCode.AMOUNT_NEGATIVE, Message(NEGATIVE), ("amount",), actual=rule.amount),)
    if (rule.days or 0) < 0:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NEGATIVE), ("days",)),)
    if rule.dunning_level is not None and (wrong := level_refusals(rule.dunning_level, ("dunningLevel",))):
        return tuple(wrong)
    if (rule.percent or Decimal(0)) < 0:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NEGATIVE), ("percent",)),)
    if rule.kind is RuleKind.NEW_CUSTOMER_AMOUNT and not rule.days:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NEVER_NEW), ("days",)),)
    if rule.at_or_above and condition.equals:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NOTHING_TO_REACH), ("atOrAbove",)),)
    return ()


def _condition(rule: BlockingRule) -> Condition:
    return next(condition for condition in POLICY if condition.kind is rule.kind)


def _field(rule: BlockingRule) -> str:
    """The field of the threshold that a block of the kind has."""
    needed = _condition(rule).blocks_by
    return next(field for value_type, field in FIELDS.items() if value_type in needed)


def _scope(rule: BlockingRule) -> tuple[Refusal, ...]:
    """The level names what it needs and nothing else; a risk group narrows a credit management group."""
    names_group = rule.credit_management_group is not None
    if rule.valid_for is ValidFor.CUSTOMER and (rule.customer is None or names_group or rule.risk_group is not None):
        return (Refusal(ErrorCode.INVALID_VALUE, Message(CUSTOMER_ONLY), ("customer",)),)
    if rule.valid_for is ValidFor.GROUP and (rule.customer is not None or not names_group):
        return (Refusal(ErrorCode.INVALID_VALUE, Message(GROUP_ONLY), ("creditManagementGroup",)),)
    if rule.valid_for is ValidFor.ALL and (rule.customer is not None or names_group or rule.risk_group is not None):
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NOBODY_NAMED), ("validFor",)),)
    return ()


def _release_all(rule: BlockingRule, confirmed: bool) -> tuple[Refusal, ...]:
    if rule.release_all and rule.type is not RuleType.EXCLUDE:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(BLOCK_RELEASES_NOTHING), ("releaseAll",)),)
    if rule.release_all and not confirmed:
        return (Refusal(ErrorCode.CONFIRMATION_REQUIRED, Message(WAIVES_LIMITS), ("releaseAll",)),)
    return ()


def _materiality(rule: BlockingRule) -> tuple[Refusal, ...]:
    """What is left out fits the kind, in the one currency that a rule has."""
    refusals = []
    if rule.kind not in _OF_ITEMS:
        given = {"ignoreItemsBelow": rule.ignore_items_below, "minimumItems": rule.minimum_items}
        refusals += [_invalid(NO_ITEMS, path) for path, value in given.items() if value is not None]
    elif rule.minimum_items is not None and rule.minimum_items < 1:
        refusals.append(_invalid(NO_ITEM, "minimumItems"))
    if rule.ignore_orders_below is not None and rule.kind in _OF_ORDERS:
        refusals.append(_invalid(ORDERS_ALREADY, "ignoreOrdersBelow"))
    if rule.type is RuleType.EXCLUDE:
        given = {"ignoreBalanceBelow": rule.ignore_balance_below, "ignoreOrdersBelow": rule.ignore_orders_below}
        refusals += [_invalid(NOTHING_TO_SPARE, path) for path, value in given.items() if value is not None]
    return tuple(refusals)


def _lifts_nothing(rule: BlockingRule) -> tuple[Refusal, ...]:
    """Exclusions that could not lift anything: they would look like a setting and do nothing."""
    if rule.type is not RuleType.EXCLUDE:
        return ()
    if not rule.release_all and rule.valid_for is ValidFor.ALL:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NOTHING_WIDER), ("validFor",)),)
    if not rule.release_all and rule.given == _condition(rule).or_excludes_by:
        return (Refusal(ErrorCode.INVALID_VALUE, Message(NO_SUCH_BLOCK), ("releaseAll",)),)
    return ()


def _never_matches(rule: BlockingRule) -> tuple[Refusal, ...]:
    """Thresholds that no figure can be beyond, or for an exclusion below."""
    if rule.type is RuleType.EXCLUDE:
        return (_invalid(BELOW_NOTHING, "atOrAbove"),) if rule.at_or_above and _nothing(rule) else ()
    if rule.type is RuleType.BLOCK and _condition(rule).only_warns:
        return (_invalid(ONLY_WARNS, "type"),)
    if rule.days is not None and rule.days > MOST_DAYS and rule.kind is not RuleKind.NEW_CUSTOMER_AMOUNT:
        return (_invalid(TOO_LONG, "days", most=MOST_DAYS),)
    if rule.kind is RuleKind.OVERDUE_PERCENT and not _reachable(rule, rule.percent or Decimal(0), 100):
        return (_invalid(MORE_THAN_ALL, "percent"),)
    if not _reachable(rule, rule.dunning_level or 0, HIGHEST_DUNNING_LEVEL):
        return (_invalid(ABOVE_HIGHEST, "dunningLevel", highest=HIGHEST_DUNNING_LEVEL),)
    return ()


def _nothing(rule: BlockingRule) -> bool:
    """Is its threshold a zero that no figure of its kind goes below? Terms may be shorter than what is covered."""
    if rule.kind is RuleKind.COLLATERAL_TERMS:
        return False
    if rule.amount is not None and not rule.amount.amount:
        return True
    if rule.kind is RuleKind.OVERDUE_PERCENT:
        return not rule.percent
    return rule.days == 0 or rule.dunning_level == 0


def _reachable(rule: BlockingRule, threshold: Decimal | int, highest: int) -> bool:
    """Can a figure that is never above `highest` be beyond the threshold?"""
    return threshold < highest or (rule.at_or_above and threshold == highest)


def _invalid(sentence: str, path: str, **values: int) -> Refusal:
    return Refusal(ErrorCode.INVALID_VALUE, Message(sentence, values), (path,))


MOST_DAYS = 36_500
"""A hundred years: longer nothing is overdue, old or late."""

_OF_ITEMS = BY_ITEM | {RuleKind.OVERDUE_DAYS, RuleKind.OVERDUE_AMOUNT, RuleKind.OVERDUE_PERCENT}
_OF_ORDERS = frozenset({RuleKind.ORDER_AMOUNT, RuleKind.NEW_CUSTOMER_AMOUNT})


FIELDS = {
    ValueType.AMOUNT: "amount",
    ValueType.DAYS: "days",
    ValueType.PERCENT: "percent",
    ValueType.ACCOUNT_STATUS: "accountStatus",
    ValueType.PAYMENT_TERMS: "paymentTerms",
    ValueType.DUNNING_LEVEL: "dunningLevel",
    ValueType.EXPOSURE_CATEGORY: "exposureCategory",
}
"""Where in the input a threshold stands."""

THRESHOLD = {
    RuleKind.ACCOUNT_STATUS: {RuleType.BLOCK: N_("A rule for an account status needs an account status only.")},
    RuleKind.CREDIT_LIMIT_EXPIRED: {
        RuleType.BLOCK: N_("A rule for expired credit limits needs a number of days only."),
        RuleType.EXCLUDE: N_("An exclusion for expired credit limits needs a number of days only."),
    },
    RuleKind.CREDIT_LIMIT_USED: {
        RuleType.BLOCK: N_("A rule for used credit limits needs a percentage only."),
        RuleType.EXCLUDE: N_("An exclusion for used credit limits needs a percentage only."),
    },
    RuleKind.OVERDUE_DAYS: {
        RuleType.BLOCK: N_("A rule for days overdue needs a number of days only."),
        RuleType.EXCLUDE: N_("An exclusion for days overdue needs either a number of days or an amount."),
    },
    RuleKind.OVERDUE_AMOUNT: {RuleType.BLOCK: N_("A rule for the amount overdue needs an amount and a percentage.")},
    RuleKind.NEW_CUSTOMER_AMOUNT: {
        RuleType.BLOCK: N_("A rule for new customers needs an amount and a number of days.")
    },
    RuleKind.PAYMENT_TERMS: {RuleType.BLOCK: N_("A rule for payment terms needs payment terms only.")},
    RuleKind.ORDER_AMOUNT: {RuleType.BLOCK: N_("A rule for the amount of an order needs an amount only.")},
    RuleKind.OVERDUE_PERCENT: {
        RuleType.BLOCK: N_("A rule for the share overdue needs a number of days and a percentage.")
    },
    RuleKind.OLDEST_OPEN_ITEM: {RuleType.BLOCK: N_("A rule for the oldest open item needs a number of days only.")},
    RuleKind.DUNNING_LEVEL: {RuleType.BLOCK: N_("A rule for dunning levels needs a dunning level only.")},
    RuleKind.REVIEW_DUE: {RuleType.BLOCK: N_("A rule for credit reviews needs a number of days only.")},
    RuleKind.SUB_LIMIT_EXCEEDED: {
        RuleType.BLOCK: N_("A rule for a part of the exposure needs that part and an amount only.")
    },
    RuleKind.COLLATERAL_TERMS: {
        RuleType.BLOCK: N_("A rule for the payment terms that are covered needs a number of days only.")
    },
    RuleKind.EARLY_WARNING: {RuleType.BLOCK: N_("A rule for early warnings needs a percentage only.")},
}
"""What a rule of a kind needs; an exclusion needs the same where nothing else stands."""
NOTHING_TO_REACH = N_("The rule compares no figure that could reach a threshold.")
NEVER_NEW = N_("A customer is new for a day at least.")
NEGATIVE = N_("A threshold cannot be negative.")
CUSTOMER_ONLY = N_("A rule for one customer names that customer and no group.")
GROUP_ONLY = N_("A rule for a group names a credit management group and no customer.")
NOBODY_NAMED = N_("A rule for all customers names neither a customer nor a group.")
BLOCK_RELEASES_NOTHING = N_("Only an exclusion can release orders.")
WAIVES_LIMITS = N_("This exclusion waives credit limits too. Confirm that this is meant.")
NOTHING_WIDER = N_("An exclusion for all customers lifts nothing, unless it releases orders.")
NO_SUCH_BLOCK = N_("An exclusion by amount lifts no block by days, unless it releases orders.")
BELOW_NOTHING = N_("Nothing is below zero, so the exclusion would never apply.")
NO_ITEMS = N_("Rules of this kind do not look at single items.")
NO_ITEM = N_("At least one item must be counted.")
ORDERS_ALREADY = N_("The threshold of the rule leaves out smaller orders already.")
NOTHING_TO_SPARE = N_("Only rules that block or warn leave out small balances and orders.")
ONLY_WARNS = N_("Early warnings hold nothing. A rule for used credit limits does.")
TOO_LONG = N_("The rule would never apply: nothing takes longer than {most} days.")
MORE_THAN_ALL = N_("The rule would never apply: no more than all can be overdue.")
ABOVE_HIGHEST = N_("The rule would never apply: the highest dunning level is {highest}.")
