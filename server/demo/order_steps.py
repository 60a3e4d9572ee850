"""Posts orders, and what was done with each of them afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from server.demo.facts.documents import Order, Then, Way
from server.demo.posting import Poster, key, money_of

RELEASES = (
    ("PAYMENT_PROMISED", "Promised by phone."),
    ("CUSTOMER_RELIABLE", None),
    ("PREPAID", "The money came this morning."),
    ("INSURER_AGREED", None),
)
"""Reasons for a release, with what was written beside them."""

REVIEW_IN = timedelta(days=5)


def post_known_orders(poster: Poster, orders: Sequence[Order]) -> None:
    """Those that are not submitted: entered only, or taken over as they were."""
    rows = [_known(order) for order in orders if order.way is not Way.SUBMITTED]
    poster.rows(poster.erp, "upsertSalesOrders", "salesOrders", rows, keyed=False)


def post_orders(poster: Poster, orders: Sequence[Order], today: date) -> None:
    """Submit the others in their order, and do what was done with each."""
    found = poster.manager.ask("{ reasons(first: 100) { nodes { id code } } }")
    reasons = {node["code"]: node["id"] for node in found["reasons"]["nodes"]}
    steps = _Steps(poster, reasons, today)
    for place, order in enumerate(orders):
        if order.then not in (Then.NOTHING, Then.IN_LEDGER, Then.RAISED) or order.way is Way.SUBMITTED:
            steps.take(order, place)


@dataclass
class _Steps:
    poster: Poster
    reasons: Mapping[str, str]
    today: date

    def take(self, order: Order, place: int) -> None:
        """One order, as far as it got."""
        answer = self._submit(order) if order.way is Way.SUBMITTED else {}
        hold = (answer.get("creditHold") or {}).get("id")
        step = key(f"{order.number}-{order.then.name}")
        match order.then:
            case Then.PARTLY_DELIVERED:
                self._deliver(order, order.amount * 2 // 5)
            case Then.DELIVERED:
                self._deliver(order, order.amount)
            case Then.INVOICED:
                self._deliver(order, order.amount)
                self._invoice(order)
            case Then.BILLED:
                self._bill(order)
            case Then.CLOSED_SHORT:
                self._deliver(order, order.amount * 2 // 5)
                self._close(order)
            case Then.CLOSED:
                self._close(order)
            case Then.REOPENED:
                self._close(order)
                self.poster.one(self.poster.erp, "reopenSalesOrder", step | _its(order))
            case Then.RETURNED:
                self._deliver(order, order.amount)
                back = {"number": f"R{order.number}", "lines": _lines(order, order.amount // 5)}
                self.poster.one(self.poster.erp, "recordReturn", step | _its(order) | back)
            case Then.PREPAID:
                self._prepay(order)
            case Then.CANCELLED:
                self.poster.one(self.poster.erp, "cancelSalesOrder", step | _its(order))
            case Then.FORCED:
                forced = {"salesOrder": answer["salesOrder"]["id"], "reason": self.reasons["OWNER_CHANGED"]}
                forced["note"] = "The owner is said to sell."
                self.poster.one(self.poster.manager, "forceCreditHold", step | forced)
            case Then.RELEASED if hold is not None:
                self._release(step, hold, order, place)
            case Then.REJECTED if hold is not None:
                rejected = {"creditHold": hold, "note": "Too much for one order."}
                self.poster.one(self.poster.manager, "rejectCreditHold", step | rejected)
            case Then.REVIEWED if hold is not None:
                review = {"creditHold": hold, "reviewDate": str(self.today + REVIEW_IN), "notes": "Call again."}
                self.poster.one(self.poster.manager, "updateCreditHold", step | review)

    def _submit(self, order: Order) -> dict[str, Any]:
        wanted = {
            "company": order.company,
            "number": order.number,
            "account": order.account,
            "amount": money_of(order.company, order.amount),
            "checkpoint": order.checkpoint,
            "kind": order.kind,
        }
        if order.ship_date is not None:
            wanted["shipDate"] = str(order.ship_date)
        if order.conditions.terms is not None:
            wanted["paymentTerms"] = order.conditions.terms
        if order.conditions.discount is not None:
            wanted["cashDiscount"] = order.conditions.discount
        read = "salesOrder { id } creditHold { id }"
        return self.poster.one(self.poster.erp, "submitSalesOrder", key(order.number) | wanted, read)

    def _deliver(self, order: Order, goods: Decimal) -> None:
        left = {"number": f"D{order.number}", "lines": _lines(order, goods)}
        self.poster.one(self.poster.erp, "recordDelivery", key(f"{order.number}-left") | _its(order) | left)

    def _close(self, order: Order) -> None:
        self.poster.one(
            self.poster.erp, "closeSalesOrderLine", key(f"{order.number}-closed") | _its(order) | {"lineNumber": 1}
        )

    def _prepay(self, order: Order) -> None:
        payment = {
            "company": order.company,
            "account": order.account,
            "number": f"V{order.number}",
            "amount": money_of(order.company, order.amount // 2),
            "paidOn": str(self.today - timedelta(days=1)),
            "salesOrder": order.number,
        }
        self.poster.one(self.poster.erp, "postPayments", key(f"{order.number}-prepaid") | {"payments": [payment]})

    def _bill(self, order: Order) -> None:
        billed = {"number": f"B{order.number}", "lines": _lines(order, order.amount)}
        self.poster.one(self.poster.erp, "recordBilling", key(f"{order.number}-billed") | _its(order) | billed)

    def _invoice(self, order: Order) -> None:
        amount = money_of(order.company, order.amount)
        # A day before: it is over everywhere.
        written = self.today - timedelta(days=1)
        item = {
            "company": order.company,
            "account": order.account,
            "number": f"F{order.number}",
            "amount": amount,
            "documentDate": str(written),
            "dueDate": str(written + timedelta(days=30)),
            "bills": [{"salesOrder": order.number, "lineNumber": 1, "amount": amount}],
        }
        self.poster.one(self.poster.erp, "postOpenItems", key(f"{order.number}-invoice") | {"items": [item]})

    def _release(self, step: Mapping[str, str], hold: str, order: Order, place: int) -> None:
        code, note = RELEASES[place % len(RELEASES)]
        release: dict[str, Any] = {"creditHold": hold, "reason": self.reasons[code], "note": note}
        if place % 2:
            release["ceiling"] = money_of(order.company, order.amount * 2)
            release["lastDate"] = str(self.today + timedelta(days=10))
        self.poster.one(self.poster.manager, "releaseCreditHold", {**step, **release})


def _its(order: Order) -> dict[str, Any]:
    return {"salesOrder": {"number": {"company": order.company, "number": order.number}}}


def _lines(order: Order, amount: Decimal) -> list[dict[str, Any]]:
    return [{"lineNumber": 1, "amount": money_of(order.company, amount)}]


def _known(order: Order) -> dict[str, Any]:
    line = {"lineNumber": 1, "amount": money_of(order.company, order.amount), "description": order.goods}
    sent: dict[str, Any] = {
        "company": order.company,
        "account": order.account,
        "number": order.number,
        "kind": order.kind,
        "lines": [line],
        "approved": order.way is Way.TAKEN_OVER,
    }
    if order.ordered_on is not None:
        sent["orderedOn"] = str(order.ordered_on)
    if order.ship_date is not None:
        sent["shipDate"] = str(order.ship_date)
    return sent
