"""What would let a held order pass: pay, order less, wait, raise the limit.

Each option is found and verified by running the check on changed facts, so that it passes and one step short of it (a
minor unit, a day) does not. What people hold by hand no option lifts.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from domain.blocking.rule import RuleKind
from domain.calendar import DAY
from domain.check import check
from domain.comparison import customer_limit, tested_group
from domain.decision import CREDIT_GROUP, CUSTOMER, BlockReasonCode
from domain.exposure import Balance, Category, counted, within_horizon
from domain.facts import CustomerFacts, Facts, GroupFacts, Order
from domain.limits import AdjustmentKind, LimitEntry, LimitTerms, limit_on, normal_on, temporary_on
from domain.message import N_, Message, Value
from domain.money import Money, RateMissing, per_currency
from domain.party_limits import PARTY, PartyLimitReaction
from domain.paying import paid

LONGEST_WAIT = 366
"""Days ahead that are looked at."""

_MOST_STEPS = 10**15
"""More minor units than anybody owes: when even these do not help, nothing of the kind does."""


class UnblockKind(StrEnum):
    """In the order in which options are listed."""

    PAY = "PAY"
    LESS = "LESS"
    WAIT = "WAIT"
    RAISE = "RAISE"


@dataclass(frozen=True)
class Raised:
    """A limit to be raised, the new one before insurance and guarantees. `holder`: (kind, id)."""

    holder: tuple[str, UUID]
    limit: Money


@dataclass(frozen=True)
class UnblockOption:
    """The smallest change that lets the order pass.

    PAY: `amount` to be paid, in the limit's currency. LESS: the largest order that passes, in the order's currency.
    WAIT: the first `date` on which it passes. RAISE: `amount` is the new limit, the customer's when both must rise;
    `limits` are all that must be raised.
    """

    kind: UnblockKind
    amount: Money | None
    date: datetime.date | None
    message: Message
    limits: tuple[Raised, ...] = ()


BY_PEOPLE = frozenset({BlockReasonCode.CUSTOMER_ON_HOLD, BlockReasonCode.FORCED, BlockReasonCode.ACCOUNT_STATUS})
"""What somebody decided: neither payments nor days change it."""


def unblock(facts: Facts, order: Order) -> tuple[UnblockOption, ...]:
    """Every option for a held order, pay, less, wait, raise; none for an order that is not held."""
    decision = check(facts, order)
    if not decision.held or any(reason.code in BY_PEOPLE for reason in decision.reasons):
        return ()
    today = _condensed(facts)
    found = (_pay(today, order), _less(today, order), _wait(facts, order), _raise(today, order))
    return tuple(option for option in found if option is not None)


def _pay(facts: Facts, order: Order) -> UnblockOption | None:
    """The smallest payment, booked today: it settles the oldest overdue first, the rest lowers exposure unapplied."""
    exchange, currency = facts.customer.exchange, facts.customer.currency
    unit = exchange.unit(currency)

    def payment(steps: int) -> Money:
        return Money(steps * unit, currency)

    steps = _smallest(lambda steps: passes(paid(facts, payment(steps)), order), 0)
    if steps is None:
        return None
    return UnblockOption(UnblockKind.PAY, payment(steps), None, Message(PAY, {"amount": payment(steps)}))


def _less(facts: Facts, order: Order) -> UnblockOption | None:
    """The largest smaller order that passes."""
    currency = order.amount.currency
    unit = facts.customer.exchange.unit(currency)

    def smaller(steps: int) -> Money:
        return Money(order.amount.amount - steps * unit, currency)

    most = int(order.amount.amount / unit) - 1
    steps = _smallest(lambda steps: passes(facts, replace(order, amount=smaller(steps))), 0, most)
    if steps is None:
        return None
    return UnblockOption(UnblockKind.LESS, smaller(steps), None, Message(LESS, {"amount": smaller(steps)}))


def _wait(facts: Facts, order: Order) -> UnblockOption | None:
    """The first day on which it passes if nothing but the day changes; rates stay today's.

    Where a share of turnover holds, what will have been sold by then is not known, and there is no such day. Only the
    days on which a limit or a policy begins or ends, or a customer is not new any more, can make it better:
    the first that does is the answer.
    """
    own = facts.customer.own
    limits = [beside.limits for beside in (facts.party, own) if beside is not None]
    if any(each.turnover is not None and each.reaction is PartyLimitReaction.HOLD for each in limits):
        return None
    for days in sorted(set(_changes(facts))):
        if 0 < days <= LONGEST_WAIT and passes(waited(facts, days), order):
            day = facts.customer.day + days * DAY
            return UnblockOption(UnblockKind.WAIT, None, day, Message(WAIT, {"date": day}))
    return None


def _raise(facts: Facts, order: Order) -> UnblockOption | None:
    """The smallest raise of the customer's limit, or of the group's, or of both when neither alone helps.

    Where these do not help, of the party's ceiling.
    """
    return _raise_credit_limit(facts, order) or _raise_ceiling(facts, order)


def _raise_ceiling(facts: Facts, order: Order) -> UnblockOption | None:
    party = facts.party
    if party is None or party.limits.ceiling is None:
        return None
    before = party.limits.ceiling
    unit = party.exchange.unit(before.currency)

    def new(steps: int) -> Money:
        return Money(steps * unit, before.currency)

    def enough(steps: int) -> bool:
        return passes(with_ceiling(facts, new(steps)), order)

    steps = _smallest(enough, int(before.amount / unit))
    if steps is None:
        return None
    message = Message(RAISE_CEILING, {"limit": new(steps), "holder": party.name})
    return UnblockOption(UnblockKind.RAISE, new(steps), None, message, (Raised((PARTY, party.id), new(steps)),))


def with_ceiling(facts: Facts, ceiling: Money) -> Facts:
    """The facts with another ceiling for the party."""
    assert facts.party is not None
    limits = replace(facts.party.limits, ceiling=ceiling)
    return replace(facts, party=replace(facts.party, limits=limits))


def _raise_credit_limit(facts: Facts, order: Order) -> UnblockOption | None:
    group = tested_group(facts)
    customer_alone = _smallest_limit(facts, facts.customer, order)
    if customer_alone is not None:
        limits = (Raised((CUSTOMER, facts.customer.id), customer_alone),)
        return UnblockOption(
            UnblockKind.RAISE, customer_alone, None, Message(RAISE_CUSTOMER, {"limit": customer_alone}), limits
        )
    if group is None:
        return None
    group_alone = _smallest_limit(facts, group, order)
    if group_alone is not None:
        message = Message(RAISE_GROUP, {"limit": group_alone, "group": group.name})
        return UnblockOption(
            UnblockKind.RAISE, group_alone, None, message, (Raised((CREDIT_GROUP, group.id), group_alone),)
        )
    return _raise_both(facts, group, order)


def _raise_both(facts: Facts, group: GroupFacts, order: Order) -> UnblockOption | None:
    boundless = Money(_MOST_STEPS * group.exchange.unit(group.currency), group.currency)
    limit = _smallest_limit(with_limit(facts, group, boundless), facts.customer, order)
    if limit is None:
        return None
    group_limit = _smallest_limit(with_limit(facts, facts.customer, limit), group, order)
    if group_limit is None:
        return None
    values: dict[str, Value] = {"limit": limit, "group": group.name, "group_limit": group_limit}
    limits = (Raised((CREDIT_GROUP, group.id), group_limit), Raised((CUSTOMER, facts.customer.id), limit))
    return UnblockOption(UnblockKind.RAISE, limit, None, Message(RAISE_BOTH, values), limits)


def _smallest_limit(facts: Facts, holder: CustomerFacts | GroupFacts, order: Order) -> Money | None:
    """The smallest new limit of one holder with which the order passes; None when it alone does not help.

    A limit that does not bind is not raised: setting one would only narrow. Where none is set, 0 may be enough, since
    then there is a limit that a tolerance adds to.
    """
    if isinstance(holder, CustomerFacts):
        limit = customer_limit(facts)
    else:
        limit = limit_on(holder.terms, holder.day, holder.exchange, holder.currency)
    if limit.total is None:
        return None
    unit, in_force = holder.exchange.unit(holder.currency), limit.temporary or limit.normal
    now = int(holder.exchange.exactly(in_force.limit, holder.currency) / unit) if in_force else -1

    def new(steps: int) -> Money:
        return Money(steps * unit, holder.currency)

    steps = _smallest(lambda steps: passes(with_limit(facts, holder, new(steps)), order), now)
    return None if steps is None else new(steps)


def passes(facts: Facts, order: Order) -> bool:
    """Does the order go on, perhaps with a warning? An option that needs a rate that is missing is none."""
    try:
        return not check(facts, order).held
    except RateMissing:
        return False


def waited(facts: Facts, days: int) -> Facts:
    """The same facts so many days later, with today's rates; receipts that are too old by then cover nothing."""
    customer, group = facts.customer, facts.group
    later = replace(customer, day=customer.day + days * DAY, balances=_waited(customer.balances, days))
    if group is not None:
        group = replace(group, day=group.day + days * DAY, balances=_waited(group.balances, days))
    party = facts.party
    if party is not None:
        party = replace(party, day=party.day + days * DAY, balances=_waited(party.balances, days))
    return replace(facts, customer=later, group=group, party=party)


def _waited(balances: tuple[Balance, ...], days: int) -> tuple[Balance, ...]:
    return tuple(replace(b, company_day=b.company_day and b.company_day + days * DAY) for b in balances)


def with_limit(facts: Facts, holder: CustomerFacts | GroupFacts, limit: Money) -> Facts:
    """The facts with another limit in force today for one holder, temporary or normal, whichever it is."""
    terms = _with_limit(holder.terms, holder.day, holder.id, limit)
    if isinstance(holder, CustomerFacts):
        return replace(facts, customer=replace(facts.customer, terms=terms))
    return replace(facts, group=replace(holder, terms=terms))


def _with_limit(terms: LimitTerms, day: datetime.date, new_id: UUID, limit: Money) -> LimitTerms:
    now = temporary_on(terms.entries, day) or normal_on(terms.entries, day)
    if now is None:
        last = 1 + max((entry.posted for entry in terms.entries), default=0)
        new = LimitEntry(new_id, AdjustmentKind.PERMANENT, limit, day, posted=last)
        return replace(terms, entries=(*terms.entries, new))
    changed = (replace(entry, limit=limit) if entry is now else entry for entry in terms.entries)
    return replace(terms, entries=tuple(changed))


_DATED = frozenset({Category.RECEIVABLES, Category.DISPUTED, Category.COVERED})


def _condensed(facts: Facts) -> Facts:
    """The same facts of today in fewer balances, for the many checks of a search: only receivables keep their days.

    The others keep what they are, since a rule may look at one of them.
    """
    customer, group = facts.customer, facts.group
    if customer.own is None:
        customer = replace(customer, balances=_fewer(customer))
    if group is not None:
        group = replace(group, balances=_sums(group.balances, group, Category.RECEIVABLES))
    return replace(facts, customer=customer, group=group)


def _fewer(customer: CustomerFacts) -> tuple[Balance, ...]:
    kept = tuple(b for b in customer.balances if b.category in _DATED)
    rest = [
        b for b in customer.balances if b.category not in _DATED and within_horizon(b, customer.policy, customer.day)
    ]
    sums = (
        Balance(category, money)
        for category in Category
        for money in per_currency(b.amount for b in rest if b.category is category)
    )
    return (*kept, *sums)


def _sums(balances: Iterable[Balance], holder: CustomerFacts | GroupFacts, category: Category) -> tuple[Balance, ...]:
    """What of the balances counts, as one of each currency, in a category that counts as they do."""
    sums = per_currency(counted(balances, holder.policy, holder.day))
    return tuple(Balance(category, money) for money in sums)


def _changes(facts: Facts) -> Iterator[int]:
    """Days from today on which a limit or a policy begins, or is over, and a customer is not new any more."""
    since = facts.customer.customer_since
    for rule in facts.rules:
        if rule.kind is RuleKind.NEW_CUSTOMER_AMOUNT and since is not None and rule.days is not None:
            yield (since - facts.customer.day).days + rule.days
    for holder in (facts.customer, facts.group):
        if holder is not None:
            periods = [(entry.from_, entry.until) for entry in holder.terms.entries]
            periods += [(collateral.from_, collateral.until) for collateral in holder.terms.collaterals]
            for first, last in periods:
                yield (first - holder.day).days
                if last is not None:
                    yield (last - holder.day).days + 1


def _smallest(enough: Callable[[int], bool], too_few: int, most: int = _MOST_STEPS) -> int | None:
    """The smallest number of steps that is enough, above one that is not; None when not even the most is."""
    if most <= too_few or not enough(most):
        return None
    reach = 1
    while too_few + reach < most and not enough(too_few + reach):
        too_few, reach = too_few + reach, reach * 2
    enough_steps = min(too_few + reach, most)
    while enough_steps - too_few > 1:
        middle = (too_few + enough_steps) // 2
        if enough(middle):
            enough_steps = middle
        else:
            too_few = middle
    return enough_steps


PAY = N_("A payment of {amount} lets the order pass.")
LESS = N_("An order of at most {amount} passes.")
WAIT = N_("The order passes from {date} on, if nothing else changes.")
RAISE_CUSTOMER = N_("A credit limit of {limit} lets the order pass.")
RAISE_GROUP = N_("A credit limit of {limit} for credit group {group} lets the order pass.")
RAISE_CEILING = N_("A ceiling of {limit} for {holder} lets the order pass.")
RAISE_BOTH = N_(
    "The order passes with a credit limit of {limit} and a credit limit of {group_limit} for credit group {group}."
)
