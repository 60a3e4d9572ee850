"""Open items and payments of the ledger, and what each of them moves.

Every fact appends movements; a correction appends the opposite on its own day, so that any past day can be asked.
Signs: what raises a customer's debt is positive. Credit notes and unapplied receipts lower exposure at once, overdue
only by settlement (SAP, QAD; decision 11).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.exposure import Category
from domain.money import Money, rounded


class OpenItemKind(StrEnum):
    """What an item of the ledger is."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"
    OPENING_BALANCE = "OPENING_BALANCE"
    DOWN_PAYMENT = "DOWN_PAYMENT"
    PAYMENT_REQUEST = "PAYMENT_REQUEST"
    BILL_OF_EXCHANGE = "BILL_OF_EXCHANGE"


class PaymentKind(StrEnum):
    """How money comes in."""

    RECEIPT = "RECEIPT"
    DIRECT_DEBIT = "DIRECT_DEBIT"


class PaymentStatus(StrEnum):
    """Where a payment stands: a direct debit that is pending does not lower exposure yet."""

    PENDING = "PENDING"
    COLLECTED = "COLLECTED"
    RETURNED = "RETURNED"


LOWERS = frozenset({OpenItemKind.CREDIT_NOTE, OpenItemKind.DOWN_PAYMENT})
"""Kinds whose amount is posted as a negative: they lower what the customer owes."""

SPECIAL = frozenset({OpenItemKind.DOWN_PAYMENT, OpenItemKind.PAYMENT_REQUEST, OpenItemKind.BILL_OF_EXCHANGE})
"""Special liabilities (SAP's special G/L transactions): a column of exposure of their own, signed."""

SALES = frozenset({OpenItemKind.INVOICE, OpenItemKind.CREDIT_NOTE})
"""Kinds that are sales, for days sales outstanding and turnover."""


@dataclass(frozen=True)
class Movement:
    """One change of one category: `due` is the due day of items, the ship day of orders, the day of receipts."""

    category: Category
    amount: Money
    day: date
    due: date
    source: UUID


@dataclass(frozen=True)
class OpenItem:
    """An item as posted; `amount` is signed, `disputed` is a part of it."""

    id: UUID
    kind: OpenItemKind
    amount: Money
    document_date: date
    due_date: date
    disputed: Decimal = Decimal(0)


@dataclass(frozen=True)
class Payment:
    """Money received or on its way; `amount` is positive."""

    id: UUID
    kind: PaymentKind
    status: PaymentStatus
    amount: Money
    paid_on: date


def signed(kind: OpenItemKind, amount: Decimal) -> Decimal:
    """The amount with the sign of its kind; ERPs send all of them as positive amounts."""
    return -amount if kind in LOWERS else amount


def share(booked: Decimal, part: Decimal, whole: Decimal, digits: int) -> Decimal:
    """What was booked of a part of an amount, where the whole was booked as `booked`."""
    return booked if part == whole else rounded(booked * part / whole, digits)


def category_of(kind: OpenItemKind) -> Category:
    """Which kind of exposure an item is."""
    if kind in SPECIAL:
        return Category.SPECIAL_LIABILITIES
    return Category.UNAPPLIED if kind is OpenItemKind.CREDIT_NOTE else Category.RECEIVABLES


def counted_due(item: OpenItem) -> date:
    """The day an item is aged by; a credit note falls due the day it is written."""
    return item.document_date if item.kind is OpenItemKind.CREDIT_NOTE else item.due_date


def item_posted(item: OpenItem) -> tuple[Movement, ...]:
    """What a new item moves, on its document date."""
    due = counted_due(item)
    moved = [Movement(category_of(item.kind), item.amount, item.document_date, due, item.id)]
    if item.disputed:
        moved.append(disputed(item, item.disputed, item.document_date))
    if item.kind in SALES:
        moved.append(Movement(Category.SALES, item.amount, item.document_date, item.document_date, item.id))
    return tuple(moved)


def disputed(item: OpenItem, change: Decimal, day: date) -> Movement:
    """The disputed part of an item rises or falls."""
    return Movement(Category.DISPUTED, Money(change, item.amount.currency), day, item.due_date, item.id)


def standing(item: OpenItem, left: Money, day: date) -> tuple[Movement, ...]:
    """What comes to stand with a payer on a day when the rest of an item is given to it: no sale, that was before.

    `left` is signed as the item is.
    """
    moved = (Movement(category_of(item.kind), left, day, counted_due(item), item.id),)
    return (*moved, disputed(item, item.disputed, day)) if item.disputed else moved


def payment_posted(payment: Payment) -> tuple[Movement, ...]:
    """What a payment moves: collected money is unapplied until it settles an item."""
    if payment.status is not PaymentStatus.COLLECTED:
        return ()
    return (Movement(Category.UNAPPLIED, -payment.amount, payment.paid_on, payment.paid_on, payment.id),)


def settled(item: OpenItem, amount: Decimal, source: UUID, source_day: date, day: date) -> tuple[Movement, ...]:
    """What a settlement moves: the item is open by so much less, the payment or credit note unapplied by so much less.

    `source_day` is the day the payment was received, or the credit note written.
    """
    money = Money(amount, item.amount.currency)
    return (
        Movement(category_of(item.kind), -money, day, item.due_date, item.id),
        Movement(Category.UNAPPLIED, money, day, source_day, source),
    )


def reversed_on(movements: Iterable[Movement], day: date) -> tuple[Movement, ...]:
    """The opposite of movements, on the day of the correction."""
    return tuple(Movement(m.category, -m.amount, day, m.due, m.source) for m in movements)
