"""Parties that are customers of several companies, told through the API beside the facts of `story`."""

from __future__ import annotations

from typing import Any

from tests.acceptance.orders import reasons
from tests.acceptance.story import Story, fresh
from tests.schema.world import TODAY

SE, FI = "SE01", "FI01"


async def both(story: Story, limit: str = "1000000") -> tuple[str, str]:
    """A party that is a customer of both companies, with much room of its own; its number, and its account in both."""
    number, account = fresh(), fresh()
    for code in (SE, FI):
        await story.customer(code, account, party=number, name="Nordbygg")
        await story.own_limit(code, account, limit)
    return number, account


async def item(story: Story, company: str, account: str, amount: str, day: str | None = None, **more: Any) -> str:
    """An item written and due on a day, today unless said; its number."""
    number, day = fresh(), day or TODAY.isoformat()
    await story.invoice(company, account, number, amount, more.pop("due", day), date=day, **more)
    return number


async def outcome(story: Story, company: str, account: str, amount: str) -> tuple[str, list[str]]:
    """What a check answers."""
    found = await story.check(company, account, amount)
    return found["outcome"], reasons(found)
