"""What can be done with a document where it stands. Whether a person may is for those who know its rights."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.adjustment import AdjustmentStatus
from domain.credit_change import CreditChangeStatus
from domain.hold import CreditHoldStatus


class Action(StrEnum):
    """Something a person can do with a document."""

    UPDATE = "UPDATE"
    EVALUATE = "EVALUATE"
    RELEASE = "RELEASE"
    REJECT = "REJECT"
    POST = "POST"
    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"


_WAITING = (Action.UPDATE, Action.EVALUATE, Action.RELEASE, Action.REJECT)

_ON_HOLDS: Mapping[CreditHoldStatus, tuple[Action, ...]] = {
    CreditHoldStatus.OPEN: _WAITING,
    CreditHoldStatus.READY_TO_RELEASE: _WAITING,
    CreditHoldStatus.IN_APPROVAL: (Action.UPDATE, Action.APPROVE, Action.REJECT),
}
"""A hold that has ended stays as it is. In approval, its release is approved or rejected."""

_ON_ADJUSTMENTS: Mapping[AdjustmentStatus, tuple[Action, ...]] = {
    AdjustmentStatus.DRAFT: (Action.UPDATE, Action.SUBMIT, Action.POST),
    AdjustmentStatus.IN_REVIEW: (Action.APPROVE, Action.REJECT),
    AdjustmentStatus.APPROVED: (Action.POST,),
}
"""Only a draft is edited; what is approved is posted as it was approved."""


def on_hold(status: CreditHoldStatus, *, may_approve: bool, may_reject: bool) -> tuple[Action, ...]:
    """What can be done with a credit hold.

    `may_approve`: who asks has the authority and did not ask for the release; `may_reject`: has it, or asked for it.
    """
    closed = set()
    if status is CreditHoldStatus.IN_APPROVAL:
        closed = {action for action, may in ((Action.APPROVE, may_approve), (Action.REJECT, may_reject)) if not may}
    return tuple(action for action in _ON_HOLDS.get(status, ()) if action not in closed)


def on_adjustment(
    status: AdjustmentStatus, *, workflow: bool, may_approve: bool, may_reject: bool
) -> tuple[Action, ...]:
    """What can be done with a limit adjustment. `workflow`: its company posts only what is approved.

    `may_approve`: who asks has the authority and did not write it; `may_reject`: who asks has it or wrote it.
    """
    closed = set()
    if workflow and status is AdjustmentStatus.DRAFT:
        closed.add(Action.POST)
    if not may_approve:
        closed.add(Action.APPROVE)
    if not may_reject:
        closed.add(Action.REJECT)
    return tuple(action for action in _ON_ADJUSTMENTS.get(status, ()) if action not in closed)


def on_credit_change(status: CreditChangeStatus, *, may_approve: bool, may_reject: bool) -> tuple[Action, ...]:
    """What can be done with a change of credit that was asked for.

    `may_approve`: who asks now may make such changes and is somebody else; `may_reject`: may make them, or asked for
    it.
    """
    if status is not CreditChangeStatus.IN_REVIEW:
        return ()
    return tuple(one for one, may in ((Action.APPROVE, may_approve), (Action.REJECT, may_reject)) if may)
