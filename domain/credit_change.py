"""Changes of credit beside the limit: which of them widen it, and of which kind and where one that was asked for is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.message import N_
from domain.party_limits import PartyLimitReaction, PartyLimits

ATTRIBUTES = N_("Change credit attributes.")
OWN_CHANGE = N_("Nobody approves a change they asked for themselves. Somebody else must.")


class CreditChangeStatus(StrEnum):
    """IN_REVIEW: somebody else is to decide. Both others are final."""

    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class CreditChangeKind(StrEnum):
    """What is to be done: about a customer, by closing a credit group, or about all customers of a party."""

    ATTRIBUTES = "ATTRIBUTES"
    INSURANCE = "INSURANCE"
    GUARANTEE = "GUARANTEE"
    COLLATERAL = "COLLATERAL"
    COLLATERAL_CHANGE = "COLLATERAL_CHANGE"
    COLLATERAL_END = "COLLATERAL_END"
    JOINING = "JOINING"
    LEAVING = "LEAVING"
    GROUP_CLOSING = "GROUP_CLOSING"
    PARTY_LIMITS = "PARTY_LIMITS"


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


def security_widens(percent: Decimal, included_in_exposure: bool) -> bool:
    """Whether insurance, a guarantee or collateral lets more orders go: it adds `percent` of its value to the limit.

    Included in exposure, its full value is taken off too, so that it adds nothing.
    """
    return percent > 0 and not included_in_exposure


def its_end_widens(percent: Decimal, included_in_exposure: bool, maximum_terms_days: int | None) -> bool:
    """Whether insurance, a guarantee or collateral stood in an order's way: it took more off the limit than it
    added, or covers payment terms up to so many days only.
    """
    return (included_in_exposure and percent < 100) or maximum_terms_days is not None


def security_change_widens(before: Mapping[str, Any], differs: Mapping[str, Any]) -> bool:
    """Whether another form of it lets more orders go: it covers longer payment terms. `before`: the row it is in."""
    name = "maximum_terms_days"
    return name in differs and _longer(before[name], differs[name])


def party_limits_widen(before: PartyLimits, after: PartyLimits) -> bool:
    """Whether other limits of a party, or of a customer beside its credit limit, let more orders go, or may.

    Amounts in different currencies and shares of different turnovers are not compared: the other one may be more.
    """
    held = before.limits and before.reaction is PartyLimitReaction.HOLD
    return (
        (held and after.limits and after.reaction is PartyLimitReaction.WARN)
        or _ceiling_widens(before, after)
        or _share_widens(before, after)
        or _longer(before.max_days_overdue, after.max_days_overdue)
    )


def _ceiling_widens(before: PartyLimits, after: PartyLimits) -> bool:
    old, new = before.ceiling, after.ceiling
    if old is None or new is None:
        return old is not None
    return old.currency != new.currency or new.amount > old.amount


def _share_widens(before: PartyLimits, after: PartyLimits) -> bool:
    old, new = before.turnover, after.turnover
    if old is None or new is None:
        return old is not None
    return replace(old, percent=new.percent) != new or new.percent > old.percent


def _longer(before: int | None, after: int | None) -> bool:
    """More days than before, or any number of them."""
    return before is not None and (after is None or after > before)


def _excluded_to(one: Standing) -> date:
    """The last day on which it is excluded from credit management."""
    return (one.excluded_until or date.max) if one.excluded else date.min
