"""Which changes of credit beside the limit widen it, and what can be done with one that waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.credit_change import (
    CreditChangeStatus,
    Standing,
    its_end_widens,
    party_limits_widen,
    security_change_widens,
    security_widens,
    widens,
)
from domain.money import Money
from domain.party_limits import PartyLimitReaction, PartyLimits, TurnoverShare
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


@pytest.mark.parametrize(("adds", "flagged", "wider"), [("50", False, True), ("0", False, False), ("50", True, False)])
def test_a_security_widens_when_it_adds_to_the_limit(adds: str, flagged: bool, wider: bool) -> None:
    assert security_widens(Decimal(adds), flagged) is wider


@pytest.mark.parametrize(
    ("adds", "flagged", "terms", "wider"),
    [
        ("50", False, None, False),
        ("50", True, None, True),
        ("100", True, None, False),
        ("50", False, 30, True),
    ],
)
def test_the_end_of_a_security_widens_when_it_stood_in_the_way(
    adds: str, flagged: bool, terms: int | None, wider: bool
) -> None:
    assert its_end_widens(Decimal(adds), flagged, terms) is wider


@pytest.mark.parametrize(
    ("stood", "differs", "wider"),
    [
        (30, {"maximum_terms_days": 60}, True),
        (30, {"maximum_terms_days": None}, True),
        (30, {"maximum_terms_days": 20}, False),
        (None, {"maximum_terms_days": 20}, False),
        (30, {"provider": "Other"}, False),
    ],
)
def test_a_security_that_covers_longer_terms_widens(stood: int | None, differs: dict[str, Any], wider: bool) -> None:
    assert security_change_widens({"maximum_terms_days": stood}, differs) is wider


HOLD = PartyLimitReaction.HOLD
CEILING, SHARE = Money(Decimal(100), "SEK"), TurnoverShare(Decimal(10), "SEK")
SET = PartyLimits(CEILING, SHARE, 30, HOLD)

WIDER_LIMITS: list[tuple[PartyLimits, PartyLimits]] = [
    (SET, PartyLimits()),
    (SET, replace(SET, ceiling=None)),
    (SET, replace(SET, ceiling=Money(Decimal("100.01"), "SEK"))),
    (SET, replace(SET, turnover=None)),
    (SET, replace(SET, turnover=replace(SHARE, percent=Decimal("10.1")))),
    (SET, replace(SET, turnover=replace(SHARE, percent=Decimal(5), rolling=True))),
    (SET, replace(SET, turnover=replace(SHARE, with_orders=True))),
    (SET, replace(SET, turnover=replace(SHARE, net_of_tax=True))),
    (SET, replace(SET, max_days_overdue=31)),
    (SET, replace(SET, max_days_overdue=None)),
    (SET, replace(SET, reaction=PartyLimitReaction.WARN)),
    (PartyLimits(CEILING), PartyLimits(Money(Decimal(1), "EUR"))),
    (PartyLimits(CEILING), PartyLimits(max_days_overdue=1)),
]
NARROWER_LIMITS: list[tuple[PartyLimits, PartyLimits]] = [
    (PartyLimits(), SET),
    (PartyLimits(reaction=HOLD), PartyLimits(CEILING)),
    (SET, SET),
    (SET, replace(SET, ceiling=Money(Decimal(99), "SEK"))),
    (SET, replace(SET, turnover=replace(SHARE, percent=Decimal(5)))),
    (SET, replace(SET, max_days_overdue=29)),
    (replace(SET, reaction=PartyLimitReaction.WARN), SET),
    (PartyLimits(CEILING), replace(SET, reaction=PartyLimitReaction.WARN)),
]


@pytest.mark.parametrize(("before", "after"), WIDER_LIMITS)
def test_limits_that_bind_less_widen(before: PartyLimits, after: PartyLimits) -> None:
    assert party_limits_widen(before, after)


@pytest.mark.parametrize(("before", "after"), NARROWER_LIMITS)
def test_limits_that_bind_more_do_not(before: PartyLimits, after: PartyLimits) -> None:
    assert not party_limits_widen(before, after)


@pytest.mark.parametrize(
    ("status", "may_approve", "may_reject", "found"),
    [
        (CreditChangeStatus.IN_REVIEW, True, True, (Action.APPROVE, Action.REJECT)),
        (CreditChangeStatus.IN_REVIEW, False, True, (Action.REJECT,)),
        (CreditChangeStatus.IN_REVIEW, False, False, ()),
        (CreditChangeStatus.APPROVED, True, True, ()),
        (CreditChangeStatus.REJECTED, True, True, ()),
    ],
)
def test_others_approve_and_who_asked_may_only_take_it_back(
    status: CreditChangeStatus, may_approve: bool, may_reject: bool, found: tuple[Action, ...]
) -> None:
    assert on_credit_change(status, may_approve=may_approve, may_reject=may_reject) == found
