"""The tables, one file a subject. `metadata` is what migrations must equal."""

from persistence.tables import company, customer, decisions, limits, movements, orders, receivables, reference, running
from persistence.tables.columns import metadata

__all__ = [
    "company",
    "customer",
    "decisions",
    "limits",
    "metadata",
    "movements",
    "orders",
    "receivables",
    "reference",
    "running",
]
