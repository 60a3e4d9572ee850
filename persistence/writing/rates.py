"""Exchange rates as they are published. Setting one again changes nothing; a corrected one replaces what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.amounts import UNKNOWN_CURRENCY
from domain.audit import AuditEventKind
from domain.message import N_, Message, Value
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.keys import new_key
from persistence.reevaluating import reevaluate, waiting_in
from persistence.statements import Row, Statement, insert
from persistence.tables.reference import exchange_rate
from persistence.take import Result, Transaction
from persistence.writing.finding import few_enough, text_refusals, twice_refusals
from persistence.writing.saving import changes, differing, update

_BASES = sa.bindparam("bases", type_=sa.ARRAY(sa.Text()))
_QUOTES = sa.bindparam("quotes", type_=sa.ARRAY(sa.Text()))
_DAYS = sa.bindparam("days", type_=sa.ARRAY(sa.Date()))
_ASKED = (
    sa.func.unnest(_BASES, _QUOTES, _DAYS)
    .table_valued(sa.column("base", sa.Text()), sa.column("quote", sa.Text()), sa.column("day", sa.Date()))
    .render_derived(name="asked")
)
_KNOWN = Statement(
    sa.select(exchange_rate)
    .join(
        _ASKED,
        sa.and_(
            exchange_rate.c.base == _ASKED.c.base,
            exchange_rate.c.quote == _ASKED.c.quote,
            exchange_rate.c.day == _ASKED.c.day,
        ),
    )
    .order_by(exchange_rate.c.id)
    .with_for_update(of=exchange_rate)
)

MOST = Decimal(10) ** 14

SET = N_("From {day} on one {base} is {rate} {quote}.")
NOT_POSITIVE = N_("A rate is above zero.")
TOO_LARGE = N_("A rate is below {most}. Give the rate of the other direction.")
SAME_CURRENCY = N_("A rate leads from one currency to another.")


@dataclass(frozen=True)
class RateToSet:
    """One unit of `base` is worth `rate` units of `quote` from `day` on, as `source` published it."""

    base: str
    quote: str
    day: date
    rate: Decimal
    source: str
    irrevocable: bool = False


async def set_rates(tx: Transaction, rates: Sequence[RateToSet]) -> Result:
    """Set rates for all companies, days to come included: the euro's irrevocable rates are known before they hold.

    Holds are checked again, since what their orders come to may have changed.
    """
    few_enough(rates, "rates")
    keys = [(rate.base, rate.quote, rate.day) for rate in rates]
    refusals = twice_refusals([(f"{base}{day}", quote) for base, quote, day in keys], "rates", "to")
    for place, rate in enumerate(rates):
        refusals.extend(_refusals(tx, rate, ("rates", str(place))))
    if refusals:
        raise Refused(*refusals)
    waiting = await waiting_in(tx, tx.companies)
    await tx.lock(waiting)
    given = {"bases": [key[0] for key in keys], "quotes": [key[1] for key in keys], "days": [key[2] for key in keys]}
    known = {(row["base"], row["quote"], row["day"]): row for row in await _KNOWN.all(tx.conn, **given)}
    ids, new = [], []
    changed = False
    for rate, key in zip(rates, keys, strict=True):
        values = {"rate": rate.rate, "irrevocable": rate.irrevocable, "source": rate.source}
        row = known.get(key)
        if row is None:
            ids.append(new_key())
            new.append({"id": ids[-1], "base": rate.base, "quote": rate.quote, "day": rate.day, **values})
            _audit(tx, rate, ids[-1], None, values)
            continue
        ids.append(row["id"])
        differs = differing(row, values)
        if differs:
            changed = True
            await update(tx.conn, exchange_rate, {"id": row["id"]}, differs)
            _audit(tx, rate, row["id"], row, differs)
    await insert(tx.conn, exchange_rate, new)
    if new or changed:
        await reevaluate(tx, waiting)
    return {"exchange_rates": [str(key) for key in ids]}


def _audit(tx: Transaction, rate: RateToSet, key: UUID, before: Row | None, values: dict[str, Any]) -> None:
    named: dict[str, Value] = {"day": rate.day, "base": rate.base, "rate": rate.rate, "quote": rate.quote}
    what = None if before is None else changes(before, values)
    tx.audit(AuditEventKind.RATES_SET, Message(SET, named), ("exchange_rate", key), changes=what)


def _refusals(tx: Transaction, rate: RateToSet, path: tuple[str, ...]) -> list[Refusal]:
    refusals = [
        Refusal(ErrorCode.CURRENCY_UNKNOWN, Message(UNKNOWN_CURRENCY, {"currency": code}), (*path, name))
        for name, code in (("from", rate.base), ("to", rate.quote))
        if code not in tx.digits
    ]
    if rate.base == rate.quote:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(SAME_CURRENCY), (*path, "to")))
    if rate.rate <= 0:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(NOT_POSITIVE), (*path, "rate")))
    elif rate.rate >= MOST:
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(TOO_LARGE, {"most": MOST}), (*path, "rate")))
    return [*refusals, *text_refusals(rate.source, (*path, "source"))]
