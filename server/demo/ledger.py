"""Posts what is owed and how it was paid."""

from __future__ import annotations

from typing import Any

from server.demo.facts.documents import Item, Payment
from server.demo.facts.payments import Ledger
from server.demo.posting import Poster, key, money_of


def post_ledger(poster: Poster, ledger: Ledger) -> None:
    """Items, then what credit notes settle, then payments, then those that the bank took back."""
    poster.rows(poster.erp, "postOpenItems", "items", [_item(item) for item in ledger.items], keyed=True)
    for one in ledger.credited:
        wanted = {
            "openItem": {"number": {"company": one.company, "number": one.item}},
            "creditNote": {"number": {"company": one.company, "number": one.credit_note}},
            "day": str(one.day),
        }
        poster.one(poster.erp, "settle", key(f"credit-{one.credit_note}") | wanted)
    poster.rows(poster.erp, "postPayments", "payments", [_payment(one) for one in ledger.payments], keyed=True)
    for back in ledger.returned:
        its = {"payment": {"number": {"company": back.company, "number": back.payment}}, "day": str(back.day)}
        poster.one(poster.erp, "reversePayment", key(f"return-{back.payment}") | its)


def _item(item: Item) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "company": item.company,
        "account": item.account,
        "kind": item.kind,
        "number": item.number,
        "amount": money_of(item.company, item.amount),
        "documentDate": str(item.document_date),
        "dueDate": str(item.due_date),
    }
    if item.disputed:
        sent["disputed"] = money_of(item.company, item.disputed)
    if item.dunned:
        sent["dunningLevel"] = item.dunned
    if item.order is not None:
        sent["bills"] = [{"salesOrder": item.order, "lineNumber": 1, "amount": sent["amount"]}]
    return sent


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "company": payment.company,
        "account": payment.account,
        "number": payment.number,
        "amount": money_of(payment.company, payment.amount),
        "paidOn": str(payment.paid_on),
        "kind": "DIRECT_DEBIT" if payment.debit else "RECEIPT",
        "status": "PENDING" if payment.pending else "COLLECTED",
        "settlements": [
            {"openItem": one.item} | ({} if one.amount is None else {"amount": money_of(payment.company, one.amount)})
            for one in payment.settles
        ],
    }
