"""Changes of a customer's credit beside its limit: which of them widen it, and where one that was asked for stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.message import N_

OWN_CHANGE = N_("Nobody approves a change they asked for themselves. Somebody else must.")


class CreditChangeStatus(StrEnum):
    """IN_REVIEW: somebody else is to decide. Both others are final."""

    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True)
class Standing:
    """What decides on a customer's credit beside its limit. `excluded_until` None: until somebody ends it.

    `holds_all`: its account status holds all its orders.
    """

    unlimited: bool = False
    mandatory: bool = False
    excluded: bool = False
    excluded_until: date | None = None
    account_status: UUID | None = None
    holds_all: bool = False
    credit_management_group: UUID | None = None


def widens(before: Standing, after: Standing) -> bool:
    """Whether a change lets more orders go, or may.

    Rules can be made for single account statuses and credit management groups, so another of them may: but for a status
    that holds all orders. What only narrows credit is nobody's to approve: a customer is stopped at once.
    """
    return (
        (after.unlimited and not before.unlimited)
        or (before.mandatory and not after.mandatory)
        or _excluded_to(after) > _excluded_to(before)
        or (after.account_status != before.account_status and not after.holds_all)
        or after.credit_management_group != before.credit_management_group
    )


def _excluded_to(one: Standing) -> date:
    """The last day on which it is excluded from credit management."""
    return (one.excluded_until or date.max) if one.excluded else date.min
