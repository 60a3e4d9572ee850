"""A release that was asked for: what it asks to be vouched for, and what ends it before anybody decides."""

from __future__ import annotations

from enum import StrEnum

from domain.message import N_
from domain.money import Money
from domain.release import Release, highest_amount


class ReleaseRequestStatus(StrEnum):
    """WAITING: somebody is to decide. ENDED: nothing is asked any more, since the order or its hold changed."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    ENDED = "ENDED"


DECISIONS = (ReleaseRequestStatus.APPROVED, ReleaseRequestStatus.REJECTED)
"""What people decide."""

OWN_REQUEST = N_("Nobody approves a release they asked for themselves. Somebody else must.")
NOT_ASKED = N_("No release of this credit hold is being asked for.")
GREW = N_("Order {number} comes to {amount} by now, more than the release that was asked for. Ask for it again.")


def vouched_for(asked: Release) -> Money:
    """What who releases an order answers for: the most it may come to without being checked again, and never less than
    it comes to now.
    """
    return max(asked.released_value, highest_amount(asked))


def still_asks_for(amount: Money, asked: Money) -> bool:
    """Whether a request is about an order that comes to `amount` by now. `asked`: the most it asked for.

    What grew beyond it, or is in another currency, must be asked for again (decision 20).
    """
    return amount.currency == asked.currency and amount <= asked
