"""A credit hold: an order waits for a person, or for facts to change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.decision import BlockReason, BlockReasonCode, Decision
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal


class CreditHoldStatus(StrEnum):
    """READY_TO_RELEASE: no reason is left. The last three are final."""

    OPEN = "OPEN"
    READY_TO_RELEASE = "READY_TO_RELEASE"
    IN_APPROVAL = "IN_APPROVAL"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Hold:
    """What a hold is when it is evaluated again."""

    status: CreditHoldStatus
    reasons: tuple[BlockReason, ...]
    forced: bool = False


ENDED = {
    CreditHoldStatus.RELEASED: N_("The credit hold is released already."),
    CreditHoldStatus.REJECTED: N_("The credit hold is rejected already."),
    CreditHoldStatus.CANCELLED: N_("The credit hold is cancelled already."),
}
"""Final statuses: a later step makes a hold of its own, and history stays."""


def status_refusals(now: CreditHoldStatus, wanted: CreditHoldStatus) -> tuple[Refusal, ...]:
    """A hold that has ended stays as it is; one in approval waits for its approval, unless its order is cancelled."""
    if now in ENDED:
        return (Refusal(ErrorCode.WRONG_STATUS, Message(ENDED[now]), ("creditHold",)),)
    if now is CreditHoldStatus.IN_APPROVAL and wanted is not CreditHoldStatus.CANCELLED:
        return (Refusal(ErrorCode.WRONG_STATUS, Message(IN_APPROVAL), ("creditHold",)),)
    return ()


IN_APPROVAL = N_("The release of the credit hold is being approved.")


def evaluated(hold: Hold, decision: Decision, releases_itself: bool) -> Hold:
    """A hold after a new check of its order: reasons no longer true become inactive, new ones join.

    With none left it is ready to be released, or released where the company says so (`releases_itself`). A forced hold
    is never released automatically: FORCED is no reason of the facts, so the hold shows itself ready (D365, AC-60). One
    in approval stays there, whatever the reasons, unless it releases itself: nobody need decide about it any more.
    """
    if hold.status in ENDED:
        return hold
    found = {reason.code: reason for reason in decision.reasons if reason.code is not BlockReasonCode.FORCED}
    if not decision.held:
        found = {}
    before = {reason.code: reason for reason in hold.reasons}
    reasons = tuple(
        found[code] if code in found else replace(before[code], active=hold.forced and code is BlockReasonCode.FORCED)
        for code in BlockReasonCode
        if code in found or code in before
    )
    return Hold(_status(hold, bool(found), releases_itself), reasons, hold.forced)


def _status(hold: Hold, still_true: bool, releases_itself: bool) -> CreditHoldStatus:
    if releases_itself and not still_true and not hold.forced:
        return CreditHoldStatus.RELEASED
    if hold.status is CreditHoldStatus.IN_APPROVAL:
        return hold.status
    return CreditHoldStatus.OPEN if still_true else CreditHoldStatus.READY_TO_RELEASE
