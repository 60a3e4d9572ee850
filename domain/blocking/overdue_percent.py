"""Holds orders while more than a share of the receivables is overdue for more than so many days (SAP: open items).

The share is of what is claimed: without disputed parts, by the company's switch, and whatever has been paid on account.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from domain.blocking.condition import Condition
from domain.blocking.materiality import enough, items
from domain.blocking.rule import BlockingRule, RuleKind, ValueType
from domain.blocking.situation import Situation
from domain.message import NN_, Message, Percent, Value
from domain.money import Money, rounded


def beyond(rule: BlockingRule, situation: Situation) -> bool | None:
    """What is overdue for longer, against a share of all that is claimed. Raises `RateMissing`."""
    late, claimed = _sums(rule, situation)
    share, allowed = late * 100, claimed * (rule.percent or Decimal(0))
    return late > 0 and (share > allowed or (rule.at_or_above and share == allowed))


def reason(rule: BlockingRule, situation: Situation) -> Message:
    """Says which share is overdue for how long."""
    late, claimed = _sums(rule, situation)
    values: dict[str, Value | Percent] = {
        "percent": Percent(rounded(late * 100 / claimed, 2)),
        "days": rule.days or 0,
        "allowed": Percent(rule.percent or Decimal(0)),
    }
    return Message(SHARE[0], values, plural=SHARE[1], count="days")


def _sums(rule: BlockingRule, situation: Situation) -> tuple[Decimal, Decimal]:
    """What is overdue for longer than the rule's days, and all that is claimed, in the currency of the limit."""
    claimed = (debt.undisputed for debt in situation.receivables if debt.undisputed.amount > 0)
    return _sum(_late(rule, situation), situation), _sum(claimed, situation)


def _late(rule: BlockingRule, situation: Situation) -> Iterable[Money]:
    allowed = rule.days or 0
    if not rule.by_item:
        late = (debt for debt in situation.receivables if debt.days_overdue > allowed)
        return (debt.undisputed for debt in late if debt.undisputed.amount > 0)
    found = tuple(one for one in items(rule, situation) if one.days_overdue > allowed)
    return (one.amount for one in found if enough(rule, found))


def _sum(amounts: Iterable[Money], situation: Situation) -> Decimal:
    return situation.exchange.exact_total(amounts, situation.currency)


SHARE = NN_(
    "{percent} of the receivables is more than {days} day overdue; the threshold is {allowed}.",
    "{percent} of the receivables is more than {days} days overdue; the threshold is {allowed}.",
)

CONDITION = Condition(RuleKind.OVERDUE_PERCENT, beyond, reason, frozenset({ValueType.DAYS, ValueType.PERCENT}))
