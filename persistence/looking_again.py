"""Holds are checked again for what no mutation sees: a file that was imported, and a day that changed.

One room at a time, each in a transaction of its own, so that nobody waits for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.audit import AuditEventKind
from persistence.database import Pool
from persistence.reevaluating import reevaluate, waiting_near
from persistence.scope import actor_id, companies_by_code
from persistence.take import Result, Transaction, take

SYSTEM = ("creditgraph", "creditgraph", "SYSTEM")
"""Who does what nobody asked for: subject, name and kind."""


async def look_again(pool: Pool, now: datetime, companies: Sequence[UUID] | None = None) -> int:
    """Check open holds again, how many payers' is the answer: those that facts of these companies decide on, or all."""
    async with pool.acquire() as conn:
        actor = await actor_id(conn, *SYSTEM)
        granted = await companies_by_code(conn)
        tx = await Transaction.begin(conn, actor, now, granted)
        payers = await waiting_near(tx, granted.values() if companies is None else companies)

    for payer in payers:

        async def again(tx: Transaction, payer: UUID = payer) -> Result:
            await tx.lock([payer])
            await reevaluate(tx, [payer])
            return {}

        await take(pool, again, actor=actor, now=now, granted=granted, kind=AuditEventKind.HOLDS_EVALUATED)
    return len(payers)
