"""Every situation has a whole sentence of its own, with the figures a credit clerk needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.check import Checkpoint, Facts, Order, check
from domain.limits import LimitTerms
from domain.message import Message, Percent
from domain.money import Money
from domain.release import Release
from tests.domain.words import (
    HEALTHY,
    TODAY,
    customer,
    days,
    group,
    money,
    normal,
    order,
    owes,
    with_customer,
    with_group,
)

ORDER = order("50 SEK")


def said(message: Message) -> str:
    """English without the locales: enough to see which sentence it is."""

    def plain(value: object) -> object:
        if isinstance(value, Money):
            return f"{value.amount.normalize():f} {value.currency}"
        return f"{value.of_hundred.normalize():f} %" if isinstance(value, Percent) else value

    values = {name: plain(value) for name, value in message.values.items()}
    many = message.plural is not None and message.count is not None and message.values[message.count] != 1
    return (message.plural if many and message.plural else message.text).format(**values)


def alone(limit: str, owed: str) -> Facts:
    return Facts(customer(normal(limit), balances=(owes(owed),)))


def member(limit: str | None, group_limit: str, group_owes: str) -> Facts:
    own = LimitTerms(() if limit is None else (normal(limit),))
    return Facts(customer(terms=own), group(normal(group_limit), balances=(owes(group_owes),)))


SENTENCES = [
    (alone("100 SEK", "40 SEK"), "The order of 50 SEK passes: 60 SEK of credit is available."),
    (
        member(None, "100 SEK", "40 SEK"),
        "The order of 50 SEK passes: 60 SEK of credit is available in credit group Acme Group.",
    ),
    (
        member("70 SEK", "100 SEK", "40 SEK"),
        "The order of 50 SEK passes: 70 SEK of credit is available to the customer and 60 SEK in "
        "credit group Acme Group.",
    ),
    (
        Facts(customer(terms=LimitTerms(unlimited=True))),
        "The order of 50 SEK passes: no credit limit applies.",
    ),
    (
        alone("100 SEK", "60 SEK"),
        "The order of 50 SEK is held: 40 SEK of the credit limit of 100 SEK is available, and the "
        "order exceeds it by 10 SEK.",
    ),
    (
        alone("100 SEK", "120 SEK"),
        "The order of 50 SEK is held: the credit limit of 100 SEK is used up, and with the order it "
        "is exceeded by 70 SEK.",
    ),
    (
        member("70 SEK", "100 SEK", "60 SEK"),
        "The order of 50 SEK is held: 40 SEK of the credit limit of 100 SEK of credit group Acme Group is available, "
        "and the order exceeds it by 10 SEK.",
    ),
    (
        member("70 SEK", "100 SEK", "100 SEK"),
        "The order of 50 SEK is held: the credit limit of 100 SEK of credit group Acme Group is used up, "
        "and with the order it is exceeded by 50 SEK.",
    ),
    (
        member("20 SEK", "100 SEK", "60 SEK"),
        "The order of 50 SEK is held: it exceeds the available credit of 20 SEK by 30 SEK, "
        "and the 40 SEK available in credit group Acme Group by 10 SEK.",
    ),
    (with_customer(on_hold=True), "The customer is on hold."),
    (
        with_customer(on_hold=True, terms=LimitTerms((normal("100,000 SEK", until=days(-9)),))),
        "The order of 50 SEK is held for 2 reasons.",
    ),
    (
        with_customer(balances=(owes("1 SEK", 31),)),
        "The oldest unpaid item is 31 days overdue; the threshold is 30.",
    ),
    (with_customer(excluded=True), "The customer is excluded from credit management."),
]


@pytest.mark.parametrize(("facts", "sentence"), SENTENCES)
def test_the_explanation_of_a_decision(facts: Facts, sentence: str) -> None:
    assert said(check(facts, ORDER).explanation) == sentence


@pytest.mark.parametrize(
    ("facts", "asked", "sentence"),
    [
        (HEALTHY, replace(ORDER, excluded=True), "The order is excluded from credit management."),
        (HEALTHY, replace(ORDER, checkpoint=Checkpoint.PICKING_LIST), "Credit is not checked at this step."),
        (
            HEALTHY,
            replace(ORDER, release=Release(money("50 SEK"), TODAY)),
            f"The order was released on {TODAY} for up to 50 SEK; it is not checked again through {days(14)}.",
        ),
        (
            with_customer(on_hold=True, checkpoints=frozenset(Checkpoint)),
            replace(ORDER, checkpoint=Checkpoint.INVOICE, delivered=True),
            "The goods are delivered already, so the invoice of 50 SEK is not held, in spite of 1 reason.",
        ),
    ],
)
def test_the_explanation_of_a_special_order(facts: Facts, asked: Order, sentence: str) -> None:
    assert said(check(facts, asked).explanation) == sentence


def test_each_reason_has_a_sentence_with_its_figures() -> None:
    late = (owes("120,000 SEK", 31),)
    terms = LimitTerms((normal("100,000 SEK", until=days(-6)),))
    spoiled = with_group(with_customer(on_hold=True, balances=late, terms=terms), balances=(owes("1,000,000 SEK"),))
    decision = check(spoiled, replace(ORDER, forced=True))
    assert [said(reason.message) for reason in decision.reasons] == [
        "The customer is on hold.",
        "The order was put on hold by hand.",
        "The credit limit of 1000000 SEK of credit group Acme Group is used up; with the order it "
        "is exceeded by 50 SEK.",
        "The credit limit of 100000 SEK is used up; with the order it is exceeded by 20050 SEK.",
        f"The credit limit expired on {days(-6)}.",
        "With the order, 120.05 % of the credit limit of 100000 SEK is used; the threshold is 90 %.",
        "The oldest unpaid item is 31 days overdue; the threshold is 30.",
    ]
    roomy = with_group(with_customer(spoiled, balances=(owes("99,999 SEK"),)), balances=(owes("999,999 SEK"),))
    reasons = [said(reason.message) for reason in check(roomy, ORDER).reasons]
    assert reasons[1:3] == [
        "1 SEK of the credit limit of 1000000 SEK of credit group Acme Group is available; the "
        "order exceeds it by 49 SEK.",
        "1 SEK of the credit limit of 100000 SEK is available; the order exceeds it by 49 SEK.",
    ]
