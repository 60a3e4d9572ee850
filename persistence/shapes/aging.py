"""Open receivables by how long they are overdue, exactly as `domain.aging` says of facts as loaded."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from domain.aging import BETWEEN, DEFAULT_AGING, NOT_DUE, OVER, UP_TO
from domain.exposure import Category
from persistence.shapes import owing
from persistence.shapes.exposure import total_where
from persistence.shapes.falling_due import moved_due, past_due
from persistence.shapes.owing import CompanyOwing, Owing
from persistence.shapes.terms import KEPT_APART, PAST, Terms, company_terms, group_terms
from persistence.shapes.worked import Amount, Asked, Expression, Figures, Object, Row, Rows, Said
from persistence.shapes.worth import constant, unit
from persistence.tables.company import company_table
from persistence.tables.customer import credit_group, customer
from persistence.tables.reference import aging_definition

_ONE = constant(1)
_USUAL = range(1, len(DEFAULT_AGING.buckets) + 1)
"""The usual columns by their places."""

_DEFAULT: Expression = sa.literal_column(
    "'{}'::jsonb".format(json.dumps([{"from": one.from_day, "until": one.until_day} for one in DEFAULT_AGING.buckets])),
    JSONB(),
)


def _customer(row: Row, asked: Asked) -> Object:
    terms = company_terms(row[customer.c.company_id], asked, (row.source,), PAST)
    return _aging(owing.of_customer(row[customer.c.id], terms, asked), terms, asked)


def _company(row: Row, asked: Asked) -> Object:
    terms = company_terms(row[company_table.c.id], asked, (row.source,), PAST)
    return _aging(owing.of_company(terms, asked), terms, asked)


def _group(row: Row, asked: Asked) -> Object:
    terms = group_terms(row[credit_group.c.id], asked, (row.source,))
    return _aging(owing.of_group(terms, asked), terms, asked)


CUSTOMER_AGING = Figures((customer.c.id, customer.c.company_id), _customer)
"""What a customer owes by age; null where there is no aging definition of the code that is asked for."""

COMPANY_AGING = Figures((company_table.c.id,), _company)
"""What a company's customers owe by age, those of our own group left out unless asked for; null like a customer's."""

GROUP_AGING = Figures((credit_group.c.id,), _group)
"""What all members of a credit group owe by age, each by its own company's day; definitions are every company's."""


def _aging(whose: Owing | CompanyOwing, terms: Terms, asked: Asked) -> Object:
    sums, definition = _sums(whose, terms), _definition(terms, asked)
    before = whose.before if definition is None else (*whose.before, definition)
    buckets = _DEFAULT
    present = None
    if definition is not None and asked.definition is not None:
        default = asked.definition.is_(None)
        buckets = sa.case((default, _DEFAULT), else_=definition.c.buckets)
        present = sa.or_(default, definition.c.buckets.is_not(None))
    return Object(
        {
            "as_of": terms["day"],
            "total": Amount(sums.c.total, terms["currency"]),
            "unapplied": Amount(-sums.c.payments, terms["currency"]),
            "buckets": Rows(_buckets(whose, terms, buckets, before), ("place",), _bucket),
        },
        present,
    )


def _sums(whose: Owing | CompanyOwing, terms: Terms) -> sa.FromClause:
    """What is open and what is unapplied (negative), together and alone, rounded: a lateral of one row."""
    kept = whose.of((Category.RECEIVABLES, Category.UNAPPLIED))
    payments = total_where(kept.c.amount, kept.c.category == constant(Category.UNAPPLIED))
    sums = (
        sa.select(
            kept.c.currency,
            unit(kept.c.currency).label("unit"),
            sa.func.sum(kept.c.amount).label("total"),
            payments.label("payments"),
        )
        .group_by(kept.c.currency)
        .correlate(*whose.before)
        .subquery()
    )
    found = terms.with_paths(sums, whose.before)
    return (
        sa.select(*(terms.rounded(terms.worth_in(found, name)).label(name) for name in ("total", "payments")))
        .correlate(*whose.before)
        .lateral()
    )


def _definition(terms: Terms, asked: Asked) -> sa.FromClause | None:
    """The columns that are asked for by code, the company's own before one of all companies."""
    if asked.definition is None:
        return None
    found = aging_definition.alias()
    return (
        sa.select(found.c.buckets)
        .where(
            found.c.code == asked.definition, sa.or_(found.c.company_id == terms["id"], found.c.company_id.is_(None))
        )
        .order_by(found.c.company_id.is_(None))
        .limit(_ONE)
        .correlate(*terms.before)
        .lateral()
    )


def _buckets(
    whose: Owing | CompanyOwing, terms: Terms, buckets: Expression, before: tuple[sa.FromClause, ...]
) -> sa.Select[tuple[object, ...]]:
    """Each column of a definition with its days and what is open."""
    listed = columns(buckets)
    if terms.dated and buckets is not _DEFAULT:
        listed = _dated(listed, terms)
    column = listed.offset(KEPT_APART).correlate(*before).subquery()
    bucket = (column.c.place, column.c.title, column.c.from_day, column.c.until_day)
    if buckets is _DEFAULT:
        usual = _usual(whose, terms)
        own = sa.case({number: usual.c[_named(number)] for number in _USUAL}, value=column.c.place)
        found = sa.select(*bucket, own.label("amount"), terms["currency"].label("currency"))
        return found.select_from(column.join(usual, sa.true())).correlate(*before)
    sums = _by_column(column, whose.of((Category.RECEIVABLES,)), before)
    amount = terms.rounded(sa.func.sum(terms.worth(sums.c.amount, sums.c.currency) * sums.c.unit))
    return (
        sa.select(*bucket, amount.label("amount"), terms["currency"].label("currency"))
        .select_from(column.outerjoin(sums, sums.c.place == column.c.place))
        .group_by(*bucket, *(terms[name] for name in ("currency", "digits")))
        .correlate(*before)
    )


def _dated(found: sa.Select[tuple[object, ...]], terms: Terms) -> sa.Select[tuple[object, ...]]:
    """Columns with the due days they hold: after `due_after`, which are at most their last day past, to `due_until`."""
    one = found.subquery()
    day, banks = terms["day"], terms["bank_days_of"]
    return sa.select(
        *one.c,
        past_due(day, one.c.until_day, banks).label("due_after"),
        past_due(day, one.c.from_day - _ONE, banks).label("due_until"),
    )


def _by_column(column: sa.FromClause, kept: sa.FromClause, before: tuple[sa.FromClause, ...]) -> sa.FromClause:
    """What is open in each column and currency, in minor units."""
    past = _past(kept)
    late, soon = column.c.from_day <= past, past <= column.c.until_day
    if "due_until" in column.c:
        late, soon = kept.c.due_day <= column.c.due_until, kept.c.due_day > column.c.due_after
    inside = sa.and_(
        sa.or_(column.c.from_day.is_(None), late),
        sa.or_(column.c.until_day.is_(None), soon),
    )
    return (
        sa.select(
            column.c.place,
            kept.c.currency,
            unit(kept.c.currency).label("unit"),
            sa.func.sum(kept.c.amount).label("amount"),
        )
        .select_from(column.join(kept, inside))
        .group_by(column.c.place, kept.c.currency)
        .correlate(*before)
        .subquery()
    )


def _usual(whose: Owing | CompanyOwing, terms: Terms) -> sa.FromClause:
    """What is open in each of the usual columns, which are known here: one row of rounded sums, `column_1` and on.

    A balance is put into its own column, not tried in each, and rates are looked up once for all columns.
    """
    kept = whose.of((Category.RECEIVABLES,))
    past = _past(kept)
    within = [kept.c.due_day > terms[f"due_{most}"] if terms.dated else past <= constant(most) for most in PAST]
    place = sa.case(
        *((condition, constant(number)) for number, condition in enumerate(within, 1)),
        else_=constant(len(DEFAULT_AGING.buckets)),
    )
    placed = (
        sa.select(place.label("place"), kept.c.currency, kept.c.amount)
        .offset(KEPT_APART)
        .correlate(*whose.before)
        .subquery()
    )
    sums = (
        sa.select(
            placed.c.currency,
            unit(placed.c.currency).label("unit"),
            *(
                total_where(placed.c.amount, placed.c.place == constant(number)).label(_named(number))
                for number in _USUAL
            ),
        )
        .group_by(placed.c.currency)
        .correlate(*whose.before)
        .subquery()
    )
    found = terms.with_paths(sums, whose.before)
    figures = (terms.rounded(terms.worth_in(found, _named(number))).label(_named(number)) for number in _USUAL)
    return sa.select(*figures).correlate(*whose.before).subquery()


def _past(kept: sa.FromClause) -> Expression:
    """How many days past due a balance is, by what its own company says: members of a group are of several."""
    past: Expression = kept.c.company_day - moved_due(kept.c.due_day, kept.c.bank_days_of)
    return past


def _named(number: int) -> str:
    return f"column_{number}"


def columns(buckets: Expression) -> sa.Select[tuple[object, ...]]:
    """The columns of a definition as it is kept: `place`, `title`, `from_day`, `until_day`."""
    listed = (
        sa.func.jsonb_array_elements(buckets)
        .table_valued(sa.column("value", JSONB()), with_ordinality="place")
        .render_derived()
    )
    return sa.select(
        listed.c.place,
        listed.c.value["title"].astext.label("title"),
        *(sa.cast(listed.c.value[name].astext, sa.Integer()).label(f"{name}_day") for name in ("from", "until")),
    )


def _bucket(row: sa.FromClause) -> dict[str, Expression | Amount | Said]:
    return {**described(row), "amount": Amount(row.c.amount, row.c.currency)}


def described(row: sa.FromClause) -> dict[str, Expression | Said]:
    """What a column is called, with its days."""
    first, last = row.c.from_day, row.c.until_day
    title = sa.case(
        (row.c.title.is_not(None), _said("{title}", title=row.c.title)),
        (sa.and_(first.is_(None), last == constant(0)), _said(NOT_DUE)),
        (first.is_(None), _said(UP_TO, until=sa.func.coalesce(last, constant(0)))),
        (last.is_(None), _said(OVER, days=first - _ONE)),
        else_=_said(BETWEEN, **{"from": first, "until": last}),
    )
    return {"title": Said(title), "from_day": first, "until_day": last}


def _said(text: str, **values: Expression) -> Expression:
    """A message as `persistence.frozen` keeps it."""
    named = [part for name, value in values.items() for part in (constant(name), value)]
    inner = sa.func.jsonb_build_object(*named, type_=JSONB())
    return sa.func.jsonb_build_object(constant("text"), constant(text), constant("values"), inner, type_=JSONB())


def _definition_columns(row: Row, asked: Asked) -> Object:
    kept = row[aging_definition.c.buckets]
    return Object({"buckets": Rows(columns(kept).correlate(row.source), ("place",), described)})


DEFINITION_COLUMNS = Figures((aging_definition.c.buckets,), _definition_columns)
"""The columns of an aging definition, from young to old."""
