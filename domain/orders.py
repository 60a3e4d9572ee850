"""Orders: what counts of them along the chain, and which status follows which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.money import Money


class SalesDocumentKind(StrEnum):
    """What can be checked and held."""

    SALES_ORDER = "SALES_ORDER"
    FREE_TEXT_INVOICE = "FREE_TEXT_INVOICE"
    PROJECT_INVOICE = "PROJECT_INVOICE"
    QUOTATION = "QUOTATION"


class SalesOrderStatus(StrEnum):
    """Where an order stands. ENTERED: known, never submitted."""

    ENTERED = "ENTERED"
    APPROVED = "APPROVED"
    HELD = "HELD"
    REJECTED = "REJECTED"
    DELIVERED = "DELIVERED"
    INVOICED = "INVOICED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class OrderLine:
    """One line in one currency, tax included. The three steps are cumulative values, each taken from the one before.

    `delivered`: goods that left; `billed`: on billing documents; `posted`: become open items (a down payment invoice can
    be posted before anything is delivered). `closed`: the rest will not be delivered.
    """

    amount: Money
    delivered: Money | None = None
    billed: Money | None = None
    posted: Money | None = None
    closed: bool = False
    ship_date: date | None = None
