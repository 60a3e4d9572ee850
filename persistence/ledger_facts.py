"""What every kept fact has moved so far, as SQL: the rules of `domain.receivables` and `domain.orders` over tables.

Signs and categories come from the domain's own tables of kinds. `day` is null where the facts do not keep it: the
disputed part, and what orders take, are kept as they are now.
"""

from __future__ import annotations

from domain.exposure import Category
from domain.orders import SalesOrderStatus
from domain.receivables import SALES, OpenItemKind, category_of

CATEGORY_OF_ITEM = " ".join(
    ("case i.kind", *(f"when '{kind}' then '{category_of(kind)}'" for kind in OpenItemKind), "end")
)
_SALES = ", ".join(f"'{kind}'" for kind in sorted(SALES))
_CONSUMED = "greatest(l.billed, l.invoiced) + l.consumed_more"
_TAKEN = f"greatest(l.delivered, {_CONSUMED})"

_ITEMS = f"""
    select i.customer_id, i.company_id, i.id as source_id, m.category, i.currency, d.day, m.due_day,
      d.sign * m.amount as amount
    from open_item i cross join lateral (values (i.document_date, 1), (i.reversed_on, -1)) d(day, sign)
    cross join lateral (values
      ({CATEGORY_OF_ITEM}, case when i.kind = '{OpenItemKind.CREDIT_NOTE}' then i.document_date else i.due_date end,
        i.amount),
      ('{Category.SALES}', i.document_date, case when i.kind in ({_SALES}) then i.amount else 0 end)
    ) m(category, due_day, amount)
    where d.day is not null
    union all
    select i.customer_id, i.company_id, i.id, '{Category.DISPUTED}', i.currency, null, i.due_date, i.disputed
    from open_item i where i.reversed_on is null
"""

_PAYMENTS = f"""
    select p.customer_id, p.company_id, p.id, '{Category.UNAPPLIED}', p.currency, d.day, p.paid_on, d.sign * p.amount
    from payment p cross join lateral (values (p.paid_on, -1), (p.reversed_on, 1)) d(day, sign)
    where d.day is not null and p.status <> 'PENDING'
"""

_SETTLEMENTS = f"""
    select s.customer_id, s.company_id, m.source_id, m.category, s.currency, d.day, m.due_day, d.sign * m.amount
    from settlement s join open_item i on i.customer_id = s.customer_id and i.id = s.item_id
    left join payment p on p.customer_id = s.customer_id and p.id = s.payment_id
    left join open_item n on n.customer_id = s.customer_id and n.id = s.credit_item_id
    cross join lateral (values (s.settled_on, 1), (s.reversed_on, -1)) d(day, sign)
    cross join lateral (values
      (i.id, {CATEGORY_OF_ITEM}, i.due_date, -s.amount),
      (coalesce(p.id, n.id), '{Category.UNAPPLIED}', coalesce(p.paid_on, n.document_date), s.amount)
    ) m(source_id, category, due_day, amount)
    where d.day is not null
"""

_OPEN = f"""
    case
      when o.status = '{SalesOrderStatus.HELD}' and not o.admitted then '{Category.HELD_ORDERS}'
      when o.status in ('{SalesOrderStatus.HELD}', '{SalesOrderStatus.APPROVED}') then '{Category.OPEN_ORDERS}'
    end
"""

_ORDERS = f"""
    select o.customer_id, o.company_id, o.id, m.category, o.currency, null, coalesce(o.ship_date, o.ordered_on),
      m.amount
    from sales_order o cross join lateral (
      select sum(greatest(case when l.closed then 0 else l.amount - {_TAKEN} end, 0)) as rest,
        sum(greatest(l.billed - l.invoiced, 0)) as billed,
        sum(greatest(l.delivered - l.never_billed - ({_CONSUMED}), 0) - l.returned + l.credited) as delivered
      from sales_order_line l where l.customer_id = o.customer_id and l.sales_order_id = o.id
    ) l
    cross join lateral (values
      ('{Category.OPEN_BILLING}', l.billed),
      ('{Category.OPEN_DELIVERIES}', l.delivered),
      ({_OPEN}, l.rest - least(l.rest, o.prepaid)),
      (case when {_OPEN} is not null then '{Category.UNAPPLIED}' end, least(l.rest, o.prepaid))
    ) m(category, amount)
    where m.category is not null and m.amount <> 0
"""

FACTS = f"""
    select x.customer_id, x.company_id, x.source_id, x.category, x.currency, x.day, x.due_day,
      (x.amount / c.unit)::bigint as amount
    from ({_ITEMS} union all {_PAYMENTS} union all {_SETTLEMENTS} union all {_ORDERS}) x
    join currency c on c.code = x.currency
"""
"""Rows as of `movement`, in minor units."""

BY_DUE_DAY = "select customer_id, company_id, source_id, category, currency, due_day, amount from facts"

DATED = ", ".join(
    f"'{category}'"
    for category in (Category.RECEIVABLES, Category.UNAPPLIED, Category.SPECIAL_LIABILITIES, Category.SALES)
)
"""Categories whose facts keep every day on which they moved."""

BY_DAY = """
    select customer_id, company_id, source_id, category, currency, day, amount from facts where day is not null
"""

UNDATED = f"""
    category = '{Category.UNAPPLIED}' and exists (
      select from sales_order o where o.customer_id = movement.customer_id and o.id = movement.source_id
    )
"""
"""Movements of these categories that no fact dates: what is prepaid of an order is taken off what stands unapplied."""
