"""Insurance, guarantees and collateral of customers."""

from __future__ import annotations

from domain.collateral import CollateralKind
from domain.message import N_
from persistence.importing.declaration import Field, FieldType, Noun
from persistence.importing.nouns.credit_groups import customer_check, order_check
from persistence.importing.nouns.names import company_check

COLLATERAL = Noun(
    name="collateral",
    about=N_("Insurance, guarantees and other collateral, loaded once."),
    fields=(
        Field("company", "code of the company", required=True),
        Field("account", "the customer's number there", required=True),
        Field("kind", "what secures the debt", FieldType.CHOICE, required=True, choices=tuple(CollateralKind)),
        Field("provider", "insurer, guarantor or bank", required=True),
        Field("number", "policy or document number", required=True),
        Field("value", "what it is worth", FieldType.AMOUNT, required=True, money="r.currency", zero=True),
        Field("currency", "ISO 4217", FieldType.CURRENCY, required=True),
        Field("percent", "how much of it is added to the limit, 0 to 100", FieldType.PERCENT, required=True),
        Field("from", "the first day", FieldType.DAY, required=True),
        Field("until", "the last day; empty: open-ended", FieldType.DAY),
        Field("included_in_exposure", "its full value is taken off the limit", FieldType.FLAG, default="false"),
    ),
    key=("company", "account", "kind", "number"),
    resolve="""
        select r.*, c.id as company_id, k.id as customer_id, coalesce(e.id, pg_temp.new_key()) as id,
          e.id is null as fresh, e.provider as was_provider, e.value as was_value, e.currency as was_currency,
          e.percent as was_percent, e.from_day as was_from, e.included_in_exposure as was_included_in_exposure
        from {rows} r left join company c on c.code = r.company
        left join customer k on k.company_id = c.id and k.account = r.account
        left join collateral e on e.customer_id = k.id and e.kind = r.kind and e.number = r.number
    """,
    compared=("provider", "value", "currency", "percent", "from", "included_in_exposure"),
    checks=(company_check(), customer_check(), order_check()),
    load=(
        """
        insert into collateral (customer_id, id, company_id, kind, provider, number, value, currency, percent, from_day,
          until_day, included_in_exposure)
        select customer_id, id, company_id, kind, provider, number, value, currency, percent, "from", until,
          included_in_exposure
        from {new} where fresh
        """,
    ),
    touches="select customer_id, null::uuid as credit_group_id from {new} where fresh",
)
