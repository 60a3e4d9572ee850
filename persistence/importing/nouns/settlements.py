"""Settlements: which payment or credit note settled how much of which item."""

from __future__ import annotations

from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said, said_day, said_money
from persistence.importing.nouns.names import company_check
from persistence.importing.nouns.posting import CATEGORY, LOWERING, TODAY, not_in_future
from persistence.writing.finding import NOT_IN_COMPANY, OPEN_ITEM, PAYMENT
from persistence.writing.settlements import ITEM_OPEN


def _more_than(field: str, key: str, column: str, whole: str, text: str) -> Check:
    """Settled before, together with the rows of the file up to this one, is more than there was."""
    before = f"""
        select s.{column}, sum(s.amount) as amount from settlement s
        where s.customer_id in (select customer_id from {{new}}) and s.{column} in (select {key} from {{new}})
          and s.reversed_on is null and not exists (select from {{new}} o where o.id = s.id)
        group by s.{column}
    """
    over = f"""
        select o.file, o.line from {{new}} o left join ({before}) b on b.{column} = o.{key}
        where o.fresh and o.{key} is not null and o.{field}_running > abs(o.{whole}) - coalesce(b.amount, 0)
    """
    left = f"abs(r.{whole}) - coalesce((select b.amount from ({before}) b where b.{column} = r.{key}), 0)"
    return Check(
        field,
        ErrorCode.MORE_THAN_OPEN,
        text,
        f"(r.file, r.line) in ({over})",
        {"number": said(f"r.{field}"), "open": said_money(f"trim_scale({left})", "r.was_currency")},
        again=True,
    )


_FREED = """
    select p.customer_id, p.sales_order_id, sum(r.amount) as amount, max(r.settled_on) as day
    from {new} r join payment p on p.customer_id = r.customer_id and p.id = r.payment_id
    where r.fresh and p.sales_order_id is not null group by 1, 2
"""
"""What payments in advance settle now: their orders are prepaid by so much less."""

SETTLEMENTS = Noun(
    name="settlements",
    about=N_("Which payment or credit note settled how much of which item, on which day."),
    fields=(
        Field("company", "code of the company", required=True),
        Field("payment", "number of the payment"),
        Field("credit_note", "or number of the credit note"),
        Field("item", "number of the item it settles", required=True),
        Field("amount", "how much of it", FieldType.AMOUNT, required=True, money="r.was_currency"),
        Field("settled_on", "the business day", FieldType.DAY, required=True),
    ),
    key=("company", "payment", "credit_note", "item", "settled_on"),
    resolve=f"""
        select r.*, c.id as company_id, {TODAY}, u.unit,
          t.customer_id, t.id as item_id, t.kind, t.amount as item_amount, t.currency as was_currency, t.due_date,
          t.reversed_on as item_reversed, coalesce(p.customer_id, n.customer_id) as source_customer,
          p.id as payment_id, n.id as credit_item_id, coalesce(p.amount, n.amount) as source_amount,
          coalesce(p.currency, n.currency) as source_currency, coalesce(p.paid_on, n.document_date) as source_day,
          coalesce(p.reversed_on, n.reversed_on) as source_reversed, coalesce(p.status, 'COLLECTED') as source_status,
          greatest(coalesce(p.paid_on, n.document_date), t.document_date) as earliest,
          coalesce(e.id, pg_temp.new_key()) as id, e.id is null as fresh, e.amount as was_amount,
          sum(case when e.id is null then r.amount end) over (partition by t.id order by r.file, r.line)
            as item_running,
          sum(case when e.id is null then r.amount end) over (partition by p.id order by r.file, r.line)
            as payment_running,
          sum(case when e.id is null then r.amount end) over (partition by n.id order by r.file, r.line)
            as credit_note_running
        from {{rows}} r cross join this_import i left join company c on c.code = r.company
        left join open_item t on t.company_id = c.id and t.number = r.item
        left join payment p on p.company_id = c.id and p.number = r.payment
        left join open_item n on n.company_id = c.id and n.number = r.credit_note and n.kind = 'CREDIT_NOTE'
        left join currency u on u.code = t.currency
        left join lateral (
          select s.id, s.amount from settlement s
          where s.customer_id = t.customer_id and s.item_id = t.id and s.settled_on = r.settled_on
            and s.payment_id is not distinct from p.id and s.credit_item_id is not distinct from n.id
            and s.reversed_on is null
          limit 1
        ) e on true
    """,
    compared=("amount",),
    checks=(
        company_check(),
        Check(
            "payment",
            ErrorCode.INVALID_VALUE,
            N_("An item is settled either by a payment or by a credit note."),
            "(r.payment is null) = (r.credit_note is null)",
        ),
        Check(
            "item",
            ErrorCode.NOT_FOUND,
            NOT_IN_COMPANY[OPEN_ITEM],
            f"r.company_id is not null and (r.item_id is null or r.kind in ({LOWERING}))",
            {"number": said("r.item"), "company": said("r.company")},
        ),
        Check(
            "payment",
            ErrorCode.NOT_FOUND,
            NOT_IN_COMPANY[PAYMENT],
            "r.company_id is not null and r.payment is not null and r.payment_id is null",
            {"number": said("r.payment"), "company": said("r.company")},
        ),
        Check(
            "credit_note",
            ErrorCode.NOT_FOUND,
            N_("Credit note {number} does not exist in company {company}."),
            "r.company_id is not null and r.credit_note is not null and r.credit_item_id is null",
            {"number": said("r.credit_note"), "company": said("r.company")},
        ),
        Check(
            "item",
            ErrorCode.DIFFERENT_PAYER,
            N_("Item {number} has another payer than what settles it."),
            "r.customer_id <> r.source_customer",
            {"number": said("r.item")},
        ),
        Check(
            "item",
            ErrorCode.CURRENCY_MISMATCH,
            N_("Item {number} is in {currency}, what settles it in {other}."),
            "r.was_currency <> r.source_currency",
            {"number": said("r.item"), "currency": said("r.was_currency"), "other": said("r.source_currency")},
        ),
        Check(
            "item",
            ErrorCode.WRONG_STATUS,
            N_("Item {number} or what settles it is reversed or not collected."),
            "r.fresh and (coalesce(r.item_reversed, r.source_reversed) is not null or r.source_status <> 'COLLECTED')",
            {"number": said("r.item")},
        ),
        Check(
            "item",
            ErrorCode.ALREADY_EXISTS,
            N_("Item {number} was settled in the same way meanwhile."),
            """
            r.fresh and exists (
              select from settlement s
              where s.customer_id = r.customer_id and s.item_id = r.item_id and s.settled_on = r.settled_on
                and s.payment_id is not distinct from r.payment_id
                and s.credit_item_id is not distinct from r.credit_item_id
                and s.reversed_on is null and not exists (select from {new} o where o.id = s.id)
            )
            """,
            {"number": said("r.item")},
            again=True,
        ),
        not_in_future("settled_on"),
        Check(
            "settled_on",
            ErrorCode.DATE_ORDER,
            N_("An item cannot be settled before {day}, when both it and what settles it were there."),
            "r.settled_on < r.earliest",
            {"day": said_day("r.earliest")},
        ),
        _more_than("item", "item_id", "item_id", "item_amount", ITEM_OPEN),
        _more_than(
            "payment", "payment_id", "payment_id", "source_amount", N_("Only {open} of payment {number} is left.")
        ),
        _more_than(
            "credit_note",
            "credit_item_id",
            "credit_item_id",
            "source_amount",
            N_("Only {open} of credit note {number} is left."),
        ),
    ),
    load=(
        """
        insert into settlement (customer_id, id, company_id, item_id, payment_id, credit_item_id, amount, currency,
          settled_on, created_at, updated_at)
        select customer_id, id, company_id, item_id, payment_id, credit_item_id, amount, was_currency, settled_on,
          clock_timestamp(), clock_timestamp()
        from {new} where fresh
        """,
    ),
    moves=f"""
        select r.customer_id, r.company_id, m.category, r.was_currency as currency, r.settled_on as day, m.due_day,
          (m.amount / r.unit)::bigint as amount, m.source_id
        from {{new}} r cross join lateral (values
          ({CATEGORY}, r.due_date, -r.amount, r.item_id),
          ('UNAPPLIED', r.source_day, r.amount, coalesce(r.payment_id, r.credit_item_id))
        ) m(category, due_day, amount, source_id)
        where r.fresh
    """,
    late=(
        """
        insert into late (customer_id, company_id, category, currency, day, due_day, amount, source_id)
        select o.customer_id, o.company_id, 'DISPUTED', o.currency, n.day, o.due_date,
          ((greatest(o.amount - s.amount, 0) - o.disputed) / u.unit)::bigint, o.id
        from open_item o join currency u on u.code = o.currency
        join (select customer_id, item_id, max(settled_on) as day from {new} where fresh group by 1, 2) n
          on n.customer_id = o.customer_id and n.item_id = o.id
        cross join lateral (
          select sum(x.amount) as amount from settlement x
          where x.customer_id = o.customer_id and x.item_id = o.id and x.reversed_on is null
        ) s
        where o.disputed > 0 and o.disputed > greatest(o.amount - s.amount, 0)
        """,
        """
        update open_item o set disputed = o.disputed + l.amount * u.unit
        from late l, currency u
        where l.customer_id = o.customer_id and l.source_id = o.id and u.code = o.currency
        """,
        f"""
        insert into late (customer_id, company_id, category, currency, day, due_day, amount, source_id)
        select o.customer_id, o.company_id, m.category, o.currency, n.day, coalesce(o.ship_date, o.ordered_on),
          (m.amount / u.unit)::bigint, o.id
        from sales_order o join currency u on u.code = o.currency
        join ({_FREED}) n on n.customer_id = o.customer_id and n.sales_order_id = o.id
        cross join lateral (
          select coalesce(sum(greatest(
            l.amount - greatest(l.delivered, greatest(l.billed, l.invoiced) + l.consumed_more), 0)), 0) as rest
          from sales_order_line l where not l.closed and l.customer_id = o.customer_id and l.sales_order_id = o.id
        ) l
        cross join lateral (select least(l.rest, o.prepaid) - least(l.rest, o.prepaid - n.amount) as amount) f
        cross join lateral (values
          (case when o.status = 'HELD' and not o.admitted then 'HELD_ORDERS' else 'OPEN_ORDERS' end, f.amount),
          ('UNAPPLIED', -f.amount)
        ) m(category, amount)
        where o.status in ('HELD', 'APPROVED') and m.amount <> 0
        """,
        f"""
        update sales_order o set prepaid = o.prepaid - n.amount, updated_at = clock_timestamp()
        from ({_FREED}) n where n.customer_id = o.customer_id and n.sales_order_id = o.id
        """,
        """
        update open_item o set updated_at = clock_timestamp()
        from (
          select customer_id, item_id as id from {new} where fresh
          union select customer_id, credit_item_id from {new} where fresh
        ) n
        where o.created_at < transaction_timestamp() and n.customer_id = o.customer_id and n.id = o.id
        """,
        """
        update payment p set updated_at = clock_timestamp()
        from (select distinct customer_id, payment_id from {new} where fresh) n
        where p.created_at < transaction_timestamp() and n.customer_id = p.customer_id and n.payment_id = p.id
        """,
    ),
    touches="select customer_id, null::uuid as credit_group_id from {new} where fresh",
)
