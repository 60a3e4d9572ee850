"""Loads the demo group through the API: names and companies as its administrator, facts as its ERP, limits as its
credit manager. Every key of idempotency is the demo's own, so a load that was cut short goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from server.demo import group
from server.demo.client import Client
from server.demo.history import Invoice, invoices
from server.demo.orders import place_orders
from server.demo.posting import key, money, post

ROWS = 200
"""Rows in one request; the API takes 250."""

MARK = "DEMO_LOADED"
"""Code of a reason that is saved last of all: the group is whole."""

Clients = Mapping[str, Client]


def loaded(client: Client) -> bool:
    """Whether the demo group is there already, whole."""
    found = client.ask(f'{{ reasons(where: {{code: {{eq: "{MARK}"}}}}) {{ nodes {{ id }} }} }}')
    return bool(found["reasons"]["nodes"])


def begun(client: Client, time_zone: str = group.TIME_ZONE) -> date | None:
    """The day a load began that may have been cut short; going on with the same days repeats nothing."""
    code = group.COMPANIES[0][0]
    found = client.ask(f'{{ companies(where: {{code: {{eq: "{code}"}}}}) {{ nodes {{ createdAt }} }} }}')
    made = found["companies"]["nodes"]
    return datetime.fromisoformat(made[0]["createdAt"]).astimezone(ZoneInfo(time_zone)).date() if made else None


def load(clients: Clients, today: date) -> None:
    """Everything. Days are counted back from `today`."""
    admin, erp, manager = clients["ADMIN"], clients["INTEGRATION"], clients["MANAGER"]
    _companies(admin)
    _names(admin)
    _customers(erp)
    _rates(erp, group.rates(today))
    _limits(manager, today)
    _rules(manager)
    _ledger(erp, invoices(today))
    place_orders(erp, manager, today)
    _save_reason(admin, MARK, "STATUS", "The demo group was loaded", "Demokoncernen är inläst", active=False)


def refresh(clients: Clients, today: date) -> None:
    """What must be new every day: today's rates."""
    _rates(clients["INTEGRATION"], [rate for rate in group.rates(today) if rate[3] == today])


def _companies(admin: Client) -> None:
    names = ("code", "name", "country", "currency", "locale", "timeZone")
    companies = [dict(zip(names, company, strict=True)) for company in group.COMPANIES]
    post(admin, "upsertCompanies", {"companies": companies})


def _customers(erp: Client) -> None:
    parties = [{"number": number, "name": name, "country": country} for number, name, country in group.PARTIES]
    post(erp, "upsertParties", {"parties": parties})
    called = {number: name for number, name, _ in group.PARTIES}
    customers = [
        {
            "company": account.company,
            "account": account.number,
            "party": account.party,
            "name": called[account.party],
            "currency": group.currency_of(account.company),
            "paymentTerms": "N30",
        }
        for account in group.ACCOUNTS
    ]
    post(erp, "upsertCustomers", {"customers": customers})


def _names(admin: Client) -> None:
    for code, kind, english, swedish in group.REASONS:
        _save_reason(admin, code, kind, english, swedish)
    for code, days, english, swedish in group.PAYMENT_TERMS:
        wanted = {"code": code, "days": days, "name": english}
        saved = post(admin, "savePaymentTerms", wanted, "paymentTerms { id }")
        _translate(admin, saved["paymentTerms"]["id"], swedish)


def _save_reason(admin: Client, code: str, kind: str, english: str, swedish: str, active: bool = True) -> None:
    wanted = {"code": code, "kind": kind, "name": english, "active": active}
    saved = post(admin, "saveReason", wanted, "reason { id }")
    _translate(admin, saved["reason"]["id"], swedish)


def _translate(admin: Client, subject: str, swedish: str) -> None:
    post(admin, "setTranslation", {"subject": subject, "locale": "sv", "value": swedish})


def _rates(erp: Client, rates: Sequence[tuple[str, str, Decimal, date]]) -> None:
    rows = [
        {"from": base, "to": quote, "rate": f"{rate:f}", "date": str(day), "source": "demo"}
        for base, quote, rate, day in rates
    ]
    post(erp, "setExchangeRates", {"rates": rows})


def _limits(manager: Client, today: date) -> None:
    since = today - timedelta(days=200)
    for company, *_ in group.COMPANIES:
        currency = group.currency_of(company)
        lines = [
            {"holder": _customer(account.number), "newLimit": money(account.limit, currency)}
            for account in group.ACCOUNTS
            if account.company == company and account.limit is not None
        ]
        _post_limits(manager, company, "PERMANENT", "Limits of the year", lines)
    for number, name, currency, limit, members in group.GROUPS:
        made = post(
            manager,
            "createCreditGroup",
            key(f"group-{number}")
            | {"number": number, "name": name, "currency": currency, "timeZone": group.TIME_ZONE},
            "creditGroup { id }",
        )
        for member in members:
            joining = {
                "creditGroup": made["creditGroup"]["id"],
                "customer": {"number": _account(member)},
                "from": str(since),
            }
            post(manager, "addCreditGroupMember", key(f"member-{member}") | joining)
        lines = [{"holder": {"creditGroup": number}, "newLimit": money(limit, currency)}]
        _post_limits(manager, "SE01", "PERMANENT", f"Shared limit of {name}", lines)
    account, limit, days = group.TEMPORARY
    line = {
        "holder": _customer(account),
        "newLimit": money(limit, group.currency_of(group.account(account).company)),
        "from": str(today),
        "until": str(today + timedelta(days=days)),
    }
    _post_limits(manager, group.account(account).company, "TEMPORARY", "Season", [line])
    account, insurer, policy, value, percent = group.INSURED
    insurance = {
        "customer": {"number": _account(account)},
        "provider": insurer,
        "number": policy,
        "value": money(value, group.currency_of(group.account(account).company)),
        "percent": str(percent),
        "from": str(today - timedelta(days=90)),
        "until": str(today + timedelta(days=275)),
    }
    post(manager, "recordInsurance", key(f"insurance-{policy}") | insurance)


def _post_limits(
    manager: Client, company: str, kind: str, description: str, lines: Sequence[Mapping[str, Any]]
) -> None:
    name = f"limits-{company}-{description}"
    draft = {"company": company, "kind": kind, "description": description, "lines": lines}
    made = post(manager, "createCreditLimitAdjustment", key(name) | draft, "creditLimitAdjustment { id }")
    found = {"creditLimitAdjustment": made["creditLimitAdjustment"]["id"]}
    post(manager, "postCreditLimitAdjustment", key(f"{name}-post") | found)


def _rules(manager: Client) -> None:
    if manager.ask("{ blockingRules { nodes { id } } }")["blockingRules"]["nodes"]:
        return
    for wanted in (
        {"company": "SE01", "kind": "OVERDUE_DAYS", "days": 30},
        {"company": "FI01", "kind": "CREDIT_LIMIT_USED", "percent": "90"},
    ):
        post(manager, "saveBlockingRule", wanted | {"type": "BLOCK", "validFor": "ALL"})


def _ledger(erp: Client, found: Sequence[Invoice]) -> None:
    items = [
        {
            "company": invoice.company,
            "account": invoice.account,
            "kind": "INVOICE",
            "number": invoice.number,
            "amount": money(invoice.amount, invoice.currency),
            "documentDate": str(invoice.document_date),
            "dueDate": str(invoice.due_date),
        }
        | ({"disputed": money(invoice.disputed, invoice.currency)} if invoice.disputed else {})
        for invoice in found
    ]
    payments = [
        {
            "company": invoice.company,
            "account": invoice.account,
            "number": f"P{invoice.number}",
            "amount": money(invoice.paid, invoice.currency),
            "paidOn": str(invoice.paid_on),
            "settlements": [{"openItem": invoice.number}],
        }
        for invoice in found
        if invoice.paid_on is not None
    ]
    for mutation, name, rows in (("postOpenItems", "items", items), ("postPayments", "payments", payments)):
        for number, some in enumerate(_in_parts(rows)):
            post(erp, mutation, key(f"{name}-{number}") | {name: some})


def _in_parts(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    return [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]


def _account(number: str) -> dict[str, str]:
    return {"company": group.account(number).company, "account": number}


def _customer(number: str) -> dict[str, Any]:
    return {"customer": _account(number)}
