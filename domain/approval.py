"""Who may approve what: four eyes, up to which amount, and for whom somebody stands in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.message import N_, Message
from domain.money import Exchange, Money
from domain.refusal import ErrorCode, Refusal
from domain.role import Role

APPROVING = (Role.CREDIT_CLERK, Role.CREDIT_MANAGER)
"""The roles that can be given authority, the senior one last."""

ONLY_DRAFTS = N_("Only a draft is submitted for approval.")
ONLY_WAITING = N_("Only what is neither posted nor rejected is withdrawn.")
NOT_YOURS = N_("Who wrote, changed or submitted it may withdraw it, or who posts credit limits.")
ONLY_IN_REVIEW = N_("Only what is in review is approved or rejected.")
OWN = N_("Nobody approves what they wrote or submitted themselves. Somebody else must.")
BEYOND = N_("Your approval authority goes up to {limit}. Ask somebody who may approve more.")
NONE = N_("Your roles have no approval authority here. Ask somebody who has.")
CHANGE_LIMITS = N_("Change limits as adjustment {number} of company {company} says.")
RELEASE_ORDER = N_("Release order {number} of company {company}.")


class ApprovalKind(StrEnum):
    """What somebody asks to be approved."""

    LIMIT_ADJUSTMENT = "LIMIT_ADJUSTMENT"
    RELEASE = "RELEASE"
    CREDIT_CHANGE = "CREDIT_CHANGE"


@dataclass(frozen=True)
class Authority:
    """Up to which amount a role approves in a company, or one person; `up_to` None: any amount."""

    role: Role | None
    up_to: Money | None = None
    person: UUID | None = None


@dataclass(frozen=True)
class Delegation:
    """Somebody lends an authority, from its first to its last day, both inclusive.

    `role`: as what the lender has it, which nobody else can know later: tokens say what their bearer is. `up_to`: not
    more than this of it.
    """

    lender: UUID
    role: Role
    from_: date
    until: date
    up_to: Money | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_ <= day <= self.until


@dataclass(frozen=True)
class Reach:
    """Up to which amounts somebody approves: within every bound, itself included; without one, any amount.

    `lender`: whose authority it is; None: one's own.
    """

    bounds: tuple[Money, ...] = ()
    lender: UUID | None = None

    def covers(self, amount: Money, exchange: Exchange) -> bool:
        """Whether it goes so far. Raises `RateMissing`."""
        return all(exchange.exactly(amount, bound.currency) <= bound.amount for bound in self.bounds)


def senior(roles: Collection[Role]) -> Role | None:
    """The most senior of the roles that approve."""
    return next((role for role in reversed(APPROVING) if role in roles), None)


def own_reach(person: UUID, roles: Collection[Role], saved: Iterable[Authority]) -> tuple[Reach, ...]:
    """What somebody with these roles may approve by themselves.

    A person's own authority takes the place of what their roles have, be it more or less; without a role that approves
    it is none. Where nothing was saved for a role, credit managers approve any amount, and nobody else approves any.
    """
    authorities = list(saved)
    personal = [one for one in authorities if one.person == person]
    if personal and senior(roles) is not None:
        return tuple(Reach(_bounds(one.up_to)) for one in personal)
    known = {Role.CREDIT_MANAGER: Authority(Role.CREDIT_MANAGER)}
    known |= {one.role: one for one in authorities if one.role is not None}
    return tuple(Reach(_bounds(known[role].up_to)) for role in APPROVING if role in roles and role in known)


def lent_reach(delegation: Delegation, saved: Iterable[Authority]) -> tuple[Reach, ...]:
    """What may be approved by a delegation: what its lender may now, and no more than was lent. What the lender was
    lent is not among it: it is lent once.
    """
    lender = delegation.lender
    return tuple(
        Reach((*one.bounds, *_bounds(delegation.up_to)), lender) for one in own_reach(lender, {delegation.role}, saved)
    )


def reaching(amount: Money, reaches: Iterable[Reach], exchange: Exchange) -> Reach | None:
    """The first that goes so far: one's own before what others lent. Raises `RateMissing`."""
    return next((one for one in reaches if one.covers(amount, exchange)), None)


def own_refusals(
    approver: UUID, authors: Collection[UUID], path: tuple[str, ...] = ("creditLimitAdjustment",), text: str = OWN
) -> tuple[Refusal, ...]:
    """Four eyes. `authors`: who wrote, changed or submitted it."""
    return (Refusal(ErrorCode.OWN_WORK, Message(text), path),) if approver in authors else ()


def not_of(authors: Collection[UUID], reaches: Iterable[Reach]) -> tuple[Reach, ...]:
    """Four eyes of those who lend: nobody approves their work by their own authority in other hands."""
    return tuple(one for one in reaches if one.lender not in authors)


def authority_refusals(limits: Sequence[Money], reaches: Sequence[Reach], exchange: Exchange) -> tuple[Refusal, ...]:
    """The new limits that are beyond somebody's authority, each with the path of its line; equal is within. Every line
    is measured by itself, by its new limit and not by the change. Raises `RateMissing`.
    """
    return tuple(
        beyond(limit, reaches, exchange, ("lines", str(place)))
        for place, limit in enumerate(limits)
        if reaching(limit, reaches, exchange) is None
    )


def beyond(amount: Money, reaches: Sequence[Reach], exchange: Exchange, path: tuple[str, ...]) -> Refusal:
    """What to say of an amount that no authority reaches, and how far the farthest goes. Raises `RateMissing`."""

    def worth(bound: Money) -> Money:
        return Money(exchange.exactly(bound, amount.currency), amount.currency)

    ends = [min(one.bounds, key=worth) for one in reaches]
    most = max(ends, key=worth, default=None)
    message = Message(NONE) if most is None else Message(BEYOND, {"limit": most})
    return Refusal(ErrorCode.AUTHORITY_EXCEEDED, message, path, limit=most, actual=amount)


def _bounds(up_to: Money | None) -> tuple[Money, ...]:
    return () if up_to is None else (up_to,)
