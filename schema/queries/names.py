"""Reading what fills drop-downs: coded names that people give, currencies, rates and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from locales.format import currency_name
from locales.say import labelled, labels
from schema.arguments import InLocale
from schema.beside import told_by
from schema.connections import (
    ACCOUNT_STATUSES,
    AGING_DEFINITIONS,
    CASH_DISCOUNTS,
    COLLATERAL_TYPES,
    COVERAGE_TYPES,
    CREDIT_MANAGEMENT_GROUPS,
    CUSTOMER_GROUPS,
    EXCHANGE_RATES,
    PAYMENT_TERMS_LIST,
    REASONS,
    RISK_GROUPS,
)
from schema.context import Context, Info
from schema.fields import read_as
from schema.scalars import CurrencyCode
from schema.types.reference import Currency, EnumLabel


async def _currencies(context: Context, asked: Mapping[str, Any]) -> list[Currency]:
    locale = context.language.locale
    return [
        Currency(code=CurrencyCode(code), name=currency_name(code, locale), digits=digits)
        for code, digits in sorted(context.digits.items())
    ]


async def _enum_labels(context: Context, asked: Mapping[str, Any]) -> list[EnumLabel]:
    language = asked["locale"] or context.language
    wanted = labelled() if asked["names"] is None else tuple(dict.fromkeys(asked["names"]))
    return [
        EnumLabel(enum=name, value=value, label=label)
        for name in wanted
        for value, label in labels(name, language).items()
    ]


@strawberry.type
class NameQueries:
    """The fields of `Query` for drop-downs."""

    reasons: REASONS.connection = REASONS.field(  # type: ignore[name-defined]
        "Reasons for holding, releasing or giving a status."
    )
    account_statuses: ACCOUNT_STATUSES.connection = ACCOUNT_STATUSES.field(  # type: ignore[name-defined]
        "Credit standings of customers."
    )
    payment_terms: PAYMENT_TERMS_LIST.connection = PAYMENT_TERMS_LIST.field(  # type: ignore[name-defined]
        "When invoices fall due."
    )
    cash_discounts: CASH_DISCOUNTS.connection = CASH_DISCOUNTS.field(  # type: ignore[name-defined]
        "What may be taken off for paying early."
    )
    customer_groups: CUSTOMER_GROUPS.connection = CUSTOMER_GROUPS.field(  # type: ignore[name-defined]
        "Ordinary groups of customers."
    )
    credit_management_groups: CREDIT_MANAGEMENT_GROUPS.connection = CREDIT_MANAGEMENT_GROUPS.field(  # type: ignore[name-defined]
        "Groups that select customers for blocking rules."
    )
    risk_groups: RISK_GROUPS.connection = RISK_GROUPS.field("Classes of risk.")  # type: ignore[name-defined]
    collateral_types: COLLATERAL_TYPES.connection = COLLATERAL_TYPES.field(  # type: ignore[name-defined]
        "Kinds of insurance, guarantees and things pledged."
    )
    coverage_types: COVERAGE_TYPES.connection = COVERAGE_TYPES.field(  # type: ignore[name-defined]
        "What insurance policies cover."
    )
    aging_definitions: AGING_DEFINITIONS.connection = AGING_DEFINITIONS.field(  # type: ignore[name-defined]
        "The columns of agings."
    )
    exchange_rates: EXCHANGE_RATES.connection = EXCHANGE_RATES.field(  # type: ignore[name-defined]
        "Published exchange rates, the newest first."
    )

    @strawberry.field(description="Every currency, by code.", metadata=read_as(told_by(_currencies)))
    async def currencies(self, info: Info) -> list[Currency]:
        return await _currencies(info.context, {})

    @strawberry.field(
        description="What the values of enums are called; load it once per language.",
        metadata=read_as(told_by(_enum_labels)),
    )
    async def enum_labels(
        self,
        info: Info,
        names: Annotated[
            list[str] | None, strawberry.argument(description="Only these enums; all of them unless said.")
        ] = None,
        locale: InLocale = None,
    ) -> list[EnumLabel]:
        return await _enum_labels(info.context, {"names": names, "locale": locale})
