"""How far somebody's approval goes in a company now: by their own authority, and by what others lent them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from domain.approval import (
    Authority,
    Delegation,
    Reach,
    authority_refusals,
    beyond,
    lent_reach,
    not_of,
    own_reach,
    reaching,
    senior,
)
from domain.money import Exchange, Money
from domain.refusal import Refusal
from domain.role import Role
from persistence.rates import exchange_on, with_age
from persistence.statements import Row, Statement, any_of
from persistence.tables.approval import delegation
from persistence.tables.company import approval_authority, credit_parameters
from persistence.tables.running import actor
from persistence.take import Transaction

Roles = Callable[[UUID], Collection[Role]]
"""What the caller is in a company."""

_COMPANY = sa.bindparam("company", type_=sa.Uuid())
_AUTHORITIES = Statement(sa.select(approval_authority).where(approval_authority.c.company_id == _COMPANY))
_DELEGATIONS = Statement(
    sa.select(delegation)
    .where(
        delegation.c.company_id == _COMPANY,
        delegation.c.delegate_id == sa.bindparam("delegate", type_=sa.Uuid()),
        delegation.c.ended_at.is_(None),
    )
    .order_by(delegation.c.id)
)
_RATE_AGE = Statement(
    sa.select(credit_parameters.c.max_rate_age_days).where(credit_parameters.c.company_id == _COMPANY)
)
_PEOPLE = Statement(sa.select(actor.c.id, actor.c.name).where(any_of(actor.c.id, "people")))


@dataclass(frozen=True)
class Reaching:
    """How far somebody's approval goes, their own before what was lent, and what currencies are worth for it."""

    reaches: tuple[Reach, ...]
    exchange: Exchange

    def refusals(self, limits: Sequence[Money]) -> tuple[Refusal, ...]:
        """The new limits beyond it. Raises `RateMissing`."""
        return authority_refusals(limits, self.reaches, self.exchange)

    def refusal(self, amount: Money, path: tuple[str, ...]) -> Refusal | None:
        """What is said of an amount beyond it. Raises `RateMissing`."""
        if reaching(amount, self.reaches, self.exchange) is not None:
            return None
        return beyond(amount, self.reaches, self.exchange, path)

    def lenders(self, amounts: Sequence[Money]) -> tuple[UUID, ...]:
        """By whose authority amounts within it are approved, where it is not by one's own. Raises `RateMissing`."""
        used = (reaching(amount, self.reaches, self.exchange) for amount in amounts)
        return tuple(dict.fromkeys(one.lender for one in used if one is not None and one.lender is not None))


async def own_reaching(tx: Transaction, company: UUID, roles: Collection[Role], currencies: set[str]) -> Reaching:
    """How far the caller's own authority goes."""
    saved = await _saved(tx, company)
    return await _worth(tx, company, own_reach(tx.actor, roles, saved), currencies)


async def reaching_in(
    tx: Transaction, company: UUID, roles: Collection[Role], currencies: set[str], authors: Collection[UUID]
) -> Reaching:
    """The same with what others lent, but for the `authors` of what is decided. Nothing lent makes somebody approve
    who has no role that does.
    """
    saved, today = await _saved(tx, company), tx.today(company)
    reaches = own_reach(tx.actor, roles, saved)
    if senior(roles) is not None:
        rows = await _DELEGATIONS.all(tx.conn, company=company, delegate=tx.actor)
        lent = [one for one in map(delegation_of, rows) if one.holds_on(today)]
        reaches += tuple(reach for one in lent for reach in lent_reach(one, saved))
    return await _worth(tx, company, not_of(authors, reaches), currencies)


async def names_of(tx: Transaction, people: Sequence[UUID]) -> list[str]:
    """What people are called, in their order."""
    if not people:
        return []
    found = {row["id"]: row["name"] for row in await _PEOPLE.all(tx.conn, people=list(people))}
    return [found[one] for one in people]


def authority_of(row: Row) -> Authority:
    """An authority as the rules know it."""
    role = None if row["role"] is None else Role(row["role"])
    return Authority(role, _amount(row), row["actor_id"])


def delegation_of(row: Row) -> Delegation:
    """A delegation as the rules know it."""
    return Delegation(row["lender_id"], Role(row["role"]), row["from_day"], row["until_day"], _amount(row))


def _amount(row: Row) -> Money | None:
    return None if row["amount"] is None else Money(row["amount"], row["currency"])


async def _saved(tx: Transaction, company: UUID) -> list[Authority]:
    return [authority_of(row) for row in await _AUTHORITIES.all(tx.conn, company=company)]


async def _worth(tx: Transaction, company: UUID, reaches: tuple[Reach, ...], currencies: set[str]) -> Reaching:
    """With rates no older than the company lets them be."""
    used = currencies | {bound.currency for one in reaches for bound in one.bounds}
    exchange = await exchange_on(tx.conn, tx.today(company), used)
    age = await _RATE_AGE.value(tx.conn, company=company)
    return Reaching(reaches, exchange if age is None else with_age(exchange, age))
