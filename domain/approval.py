"""Who may approve a limit adjustment: four eyes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal

ONLY_DRAFTS = N_("Only a draft is submitted for approval.")
ONLY_IN_REVIEW = N_("Only what is in review is approved or rejected.")
OWN = N_("Nobody approves what they wrote or submitted themselves. Somebody else must.")


def approval_refusals(approver: UUID, authors: Collection[UUID]) -> tuple[Refusal, ...]:
    """What is in the way of approving. `authors`: who wrote, changed or submitted the adjustment."""
    if approver in authors:
        return (Refusal(ErrorCode.OWN_WORK, Message(OWN), ("creditLimitAdjustment",)),)
    return ()
