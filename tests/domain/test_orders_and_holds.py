"""Which status may follow which, and what a new check makes of a hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.check import BlockReasonCode, Checkpoint, Decision, check
from domain.hold import CreditHoldStatus, Hold, evaluated, held_by_hand
from domain.hold import status_refusals as hold_refusals
from domain.orders import OrderLine, SalesOrderStatus, standing, status_refusals
from domain.refusal import ErrorCode
from tests.domain.words import HEALTHY, money, order, with_customer

ORDER = order("50,000 SEK")
STATUS = {status.value: status for status in SalesOrderStatus}


@pytest.mark.parametrize(
    ("now", "wanted", "allowed"),
    [
        ("ENTERED", "APPROVED", True),
        ("ENTERED", "HELD", True),
        ("APPROVED", "HELD", True),
        ("APPROVED", "REJECTED", False),
        ("HELD", "APPROVED", True),
        ("HELD", "REJECTED", True),
        ("HELD", "DELIVERED", False),
        ("HELD", "INVOICED", False),
        ("REJECTED", "HELD", True),
        ("DELIVERED", "CANCELLED", False),
        ("INVOICED", "DELIVERED", True),
        ("INVOICED", "APPROVED", False),
        ("CLOSED", "APPROVED", True),
        ("CANCELLED", "APPROVED", False),
    ],
)
def test_orders_move_only_along_the_chain(now: str, wanted: str, allowed: bool) -> None:
    refusals = status_refusals("4711", STATUS[now], STATUS[wanted])
    assert (refusals == ()) is allowed
    assert all(refusal.code is ErrorCode.WRONG_STATUS for refusal in refusals)


HUNDRED = OrderLine(money("100 SEK"))
LEFT = replace(HUNDRED, delivered=Decimal(100))
IN_LEDGER = replace(LEFT, billed=Decimal(100), posted=Decimal(100))


@pytest.mark.parametrize(
    ("status", "lines", "admitted", "stands"),
    [
        ("APPROVED", (HUNDRED, LEFT), True, "APPROVED"),
        ("APPROVED", (LEFT,), True, "DELIVERED"),
        ("DELIVERED", (replace(LEFT, billed=Decimal(100)),), True, "DELIVERED"),
        ("DELIVERED", (IN_LEDGER,), True, "INVOICED"),
        ("DELIVERED", (replace(IN_LEDGER, billed=Decimal(60), posted=Decimal(60)),), True, "DELIVERED"),
        (
            "DELIVERED",
            (replace(IN_LEDGER, billed=Decimal(60), posted=Decimal(60), returned=Decimal(40)),),
            True,
            "INVOICED",
        ),
        ("INVOICED", (replace(LEFT, billed=Decimal(100)),), True, "DELIVERED"),
        ("DELIVERED", (HUNDRED,), True, "APPROVED"),
        ("DELIVERED", (HUNDRED,), False, "ENTERED"),
        ("APPROVED", (replace(HUNDRED, closed=True),), True, "CLOSED"),
        ("APPROVED", (replace(LEFT, closed=True),), True, "DELIVERED"),
        ("CLOSED", (replace(LEFT, delivered=Decimal(30), closed=True),), True, "DELIVERED"),
        ("CLOSED", (HUNDRED,), True, "CLOSED"),
        ("HELD", (LEFT,), False, "HELD"),
        ("REJECTED", (LEFT,), False, "REJECTED"),
        ("CANCELLED", (HUNDRED,), True, "CANCELLED"),
        ("APPROVED", (OrderLine(money("0 SEK")),), True, "APPROVED"),
    ],
)
def test_an_order_stands_by_what_became_of_its_lines(
    status: str, lines: tuple[OrderLine, ...], admitted: bool, stands: str
) -> None:
    assert standing(STATUS[status], lines, admitted) == STATUS[stands]


def test_a_cancelled_order_stays_cancelled() -> None:
    assert all(status_refusals("4711", SalesOrderStatus.CANCELLED, wanted) for wanted in SalesOrderStatus)


def test_a_hold_that_has_ended_stays_as_it_is() -> None:
    for ended in (CreditHoldStatus.RELEASED, CreditHoldStatus.REJECTED, CreditHoldStatus.CANCELLED):
        assert all(hold_refusals(ended, wanted) for wanted in CreditHoldStatus)
    assert hold_refusals(CreditHoldStatus.OPEN, CreditHoldStatus.RELEASED) == ()
    assert hold_refusals(CreditHoldStatus.READY_TO_RELEASE, CreditHoldStatus.REJECTED) == ()
    asked = {wanted for wanted in CreditHoldStatus if not hold_refusals(CreditHoldStatus.IN_APPROVAL, wanted)}
    assert asked == {CreditHoldStatus.CANCELLED}


def held_for(decision: Decision, **more: bool) -> Hold:
    return Hold(CreditHoldStatus.OPEN, decision.reasons, **more)


def active(hold: Hold) -> dict[str, bool]:
    return {reason.code.value: reason.active for reason in hold.reasons}


PASSING = check(HEALTHY, ORDER)
ON_HOLD = check(with_customer(on_hold=True), ORDER)
OVER = check(HEALTHY, order("70,000 SEK"))


def test_decision_21_reasons_no_longer_true_become_inactive_and_new_ones_join() -> None:
    hold = evaluated(held_for(ON_HOLD), OVER, releases_itself=True)
    assert hold.status is CreditHoldStatus.OPEN
    assert active(hold) == {"CUSTOMER_ON_HOLD": False, "CREDIT_LIMIT_EXCEEDED": True, "CREDIT_LIMIT_USED": True}


def test_decision_21_with_no_reason_left_it_is_ready_or_released() -> None:
    ready = evaluated(held_for(OVER), PASSING, releases_itself=False)
    assert ready.status is CreditHoldStatus.READY_TO_RELEASE
    assert not any(active(ready).values())
    assert evaluated(held_for(OVER), PASSING, releases_itself=True).status is CreditHoldStatus.RELEASED
    assert evaluated(ready, OVER, releases_itself=True).status is CreditHoldStatus.OPEN, "and not for ever"


def test_a_hold_that_would_only_be_a_warning_now_has_no_reason_left() -> None:
    delivered = replace(order("70,000 SEK"), checkpoint=Checkpoint.INVOICE, delivered=True)
    warned = check(with_customer(checkpoints=frozenset(Checkpoint)), delivered)
    assert warned.reasons != ()
    hold = evaluated(held_for(OVER), warned, releases_itself=False)
    assert hold.status is CreditHoldStatus.READY_TO_RELEASE
    assert not any(active(hold).values())


@pytest.mark.parametrize("status", [CreditHoldStatus.OPEN, CreditHoldStatus.READY_TO_RELEASE])
def test_ac60_a_forced_hold_is_never_ready_nor_released_by_itself(status: CreditHoldStatus) -> None:
    forced = check(HEALTHY, replace(ORDER, forced=True))
    hold = evaluated(replace(held_for(forced, forced=True), status=status), forced, releases_itself=True)
    assert hold.status is CreditHoldStatus.OPEN
    assert [reason.code for reason in hold.reasons if reason.active] == [BlockReasonCode.FORCED]


def test_what_somebody_holds_by_hand_keeps_the_reasons_that_are_true_and_those_that_were() -> None:
    forced = check(HEALTHY, replace(ORDER, forced=True))
    assert [(one.code, one.active) for one in held_by_hand(OVER.reasons[:1], forced)] == [
        (BlockReasonCode.FORCED, True),
        (BlockReasonCode.CREDIT_LIMIT_EXCEEDED, False),
    ]
    assert [one.active for one in held_by_hand(OVER.reasons[:1], None)] == [True, True], "where no decision can be made"
    assert [one.code for one in held_by_hand((), None)] == [BlockReasonCode.FORCED]


def test_nobody_need_approve_what_releases_itself() -> None:
    waiting = Hold(CreditHoldStatus.IN_APPROVAL, OVER.reasons)
    assert evaluated(waiting, PASSING, releases_itself=True).status is CreditHoldStatus.RELEASED


def test_a_hold_in_approval_or_ended_keeps_its_status() -> None:
    waiting = Hold(CreditHoldStatus.IN_APPROVAL, OVER.reasons)
    assert evaluated(waiting, PASSING, releases_itself=False).status is CreditHoldStatus.IN_APPROVAL
    assert not any(active(evaluated(waiting, PASSING, releases_itself=False)).values())
    assert evaluated(waiting, OVER, releases_itself=True).status is CreditHoldStatus.IN_APPROVAL
    ended = Hold(CreditHoldStatus.REJECTED, OVER.reasons)
    assert evaluated(ended, PASSING, releases_itself=True) == ended
