"""Cases taken from the generated database: which customers, items and currencies are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench.group import GROUP, key
from bench.questions.question import COUNTED, Case

CURRENCIES = ("EUR", "SEK", "USD", "NOK", "GBP", "DKK", "CHF", "PLN")

_CUSTOMERS = """
select co.code as company, co.id::text as "companyId", c.account
from customer c join company co on co.id = c.company_id
where right(c.account, 6)::int < %s order by md5(c.account) limit %s
"""

_ITEMS = 'select number, id::text as "itemId" from open_item order by id offset %s limit 1'

_ORDERS = """
select co.code as company, co.currency, c.account from customer c join company co on co.id = c.company_id
join peer.credit credit on credit.customer_id = c.id
left join credit_group_member m on m.customer_id = c.id
where c.account = any(%s) and credit.limit_total - credit.exposure_total > credit.limit_total * 0.3
  and credit.limit_total > 20000 and (m.credit_group_id = %s) is not distinct from %s
order by c.id
"""

ONE_EACH = "1"
"""What each order comes to, in the company's currency: little enough that rooms are not used up while measuring."""


def cases(conn: psycopg.Connection[Any], customers: int, items: int) -> Mapping[str, list[Case]]:
    """By the name that questions give them. `customers` and `items`: how many of them there are."""
    with conn.cursor(row_factory=dict_row) as cursor:
        # Pages begin where a hundred customers follow.
        wanted = cursor.execute(_CUSTOMERS, (max(1, customers // 20 - 101), 2000)).fetchall()
        pages = [cursor.execute(_ITEMS, (place * max(1, (items - 1002) // 40),)).fetchone() for place in range(40)]
        accounts = [f"{code}-{place:06d}" for code in _codes(cursor) for place in range(min(400, customers // 20))]
        hot = key(GROUP, 0)
        spread = cursor.execute(_ORDERS, (accounts, hot, None)).fetchall()
        grouped = cursor.execute(_ORDERS, (accounts, hot, True)).fetchall()
    return {
        "customers": list(wanted),
        "items": [page for page in pages if page is not None],
        "currencies": [{"currency": currency} for currency in CURRENCIES],
        "orders": [_order(row) for row in spread[:2000]],
        "group orders": [_order(row) for row in grouped[:40]],
    }


def _codes(cursor: psycopg.Cursor[Any]) -> list[str]:
    return [row["code"] for row in cursor.execute("select code from company order by code").fetchall()]


def _order(row: Mapping[str, str]) -> Case:
    number = f"B{COUNTED}"
    said = {"company": row["company"], "account": row["account"], "number": number}
    return {
        "input": {
            **said,
            "idempotencyKey": number,
            "amount": {"amount": ONE_EACH, "currency": row["currency"]},
        },
        "peerInput": {**said, "amount": ONE_EACH, "currency": row["currency"]},
    }
