"""What amounts are worth in another currency, and how they are rounded, as `domain.money` does both.

A rate that is missing raises SQLSTATE CG001 (migration 0003), and only where two currencies differ and the amount is
not zero: the usual row costs a comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import sqlalchemy as sa

Expression = sa.ColumnElement[Any]

RATE_MISSING = "CG001"
"""The SQLSTATE of a conversion without a rate."""

ZERO = sa.literal_column("0", sa.Numeric())
NOTHING = sa.literal_column("null", sa.Numeric())

USUAL_DIGITS = 2
DIGITS = {
    0: "BEF BIF CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF PTE PYG RWF TRL UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Currencies whose minor unit has not two decimals, as the table of currencies has them (a test compares)."""


def constant(value: str | int) -> Expression:
    """A fixed value that stands in the text of a statement: nothing that anybody sent."""
    if isinstance(value, int):
        return sa.literal_column(str(value), sa.Integer())
    return sa.literal_column("'{}'".format(value.replace("'", "''")), sa.Text())


def one_of(column: Expression, values: Iterable[str]) -> sa.ColumnElement[bool]:
    """The column is one of some fixed codes."""
    listed = "'{{{}}}'::text[]".format(",".join(sorted(values)))
    return column == sa.func.any(sa.literal_column(listed, sa.ARRAY(sa.Text())))


def equals_one_of(column: Expression, values: Iterable[str]) -> sa.ColumnElement[bool]:
    """The same, where it is worked out for each row: comparing one by one costs a third of looking into an array.

    An index is searched by `one_of` only.
    """
    return sa.or_(*(column == constant(value) for value in values))


def digits(currency: Expression) -> Expression:
    """The decimals of a currency's minor unit: 2 for SEK, 0 for JPY."""
    return _by_digits(currency, {number: constant(number) for number in (*DIGITS, USUAL_DIGITS)})


def unit(currency: Expression) -> Expression:
    """The minor unit as an amount: 0.01 for SEK, 1 for JPY."""
    units = {number: sa.literal_column(f"1e-{number}", sa.Numeric()) for number in (*DIGITS, USUAL_DIGITS)}
    return _by_digits(currency, units)


def unit_of(decimals: Expression) -> Expression:
    """The minor unit of a currency whose decimals are known."""
    others = [(decimals == constant(number), sa.literal_column(f"1e-{number}", sa.Numeric())) for number in DIGITS]
    usual = sa.literal_column(f"1e-{USUAL_DIGITS}", sa.Numeric())
    return sa.case((decimals == constant(USUAL_DIGITS), usual), *others)


def rounded(amount: Expression, currency: Expression) -> Expression:
    """Rounded once, half away from zero, to the digits of the currency."""
    return rounded_to(amount, digits(currency))


def rounded_to(amount: Expression, decimals: Expression) -> Expression:
    """Rounded half away from zero."""
    return sa.func.round(amount, decimals, type_=sa.Numeric())


def converted(
    amount: Expression, currency: Expression, to: Expression, day: Expression, max_age: Expression
) -> Expression:
    """An amount in another currency on a day, unrounded. Raises CG001 without a rate young enough.

    `amount` stands in it three times: give a column, not a calculation.
    """
    return sa.case(
        (currency == to, amount),
        (amount == ZERO, ZERO),
        else_=sa.func.converted(amount, currency, to, day, max_age, type_=sa.Numeric()),
    )


def path(currency: Expression, to: Expression, day: Expression, max_age: Expression) -> Expression:
    """The rates that lead to another currency, looked up: migration 0006. Null where there are none, or none needed.

    Looking up takes twenty times as long as using: several amounts of a currency share one, as a column of a subquery
    that is kept apart.
    """
    found = sa.func.exchange(currency, to, day, max_age, type_=sa.ARRAY(sa.Numeric()))
    return sa.case((currency != to, found))


def worth_by(path: Expression, amount: Expression, currency: Expression, to: Expression, day: Expression) -> Expression:
    """What `converted` gives, by a path that was looked up. Raises CG001 where one is needed and there is none."""
    exchanged = sa.func.exchanged(amount, path, type_=sa.Numeric())
    missing = sa.func.no_rate(currency, to, day, type_=sa.Numeric())
    return sa.case(
        (currency == to, amount), (amount == ZERO, ZERO), else_=sa.func.coalesce(exchanged, missing, type_=sa.Numeric())
    )


def _by_digits(currency: Expression, values: Mapping[int, Expression]) -> Expression:
    # Most currencies have two decimals: that is looked up once and not in a list for each other number.
    unusual = {number: codes.split() for number, codes in DIGITS.items()}
    cases = [(one_of(currency, codes), values[number]) for number, codes in unusual.items()]
    rare = one_of(currency, chain.from_iterable(unusual.values()))
    return sa.case((rare, sa.case(*cases)), else_=values[USUAL_DIGITS])
