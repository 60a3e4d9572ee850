"""What can be done with a document where it stands. Whether a person may is for those who know its rights."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.adjustment import AdjustmentStatus
from domain.hold import CreditHoldStatus


class Action(StrEnum):
    """Something a person can do with a document."""

    UPDATE = "UPDATE"
    EVALUATE = "EVALUATE"
    RELEASE = "RELEASE"
    REJECT = "REJECT"
    POST = "POST"


_WAITING = (Action.UPDATE, Action.EVALUATE, Action.RELEASE, Action.REJECT)

ON_HOLDS: Mapping[CreditHoldStatus, tuple[Action, ...]] = {
    CreditHoldStatus.OPEN: _WAITING,
    CreditHoldStatus.READY_TO_RELEASE: _WAITING,
    CreditHoldStatus.IN_APPROVAL: (Action.UPDATE,),
}
"""A hold that has ended stays as it is."""

ON_ADJUSTMENTS: Mapping[AdjustmentStatus, tuple[Action, ...]] = {
    AdjustmentStatus.DRAFT: (Action.UPDATE, Action.POST),
    AdjustmentStatus.APPROVED: (Action.POST,),
}
"""Only a draft is edited; what is approved is posted as it was approved."""
