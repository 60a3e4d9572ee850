"""Payments: money received or on its way. What they settle is said by settlements."""

from __future__ import annotations

from domain.message import N_
from domain.receivables import PaymentKind, PaymentStatus
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun
from persistence.importing.nouns.credit_groups import customer_check
from persistence.importing.nouns.names import company_check
from persistence.importing.nouns.posting import TODAY, not_in_future, payer_of
from persistence.writing.payments import ONLY_DEBITS

PAYMENTS = Noun(
    name="payments",
    about=N_("Money received or on its way; unapplied until it settles items."),
    fields=(
        Field("company", "code of the company", required=True),
        Field("account", "number of the customer it is from", required=True),
        Field("kind", "how it comes in", FieldType.CHOICE, default="RECEIPT", choices=tuple(PaymentKind)),
        Field(
            "status",
            "only collected money lowers exposure",
            FieldType.CHOICE,
            default="COLLECTED",
            choices=(PaymentStatus.PENDING, PaymentStatus.COLLECTED),
        ),
        Field("number", "its number in the company", required=True),
        Field("amount", "what was paid", FieldType.AMOUNT, required=True, money="r.currency"),
        Field("currency", "ISO 4217", FieldType.CURRENCY, required=True),
        Field("paid_on", "the business day", FieldType.DAY, required=True),
    ),
    key=("company", "number"),
    resolve=f"""
        select r.*, c.id as company_id, {TODAY}, b.id as buyer_id, u.unit,
          coalesce(e.customer_id, {payer_of("b.id", "r.paid_on")}) as customer_id,
          coalesce(d.document_id, pg_temp.new_key()) as id, d.document_id is null as fresh,
          e.kind as was_kind, e.amount as was_amount, e.currency as was_currency, e.paid_on as was_paid_on,
          case when e.customer_id is null or e.customer_id = {payer_of("b.id", "r.paid_on")} then r.account
            else was.account end as was_account
        from {{rows}} r cross join this_import i left join company c on c.code = r.company
        left join currency u on u.code = r.currency
        left join customer b on b.company_id = c.id and b.account = r.account
        left join document_number d on d.company_id = c.id and d.document = 'payment' and d.number = r.number
        left join payment e on e.customer_id = d.customer_id and e.id = d.document_id
        left join customer was on was.id = e.customer_id
    """,
    compared=("account", "kind", "amount", "currency", "paid_on"),
    checks=(
        company_check(),
        customer_check("buyer_id"),
        not_in_future("paid_on", "r.status = 'COLLECTED'"),
        Check(
            "status",
            ErrorCode.WRONG_STATUS,
            ONLY_DEBITS,
            "r.status = 'PENDING' and r.kind <> 'DIRECT_DEBIT'",
        ),
    ),
    load=(
        """
        insert into payment (customer_id, id, company_id, kind, status, number, amount, currency, paid_on, created_at,
          updated_at)
        select customer_id, id, company_id, kind, status, number, amount, currency, paid_on, clock_timestamp(),
          clock_timestamp()
        from {new} where fresh
        """,
    ),
    numbers=(
        """
        insert into document_number (company_id, document, number, customer_id, document_id)
        select company_id, 'payment', number, customer_id, id from {new} where fresh
        """,
    ),
    moves="""
        select customer_id, company_id, 'UNAPPLIED' as category, currency, paid_on as day, paid_on as due_day,
          (-amount / unit)::bigint as amount, id as source_id
        from {new} where fresh and status = 'COLLECTED'
    """,
    touches="select customer_id, null::uuid as credit_group_id from {new} where fresh",
    payer_day="paid_on",
)
