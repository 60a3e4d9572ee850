"""Orders: what counts of them along the chain, and which status may follow which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.exposure import Balance, Category
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal


class SalesDocumentKind(StrEnum):
    """What can be checked and held."""

    SALES_ORDER = "SALES_ORDER"
    FREE_TEXT_INVOICE = "FREE_TEXT_INVOICE"
    PROJECT_INVOICE = "PROJECT_INVOICE"
    QUOTATION = "QUOTATION"


WITHOUT_ORDER = frozenset({SalesDocumentKind.FREE_TEXT_INVOICE, SalesDocumentKind.PROJECT_INVOICE})
"""Invoices that no order came before: a company may have them checked before they are posted (decision 19)."""


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

    `delivered`: goods that left; `billed`: on billing documents; `posted`: become open items (a down payment invoice
    can be posted before anything is delivered). `prepaid`: paid in advance for this line, which lowers what it still
    takes. `returned`: goods that came back; `credited`: of that, on a credit note of the ledger, which lowers the debt
    by itself. `closed`: the rest will not be delivered. `consumed_more`: what billing documents take of the line beyond
    what they bill; below zero where they bill more. `never_billed`: of what was delivered, will not be billed.
    """

    amount: Money
    delivered: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    posted: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    closed: bool = False
    ship_date: date | None = None
    consumed_more: Decimal = Decimal(0)
    never_billed: Decimal = Decimal(0)

    @property
    def consumed(self) -> Decimal:
        """What billing documents take of the line, whatever they bill for it."""
        return max(self.billed, self.posted) + self.consumed_more

    @property
    def taken(self) -> Decimal:
        """What is delivered or taken by billing documents, whichever went further."""
        return max(self.delivered, self.consumed)

    @property
    def kept(self) -> Decimal:
        """The same without what is delivered and never billed."""
        return max(self.delivered - self.never_billed, self.consumed)

    @property
    def rest(self) -> Decimal:
        """What is still to come, whoever has paid for it already."""
        return Decimal(0) if self.closed else max(Decimal(0), self.amount.amount - self.taken)

    @property
    def comes_to(self) -> Decimal:
        """What the line comes to: of a closed one only what was taken, and is or will be billed."""
        return self.kept if self.closed else self.amount.amount

    @property
    def deliverable(self) -> Decimal:
        """What may still leave. Goods of a closed line may have left all the same."""
        return self.amount.amount - self.delivered

    @property
    def billable(self) -> Decimal:
        """What billing documents may still take: of a closed line what was delivered."""
        most = self.delivered - self.never_billed if self.closed else self.amount.amount
        return max(Decimal(0), most - self.consumed)

    @property
    def open_returns(self) -> Money:
        """Goods that came back, on no credit note yet."""
        return Money(self.returned - self.credited, self.amount.currency)

    @property
    def open_billing(self) -> Money:
        """On billing documents, not yet an open item."""
        return self._left(self.billed, self.posted)

    @property
    def open_deliveries(self) -> Money:
        """Goods that left, on no billing document yet."""
        return self._left(self.delivered - self.never_billed, self.consumed)

    @property
    def unbilled(self) -> Decimal:
        """Goods that are with the customer, on no billing document yet."""
        return max(Decimal(0), self.open_deliveries.amount - self.open_returns.amount)

    @property
    def asked(self) -> Decimal:
        """What it asks for: all that is to come of it or to be posted."""
        return self.rest + self.open_deliveries.amount + self.open_billing.amount

    @property
    def open_order(self) -> Money:
        """Ordered, not yet delivered, billed or posted, less what is prepaid."""
        return self._left(self.rest, self.prepaid)

    @property
    def prepaid_rest(self) -> Money:
        """Of what is still to come, what is prepaid: money that is spoken for and no longer unapplied."""
        return Money(min(self.prepaid, self.rest), self.amount.currency)

    def _left(self, step: Decimal, taken: Decimal) -> Money:
        return Money(max(Decimal(0), step - taken), self.amount.currency)


def prepaid_lines(lines: Iterable[OrderLine], prepaid: Decimal) -> tuple[OrderLine, ...]:
    """An order's lines with what was paid in advance for it, spread over what is still to come, first lines first."""
    found = []
    for line in lines:
        part = min(prepaid, line.rest)
        found.append(replace(line, prepaid=part))
        prepaid -= part
    return tuple(found)


def order_balances(lines: Iterable[OrderLine], status: SalesOrderStatus, admitted: bool) -> tuple[Balance, ...]:
    """What an order moves into each category. `admitted`: it passed or was released once.

    Delivered and billed goods always count, and goods that came back lower what is delivered, below nothing too where
    all of it is invoiced (Business Central: returns received and not invoiced). The rest counts from the moment the
    order was admitted, also while a later step holds it, until it is delivered (a partly delivered order stays
    APPROVED); what is prepaid of it lowers the order instead of standing unapplied (decision 11). Held at its first
    submission it is shown among held orders; entered, rejected, cancelled and closed orders take nothing.
    """
    return tuple(balance for balance in _balances(lines, status, admitted) if balance.amount.amount)


def _balances(lines: Iterable[OrderLine], status: SalesOrderStatus, admitted: bool) -> Iterator[Balance]:
    rest = _category_of_the_rest(status, admitted)
    for line in lines:
        if line.billed:
            yield Balance(Category.OPEN_BILLING, line.open_billing, line.ship_date)
        if line.delivered:
            yield Balance(Category.OPEN_DELIVERIES, line.open_deliveries - line.open_returns, line.ship_date)
        if rest is not None:
            yield Balance(rest, line.open_order, line.ship_date)
            yield Balance(Category.UNAPPLIED, line.prepaid_rest, line.ship_date)


def _category_of_the_rest(status: SalesOrderStatus, admitted: bool) -> Category | None:
    if status is SalesOrderStatus.HELD:
        return Category.OPEN_ORDERS if admitted else Category.HELD_ORDERS
    return Category.OPEN_ORDERS if status is SalesOrderStatus.APPROVED else None


def standing(status: SalesOrderStatus, lines: Sequence[OrderLine], admitted: bool) -> SalesOrderStatus:
    """Where an order stands by what became of its lines: a partly delivered one is still to come.

    One on hold, rejected or cancelled stays so, and a closed one that only reopening opens. What was called back out of
    a delivery is to come again.
    """
    if status in _STAYS:
        return status
    if any(line.rest for line in lines):
        if status is SalesOrderStatus.CLOSED:
            return status
        return SalesOrderStatus.APPROVED if admitted else SalesOrderStatus.ENTERED
    if any(line.kept for line in lines):
        waiting = any(line.open_deliveries > line.open_returns or line.open_billing.amount for line in lines)
        return SalesOrderStatus.DELIVERED if waiting else SalesOrderStatus.INVOICED
    return SalesOrderStatus.CLOSED if any(line.closed for line in lines) else status


_STAYS = frozenset({SalesOrderStatus.HELD, SalesOrderStatus.REJECTED, SalesOrderStatus.CANCELLED})


FOLLOWING: dict[SalesOrderStatus, frozenset[SalesOrderStatus]] = {
    SalesOrderStatus.ENTERED: frozenset(
        {
            SalesOrderStatus.APPROVED,
            SalesOrderStatus.HELD,
            SalesOrderStatus.DELIVERED,
            SalesOrderStatus.CLOSED,
            SalesOrderStatus.CANCELLED,
        }
    ),
    SalesOrderStatus.APPROVED: frozenset(
        {
            SalesOrderStatus.APPROVED,
            SalesOrderStatus.HELD,
            SalesOrderStatus.DELIVERED,
            SalesOrderStatus.INVOICED,
            SalesOrderStatus.CLOSED,
            SalesOrderStatus.CANCELLED,
        }
    ),
    SalesOrderStatus.HELD: frozenset(
        {
            SalesOrderStatus.APPROVED,
            SalesOrderStatus.HELD,
            SalesOrderStatus.REJECTED,
            SalesOrderStatus.CLOSED,
            SalesOrderStatus.CANCELLED,
        }
    ),
    SalesOrderStatus.REJECTED: frozenset(
        {SalesOrderStatus.APPROVED, SalesOrderStatus.HELD, SalesOrderStatus.CLOSED, SalesOrderStatus.CANCELLED}
    ),
    SalesOrderStatus.DELIVERED: frozenset(
        {SalesOrderStatus.APPROVED, SalesOrderStatus.HELD, SalesOrderStatus.INVOICED, SalesOrderStatus.CLOSED}
    ),
    SalesOrderStatus.INVOICED: frozenset({SalesOrderStatus.DELIVERED, SalesOrderStatus.CLOSED}),
    SalesOrderStatus.CLOSED: frozenset({SalesOrderStatus.APPROVED, SalesOrderStatus.HELD}),
    SalesOrderStatus.CANCELLED: frozenset(),
}
"""Which status people may ask for. To APPROVED or HELD leads only a check: a rejected or reopened order is checked
again. What became of the lines leads elsewhere by itself (`standing`).
"""


def status_refusals(number: str, now: SalesOrderStatus, wanted: SalesOrderStatus) -> tuple[Refusal, ...]:
    """What is in the way of a new status."""
    if wanted in FOLLOWING[now]:
        return ()
    return (Refusal(ErrorCode.WRONG_STATUS, Message(REFUSED[now], {"number": number}), ("status",)),)


REFUSED = {
    SalesOrderStatus.ENTERED: N_("Order {number} has not been submitted yet."),
    SalesOrderStatus.APPROVED: N_("Order {number} is not on hold."),
    SalesOrderStatus.HELD: N_("Order {number} is on hold."),
    SalesOrderStatus.REJECTED: N_("Order {number} was rejected."),
    SalesOrderStatus.DELIVERED: N_("Order {number} is delivered already."),
    SalesOrderStatus.INVOICED: N_("Order {number} is invoiced already."),
    SalesOrderStatus.CLOSED: N_("Order {number} is closed."),
    SalesOrderStatus.CANCELLED: N_("Order {number} is cancelled."),
}
