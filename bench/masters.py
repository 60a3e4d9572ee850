"""Everything that does not grow with history: companies, customers, groups, limits, rates, names, rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.copying import Connection, copy_rows
from bench.group import (
    COLLATERAL,
    COMPANY,
    DIGITS,
    ENTRY,
    FIRST_NAMES,
    GROUP,
    LAST_NAMES,
    NAME,
    PARTY,
    RATE,
    RULE,
    TERM_DAYS,
    TERMS,
    WORTH,
    Customer,
    Group,
    key,
)
from bench.ledger import amount

RATE_DAYS = 12
"""So many days of rates up to today: none that is needed is too old."""

Row = tuple[object, ...]


def load_masters(conn: Connection, group: Group, today: date) -> None:
    """Fill the small tables of an empty, migrated database."""
    _companies(conn, group)
    _names(conn)
    load_rates(conn, today)
    customers = group.customers
    copy_rows(
        conn,
        "party",
        "id number name country",
        ((key(PARTY, c.number), f"P{c.number:06d}", _name(c), c.company.country) for c in customers),
    )
    copy_rows(
        conn,
        "customer",
        "id company_id account party_id name country currency locale customer_group_id payment_terms_id"
        " risk_group_id risk_score unlimited_credit customer_since",
        (_customer(c, today) for c in customers),
    )
    _groups(conn, group, today)
    copy_rows(
        conn,
        "credit_limit_entry",
        "holder_id id customer_id credit_group_id kind amount currency from_day until_day",
        _limits(group, today),
    )
    copy_rows(
        conn,
        "collateral",
        "customer_id id company_id kind provider number value currency percent from_day until_day",
        _collaterals(group, today),
    )


def load_rates(conn: Connection, today: date) -> None:
    """Rates of the last days up to today; those that are there stay as they are."""
    known = {row[0] for row in conn.execute("select distinct day from exchange_rate").fetchall()}
    quotes = [currency for currency in WORTH if currency != "EUR"]
    days = [today - timedelta(days=back) for back in range(RATE_DAYS) if today - timedelta(days=back) not in known]
    rows: list[Row] = []
    for day in days:
        for place, quote in enumerate(quotes):
            wobble = Decimal((day.toordinal() * 7 + place * 13) % 21 - 10) / 10_000
            rate = (Decimal(WORTH[quote]) * (1 + wobble)).quantize(Decimal("0.0001"))
            rows.append((key(RATE, day.toordinal() * 16 + place), "EUR", quote, day, rate, "generated"))
    copy_rows(conn, "exchange_rate", "id base quote day rate source", rows)


def _companies(conn: Connection, group: Group) -> None:
    copy_rows(
        conn,
        "company",
        "id code name country currency locale time_zone",
        ((c.id, c.code, c.name, c.country, c.currency, c.locale, c.time_zone) for c in group.companies),
    )
    copy_rows(conn, "credit_parameters", "company_id", ((c.id,) for c in group.companies))
    copy_rows(
        conn,
        "checkpoint_setting",
        "company_id checkpoint",
        ((c.id, checkpoint) for c in group.companies for checkpoint in ("CONFIRMATION", "PACKING_SLIP")),
    )


def _names(conn: Connection) -> None:
    copy_rows(
        conn,
        "payment_terms",
        "id code name days",
        ((key(TERMS, days), f"NET{days}", f"Net {days} days", days) for days in TERM_DAYS),
    )
    for place, (table, codes) in enumerate(
        (("customer_group", ("RETAIL", "TRADE", "PUBLIC")), ("risk_group", ("LOW", "MEDIUM", "HIGH")))
    ):
        copy_rows(
            conn,
            table,
            "id code name",
            ((key(NAME, place * 16 + n), code, code.capitalize()) for n, code in enumerate(codes)),
        )
    copy_rows(
        conn,
        "reason",
        "id code name kind",
        (
            (key(NAME, 64 + n), kind, f"{kind.capitalize()} by agreement", kind)
            for n, kind in enumerate(("HOLD", "RELEASE"))
        ),
    )
    copy_rows(
        conn,
        "blocking_rule",
        "id company_id kind type valid_for days percent risk_group_id",
        (
            (key(RULE, place), key(COMPANY, company), kind, "BLOCK", "ALL", days, percent, risk)
            for place, (company, kind, days, percent, risk) in enumerate(
                rule
                for company in range(20)
                for rule in (
                    (company, "OVERDUE_DAYS", 120, None, key(NAME, 18)),
                    (company, "CREDIT_LIMIT_USED", None, 300, None),
                )
            )
        ),
    )


def _name(customer: Customer) -> str:
    random = Random(customer.number)
    return f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)} {customer.number}"


def _customer(customer: Customer, today: date) -> Row:
    random = Random(customer.number)
    return (
        customer.id,
        customer.company.id,
        customer.account,
        key(PARTY, customer.number),
        _name(customer),
        customer.company.country,
        customer.currency,
        customer.company.locale,
        key(NAME, random.randrange(3)),
        key(TERMS, customer.terms),
        key(NAME, 16 + random.choice((0, 0, 0, 1, 1, 2))),
        random.randrange(1, 100),
        random.random() < 0.01,
        today - timedelta(days=400 + random.randrange(3000)),
    )


def _groups(conn: Connection, group: Group, today: date) -> None:
    copy_rows(
        conn,
        "credit_group",
        "id number name currency time_zone",
        ((key(GROUP, n), f"G{n:05d}", f"Group {n}", "EUR", "Europe/Stockholm") for n in range(group.size.groups)),
    )
    copy_rows(
        conn,
        "credit_group_member",
        "customer_id from_day credit_group_id recorded_at",
        (
            (c.id, today - timedelta(days=300), key(GROUP, c.group), today - timedelta(days=300))
            for c in group.customers
            if c.group is not None
        ),
    )


def _limits(group: Group, today: date) -> Iterator[Row]:
    """A limit for 19 customers of 20, some temporary ones, one for each group with room for its orders."""
    random = Random("limits")
    number = 0
    begun = today - timedelta(days=300)
    for c in group.customers:
        currency = c.company.currency
        in_euro = c.typical / 10 ** DIGITS[c.currency] / float(WORTH[c.currency])
        typical = int(in_euro * float(WORTH[currency])) + 1
        factor, expires, temporary = random.choice((3, 12, 20, 30, 60)), random.random() < 0.3, random.random() < 0.03
        if random.random() < 0.95:
            until = today + timedelta(days=random.randrange(10, 700)) if expires else None
            limit = typical * factor // 100 * 100 + 1000
            yield (c.id, key(ENTRY, number), c.id, None, "PERMANENT", limit, currency, begun, until)
            number += 1
        if temporary:
            days = random.randrange(-40, 40)
            first, last = today + timedelta(days=days - 30), today + timedelta(days=days)
            yield (c.id, key(ENTRY, number), c.id, None, "TEMPORARY", typical * 40, currency, first, last)
            number += 1
    for n in range(group.size.groups):
        holder, limit = key(GROUP, n), 2_000_000_000 if n == 0 else 50_000_000
        yield (holder, key(ENTRY, number), None, holder, "PERMANENT", limit, "EUR", begun, None)
        number += 1


def _collaterals(group: Group, today: date) -> Iterator[Row]:
    random = Random("collaterals")
    for number, c in enumerate(c for c in group.customers if random.random() < 0.03):
        until = today + timedelta(days=random.randrange(-20, 600)) if random.random() < 0.7 else None
        yield (
            c.id,
            key(COLLATERAL, number),
            c.company.id,
            random.choice(("INSURANCE", "GUARANTEE")),
            random.choice(("Northern Credit Insurance", "Baltic Surety")),
            f"POL{number:06d}",
            amount(c.typical * 20 // 100 * 100, c.currency),
            c.currency,
            random.choice((50, 80, 90, 100)),
            today - timedelta(days=200),
            until,
        )
