"""A credit hold: an order waits for a person, or for facts to change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.decision import BlockReason, BlockReasonCode, Decision
from domain.explanation import FORCED
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


BY_HAND = BlockReason(BlockReasonCode.FORCED, Message(FORCED))
"""What somebody holds by hand."""

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

    With none left it is ready to be released, or released where the company says so (`releases_itself`). FORCED is a
    reason that stays until a person releases the order, whatever the facts: such a hold is never ready by itself
    (decision 21). One in approval stays there, whatever the reasons, unless it releases itself: nobody need decide
    about it any more.
    """
    if hold.status in ENDED:
        return hold
    found = tuple(reason for reason in decision.reasons if decision.held and reason.code is not BlockReasonCode.FORCED)
    if hold.forced:
        found = (BY_HAND, *found)
    return Hold(_status(hold, bool(found), releases_itself), _joined(hold.reasons, found), hold.forced)


def held_by_hand(reasons: tuple[BlockReason, ...], decision: Decision | None) -> tuple[BlockReason, ...]:
    """The reasons of a hold from when somebody holds its order by hand. `decision`: None where none can be made."""
    still_true = reasons if decision is None else decision.reasons
    return _joined(reasons, (BY_HAND, *still_true))


def _joined(before: tuple[BlockReason, ...], found: tuple[BlockReason, ...]) -> tuple[BlockReason, ...]:
    """Reasons that are true, and those that were, most serious first."""
    reasons = {reason.code: replace(reason, active=False) for reason in before}
    reasons |= {reason.code: reason for reason in reversed(found)}
    return tuple(reasons[code] for code in BlockReasonCode if code in reasons)


def _status(hold: Hold, still_true: bool, releases_itself: bool) -> CreditHoldStatus:
    if releases_itself and not still_true:
        return CreditHoldStatus.RELEASED
    if hold.status is CreditHoldStatus.IN_APPROVAL:
        return hold.status
    return CreditHoldStatus.OPEN if still_true else CreditHoldStatus.READY_TO_RELEASE
