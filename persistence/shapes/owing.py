"""Whose balances are summed: of one customer, of the members of a credit group, or of the customers of a party.

As kept now, or for a day that is over where the customer is, from its movements up to that day. Like
`persistence.facts`, it looks past the grant of the viewer: only totals leave (decision 10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from domain.exposure import Category
from persistence.shapes.covering import CATEGORY, anywhere, covered, covered_in, only_where
from persistence.shapes.falling_due import past_due
from persistence.shapes.shape import seen
from persistence.shapes.terms import Terms, days
from persistence.shapes.worked import Asked, Expression
from persistence.shapes.worth import one_of
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group_member, customer
from persistence.tables.movements import balance, company_balance, movement, movement_tail


@dataclass(frozen=True)
class Whose:
    """Some customers: where they come from (None: from what is joined), and the day of each at its company.

    `past`: balances as kept now would be too new for the day. `overdue_until`: the last due day that is overdue on it.
    `bank_days_of`: as its company keeps it. `receipt_days`: for how many days receipts cover something there; None: it
    is not among what is joined.
    """

    source: sa.FromClause | None
    where: sa.ColumnElement[bool]
    id: Expression
    company: Expression
    day: Expression
    past: sa.ColumnElement[bool]
    overdue_until: Expression
    bank_days_of: Expression
    receipt_days: Expression | None = None

    @classmethod
    def by(cls, terms: Terms, source: sa.FromClause | None, where: sa.ColumnElement[bool], key: Expression) -> Whose:
        """Customers of the company whose terms they are."""
        return cls(
            source,
            where,
            key,
            terms["id"],
            terms["day"],
            terms["past"],
            terms.overdue_until,
            terms["bank_days_of"],
            terms["pending_receipt_days"],
        )

    @classmethod
    def anywhere(
        cls, source: sa.FromClause, where: sa.ColumnElement[bool], key: Expression, company: Any, asked: Asked
    ) -> Whose:
        """Customers of any company, each by what its own, which is among the sources, says."""
        day, past = days(company.c.time_zone, asked)
        banks = company.c.bank_days_of
        return cls(source, where, key, company.c.id, day, past, past_due(day, 0, banks), banks)


@dataclass(frozen=True)
class Owing:
    """Balances of some customers, correlated to `before`. Every call of `whose` stands for itself in a statement."""

    whose: Callable[[], Whose]
    before: tuple[sa.FromClause, ...]
    asked: Asked
    less_disputed: Expression = field(default_factory=sa.true)
    """Whether what is in dispute is not claimed, by what counts for whoever they are added up for."""

    alone: bool = False
    """Whether they are of one customer."""

    def of(self, categories: Sequence[Category]) -> sa.FromClause:
        """The balances of these categories.

        Columns: `customer_id`, `company_id`, `category`, `currency`, `due_day`, `amount` in minor units, `company_day`,
        `overdue_until`, `bank_days_of`.
        """
        kept = _kept(categories)
        parts = [self._of(balance.alias(), kept)]
        if self.asked.as_of is not None:
            moved = movement.alias()
            parts.append(self._of(moved, kept, past=True).where(moved.c.day <= self.asked.as_of))
        if Category.COVERED in categories:
            parts.append(self._covered())
        if len(parts) == 1:
            return parts[0].correlate(*self.before).subquery()
        return sa.union_all(*(part.correlate(*self.before) for part in parts)).subquery()

    def _covered(self) -> sa.Select[Any]:
        whose = self.whose()
        payer = whose.id if whose.receipt_days is None else only_where(whose.receipt_days, whose.id)
        found = covered(payer, whose.company, whose.day, whose.past, self.less_disputed)
        return (
            sa.select(
                whose.id.label("customer_id"),
                whose.company.label("company_id"),
                CATEGORY,
                found.c.currency,
                found.c.due_day,
                found.c.amount,
                whose.day.label("company_day"),
                whose.overdue_until.label("overdue_until"),
                whose.bank_days_of.label("bank_days_of"),
            )
            .select_from(found if whose.source is None else whose.source.join(found, sa.true()))
            .where(whose.where if whose.receipt_days is not None else sa.and_(anywhere(), whose.where))
        )

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
                whose.overdue_until.label("overdue_until"),
                whose.bank_days_of.label("bank_days_of"),
            )
            .select_from(kept if whose.source is None else whose.source.join(kept, mine))
            .where(mine, whose.where, one_of(kept.c.category, categories))
        )
        if self.asked.as_of is None:
            return found
        return found.where(whose.past if past else sa.not_(whose.past))


@dataclass(frozen=True)
class CompanyOwing:
    """The balances of a company's customers, those of our own group left out unless they are asked for; read from the
    sums kept of the company.

    What is not yet folded into them is added, what customers of our own group owe is taken off. They name no customer.
    """

    terms: Terms
    asked: Asked
    alone: ClassVar[bool] = False

    @property
    def before(self) -> tuple[sa.FromClause, ...]:
        """What they are correlated to."""
        return self.terms.before

    def of(self, categories: Sequence[Category]) -> sa.FromClause:
        """The balances of these categories, with the columns of a customer's but for the customer."""
        table, tail = company_balance.alias(), movement_tail.alias()
        kept = _kept(categories)
        parts = [self._columns(table, table.c.amount, kept), self._columns(tail, tail.c.amount, kept)]
        if not self.asked.intercompany:
            parts.append(self._of_our_own(kept))
        if self.asked.as_of is not None:
            past = self.terms["past"]
            parts = [part.where(sa.not_(past)) for part in parts]
            parts.append(self._moved(kept, past, self.asked.as_of))
        if Category.COVERED in categories:
            parts.append(self._covered())
        return sa.union_all(*(part.correlate(*self.before) for part in parts)).subquery()

    def _covered(self) -> sa.Select[Any]:
        """What receipts cover, of each customer by itself before it is added up."""
        terms = self.terms
        reduces, intercompany = terms["disputed_reduces_overdue"], sa.true() if self.asked.intercompany else sa.false()
        company = only_where(terms["pending_receipt_days"], terms["id"])
        found = covered_in(company, terms["day"], terms["past"], reduces, intercompany)
        return sa.select(
            CATEGORY,
            found.c.currency,
            found.c.due_day,
            found.c.amount,
            terms["day"].label("company_day"),
            terms.overdue_until.label("overdue_until"),
            terms["bank_days_of"].label("bank_days_of"),
        ).select_from(found)

    def _of_our_own(self, categories: Sequence[Category]) -> sa.Select[Any]:
        """What customers of our own group owe, to be taken off."""
        theirs, own = balance.alias(), customer.alias()
        ours = theirs.join(own, sa.and_(own.c.id == theirs.c.customer_id, own.c.intercompany))
        found = self._columns(theirs, -theirs.c.amount, categories).select_from(ours)
        return found.where(own.c.company_id == self.terms["id"])

    def _moved(self, categories: Sequence[Category], past: sa.ColumnElement[bool], as_of: Expression) -> sa.Select[Any]:
        """The movements to the end of a day that is in the past."""
        moved, mover = movement.alias(), customer.alias()
        found = self._columns(moved, moved.c.amount, categories)
        if not self.asked.intercompany:
            outside = sa.and_(mover.c.id == moved.c.customer_id, sa.not_(mover.c.intercompany))
            found = found.select_from(moved.join(mover, outside))
        return found.where(past, moved.c.day <= as_of)

    def _columns(self, kept: Any, amount: Expression, categories: Sequence[Category]) -> sa.Select[Any]:
        return sa.select(
            kept.c.category,
            kept.c.currency,
            kept.c.due_day,
            amount.label("amount"),
            self.terms["day"].label("company_day"),
            self.terms.overdue_until.label("overdue_until"),
            self.terms["bank_days_of"].label("bank_days_of"),
        ).where(kept.c.company_id == self.terms["id"], one_of(kept.c.category, categories))


def _kept(categories: Sequence[Category]) -> Sequence[Category]:
    """What receipts cover is worked out, the others are kept."""
    return [category for category in categories if category is not Category.COVERED]


def of_customer(key: Expression, terms: Terms, asked: Asked) -> Owing:
    """The balances of one customer, on the day of its terms."""
    alone = Whose.by(terms, None, sa.true(), key)
    return Owing(lambda: alone, terms.before, asked, terms["disputed_reduces_overdue"], alone=True)


def of_group(terms: Terms, asked: Asked) -> Owing:
    """The balances of the members of a credit group in all companies, each by its own company's day."""

    def members() -> Whose:
        member, own, of = credit_group_member.alias(), customer.alias(), company_table.alias()
        day, _ = days(of.c.time_zone, asked)
        source = member.join(own, own.c.id == member.c.customer_id).join(of, of.c.id == own.c.company_id)
        until = member.c.until_day
        there = sa.and_(
            member.c.credit_group_id == terms["id"], member.c.from_day <= day, sa.or_(until.is_(None), until >= day)
        )
        return Whose.anywhere(source, there, member.c.customer_id, of, asked)

    return Owing(members, terms.before, asked, terms["disputed_reduces_overdue"])


def of_share(terms: Terms, asked: Asked, share: sa.FromClause) -> Owing:
    """The balances of a group's members in one company, or, where `share` names none, in all that may not be seen."""
    group = of_group(terms, asked)

    def members() -> Whose:
        whose = group.whose()
        visible = seen(whose.company)
        here = sa.case((share.c.hidden, sa.not_(visible)), else_=sa.and_(visible, whose.company == share.c.company_id))
        return replace(whose, where=sa.and_(whose.where, here))

    return Owing(members, (*terms.before, share), asked, terms["disputed_reduces_overdue"])


def of_party(terms: Terms, asked: Asked) -> Owing:
    """The balances of the customers that a party is in all companies, each by its own company's day."""

    def customers() -> Whose:
        own, of = customer.alias(), company_table.alias()
        source = own.join(of, of.c.id == own.c.company_id)
        return Whose.anywhere(source, own.c.party_id == terms["id"], own.c.id, of, asked)

    return Owing(customers, terms.before, asked, terms["disputed_reduces_overdue"])


def of_company(terms: Terms, asked: Asked) -> CompanyOwing:
    """The balances of a company's customers."""
    return CompanyOwing(terms, asked)


def of_each_customer(terms: Terms, asked: Asked) -> Owing:
    """The balances of each of a company's customers on the company's day; those of our own group left out unless they
    are asked for.
    """

    def customers() -> Whose:
        own = customer.alias()
        there = own.c.company_id == terms["id"]
        if not asked.intercompany:
            there = sa.and_(there, sa.not_(own.c.intercompany))
        return Whose.by(terms, own, there, own.c.id)

    return Owing(customers, terms.before, asked)
