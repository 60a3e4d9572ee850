"""The facts of many payers in a few round trips, without locks: for who looks at a whole company's orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.facts import Facts
from domain.money import EURO
from persistence import fact_statements, room_statements
from persistence.facts import Moment
from persistence.party_facts import limits_beside
from persistence.rates import LAST_RATES
from persistence.rooms import Thawing
from persistence.statements import Statement
from persistence.together import Together


def _together(debts: Statement) -> Together:
    return Together(
        customers=fact_statements.CUSTOMERS,
        checkpoints=fact_statements.CHECKPOINTS,
        rules=fact_statements.RULES,
        entries=fact_statements.ENTRIES,
        collaterals=fact_statements.COLLATERALS,
        balances=room_statements.BALANCES,
        debts=debts,
        groups=fact_statements.GROUPS,
        group_balances=room_statements.GROUP_BALANCES,
        rates=LAST_RATES,
    )


_LOAD, _LOAD_BY_ITEM = _together(fact_statements.DEBTS), _together(fact_statements.ALL_DEBTS)


async def many_facts(
    conn: asyncpg.Connection, currencies: Mapping[UUID, set[str]], now: datetime, *, by_item: bool = False
) -> Mapping[UUID, Facts]:
    """What a decision about each payer would follow from now. `currencies`: what will be converted for each of them.

    `by_item`: with their open items, also where no rule of their company looks at single ones yet.
    """
    payers = sorted(currencies)
    whose = await room_statements.WHOSE.all(conn, customers=payers, now=now)
    group_of = {row["id"]: row["own_group_id"] for row in whose if row["own_group_id"] is not None}
    groups = sorted(set(group_of.values()))
    companies = sorted({row["company_id"] for row in whose})
    zones = {row[name] for row in whose for name in ("time_zone", "group_time_zone")} - {None}
    days = frozenset(Moment(now).today(zone) for zone in zones)
    wanted = {row[name] for row in whose for name in ("currency", "group_currency")} - {None}
    loaded = frozenset({EURO, *wanted, *(currency for some in currencies.values() for currency in some)})
    read = await (_LOAD_BY_ITEM if by_item else _LOAD).all(
        conn,
        customers={"customers": payers},
        checkpoints={"companies": companies},
        rules={"companies": companies},
        entries={"holders": sorted({*payers, *groups})},
        collaterals={"customers": payers},
        balances={"customers": payers},
        debts={"customers": payers},
        groups={"groups": groups},
        group_balances={"groups": groups, "now": now},
        rates={"days": sorted(days), "currencies": sorted(loaded)},
    )
    beside = await limits_beside(conn, read["customers"], Moment(now), currencies)
    return await Thawing(conn, read, now, group_of, currencies, days, loaded, beside).facts()
