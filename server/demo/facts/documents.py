"""What an ERP sends: items of the ledger, payments, settlements, orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto


@dataclass(frozen=True)
class Item:
    """An item of the ledger, its amount above zero. `order`: the order whose only line it bills; `dunned`: how far."""

    company: str
    account: str
    number: str
    kind: str
    amount: Decimal
    document_date: date
    due_date: date
    disputed: Decimal = Decimal(0)
    order: str | None = None
    dunned: int = 0


@dataclass(frozen=True)
class Settles:
    """An item that a payment settles; `amount` None: all that is open of it."""

    item: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Payment:
    """A payment with what it settles; `pending`: a direct debit on its way."""

    company: str
    account: str
    number: str
    amount: Decimal
    paid_on: date
    settles: tuple[Settles, ...] = ()
    debit: bool = False
    pending: bool = False


@dataclass(frozen=True)
class Credited:
    """A credit note settles an invoice."""

    company: str
    item: str
    credit_note: str
    day: date


@dataclass(frozen=True)
class Returned:
    """The bank took a payment back."""

    company: str
    payment: str
    day: date


@dataclass(frozen=True)
class Conditions:
    """How an order is paid for, by codes: None where it is as the customer usually does."""

    terms: str | None = None
    discount: str | None = None


USUAL = Conditions()


class Way(Enum):
    """How an order comes."""

    ENTERED = auto()
    """It is not submitted."""
    TAKEN_OVER = auto()
    """It passed elsewhere before creditgraph began, and counts."""
    SUBMITTED = auto()


class Then(Enum):
    """What happened to an order after it came."""

    NOTHING = auto()
    PARTLY_DELIVERED = auto()
    DELIVERED = auto()
    BILLED = auto()
    INVOICED = auto()
    """It is delivered, and an item bills it."""
    IN_LEDGER = auto()
    """An item of the past bills it."""
    CLOSED_SHORT = auto()
    """A part is delivered, and the rest will not come."""
    CLOSED = auto()
    """Nothing of it will come."""
    REOPENED = auto()
    """It was closed and comes after all."""
    RETURNED = auto()
    """It is delivered, and a part came back."""
    PREPAID = auto()
    """Half of it is paid before the goods leave."""
    CANCELLED = auto()
    RELEASED = auto()
    REJECTED = auto()
    FORCED = auto()
    """Somebody holds it by hand."""
    REVIEWED = auto()
    """Somebody wrote on its hold when to look at it again."""
    RAISED = auto()
    """Its customer's limit is raised: the hold is ready to be released."""


@dataclass(frozen=True)
class Order:
    """An order of one line. `why`: the reason it is expected to be held for, None when it passes or is not asked."""

    company: str
    account: str
    number: str
    amount: Decimal
    way: Way = Way.SUBMITTED
    then: Then = Then.NOTHING
    why: str | None = None
    kind: str = "SALES_ORDER"
    checkpoint: str = "CONFIRMATION"
    goods: str | None = None
    ordered_on: date | None = None
    ship_date: date | None = None
    conditions: Conditions = USUAL
