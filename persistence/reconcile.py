"""The proof: everything that is kept as a sum or a movement is computed again from the facts, and nothing may differ.

Facts are open items, payments, settlements and orders with their lines. What each of them moves is said here once more,
in SQL and without the code that wrote it. Readings are of one moment, so it may run while others write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import asyncpg

from domain.message import N_, Message, Value
from persistence.ledger_facts import BY_DAY, BY_DUE_DAY, DATED, FACTS, UNDATED

MOST = 1000
"""Findings of one kind that are told; more would not help anybody."""


class FindingCode(StrEnum):
    """What does not agree."""

    MOVEMENTS = "MOVEMENTS"
    MOVEMENT_DAYS = "MOVEMENT_DAYS"
    BALANCE = "BALANCE"
    COMPANY_BALANCE = "COMPANY_BALANCE"
    SETTLED_TOO_MUCH = "SETTLED_TOO_MUCH"
    SETTLED_WRONGLY = "SETTLED_WRONGLY"
    DISPUTED_TOO_MUCH = "DISPUTED_TOO_MUCH"
    DOCUMENT_NUMBER = "DOCUMENT_NUMBER"
    ORDER_AMOUNT = "ORDER_AMOUNT"
    ORDER_STEPS = "ORDER_STEPS"
    ORDER_PREPAID = "ORDER_PREPAID"
    ORDER_DECISION = "ORDER_DECISION"
    ORDER_HOLD = "ORDER_HOLD"
    PRECISION = "PRECISION"


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree: where, what the facts say, and what was found instead."""

    code: FindingCode
    message: Message
    keys: Mapping[str, str]
    expected: str
    found: str


@dataclass(frozen=True)
class _Check:
    """`sql` gives a row for each finding: its keys, then `expected` and `found`; empty is nothing.

    Where one code has several sentences, its column `why` says which of them.
    """

    code: FindingCode
    text: str | Mapping[str, str]
    sql: str


_KEYS = "customer_id, company_id, source_id, category, currency"
_SUMS = "customer_id, company_id, category, currency, due_day"
_COMPANY_SUMS = "company_id, category, currency, due_day"


def _differing(keys: str, expected: str, found: str) -> str:
    """Sums by keys that differ, a missing one being nothing."""
    return f"""
        select {keys}, coalesce(e.amount, 0) as expected, coalesce(f.amount, 0) as found
        from (select {keys}, sum(amount) as amount from ({expected}) x group by {keys}) e
        full join (select {keys}, sum(amount) as amount from ({found}) x group by {keys}) f using ({keys})
        where coalesce(e.amount, 0) <> coalesce(f.amount, 0)
    """


_ROWS = {
    "open_item": "select 'open_item' as document, company_id, number, customer_id, id from open_item",
    "payment": "select 'payment', company_id, number, customer_id, id from payment",
    "sales_order": "select 'sales_order', company_id, number, customer_id, id from sales_order",
}

_KEPT = "greatest(l.delivered - l.never_billed, greatest(l.billed, l.invoiced) + l.consumed_more)"

_CHECKS = (
    _Check(
        FindingCode.MOVEMENTS,
        N_("By the facts this comes to {expected} minor units, its movements to {found}."),
        f"with facts as ({FACTS}) "
        + _differing(f"{_KEYS}, due_day", BY_DUE_DAY, f"select {_KEYS}, due_day, amount from movement"),
    ),
    _Check(
        FindingCode.MOVEMENT_DAYS,
        N_("By the facts {expected} minor units moved on this day, by its movements {found}."),
        f"with facts as ({FACTS}) "
        + _differing(
            f"{_KEYS}, day",
            BY_DAY,
            f"select {_KEYS}, day, amount from movement where category in ({DATED}) and not ({UNDATED})",
        ),
    ),
    _Check(
        FindingCode.BALANCE,
        N_("The movements of the customer come to {expected} minor units, its balance says {found}."),
        _differing(_SUMS, "select * from movement", "select * from balance"),
    ),
    _Check(
        FindingCode.COMPANY_BALANCE,
        N_("The movements of the company come to {expected} minor units, its balance with the tail says {found}."),
        _differing(
            _COMPANY_SUMS,
            "select * from movement",
            f"select {_COMPANY_SUMS}, amount from company_balance"
            f" union all select {_COMPANY_SUMS}, amount from movement_tail",
        ),
    ),
    _Check(
        FindingCode.SETTLED_TOO_MUCH,
        N_("Settlements of the document come to {found}, more than its amount of {expected}."),
        """
        select s.customer_id, s.id, abs(d.amount) as expected, s.amount as found
        from (
          select customer_id, part.id, sum(amount) as amount
          from settlement cross join lateral (values (item_id), (payment_id), (credit_item_id)) part(id)
          where reversed_on is null and part.id is not null group by customer_id, part.id
        ) s join (
          select customer_id, id, amount from open_item union all select customer_id, id, amount from payment
        ) d on d.customer_id = s.customer_id and d.id = s.id
        where s.amount > abs(d.amount)
        """,
    ),
    _Check(
        FindingCode.SETTLED_WRONGLY,
        {
            "documents": N_("The settlement does not join an item with a payment or credit note of the same payer."),
            "currency": N_("The settlement is in another currency than what it joins."),
            "day": N_("The settlement is earlier than what it joins."),
            "reversed": N_("The settlement stands, but something it joins is reversed or not collected."),
        },
        """
        select s.customer_id, s.id, '' as expected, '' as found, case
            when i.id is null or coalesce(p.id, n.id) is null then 'documents'
            when s.currency <> i.currency or s.currency <> coalesce(p.currency, n.currency) then 'currency'
            when s.settled_on < greatest(i.document_date, p.paid_on, n.document_date) then 'day'
            else 'reversed'
          end as why
        from settlement s
        left join open_item i on i.customer_id = s.customer_id and i.id = s.item_id and i.amount > 0
        left join payment p on p.customer_id = s.customer_id and p.id = s.payment_id
        left join open_item n on n.customer_id = s.customer_id and n.id = s.credit_item_id and n.kind = 'CREDIT_NOTE'
        where i.id is null or coalesce(p.id, n.id) is null
          or s.currency <> i.currency or s.currency <> coalesce(p.currency, n.currency)
          or s.settled_on < greatest(i.document_date, p.paid_on, n.document_date)
          or (s.reversed_on is null and (coalesce(i.reversed_on, p.reversed_on, n.reversed_on) is not null
            or p.status <> 'COLLECTED'))
        """,
    ),
    _Check(
        FindingCode.DISPUTED_TOO_MUCH,
        N_("{expected} are open, but {found} are disputed."),
        """
        select i.customer_id, i.id, i.amount - coalesce(s.amount, 0) as expected, i.disputed as found
        from open_item i left join (
          select customer_id, item_id, sum(amount) as amount from settlement where reversed_on is null
          group by customer_id, item_id
        ) s on s.customer_id = i.customer_id and s.item_id = i.id
        where i.disputed > 0 and i.reversed_on is null and i.disputed > i.amount - coalesce(s.amount, 0)
        """,
    ),
    _Check(
        FindingCode.DOCUMENT_NUMBER,
        N_("The document has the id {expected}, its number leads to {found}."),
        f"""
        select document, company_id, number, concat(f.customer_id, ' ', f.id) as expected,
          concat(d.customer_id, ' ', d.document_id) as found
        from ({" union all ".join(_ROWS.values())}) f full join document_number d using (document, company_id, number)
        where (f.customer_id, f.id) is distinct from (d.customer_id, d.document_id)
        """,
    ),
    _Check(
        FindingCode.ORDER_AMOUNT,
        N_("The lines of the order come to {expected}, the order says {found}."),
        f"""
        select o.customer_id, o.id, coalesce(l.amount, 0) as expected, o.amount as found
        from sales_order o left join (
          select l.customer_id, l.sales_order_id, sum(case when l.closed then {_KEPT} else l.amount end) as amount
          from sales_order_line l group by l.customer_id, l.sales_order_id
        ) l on l.customer_id = o.customer_id and l.sales_order_id = o.id
        where o.amount <> coalesce(l.amount, 0)
        """,
    ),
    _Check(
        FindingCode.ORDER_STEPS,
        {
            "delivered": N_("By its deliveries {expected} of the line is delivered, the line says {found}."),
            "billed": N_("By its billing documents {expected} of the line is billed, the line says {found}."),
            "consumed": N_("By its billing documents {expected} of the line is taken, the line says {found}."),
            "invoiced": N_("By its invoices {expected} of the line is invoiced, the line says {found}."),
            "returned": N_("By its returns {expected} of the line came back, the line says {found}."),
            "credited": N_("By its returns {expected} of the line is on credit notes, the line says {found}."),
        },
        """
        select l.customer_id, l.id, step.name as why, step.expected, step.found
        from sales_order_line l
        left join (
          select customer_id, line_id, sum(amount) as amount from delivery where reversed_on is null
          group by customer_id, line_id
        ) d on d.customer_id = l.customer_id and d.line_id = l.id
        left join (
          select customer_id, line_id, sum(amount) filter (where item_id is null) as waiting,
            sum(amount) filter (where item_id is not null) as posted, sum(amount) as billed,
            sum(coalesce(consumes, amount)) as consumed
          from billing where reversed_on is null group by customer_id, line_id
        ) b on b.customer_id = l.customer_id and b.line_id = l.id
        left join (
          select customer_id, line_id, sum(amount) as amount, sum(amount) filter (where item_id is not null) as credited
          from goods_return group by customer_id, line_id
        ) r on r.customer_id = l.customer_id and r.line_id = l.id
        cross join lateral (values
          ('delivered', coalesce(d.amount, 0), l.delivered, true),
          ('billed', coalesce(b.waiting, 0), l.billed - l.invoiced, true),
          ('invoiced', coalesce(b.posted, 0), l.invoiced, l.invoiced < coalesce(b.posted, 0)),
          ('consumed', coalesce(b.consumed, 0), greatest(l.billed, l.invoiced) + l.consumed_more,
            coalesce(b.billed, 0) = l.billed or l.billed + l.consumed_more < coalesce(b.consumed, 0)),
          ('returned', coalesce(r.amount, 0), l.returned, true),
          ('credited', coalesce(r.credited, 0), l.credited, true)
        ) step(name, expected, found, exact)
        where step.exact and step.expected <> step.found
        """,
    ),
    _Check(
        FindingCode.ORDER_PREPAID,
        N_("Payments in advance for the order come to {expected}, the order says {found}."),
        """
        select o.customer_id, o.id, coalesce(p.amount, 0) as expected, o.prepaid as found
        from sales_order o left join (
          select p.customer_id, p.sales_order_id, sum(p.amount - coalesce(s.amount, 0)) as amount
          from payment p left join (
            select customer_id, payment_id, sum(amount) as amount from settlement where reversed_on is null
            group by customer_id, payment_id
          ) s on s.customer_id = p.customer_id and s.payment_id = p.id
          where p.sales_order_id is not null and p.status = 'COLLECTED' and p.reversed_on is null
          group by p.customer_id, p.sales_order_id
        ) p on p.customer_id = o.customer_id and p.sales_order_id = o.id
        where o.prepaid <> coalesce(p.amount, 0)
        """,
    ),
    _Check(
        FindingCode.ORDER_DECISION,
        {
            "missing": N_("The order names the credit decision {found}, which is none of its own."),
            "admitted": N_("A credit decision admitted the order, but the order says that none did."),
        },
        """
        select o.customer_id, o.id, '' as expected, o.latest_decision_id as found,
          case when d.id is null then 'missing' else 'admitted' end as why
        from sales_order o left join credit_decision d
          on d.customer_id = o.customer_id and d.id = o.latest_decision_id and d.sales_order_id = o.id
        where o.latest_decision_id is not null and (d.id is null or (not o.admitted and exists (
          select from credit_decision e
          where e.customer_id = o.customer_id and e.sales_order_id = o.id and e.outcome <> 'HELD'
            and (o.admitting_decision_id is null or e.id >= o.admitting_decision_id) and not exists (
            select from credit_hold h where h.customer_id = o.customer_id and h.sales_order_id = o.id
              and h.status = 'REJECTED' and h.decision_id >= e.id
          )
        )))
        """,
    ),
    _Check(
        FindingCode.ORDER_HOLD,
        N_("The order is on hold, but no hold of it is open."),
        """
        select o.customer_id, o.id, '' as expected, '' as found from sales_order o
        where o.status = 'HELD' and not exists (
          select from credit_hold h where h.customer_id = o.customer_id and h.sales_order_id = o.id
            and h.status not in ('RELEASED', 'REJECTED', 'CANCELLED')
        )
        """,
    ),
    _Check(
        FindingCode.PRECISION,
        N_("{found} has more decimals than its currency, {expected}."),
        """
        select f.customer_id, f.id, f.currency as expected, f.amount as found
        from (
          select customer_id, id, currency, amount from open_item
          union all select customer_id, id, currency, disputed from open_item
          union all select customer_id, id, currency, amount from payment
          union all select customer_id, id, currency, amount from settlement
          union all select o.customer_id, l.id, o.currency, x.amount from sales_order o
            join sales_order_line l on l.customer_id = o.customer_id and l.sales_order_id = o.id
            cross join lateral (values (l.amount), (l.delivered), (l.billed), (l.invoiced), (l.consumed_more),
              (l.never_billed)) x(amount)
        ) f join currency c on c.code = f.currency
        where f.amount <> round(f.amount, c.digits)
        """,
    ),
)


async def reconcile(conn: asyncpg.Connection) -> list[Finding]:
    """Everything that does not agree with the facts, at most `MOST` of each kind. Nothing is what is expected."""
    if conn.is_in_transaction():
        return [finding for check in _CHECKS for finding in await _run(conn, check)]
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        return [finding for check in _CHECKS for finding in await _run(conn, check)]


async def _run(conn: asyncpg.Connection, check: _Check) -> list[Finding]:
    findings = []
    for row in await conn.fetch(f"{check.sql} limit {MOST}"):
        keys = {name: str(value) for name, value in row.items() if name not in ("expected", "found", "why")}
        expected, found = _plain(row["expected"]), _plain(row["found"])
        values: dict[str, Value] = {**keys, "expected": _value(row["expected"]), "found": _value(row["found"])}
        text = check.text if isinstance(check.text, str) else check.text[row["why"]]
        findings.append(Finding(check.code, Message(text, values), keys, expected, found))
    return findings


def _plain(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _value(value: object) -> Value:
    """Numbers are written as the reader writes them."""
    return Decimal(_plain(value)) if isinstance(value, (Decimal, int)) else str(value)
