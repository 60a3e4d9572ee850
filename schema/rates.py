"""What currencies are worth, loaded once for everything a request converts on the same day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from domain.money import Exchange
from persistence.rates import exchange_on, with_age
from schema.context import Context

MAX_RATE_AGE_DAYS = 7
"""How old a rate may be where no company or group says otherwise (decision 13)."""

_Asked = tuple[date, frozenset[str]]


async def exchange(
    context: Context, day: date, currencies: Iterable[str], max_age_days: int = MAX_RATE_AGE_DAYS
) -> Exchange:
    """The worth of some currencies on a day."""

    async def fetch(asked: list[_Asked]) -> Sequence[Exchange]:
        wanted: dict[date, set[str]] = defaultdict(set)
        for each, named in asked:
            wanted[each] |= named
        async with context.house.pool.acquire() as conn:
            found = {each: await exchange_on(conn, each, named) for each, named in wanted.items()}
        return [found[each] for each, _ in asked]

    key: _Asked = (day, frozenset(currencies))
    loaded: Exchange = await context.loader("exchange", fetch).load(key)
    return with_age(loaded, max_age_days)
