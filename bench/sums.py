"""What the facts moved, and the sums kept of it, written by SQL from the facts; `reconcile` finds nothing.

Sums are kept as the product keeps them: there are no rows of zero.
"""

from __future__ import annotations

from bench.copying import Connection
from bench.group import MOVEMENT

_ID = f"""(lpad(to_hex(x'019500000000'::bigint + (n >> 12)), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0')
  || '8{MOVEMENT:03x}' || lpad(to_hex(n), 12, '0'))::uuid"""

NUMBERS = """
insert into document_number (company_id, document, number, customer_id, document_id)
select company_id, 'open_item', number, customer_id, id from open_item
union all select company_id, 'payment', number, customer_id, id from payment
union all select company_id, 'sales_order', number, customer_id, id from sales_order
"""

_INTO = f"""
insert into movement (customer_id, id, company_id, category, currency, day, due_day, amount, source_id, recorded_at)
select customer_id, {_ID}, company_id, category, f.currency, day, due_day, (amount / unit)::bigint, source_id, day
from (
  select customer_id, nextval('bench_movement') as n, company_id, category, currency, day, due_day, amount, source_id
  from ({{facts}}) f
) f join currency on currency.code = f.currency
"""

FACTS = {
    "items": """
      select i.customer_id, i.company_id, m.category, i.currency, i.document_date as day, m.due_day, m.amount,
        i.id as source_id
      from open_item i cross join lateral (values
        (case kind when 'CREDIT_NOTE' then 'UNAPPLIED' when 'BILL_OF_EXCHANGE' then 'SPECIAL_LIABILITIES'
           else 'RECEIVABLES' end,
         case kind when 'CREDIT_NOTE' then i.document_date else i.due_date end, i.amount),
        ('SALES', i.document_date, case when kind in ('INVOICE', 'CREDIT_NOTE') then i.amount else 0 end),
        ('DISPUTED', i.due_date, i.disputed)
      ) m(category, due_day, amount) where m.amount <> 0""",
    "payments": """
      select customer_id, company_id, 'UNAPPLIED' as category, currency, paid_on as day, paid_on as due_day,
        -amount as amount, id as source_id from payment""",
    "settlements": """
      select s.customer_id, s.company_id, m.category, s.currency, s.settled_on as day, m.due_day, m.amount, m.source_id
      from settlement s join open_item i on i.customer_id = s.customer_id and i.id = s.item_id
      cross join lateral (values
        ('RECEIVABLES', i.due_date, -s.amount, i.id), ('UNAPPLIED', s.settled_on, s.amount, s.payment_id)
      ) m(category, due_day, amount, source_id)""",
    "orders": """
      select o.customer_id, o.company_id,
        case status when 'APPROVED' then 'OPEN_ORDERS' else 'OPEN_DELIVERIES' end as category,
        o.currency, o.ordered_on as day, o.ship_date as due_day, o.amount, o.id as source_id
      from sales_order o where status in ('APPROVED', 'DELIVERED')""",
}
"""What each kind of fact moves: every payment was settled the day it came."""

BALANCES = """
insert into balance (customer_id, company_id, category, currency, due_day, amount)
select customer_id, company_id, category, currency, due_day, sum(amount) from movement
group by customer_id, company_id, category, currency, due_day having sum(amount) <> 0 order by due_day, customer_id
"""

COMPANY_BALANCES = """
insert into company_balance (company_id, category, currency, due_day, amount)
select company_id, category, currency, due_day, sum(amount) from balance
group by company_id, category, currency, due_day having sum(amount) <> 0
order by company_id, category, currency, due_day
"""


def add_movements(conn: Connection, facts: str) -> int:
    """Append what one kind of fact moved; how many movements."""
    conn.execute("create temporary sequence if not exists bench_movement cache 1000")
    return conn.execute(_INTO.format(facts=FACTS[facts]).encode()).rowcount
