"""Who may approve a limit adjustment: four eyes, and up to which limit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.message import N_, Message
from domain.money import Exchange, Money
from domain.refusal import ErrorCode, Refusal
from domain.role import Role

APPROVING = (Role.CREDIT_CLERK, Role.CREDIT_MANAGER)
"""The roles that can be given authority."""

ONLY_DRAFTS = N_("Only a draft is submitted for approval.")
ONLY_IN_REVIEW = N_("Only what is in review is approved or rejected.")
OWN = N_("Nobody approves what they wrote or submitted themselves. Somebody else must.")
BEYOND = N_("Your approval authority goes up to {limit}. Ask somebody who may approve more.")
NONE = N_("Your roles have no approval authority here. Ask somebody who has.")


@dataclass(frozen=True)
class Authority:
    """Up to which limit a role approves in a company; `up_to` None: any limit."""

    role: Role
    up_to: Money | None = None


def authorities_of(roles: Collection[Role], saved: Iterable[Authority]) -> tuple[Authority, ...]:
    """What somebody with these roles may approve. Where nothing was saved, credit managers approve any limit, and
    nobody else approves any.
    """
    known = {Role.CREDIT_MANAGER: Authority(Role.CREDIT_MANAGER)} | {one.role: one for one in saved}
    return tuple(known[role] for role in APPROVING if role in roles and role in known)


def own_refusals(approver: UUID, authors: Collection[UUID]) -> tuple[Refusal, ...]:
    """Four eyes. `authors`: who wrote, changed or submitted the adjustment."""
    if approver in authors:
        return (Refusal(ErrorCode.OWN_WORK, Message(OWN), ("creditLimitAdjustment",)),)
    return ()


def authority_refusals(
    limits: Sequence[Money], authorities: Sequence[Authority], exchange: Exchange
) -> tuple[Refusal, ...]:
    """The new limits that are beyond somebody's authority, each with the path of its line; equal is within. Every line
    is measured by itself, by its new limit and not by the change. Raises `RateMissing`.
    """
    refusals = []
    for place, limit in enumerate(limits):
        if not any(_within(limit, one.up_to, exchange) for one in authorities):
            most = authorities[-1].up_to if authorities else None
            message = Message(NONE) if most is None else Message(BEYOND, {"limit": most})
            path = ("lines", str(place))
            refusals.append(Refusal(ErrorCode.AUTHORITY_EXCEEDED, message, path, limit=most, actual=limit))
    return tuple(refusals)


def _within(limit: Money, up_to: Money | None, exchange: Exchange) -> bool:
    return up_to is None or exchange.exactly(limit, up_to.currency) <= up_to.amount
