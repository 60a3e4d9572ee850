"""Sales orders with the state they stand in, one row a line; what became of each line is told by cumulative values."""

from __future__ import annotations

from domain.message import N_
from domain.orders import SalesDocumentKind, SalesOrderStatus
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said, said_number
from persistence.importing.nouns.credit_groups import customer_check
from persistence.importing.nouns.names import company_check
from persistence.importing.nouns.posting import TODAY, not_in_future, payer_of
from persistence.payment_conditions import NO_DISCOUNT, NO_TERMS

MORE_THAN = N_("{amount} of the line is more than {open}, from which it is taken.")

_HEADER = (
    "account",
    "kind",
    "status",
    "currency",
    "ordered_on",
    "ship_date",
    "payment_terms",
    "cash_discount",
    "excluded",
)
_LOADED = tuple(status for status in SalesOrderStatus if status is not SalesOrderStatus.HELD)
_ADMITTED = ", ".join(
    f"'{status}'" for status in (SalesOrderStatus.APPROVED, SalesOrderStatus.DELIVERED, SalesOrderStatus.INVOICED)
)
_HEADER_TEXT = f"concat_ws(chr(31), {', '.join(f'r.{name}' for name in _HEADER)})"


def _at_most(field: str, other: str, only: str = "") -> Check:
    """Each step takes its amount from the one before."""
    return Check(
        field,
        ErrorCode.MORE_THAN_OPEN,
        MORE_THAN,
        f"{only}r.{field} > r.{other}",
        {"amount": said_number(f"r.{field}"), "open": said_number(f"r.{other}")},
    )


SALES_ORDERS = Noun(
    name="sales-orders",
    about=N_("Sales orders, a row for each line with the order's own columns repeated. APPROVED ones count at once."),
    fields=(
        Field("company", "code of the company", required=True),
        Field("number", "number of the order in the company", required=True),
        Field("account", "number of the customer who buys", required=True),
        Field("kind", "what it is", FieldType.CHOICE, default="SALES_ORDER", choices=tuple(SalesDocumentKind)),
        Field(
            "status",
            "where it stands; ENTERED: known, never submitted",
            FieldType.CHOICE,
            required=True,
            choices=_LOADED,
        ),
        Field("currency", "ISO 4217", FieldType.CURRENCY, required=True),
        Field("ordered_on", "the business day it came", FieldType.DAY, required=True),
        Field("ship_date", "when it ships; empty: at once", FieldType.DAY),
        Field("payment_terms", "code of its own terms"),
        Field("cash_discount", "code of its own cash discount"),
        Field("excluded", "no rule and no limit holds it", FieldType.FLAG, default="false"),
        Field("line_number", "place of the line", FieldType.WHOLE, required=True),
        Field("description", "what is sold"),
        Field("amount", "of the line, tax included", FieldType.AMOUNT, required=True, money="r.currency", zero=True),
        Field("delivered", "of that, goods that left", FieldType.AMOUNT, default="0", money="r.currency", zero=True),
        Field(
            "billed",
            "of that, on billing documents, in the ledger or not",
            FieldType.AMOUNT,
            default="0",
            money="r.currency",
            zero=True,
        ),
        Field("invoiced", "of that, in the ledger", FieldType.AMOUNT, default="0", money="r.currency", zero=True),
        Field(
            "consumed",
            "what billing documents take of the line; empty: as much as they bill",
            FieldType.AMOUNT,
            money="r.currency",
            zero=True,
        ),
        Field("closed", "what is left will not come", FieldType.FLAG, default="false"),
        Field("delivery", "number of the packing slip; empty: the order's number"),
        Field("delivered_on", "the business day; empty: the order's", FieldType.DAY),
        Field("billing", "number of the billing document not yet in the ledger; empty: the order's number"),
        Field("billed_on", "the business day; empty: the order's", FieldType.DAY),
    ),
    key=("company", "number", "line_number"),
    together=("company", "number"),
    resolve=f"""
        select r.*, c.id as company_id, {TODAY}, u.unit, b.id as buyer_id,
          coalesce(d.customer_id, {payer_of("b.id", "r.ordered_on")}) as customer_id, terms.id as payment_terms_id,
          discount.id as cash_discount_id,
          coalesce(d.document_id, o.id) as order_id, coalesce(l.id, pg_temp.new_key()) as id,
          d.document_id is null as fresh, d.document_id is not null and l.id is null as added,
          min({_HEADER_TEXT}) over (partition by r.company, r.number)
            <> max({_HEADER_TEXT}) over (partition by r.company, r.number) as mixed,
          was.account as was_account, e.currency as was_currency, e.ordered_on as was_ordered_on,
          l.amount as was_amount
        from {{rows}} r cross join this_import i
        join (
          select company, number, pg_temp.new_key() as id from {{rows}} group by company, number
        ) o on o.company = r.company and o.number = r.number
        left join company c on c.code = r.company left join currency u on u.code = r.currency
        left join customer b on b.company_id = c.id and b.account = r.account
        left join lateral (
          select n.id from payment_terms n
          where n.code = r.payment_terms and (n.company_id is null or n.company_id = c.id)
          order by n.company_id nulls last limit 1
        ) terms on r.payment_terms is not null
        left join lateral (
          select n.id from cash_discount n
          where n.code = r.cash_discount and (n.company_id is null or n.company_id = c.id)
          order by n.company_id nulls last limit 1
        ) discount on r.cash_discount is not null
        left join document_number d on d.company_id = c.id and d.document = 'sales_order' and d.number = r.number
        left join sales_order e on e.customer_id = d.customer_id and e.id = d.document_id
        left join customer was on was.id = e.buyer_id
        left join sales_order_line l on l.customer_id = d.customer_id and l.sales_order_id = d.document_id
          and l.line_number = r.line_number
    """,
    compared=("account", "currency", "ordered_on", "amount"),
    checks=(
        company_check(),
        customer_check("buyer_id"),
        not_in_future("ordered_on"),
        not_in_future("delivered_on"),
        not_in_future("billed_on"),
        _at_most("delivered", "amount"),
        _at_most("billed", "amount", "r.consumed is null and "),
        _at_most("consumed", "amount"),
        _at_most("invoiced", "billed"),
        Check(
            "payment_terms",
            ErrorCode.NOT_FOUND,
            NO_TERMS,
            "r.payment_terms is not null and r.payment_terms_id is null",
            {"code": said("r.payment_terms")},
        ),
        Check(
            "cash_discount",
            ErrorCode.NOT_FOUND,
            NO_DISCOUNT,
            "r.cash_discount is not null and r.cash_discount_id is null",
            {"code": said("r.cash_discount")},
        ),
        Check(
            "number",
            ErrorCode.DOCUMENT_DIFFERS,
            N_("The lines of order {number} do not agree on the order itself."),
            "r.mixed",
            {"number": said("r.number")},
        ),
        Check(
            "line_number",
            ErrorCode.DOCUMENT_DIFFERS,
            N_("Order {number} is there already without this line."),
            "r.added",
            {"number": said("r.number")},
        ),
    ),
    load=(
        f"""
        insert into sales_order (customer_id, id, company_id, buyer_id, kind, number, status, amount, currency,
          ordered_on, ship_date, payment_terms_id, cash_discount_id, excluded_from_credit_management, admitted,
          created_at, updated_at)
        select customer_id, order_id, company_id, buyer_id, kind, number, status,
          sum(case when closed then greatest(delivered, coalesce(consumed, billed)) else amount end), currency,
          ordered_on, ship_date, payment_terms_id, cash_discount_id, excluded, status in ({_ADMITTED}),
          clock_timestamp(), clock_timestamp()
        from {{new}} where fresh
        group by customer_id, order_id, company_id, buyer_id, kind, number, status, currency, ordered_on, ship_date,
          payment_terms_id, cash_discount_id, excluded
        """,
        """
        insert into sales_order_line (customer_id, id, company_id, sales_order_id, line_number, description, amount,
          delivered, billed, invoiced, consumed_more, closed, created_at, updated_at)
        select customer_id, id, company_id, order_id, line_number, description, amount, delivered, billed, invoiced,
          coalesce(consumed, billed) - billed, closed, clock_timestamp(), clock_timestamp()
        from {new} where fresh
        """,
        """
        insert into delivery (customer_id, id, company_id, sales_order_id, line_id, number, amount, delivered_on)
        select customer_id, pg_temp.new_key(), company_id, order_id, id, coalesce(delivery, number), delivered,
          coalesce(delivered_on, ordered_on)
        from {new} where fresh and delivered > 0
        """,
        """
        insert into billing (customer_id, id, company_id, sales_order_id, line_id, number, amount, consumes, billed_on)
        select customer_id, pg_temp.new_key(), company_id, order_id, id, coalesce(billing, number), billed - invoiced,
          case when consumed is not null then greatest(consumed - invoiced, 0) end, coalesce(billed_on, ordered_on)
        from {new} where fresh and billed > invoiced
        """,
    ),
    numbers=(
        """
        insert into document_number (company_id, document, number, customer_id, document_id)
        select distinct company_id, 'sales_order', number, customer_id, order_id from {new} where fresh
        """,
    ),
    moves="""
        select r.customer_id, r.company_id, m.category, r.currency, r.ordered_on as day,
          coalesce(r.ship_date, r.ordered_on) as due_day, (m.amount / r.unit)::bigint as amount, r.order_id as source_id
        from {new} r cross join lateral (values
          ('OPEN_BILLING', r.billed - r.invoiced),
          ('OPEN_DELIVERIES', r.delivered - coalesce(r.consumed, r.billed)),
          ('OPEN_ORDERS', case when r.status = 'APPROVED' and not r.closed
            then r.amount - greatest(r.delivered, coalesce(r.consumed, r.billed)) else 0 end)
        ) m(category, amount)
        where r.fresh and m.amount > 0
    """,
    touches="select customer_id, null::uuid as credit_group_id from {new} where fresh",
    payer_day="ordered_on",
)
