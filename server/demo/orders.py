"""Orders of the demo group, in every state an order can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from server.demo import group
from server.demo.client import Client
from server.demo.history import TERMS
from server.demo.posting import key, money, post


class Then(Enum):
    """What happened to an order after it was submitted."""

    NOTHING = auto()
    NOT_SUBMITTED = auto()
    PARTLY_DELIVERED = auto()
    DELIVERED = auto()
    BILLED = auto()
    INVOICED = auto()
    CANCELLED = auto()
    RELEASED = auto()
    REJECTED = auto()


@dataclass(frozen=True)
class Order:
    """An order of an account, in the currency of its company."""

    account: str
    number: str
    amount: int
    then: Then = Then.NOTHING


ORDERS = (
    # The example of the README: 500,000 kr of the shared 1,000,000 are taken, by two companies in two currencies ...
    Order("1002", "SO-10001", 388_000),
    Order("2001", "SO-20001", 10_000),
    # ... and this one is held, for its customer may owe 100,000 kr.
    Order("1001", "SO-10002", 110_000),
    Order("1003", "SO-10003", 42_000),
    Order("1004", "SO-10004", 190_000),
    Order("1005", "SO-10005", 36_500, Then.PARTLY_DELIVERED),
    Order("1006", "SO-10006", 205_000),
    Order("1007", "SO-10007", 5_200),
    Order("1008", "SO-10008", 28_750, Then.BILLED),
    Order("1009", "SO-10009", 64_000, Then.RELEASED),
    Order("1003", "SO-10010", 18_400, Then.NOT_SUBMITTED),
    Order("3001", "SO-30001", 55_000, Then.INVOICED),
    Order("3002", "SO-30002", 12_900, Then.CANCELLED),
    Order("3003", "SO-30003", 96_000, Then.DELIVERED),
    Order("3004", "SO-30004", 140_000, Then.PARTLY_DELIVERED),
    Order("3005", "SO-30005", 390_000, Then.REJECTED),
    Order("3006", "SO-30006", 115_000),
    Order("2002", "SO-20002", 14_000),
    Order("2003", "SO-20003", 61_000),
    Order("2004", "SO-20004", 21_000),
    Order("2005", "SO-20005", 27_500),
)


def place_orders(erp: Client, manager: Client, today: date) -> None:
    """Submit them, and do what was done to each afterwards."""
    for order in ORDERS:
        if order.then is Then.NOT_SUBMITTED:
            _enter(erp, order)
        else:
            hold = _submit(erp, order, today)
            _go_on(erp, manager, order, hold, today)


def _submit(erp: Client, order: Order, today: date) -> str | None:
    """The id of the hold when it is held."""
    company, currency = _seller(order)
    wanted = {
        "company": company,
        "number": order.number,
        "account": order.account,
        "amount": money(order.amount, currency),
        "shipDate": str(today + timedelta(days=7)),
    }
    answer = post(erp, "submitSalesOrder", key(order.number) | wanted, "creditHold { id }")
    hold = answer["creditHold"]
    return None if hold is None else str(hold["id"])


def _go_on(erp: Client, manager: Client, order: Order, hold: str | None, today: date) -> None:
    company, currency = _seller(order)
    its = {"salesOrder": {"number": {"company": company, "number": order.number}}}
    goods = order.amount if order.then in (Then.DELIVERED, Then.INVOICED) else order.amount * 2 // 5
    lines = {"lines": [{"lineNumber": 1, "amount": money(goods, currency)}]}
    step = key(f"{order.number}-{order.then.name}")
    match order.then:
        case Then.PARTLY_DELIVERED | Then.DELIVERED:
            post(erp, "recordDelivery", step | its | {"number": f"D{order.number}"} | lines)
        case Then.BILLED:
            post(erp, "recordBilling", step | its | {"number": f"B{order.number}"} | lines)
        case Then.INVOICED:
            post(erp, "recordDelivery", step | its | {"number": f"D{order.number}"} | lines)
            invoice = {
                "company": company,
                "account": order.account,
                "number": f"F{order.number}",
                "amount": money(goods, currency),
                "documentDate": str(today),
                "dueDate": str(today + TERMS),
                "bills": [{"salesOrder": order.number, "lineNumber": 1, "amount": money(goods, currency)}],
            }
            post(erp, "postOpenItems", key(f"{order.number}-invoice") | {"items": [invoice]})
        case Then.CANCELLED:
            post(erp, "cancelSalesOrder", step | its)
        case Then.RELEASED if hold is not None:
            reason = manager.ask('{ reasons(where: {code: {eq: "PAYMENT_PROMISED"}}) { nodes { id } } }')
            release = {"creditHold": hold, "reason": reason["reasons"]["nodes"][0]["id"], "note": "Promised by phone."}
            post(manager, "releaseCreditHold", step | release)
        case Then.REJECTED if hold is not None:
            post(manager, "rejectCreditHold", step | {"creditHold": hold, "note": "Too much for one order."})


def _enter(erp: Client, order: Order) -> None:
    company, currency = _seller(order)
    line = {"lineNumber": 1, "amount": money(order.amount, currency)}
    wanted = {"company": company, "account": order.account, "number": order.number, "lines": [line]}
    post(erp, "upsertSalesOrders", {"salesOrders": [wanted]})


def _seller(order: Order) -> tuple[str, str]:
    company = group.account(order.account).company
    return company, group.currency_of(company)
