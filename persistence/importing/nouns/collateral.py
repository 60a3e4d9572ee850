"""Insurance, guarantees and collateral of customers."""

from __future__ import annotations

from domain.collateral import CollateralKind
from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said
from persistence.importing.nouns.credit_groups import customer_check, order_check
from persistence.importing.nouns.names import company_check
from persistence.writing.collaterals import ONLY_INSURANCE


def _named(field: str) -> str:
    """The company's own name of a code, or that of every company."""
    return f"""
        left join lateral (
          select n.id from {_TABLES[field]} n
          where n.code = r.{field} and (n.company_id is null or n.company_id = c.id)
          order by n.company_id nulls last limit 1
        ) {field}_of on r.{field} is not null
    """


def _named_check(field: str, text: str) -> Check:
    """The name of a row must be there."""
    return Check(
        field,
        ErrorCode.NOT_FOUND,
        text,
        f"r.{field} is not null and r.{field}_id is null",
        {"code": said(f"r.{field}")},
    )


_TABLES = {"type": "collateral_type", "coverage_type": "coverage_type"}

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
        Field("type", "code of the kind of security it is"),
        Field("coverage_type", "code of what a policy covers"),
        Field("maximum_terms_days", "days of payment terms that it covers at most; empty: any", FieldType.WHOLE),
        Field("declare_within_days", "days to declare an overdue item after its due day; empty: none", FieldType.WHOLE),
    ),
    key=("company", "account", "kind", "number"),
    resolve=f"""
        select r.*, c.id as company_id, k.id as customer_id, coalesce(e.id, pg_temp.new_key()) as id,
          type_of.id as type_id, coverage_type_of.id as coverage_type_id,
          e.id is null as fresh, e.provider as was_provider, e.value as was_value, e.currency as was_currency,
          e.percent as was_percent, e.from_day as was_from, e.included_in_exposure as was_included_in_exposure
        from {{rows}} r left join company c on c.code = r.company
        left join customer k on k.company_id = c.id and k.account = r.account
        left join collateral e on e.customer_id = k.id and e.kind = r.kind and e.number = r.number
        {_named("type")} {_named("coverage_type")}
    """,
    compared=("provider", "value", "currency", "percent", "from", "included_in_exposure"),
    checks=(
        company_check(),
        customer_check(),
        order_check(),
        _named_check("type", N_("Collateral type {code} is unknown.")),
        _named_check("coverage_type", N_("Coverage type {code} is unknown.")),
        Check(
            "coverage_type",
            ErrorCode.INVALID_VALUE,
            ONLY_INSURANCE,
            "r.coverage_type is not null and r.kind <> 'INSURANCE'",
        ),
    ),
    load=(
        """
        insert into collateral (customer_id, id, company_id, kind, provider, number, value, currency, percent, from_day,
          until_day, included_in_exposure, type_id, coverage_type_id, maximum_terms_days, declare_within_days)
        select customer_id, id, company_id, kind, provider, number, value, currency, percent, "from", until,
          included_in_exposure, type_id, coverage_type_id, maximum_terms_days, declare_within_days
        from {new} where fresh
        """,
    ),
    touches="select customer_id, null::uuid as credit_group_id from {new} where fresh",
)
