"""Which changes of a customer's credit widen it, and what can be done with one that waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.credit_change import CreditChangeStatus, Standing, widens
from domain.permitted import Action, on_credit_change

SOON, LATER = date(2026, 12, 1), date(2026, 12, 2)
WATCHED, STOPPED = UUID(int=1), UUID(int=2)
UNTIL_SOON = {"excluded": True, "excluded_until": SOON}

WIDER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"unlimited": True}),
    ({"mandatory": True}, {"mandatory": False}),
    ({}, {"excluded": True}),
    ({}, UNTIL_SOON),
    (UNTIL_SOON, {"excluded_until": LATER}),
    (UNTIL_SOON, {"excluded_until": None}),
    ({}, {"account_status": WATCHED}),
    ({"account_status": STOPPED, "holds_all": True}, {"account_status": WATCHED, "holds_all": False}),
    ({"account_status": STOPPED, "holds_all": True}, {"account_status": None, "holds_all": False}),
    ({}, {"credit_management_group": WATCHED}),
    ({"credit_management_group": WATCHED}, {"credit_management_group": None}),
    ({"unlimited": True}, {"unlimited": False, "excluded": True}),
]
NOT_WIDER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"unlimited": True}, {"unlimited": False}),
    ({}, {"mandatory": True}),
    ({"excluded": True}, {"excluded": False}),
    (UNTIL_SOON, {"excluded": False, "excluded_until": None}),
    ({"excluded": True}, {"excluded_until": SOON}),
    ({"excluded": True, "excluded_until": LATER}, {"excluded_until": SOON}),
    ({"account_status": WATCHED}, {"account_status": STOPPED, "holds_all": True}),
]


@pytest.mark.parametrize(("stands", "changed"), WIDER)
def test_what_may_let_more_orders_go_widens(stands: dict[str, Any], changed: dict[str, Any]) -> None:
    before = Standing(**stands)
    assert widens(before, replace(before, **changed))


@pytest.mark.parametrize(("stands", "changed"), NOT_WIDER)
def test_what_only_narrows_does_not(stands: dict[str, Any], changed: dict[str, Any]) -> None:
    before = Standing(**stands)
    assert not widens(before, replace(before, **changed))


@pytest.mark.parametrize(
    ("status", "others", "own"),
    [
        (CreditChangeStatus.IN_REVIEW, (Action.APPROVE, Action.REJECT), (Action.REJECT,)),
        (CreditChangeStatus.APPROVED, (), ()),
        (CreditChangeStatus.REJECTED, (), ()),
    ],
)
def test_others_approve_and_who_asked_may_only_take_it_back(
    status: CreditChangeStatus, others: tuple[Action, ...], own: tuple[Action, ...]
) -> None:
    assert on_credit_change(status, may_approve=True) == others
    assert on_credit_change(status, may_approve=False) == own
