"""How the companies manage credit: at which steps they check, and which blocking rules they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.demo.facts.companies import COMPANIES, Company, in_currency
from server.demo.facts.customers import Customer, Part, nice

CONFIRMATION, PICKING, WAREHOUSE = "CONFIRMATION", "PICKING_LIST", "RELEASE_TO_WAREHOUSE"
SLIP, INVOICE = "PACKING_SLIP", "INVOICE"


@dataclass(frozen=True)
class Parameters:
    """Steps with their days of grace, days after which an order of a late customer is held, and what is unusual.

    `used`: percent of the limit from which on all orders are held; None: no such rule. In SE01 there is none, so that
    the order of the README is held for one reason.
    """

    steps: Mapping[str, int | None]
    overdue: int
    used: int | None
    values: Mapping[str, Any] = field(default_factory=dict)


PARAMETERS = {
    "SE01": Parameters({CONFIRMATION: None, PICKING: 3, INVOICE: None}, 30, None, {"dueRollsToBankDay": True}),
    "FI01": Parameters({CONFIRMATION: None, SLIP: 2}, 30, 90, {"releaseValidDays": 7}),
    "NO01": Parameters({CONFIRMATION: None, WAREHOUSE: 5}, 30, 95),
    "DE01": Parameters({CONFIRMATION: None, PICKING: 2, SLIP: 0, INVOICE: 0}, 45, 85, {"releaseWhenReady": True}),
    "FR01": Parameters({CONFIRMATION: None, SLIP: 3, INVOICE: None}, 60, 90, {"disputedReducesOverdue": False}),
    "US01": Parameters({CONFIRMATION: None, WAREHOUSE: None, INVOICE: None}, 45, 90, {"releaseValidDays": 30}),
    "CA01": Parameters(
        {CONFIRMATION: None, PICKING: 7},
        40,
        90,
        {"orderHorizonDays": 90, "checkPaymentTermsIncrease": True, "checkCashDiscountIncrease": True},
    ),
    "JP01": Parameters({CONFIRMATION: None, PICKING: 1, WAREHOUSE: 1, SLIP: 1, INVOICE: None}, 30, 85),
}


WATCHED_FOR = 5
"""Days after which an order of a customer to be watched is held."""


@dataclass(frozen=True)
class Rule:
    """A blocking rule. For one account, for a credit management group, or for all.

    `amount` in the company's currency; `status` and `terms` by their codes; `category`: the part of the exposure that
    has the amount for its limit; `dunned`: the dunning level that passes.
    """

    company: str
    kind: str
    type: str = "BLOCK"
    account: str | None = None
    group: str | None = None
    days: int | None = None
    percent: int | None = None
    amount: int | None = None
    status: str | None = None
    terms: str | None = None
    category: str | None = None
    dunned: int | None = None
    waives: bool = False


def rules(customers: Sequence[Customer]) -> list[Rule]:
    """Those of every company, which block and exclude, or warn; and those that only some have."""
    found = [rule for company in COMPANIES for rule in _of(company.code, customers)]
    found += [rule for company in COMPANIES for rule in _warning(company)]
    return found + [rule for company in COMPANIES for rule in own_rules(company)]


OWN: Mapping[str, Sequence[str]] = {
    "FI01": ("OVERDUE_PERCENT", "EARLY_WARNING", "COLLATERAL_TERMS"),
    "DE01": ("DUNNING_LEVEL", "REVIEW_DUE", "COLLATERAL_TERMS"),
    "FR01": ("DUNNING_LEVEL", "OLDEST_OPEN_ITEM", "OVERDUE_PERCENT"),
    "US01": ("DUNNING_LEVEL", "SUB_LIMIT_EXCEEDED", "COLLATERAL_TERMS", "EARLY_WARNING"),
    "CA01": ("DUNNING_LEVEL", "OLDEST_OPEN_ITEM", "SUB_LIMIT_EXCEEDED"),
    "JP01": ("REVIEW_DUE", "EARLY_WARNING", "OVERDUE_PERCENT"),
}
"""Kinds of rules that some companies have and others do without. The guides write their own in SE01 and NO01."""

DUNNED = 2
"""A customer who got the third letter orders nothing more."""

REVIEW_LATE = 14
"""Days for which the review of a customer to be watched may be late."""


def own_rules(company: Company) -> list[Rule]:
    """The rules of a company that not all have."""
    most = nice(in_currency(60_000, company.currency))
    every = (
        Rule(company.code, "OVERDUE_PERCENT", "WARN", days=30, percent=25),
        Rule(company.code, "EARLY_WARNING", "WARN", percent=80),
        Rule(company.code, "OLDEST_OPEN_ITEM", "WARN", days=120),
        Rule(company.code, "SUB_LIMIT_EXCEEDED", "WARN", amount=most, category="OPEN_ORDERS"),
        Rule(company.code, "DUNNING_LEVEL", dunned=DUNNED),
        Rule(company.code, "REVIEW_DUE", group="WATCH", days=REVIEW_LATE),
        Rule(company.code, "COLLATERAL_TERMS", days=0),
    )
    return [rule for rule in every if rule.kind in OWN.get(company.code, ())]


def _warning(company: Company) -> list[Rule]:
    """What a company wants to be told of, and holds nothing for."""

    def worth(euros: int) -> int:
        return nice(in_currency(euros, company.currency))

    return [
        Rule(company.code, "ORDER_AMOUNT", "WARN", amount=worth(120_000)),
        Rule(company.code, "NEW_CUSTOMER_AMOUNT", "WARN", days=90, amount=worth(8_000)),
        Rule(company.code, "OVERDUE_AMOUNT", "WARN", amount=worth(5_000), percent=50),
        Rule(company.code, "PAYMENT_TERMS", "WARN", terms="N60"),
        Rule(company.code, "ACCOUNT_STATUS", "WARN", status="CLOSE_EYE"),
    ]


def _of(company: str, customers: Sequence[Customer]) -> list[Rule]:
    parameters = PARAMETERS[company]
    here = [one for one in customers if one.company.code == company]
    raised = [one.account for one in here if one.part is Part.RAISED]
    waived = [one.account for one in here if one.part is Part.WAIVED]
    made = [
        Rule(company, "OVERDUE_DAYS", days=parameters.overdue),
        Rule(company, "OVERDUE_DAYS", group="WATCH", days=WATCHED_FOR),
        Rule(company, "OVERDUE_DAYS", "EXCLUDE", group="KEY", days=parameters.overdue + 60),
        Rule(company, "CREDIT_LIMIT_EXPIRED", days=14),
        Rule(company, "CREDIT_LIMIT_EXPIRED", "EXCLUDE", group="KEY", days=90),
        Rule(company, "CREDIT_LIMIT_USED", group="WATCH", percent=60),
        *(Rule(company, "CREDIT_LIMIT_USED", "EXCLUDE", account=account, percent=99) for account in raised),
        *(Rule(company, "OVERDUE_DAYS", "EXCLUDE", account=account, days=120, waives=True) for account in waived),
    ]
    if parameters.used is not None:
        made.append(Rule(company, "CREDIT_LIMIT_USED", percent=parameters.used))
    return made
