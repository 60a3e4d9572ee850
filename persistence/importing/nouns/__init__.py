"""The kinds of rows that can be imported, one file a subject, in the order in which they speak of each other."""

from __future__ import annotations

from persistence.importing.nouns.collateral import COLLATERAL
from persistence.importing.nouns.companies import COMPANIES, PARTIES
from persistence.importing.nouns.credit_groups import CREDIT_GROUP_MEMBERS, CREDIT_GROUPS
from persistence.importing.nouns.customers import CUSTOMERS
from persistence.importing.nouns.limits import LIMITS
from persistence.importing.nouns.names import NAMES
from persistence.importing.nouns.open_items import OPEN_ITEMS
from persistence.importing.nouns.party_limits import PARTY_LIMITS
from persistence.importing.nouns.payments import PAYMENTS
from persistence.importing.nouns.rates import RATES
from persistence.importing.nouns.sales_orders import SALES_ORDERS
from persistence.importing.nouns.settlements import SETTLEMENTS

NOUNS = {
    noun.name: noun
    for noun in (
        RATES,
        COMPANIES,
        PARTIES,
        *NAMES,
        CUSTOMERS,
        CREDIT_GROUPS,
        CREDIT_GROUP_MEMBERS,
        LIMITS,
        PARTY_LIMITS,
        COLLATERAL,
        OPEN_ITEMS,
        PAYMENTS,
        SETTLEMENTS,
        SALES_ORDERS,
    )
}

__all__ = ["NOUNS"]
