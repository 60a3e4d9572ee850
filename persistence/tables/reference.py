"""Currencies, their rates, and the coded names that people give: small tables that every fact looks up."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from persistence.tables.columns import RATE, choice, currency, day, flag, key, record, reference, table, text, whole

REASON_KINDS = ("HOLD", "RELEASE", "STATUS")
ACCOUNT_STATUS_EFFECTS = ("NONE", "HOLD_INVOICING", "HOLD_ALL")

currency_table = table(
    "currency",
    "currencies with the digits that ISO 4217 gives them",
    sa.Column("code", sa.String(3), primary_key=True, comment="ISO 4217 code"),
    sa.Column("digits", sa.SmallInteger(), nullable=False, comment="decimals of the minor unit: 2 for SEK, 0 for JPY"),
    sa.Column("unit", sa.Numeric(10, 4), nullable=False, comment="the minor unit as an amount: 0.01 for SEK"),
)

exchange_rate = table(
    "exchange_rate",
    "published rates with their direction: one unit of base is worth rate units of quote",
    key(),
    currency("base", "what one unit is of"),
    currency("quote", "what it is worth in"),
    day("day", "the first day it holds; later days use it until a newer one or until it is too old"),
    sa.Column("rate", RATE, nullable=False, comment="units of quote for one unit of base, as published"),
    flag("irrevocable", "a currency that joined the euro: never too old"),
    text("source", "who published it"),
    record(),
    sa.UniqueConstraint("base", "quote", "day"),
    sa.CheckConstraint("rate > 0", name="rate_positive"),
    sa.CheckConstraint("base <> quote", name="two_currencies"),
)


def named(name: str, comment: str, *parts: Any) -> sa.Table:
    """A table of coded names that people give, shared by all companies or kept by one."""
    return table(
        name,
        comment,
        key(),
        reference("company_id", "company", "the company that alone uses it; null: every company", nullable=True),
        text("code", "short and stable"),
        text("name", "its name, where no translation fits the reader"),
        flag("active", "offered in drop-downs", default=True),
        *parts,
        record(),
        sa.UniqueConstraint("company_id", "code", postgresql_nulls_not_distinct=True),
    )


reason = named("reason", "why something was held, released or given a status", *choice("kind", REASON_KINDS, "its use"))
account_status = named(
    "account_status",
    "the credit standing of a customer",
    *choice("effect", ACCOUNT_STATUS_EFFECTS, "what it does to invoicing and delivery", default="NONE"),
)
_RANK = "the higher, the better for who pays; null: 0"

payment_terms = named(
    "payment_terms", "when an invoice falls due", whole("days", "days from the document date"), whole("rank", _RANK)
)
cash_discount = named("cash_discount", "what may be taken off for paying early", whole("rank", _RANK))
customer_group = named("customer_group", "the ordinary grouping of customers, as for posting")
credit_management_group = named(
    "credit_management_group", "selects customers for rules; not the group that shares a credit limit"
)
risk_group = named("risk_group", "a class of risk")
collateral_type = named("collateral_type", "what kind of insurance, guarantee or thing pledged secures a debt")
coverage_type = named("coverage_type", "what an insurance policy covers")
aging_definition = named(
    "aging_definition",
    "the buckets of an aging, by days after the due day",
    sa.Column("buckets", JSONB(), nullable=False, comment="ordered list of {title, from, until}; null is open-ended"),
)

NAMED = {
    found.name: found
    for found in (
        reason,
        account_status,
        payment_terms,
        cash_discount,
        customer_group,
        credit_management_group,
        risk_group,
        collateral_type,
        coverage_type,
        aging_definition,
    )
}

translation = table(
    "translation",
    "names that people give, in the languages they gave them",
    sa.Column("subject_id", sa.Uuid(), primary_key=True, comment="the record it names"),
    sa.Column("field", sa.Text(), primary_key=True, comment="which of its texts"),
    sa.Column("locale", sa.Text(), primary_key=True, comment="BCP 47 tag of the language"),
    text("value", "the text in that language"),
    record(),
)
