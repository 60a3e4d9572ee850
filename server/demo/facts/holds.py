"""Orders that are held: for every reason there is, at the steps of each company, and what people did about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from server.demo.facts.companies import COMPANIES, Company
from server.demo.facts.credit_groups import CreditGroup
from server.demo.facts.customers import Customer, Manner, Part, plain
from server.demo.facts.documents import USUAL, Conditions, Then
from server.demo.facts.rules import OWN, PARAMETERS, WATCHED_FOR


@dataclass(frozen=True)
class Held:
    """A customer's order for so many percent of its limit, or of what it buys in a month when it has none.

    `why` None: it passes first.
    """

    customer: Customer
    percent: int
    why: str | None
    then: Then = Then.NOTHING
    conditions: Conditions = USUAL

    @property
    def amount(self) -> Decimal:
        """What it comes to."""
        return Decimal((self.customer.limit or self.customer.monthly * 5) * self.percent) / 100


TOO_LARGE = (
    (130, Then.NOTHING),
    (120, Then.RELEASED),
    (160, Then.REJECTED),
    (140, Then.CANCELLED),
    (125, Then.RAISED),
)
"""One for each of the first plain customers."""


def held(
    customers: Sequence[Customer], groups: Sequence[CreditGroup], overdue: Mapping[str, int]
) -> Iterator[tuple[Company, Held]]:
    """The stories of holds, company by company."""
    for company in COMPANIES:
        here = [one for one in customers if one.company is company and one.country == company.country]
        for story in _of(company, here, groups, overdue):
            yield company, story


def _of(
    company: Company, here: Sequence[Customer], groups: Sequence[CreditGroup], overdue: Mapping[str, int]
) -> Iterator[Held]:
    ordinary = plain(here)
    for customer, (percent, then) in zip(ordinary, TOO_LARGE, strict=False):
        yield Held(customer, percent, "CREDIT_LIMIT_EXCEEDED", then)
    yield Held(ordinary[len(TOO_LARGE)], 4, None, Then.FORCED)
    # One day more than the rule allows: where it is still yesterday, the order is held too.
    allowed = PARAMETERS[company.code].overdue + 1
    late = [one for one in here if overdue[one.account] > allowed and one.part is Part.NOTHING]
    for customer, then in zip(late, (Then.REVIEWED, Then.RELEASED, Then.NOTHING), strict=False):
        yield Held(customer, 6, "OVERDUE_DAYS", then)
    for customer in here:
        if customer.part is Part.STOPPED:
            yield Held(customer, 5, "ACCOUNT_STATUS")
        elif customer.part is Part.BLOCKED:
            yield Held(customer, 5, "CUSTOMER_ON_HOLD", Then.REJECTED)
        elif customer.part is Part.LIMIT_EXPIRED:
            yield Held(customer, 3, "CREDIT_LIMIT_EXPIRED")
        elif customer.part is Part.MANDATORY:
            yield Held(customer, 10, "CREDIT_LIMIT_EXCEEDED", Then.REVIEWED)
        elif customer.part is Part.WATCHED and overdue[customer.account] > WATCHED_FOR + 1:
            yield Held(customer, 4, "OVERDUE_DAYS")
        elif customer.manner is Manner.NEW and PARAMETERS[company.code].used is not None:
            yield Held(customer, 97, "CREDIT_LIMIT_USED")
    yield from _by_own_rules(company, here, overdue)
    full = [one for group in groups if group.full for one in group.members if one.company is company]
    for customer in full[:2]:
        yield Held(customer, 5, "GROUP_LIMIT_EXCEEDED")


DUNNED_LAST = 61
"""Whoever owes something for so many days got the third letter."""


def _by_own_rules(company: Company, here: Sequence[Customer], overdue: Mapping[str, int]) -> Iterator[Held]:
    """What is held by rules that not all companies have."""
    kinds, parameters = OWN.get(company.code, ()), PARAMETERS[company.code].values
    longer = Conditions(terms="N60")
    in_season = next((one for one in here if one.manner is Manner.SEASONAL and one.part is Part.INSURED), None)
    for customer in here:
        dunned = customer.manner is Manner.TROUBLED and overdue[customer.account] >= DUNNED_LAST
        if dunned and customer.part is Part.INSURED and "DUNNING_LEVEL" in kinds:
            yield Held(customer, 4, "DUNNING_LEVEL")
        elif customer.part is Part.WATCHED and "REVIEW_DUE" in kinds:
            yield Held(customer, 3, "REVIEW_DUE", Then.REVIEWED)
        elif customer is in_season and "COLLATERAL_TERMS" in kinds:
            yield Held(customer, 3, "COLLATERAL_TERMS", conditions=longer)
    *_, one, other = plain(here)
    if "checkPaymentTermsIncrease" in parameters:
        yield Held(one, 4, "PAYMENT_TERMS_RANK", conditions=longer)
    if "checkCashDiscountIncrease" in parameters:
        yield Held(other, 4, "CASH_DISCOUNT_RANK", conditions=Conditions(discount="D3"))
