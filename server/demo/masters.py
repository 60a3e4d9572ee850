"""Posts who is in the demo group: companies, what things are called, parties, customers, rates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.demo.facts.companies import COMPANIES, Rate, currency_of
from server.demo.facts.customers import Customer, Part
from server.demo.facts.group import Facts
from server.demo.facts.names import LANGUAGES, NAMES, Named, terms_of
from server.demo.facts.story import ACCOUNTS, PARTIES
from server.demo.posting import Poster

STATUS = {Part.STOPPED: "STOPPED", Part.WATCHED: "CLOSE_EYE"}
MANAGED = {Part.WATCHED: "WATCH", Part.KEY_ACCOUNT: "KEY"}


def post_companies(poster: Poster) -> None:
    """The companies."""
    companies = [
        {
            "code": company.code,
            "name": company.name,
            "country": company.country,
            "currency": company.currency,
            "locale": company.locale,
            "timeZone": company.time_zone,
        }
        for company in COMPANIES
    ]
    poster.rows(poster.admin, "upsertCompanies", "companies", companies, keyed=False)


def post_names(poster: Poster) -> None:
    """Coded names, and what they are called in each language."""
    for named in NAMES:
        subject = _save(poster, named)
        for locale, value in zip(LANGUAGES, named.said, strict=True):
            said = {"subject": subject, "locale": locale, "value": value}
            poster.one(poster.admin, "setTranslation", said)


def _save(poster: Poster, named: Named) -> str:
    mutation = f"save{named.kind[0].upper()}{named.kind[1:]}"
    wanted = {"code": named.code, "name": named.english, **named.values}
    return str(poster.one(poster.admin, mutation, wanted, f"{named.kind} {{ id }}")[named.kind]["id"])


def post_customers(poster: Poster, facts: Facts) -> None:
    """Parties, and what they are to the companies."""
    parties: list[dict[str, Any]] = [
        {"number": number, "name": name, "country": country} for number, name, country in PARTIES
    ]
    blocked = {customer.party for customer in facts.customers if customer.part is Part.BLOCKED}
    parties += [
        {"number": party.number, "name": party.name, "country": party.country}
        | ({"blocked": True} if party.number in blocked else {})
        for party in facts.parties
    ]
    poster.rows(poster.erp, "upsertParties", "parties", parties, keyed=False)
    called = {number: name for number, name, _ in PARTIES}
    customers = [
        {
            "company": account.company,
            "account": account.number,
            "party": account.party,
            "name": called[account.party],
            "currency": currency_of(account.company),
            "paymentTerms": terms_of(30),
        }
        for account in ACCOUNTS
    ]
    customers += [_customer(customer, facts) for customer in facts.customers]
    poster.rows(poster.erp, "upsertCustomers", "customers", customers, keyed=False)


def _customer(customer: Customer, facts: Facts) -> dict[str, Any]:
    part = customer.part
    known_since = facts.known_since(customer)
    sent: dict[str, Any] = {
        "company": customer.company.code,
        "account": customer.account,
        "party": customer.party,
        "name": customer.name,
        "currency": customer.company.currency,
        "country": customer.country,
        "locale": customer.locale,
        "customerGroup": customer.group,
        "paymentTerms": terms_of(customer.company.days),
        "riskGroup": customer.risk,
        "riskScore": customer.score,
        "customerSince": str(known_since),
    }
    if part in STATUS:
        sent["accountStatus"] = STATUS[part]
    if part in MANAGED:
        sent["creditManagementGroup"] = MANAGED[part]
    for its, name in (
        (Part.EXCLUDED, "excludedFromCreditManagement"),
        (Part.UNLIMITED, "unlimitedCredit"),
        (Part.MANDATORY, "mandatoryCreditLimit"),
    ):
        if part is its:
            sent[name] = True
    return sent


def post_rates(poster: Poster, rates: Iterable[Rate]) -> None:
    """Exchange rates of the euro."""
    rows = [
        {"from": "EUR", "to": rate.quote, "rate": f"{rate.rate:f}", "date": str(rate.day), "source": "demo"}
        for rate in rates
    ]
    poster.rows(poster.erp, "setExchangeRates", "rates", rows, keyed=False)
