"""The tables, one file a subject. `metadata` is what migrations must equal."""

from persistence.tables import (
    api_key,
    approval,
    company,
    customer,
    decisions,
    limits,
    movements,
    orders,
    party_limits,
    receivables,
    reference,
    running,
)
from persistence.tables.columns import metadata

__all__ = [
    "api_key",
    "approval",
    "company",
    "customer",
    "decisions",
    "limits",
    "metadata",
    "movements",
    "orders",
    "party_limits",
    "receivables",
    "reference",
    "running",
]
