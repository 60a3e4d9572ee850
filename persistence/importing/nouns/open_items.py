"""Open items: invoices, credit notes and other items of the receivables ledger."""

from __future__ import annotations

from domain.debts import HIGHEST_DUNNING_LEVEL, NO_LEVEL
from domain.exposure import Category
from domain.message import N_
from domain.receivables import OpenItemKind, category_of
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said_number
from persistence.importing.nouns.credit_groups import customer_check
from persistence.importing.nouns.names import company_check
from persistence.importing.nouns.posting import (
    CATEGORY,
    LOWERING,
    SELLING,
    TODAY,
    listed,
    not_in_future,
    payer_of,
)

_OWED = listed(frozenset(kind for kind in OpenItemKind if category_of(kind) is Category.RECEIVABLES))

OPEN_ITEMS = Noun(
    name="open-items",
    about=N_(
        "Invoices, credit notes and other items of the receivables ledger; all amounts positive, as ERPs send them."
    ),
    fields=(
        Field("company", "code of the company", required=True),
        Field("account", "number of the customer who bought", required=True),
        Field("kind", "what it is", FieldType.CHOICE, default="INVOICE", choices=tuple(OpenItemKind)),
        Field("number", "its number in the company", required=True),
        Field("amount", "tax included", FieldType.AMOUNT, required=True, money="r.currency"),
        Field("currency", "ISO 4217", FieldType.CURRENCY, required=True),
        Field("booked_amount", "in accounting currency", FieldType.AMOUNT, money="r.company_currency", zero=True),
        Field("document_date", "its date; it is in the ledger from then on", FieldType.DAY, required=True),
        Field("due_date", "when it falls due", FieldType.DAY, required=True),
        Field("disputed", "the part now in dispute", FieldType.AMOUNT, default="0", money="r.currency", zero=True),
        Field("tax_amount", "the tax in it", FieldType.AMOUNT, money="r.currency", zero=True),
        Field("dunning_level", "how far it has been dunned, 0 to 9", FieldType.WHOLE, default="0"),
    ),
    key=("company", "number"),
    resolve=f"""
        select r.*, c.id as company_id, c.currency as company_currency, {TODAY}, b.id as buyer_id,
          coalesce(e.customer_id, {payer_of("b.id", "r.document_date")}) as customer_id,
          coalesce(d.document_id, pg_temp.new_key()) as id, d.document_id is null as fresh,
          case when r.kind in ({LOWERING}) then -r.amount else r.amount end as signed, u.unit,
          was.account as was_account, e.kind as was_kind, abs(e.amount) as was_amount, e.currency as was_currency,
          e.document_date as was_document_date, e.due_date as was_due_date
        from {{rows}} r cross join this_import i left join company c on c.code = r.company
        left join currency u on u.code = r.currency
        left join customer b on b.company_id = c.id and b.account = r.account
        left join document_number d on d.company_id = c.id and d.document = 'open_item' and d.number = r.number
        left join open_item e on e.customer_id = d.customer_id and e.id = d.document_id
        left join customer was on was.id = coalesce(e.buyer_id, e.customer_id)
    """,
    compared=("account", "kind", "amount", "currency", "document_date", "due_date"),
    checks=(
        company_check(),
        customer_check("buyer_id"),
        not_in_future("document_date"),
        Check(
            "tax_amount",
            ErrorCode.INVALID_VALUE,
            N_("The tax of an item is at most what the item comes to: {amount}."),
            "r.tax_amount > r.amount",
            {"amount": said_number("r.amount")},
        ),
        Check(
            "disputed",
            ErrorCode.INVALID_VALUE,
            N_("At most the open amount of an invoice can be disputed, not {disputed}."),
            f"r.disputed > case when r.kind in ({_OWED}) then r.amount else 0 end",
            {"disputed": said_number("r.disputed")},
        ),
        Check(
            "dunning_level",
            ErrorCode.INVALID_VALUE,
            NO_LEVEL,
            f"r.dunning_level > {HIGHEST_DUNNING_LEVEL}",
            {"highest": str(HIGHEST_DUNNING_LEVEL)},
        ),
    ),
    load=(
        """
        insert into open_item (customer_id, id, company_id, buyer_id, kind, number, amount, currency, booked_amount,
          document_date, due_date, disputed, tax_amount, dunning_level, created_at, updated_at)
        select customer_id, id, company_id, buyer_id, kind, number, signed, currency,
          coalesce(booked_amount, case when currency = company_currency then amount end) * sign(signed), document_date,
          due_date, disputed, tax_amount * sign(signed), dunning_level, clock_timestamp(), clock_timestamp()
        from {new} where fresh order by customer_id
        """,
    ),
    numbers=(
        """
        insert into document_number (company_id, document, number, customer_id, document_id)
        select company_id, 'open_item', number, customer_id, id from {new} where fresh
        """,
    ),
    moves=f"""
        select r.customer_id, r.company_id, m.category, r.currency, r.document_date as day, m.due_day,
          (m.amount / r.unit)::bigint as amount, r.id as source_id
        from {{new}} r cross join lateral (values
          ({CATEGORY}, case when r.kind = 'CREDIT_NOTE' then r.document_date else r.due_date end, r.signed),
          ('DISPUTED', r.due_date, r.disputed),
          ('SALES', r.document_date, case when r.kind in ({SELLING}) then r.signed else 0 end)
        ) m(category, due_day, amount)
        where r.fresh and m.amount <> 0
    """,
    touches="select customer_id, null::uuid as credit_group_id from {new} where fresh",
    payer_day="document_date",
)
