"""What an installation lacks, so that it is said and not silent."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from persistence.database import capabilities
from persistence.reader import Reader
from persistence.shapes.shape import seen
from persistence.statements import Statement
from persistence.tables.company import checkpoint_setting, company_table

_WITHOUT_CHECKPOINT = Statement(
    sa.select(company_table.c.code)
    .where(
        seen(company_table.c.id),
        ~sa.exists().where(checkpoint_setting.c.company_id == company_table.c.id).correlate(company_table),
    )
    .order_by(company_table.c.code)
)


@dataclass(frozen=True)
class Readiness:
    """`without_checkpoint`: codes of the companies that check no order at any step."""

    icu_collations: bool
    without_checkpoint: tuple[str, ...]


async def readiness(reader: Reader) -> Readiness:
    """What the database cannot do, and what the companies that may be seen have not set."""
    async with reader.pool.acquire() as conn:
        able = await capabilities(conn)
    rows = await reader.run(_WITHOUT_CHECKPOINT)
    return Readiness(able.icu_collations, tuple(row["code"] for row in rows))
