"""The coded names that people give: groups, statuses, terms, reasons; shared by all companies or kept by one."""

from __future__ import annotations

from domain.message import N_
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, Field, FieldType, Noun, said
from persistence.tables.reference import ACCOUNT_STATUS_EFFECTS, REASON_KINDS

COMPANY_UNKNOWN = N_("Company {company} does not exist.")


def company_check(field: str = "company") -> Check:
    """The company of a row must be there."""
    return Check(
        field,
        ErrorCode.COMPANY_NOT_AVAILABLE,
        COMPANY_UNKNOWN,
        f"r.{field} is not null and r.company_id is null",
        {"company": said(f"r.{field}")},
    )


def _named(name: str, table: str, about: str, *own: Field) -> Noun:
    columns = ", ".join(("code", "name", *(field.name for field in own)))
    was = ", ".join(f"k.{field} as was_{field}" for field in ("name", *(field.name for field in own)))
    return Noun(
        name=name,
        about=about,
        fields=(
            Field("code", "short and stable", required=True),
            Field("name", "its name", required=True),
            Field("company", "the company that alone uses it; empty: every company"),
            *own,
        ),
        key=("company", "code"),
        resolve=f"""
            select r.*, c.id as company_id, coalesce(k.id, pg_temp.new_key()) as id, k.id is null as fresh, {was}
            from {{rows}} r left join company c on c.code = r.company
            left join {table} k on k.code = r.code
              and ((r.company is null and k.company_id is null) or k.company_id = c.id)
        """,
        compared=("name", *(field.name for field in own)),
        checks=(company_check(),),
        load=(
            f"insert into {table} (id, company_id, {columns}) select id, company_id, {columns}"
            " from {new} where fresh",
        ),
    )


NAMES = (
    _named("customer-groups", "customer_group", N_("The ordinary grouping of customers, as for posting.")),
    _named(
        "credit-management-groups",
        "credit_management_group",
        N_("Groups of customers that rules are for; not the groups that share a credit limit."),
    ),
    _named(
        "account-statuses",
        "account_status",
        N_("The credit standing of customers."),
        Field(
            "effect",
            "what it does to invoicing and delivery",
            FieldType.CHOICE,
            default="NONE",
            choices=ACCOUNT_STATUS_EFFECTS,
        ),
    ),
    _named(
        "payment-terms",
        "payment_terms",
        N_("When invoices fall due."),
        Field("days", "days from the document date", FieldType.WHOLE),
        Field("rank", "the higher, the better for who pays", FieldType.WHOLE),
    ),
    _named(
        "cash-discounts",
        "cash_discount",
        N_("What may be taken off for paying early."),
        Field("rank", "the higher, the better for who pays", FieldType.WHOLE),
    ),
    _named("risk-groups", "risk_group", N_("Classes of risk.")),
    _named("collateral-types", "collateral_type", N_("Kinds of insurance, guarantees and things pledged.")),
    _named("coverage-types", "coverage_type", N_("What insurance policies cover.")),
    _named(
        "reasons",
        "reason",
        N_("Why something is held, released or given a status."),
        Field("kind", "its use", FieldType.CHOICE, required=True, choices=REASON_KINDS),
    ),
)
