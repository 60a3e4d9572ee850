"""Whose balances are summed: of one customer, of the members of a credit group, or of the customers of a party.

As kept now, or for a day that is over where the customer is, from its movements up to that day. Like
`persistence.facts`, it looks past the grant of the viewer: only totals leave (decision 10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.exposure import Category
from persistence.shapes.terms import Terms, days
from persistence.shapes.worked import Asked, Expression
from persistence.shapes.worth import one_of
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group_member, customer
from persistence.tables.movements import balance, movement


@dataclass(frozen=True)
class Whose:
    """Some customers: where they come from (None: from what is joined), and the day of each at its company.

    `past`: balances as kept now would be too new for the day.
    """

    source: sa.FromClause | None
    where: sa.ColumnElement[bool]
    id: Expression
    day: Expression
    past: sa.ColumnElement[bool]


@dataclass(frozen=True)
class Owing:
    """Balances of some customers, correlated to `before`. Every call of `whose` stands for itself in a statement."""

    whose: Callable[[], Whose]
    before: tuple[sa.FromClause, ...]
    asked: Asked

    def of(self, categories: Sequence[Category]) -> sa.FromClause:
        """The balances of these categories.

        Columns: `customer_id`, `company_id`, `category`, `currency`, `due_day`, `amount` in minor units, `company_day`.
        """
        now = self._of(balance.alias(), categories)
        if self.asked.as_of is None:
            return now.correlate(*self.before).subquery()
        moved = movement.alias()
        then = self._of(moved, categories, past=True).where(moved.c.day <= self.asked.as_of)
        return sa.union_all(now.correlate(*self.before), then.correlate(*self.before)).subquery()

    def _of(self, kept: Any, categories: Sequence[Category], *, past: bool = False) -> sa.Select[Any]:
        whose = self.whose()
        mine = kept.c.customer_id == whose.id
        found = (
            sa.select(
                whose.id.label("customer_id"),
                kept.c.company_id,
                kept.c.category,
                kept.c.currency,
                kept.c.due_day,
                kept.c.amount,
                whose.day.label("company_day"),
            )
            .select_from(kept if whose.source is None else whose.source.join(kept, mine))
            .where(mine, whose.where, one_of(kept.c.category, categories))
        )
        if self.asked.as_of is None:
            return found
        return found.where(whose.past if past else sa.not_(whose.past))


def of_customer(key: Expression, terms: Terms, asked: Asked) -> Owing:
    """The balances of one customer, on the day of its terms."""
    alone = Whose(None, sa.true(), key, terms["day"], terms["past"])
    return Owing(lambda: alone, terms.before, asked)


def of_group(terms: Terms, asked: Asked) -> Owing:
    """The balances of the members of a credit group in all companies, each by its own company's day."""

    def members() -> Whose:
        member, own, of = credit_group_member.alias(), customer.alias(), company_table.alias()
        day, past = days(of.c.time_zone, asked)
        source = member.join(own, own.c.id == member.c.customer_id).join(of, of.c.id == own.c.company_id)
        until = member.c.until_day
        there = sa.and_(
            member.c.credit_group_id == terms["id"], member.c.from_day <= day, sa.or_(until.is_(None), until >= day)
        )
        return Whose(source, there, member.c.customer_id, day, past)

    return Owing(members, terms.before, asked)


def of_party(terms: Terms, asked: Asked) -> Owing:
    """The balances of the customers that a party is in all companies, each by its own company's day."""

    def customers() -> Whose:
        own, of = customer.alias(), company_table.alias()
        day, past = days(of.c.time_zone, asked)
        source = own.join(of, of.c.id == own.c.company_id)
        return Whose(source, own.c.party_id == terms["id"], own.c.id, day, past)

    return Owing(customers, terms.before, asked)
