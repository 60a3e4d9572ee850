"""How the generated customers pay what they owe: together on the days they pay on, as late as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from server.demo.facts.companies import rounded
from server.demo.facts.customers import Customer, Manner
from server.demo.facts.days import days_before
from server.demo.facts.documents import Credited, Item, Payment, Returned, Settles
from server.demo.facts.invoices import Written

LATE = {
    Manner.PROMPT: (-9, -1),
    Manner.SLOW: (3, 14),
    Manner.LATE: (33, 58),
    Manner.SEASONAL: (-7, 2),
    Manner.TROUBLED: (20, 40),
    Manner.NEW: (0, 0),
}
"""Days after the due day, from and to."""

PAYS_EVERY = (1, 5, 7)
"""Large customers pay once a week, all at once."""

STOPPED = 125
"""A customer in trouble pays nothing of what fell due since so many days ago."""


@dataclass
class Ledger:
    """Everything that was posted."""

    items: list[Item] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    credited: list[Credited] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)

    def add(self, other: Ledger) -> None:
        """What is in another one too."""
        self.items += other.items
        self.payments += other.payments
        self.credited += other.credited
        self.returned += other.returned


def ledger_of(customer: Customer, items: Sequence[Written], today: date) -> Ledger:
    """A customer's items with their payments."""
    return _Paying(customer, today).ledger(items)


class _Paying:
    """One customer at work."""

    def __init__(self, customer: Customer, today: date) -> None:
        self.customer = customer
        self.today = today
        self.chance = Random(f"payments {customer.account}")
        self.made = Ledger()
        self.runs: dict[int, list[tuple[Written, Decimal | None, Decimal]]] = defaultdict(list)

    def ledger(self, items: Sequence[Written]) -> Ledger:
        notes = {item.credits: item for item in items if item.credits is not None}
        for item in items:
            note = notes.get(item.number)
            paid = self._paid(item, item.amount - (note.amount if note else 0))
            self.made.items.append(self._item(item, disputed=not paid and note is None))
            if note is not None:
                day = days_before(self.today, note.written)
                self.made.credited.append(Credited(self.customer.company.code, item.number, note.number, day))
        for ago in sorted(self.runs, reverse=True):
            self._pay(ago)
        if self.customer.manner is Manner.TROUBLED:
            self._bounced()
        if self.customer.debited:
            self._on_its_way(items)
        return self.made

    def _paid(self, item: Written, left: Decimal) -> bool:
        """Whether it is paid at least in part; its payments are put among the runs."""
        if item.kind == "CREDIT_NOTE":
            return True
        if self.customer.manner is Manner.TROUBLED and item.due < STOPPED:
            return False
        every = PAYS_EVERY[self.customer.size]
        ago = (item.due - self.chance.randint(*LATE[self.customer.manner])) // every * every
        ago = min(ago, item.written)
        if ago < 1:
            return False
        if self.customer.manner is Manner.LATE and self.chance.random() < 0.2:
            half = rounded(left / 2, self.customer.company.currency)
            self.runs[ago].append((item, half, half))
            if ago > 30:
                self.runs[ago - 30].append((item, left - half, left - half))
        else:
            self.runs[ago].append((item, None, left))
        return True

    def _item(self, item: Written, disputed: bool) -> Item:
        overdue_debt = disputed and item.due > 0 and item.kind == "INVOICE"
        part = self.chance.randint(15, 60) if overdue_debt and self.chance.random() < 0.08 else 0
        return Item(
            company=self.customer.company.code,
            account=self.customer.account,
            number=item.number,
            kind=item.kind,
            amount=item.amount,
            document_date=days_before(self.today, item.written),
            # No later than it was written falls nothing due; a note is due at once.
            due_date=days_before(self.today, item.written)
            if item.kind == "CREDIT_NOTE"
            else self.today - timedelta(days=item.due),
            disputed=rounded(item.amount * part / 100, self.customer.company.currency),
        )

    def _pay(self, ago: int) -> None:
        settled = self.runs[ago]
        total = sum((amount for *_, amount in settled), Decimal(0))
        # Lately somebody paid without saying what for, or too much: it stands unapplied.
        silent = ago < 25 and self.chance.random() < 0.06
        extra = self.chance.randint(1, 9) if ago < 40 and self.chance.random() < 0.05 else 0
        self._post(
            f"B{self.customer.account}-{ago:03d}",
            total + rounded(total * extra / 100, self.customer.company.currency),
            days_before(self.today, ago),
            () if silent else tuple(Settles(item.number, part) for item, part, _ in settled),
        )

    def _post(
        self, number: str, amount: Decimal, day: date, settles: tuple[Settles, ...] = (), pending: bool = False
    ) -> None:
        company, debit = self.customer.company.code, self.customer.debited or pending
        self.made.payments.append(Payment(company, self.customer.account, number, amount, day, settles, debit, pending))

    def _bounced(self) -> None:
        """A last payment of the oldest open item that the bank took back."""
        settled = {one.item for payment in self.made.payments for one in payment.settles}
        settled |= {one.item for one in self.made.credited}
        opened = [item for item in self.made.items if item.kind != "CREDIT_NOTE" and item.number not in settled]
        if not opened or opened[0].disputed:
            return
        number, day = f"R{self.customer.account}", days_before(self.today, 15)
        if opened[0].document_date <= day:
            self._post(number, opened[0].amount, day, (Settles(opened[0].number),))
            back = days_before(self.today, 10)
            self.made.returned.append(Returned(self.customer.company.code, number, back))

    def _on_its_way(self, items: Sequence[Written]) -> None:
        """A direct debit of the newest item that is not due yet."""
        newest = items[-1] if items else None
        if newest is not None and newest.kind == "INVOICE" and newest.due < 0:
            day = self.today - timedelta(days=newest.due)
            self._post(f"D{self.customer.account}", newest.amount, day, pending=True)
