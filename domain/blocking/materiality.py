"""What a rule leaves out because it is small: items, customers and orders below an amount (D365: exclude … below).

An item is small by what is claimed of it alone, a customer by all that it owes less what it has paid already.
"""

from __future__ import annotations

from collections.abc import Collection

from domain.blocking.rule import BlockingRule
from domain.blocking.situation import Situation
from domain.debts import Claim
from domain.message import N_, NN_, Message
from domain.money import Money


def too_small(rule: BlockingRule, situation: Situation) -> bool:
    """Is the order, or what the customer owes, of no account to the rule? Raises `RateMissing`."""
    below = rule.ignore_orders_below
    if below is not None and situation.exchange.convert(situation.amount, below.currency) < below:
        return True
    below = rule.ignore_balance_below
    return below is not None and situation.exchange.total(situation.balance, below.currency) < below


def items(rule: BlockingRule, situation: Situation) -> tuple[Claim, ...]:
    """The claimed items that are of account to the rule. Raises `RateMissing`."""
    below = rule.ignore_items_below
    if below is None:
        return situation.claims
    return tuple(one for one in situation.claims if situation.exchange.convert(one.amount, below.currency) >= below)


def enough(rule: BlockingRule, found: Collection[Claim]) -> bool:
    """Are these as many items as the rule asks for? One at least."""
    return len(found) >= (rule.minimum_items or 1)


def overdue(rule: BlockingRule, situation: Situation) -> tuple[Money, ...]:
    """What is overdue of what is of account to the rule; nothing where it is too few items. Raises `RateMissing`."""
    if not rule.by_item:
        return situation.overdue
    late = tuple(one for one in items(rule, situation) if one.days_overdue > 0)
    return tuple(one.amount for one in late) if enough(rule, late) else ()


def left_out(rule: BlockingRule) -> tuple[Message, ...]:
    """What a rule leaves out, a sentence each, for those who set it up."""
    amounts = {
        ITEMS: rule.ignore_items_below,
        BALANCE: rule.ignore_balance_below,
        ORDERS: rule.ignore_orders_below,
    }
    said = [Message(text, {"amount": amount}) for text, amount in amounts.items() if amount is not None]
    if rule.minimum_items is not None:
        said.append(Message(COUNT[0], {"count": rule.minimum_items}, plural=COUNT[1], count="count"))
    return tuple(said)


ITEMS = N_("Items of less than {amount} are left out.")
BALANCE = N_("Customers who owe less than {amount} are left out.")
ORDERS = N_("Orders of less than {amount} are left out.")
COUNT = NN_("At least {count} item must be so.", "At least {count} items must be so.")
