"""Orders as tests take them through their life: submitted, changed, released, refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from persistence.keys import new_key
from schema.ids import node_id
from tests.schema.asking import Asker
from tests.schema.books import ERP, by_number, mutation, order, ordered
from tests.schema.changing import changed, keyed, refused, said, sek
from tests.schema.world import World

SUBMIT = mutation("submitSalesOrder", "salesOrder { id status } decision { outcome } creditHold { id status }")
_RELEASE = mutation("releaseCreditHold", "creditHold { status }")


async def admitted(ask: Asker, account: str, *amounts: str, **more: Any) -> dict[str, Any]:
    """An order that passed, or did not."""
    row = order(account, *amounts, **more)
    await ordered(ask, row)
    await submitted(ask, row, str(sum(map(Decimal, amounts))))
    return row


async def submitted(ask: Asker, row: dict[str, Any], amount: str, **more: Any) -> Any:
    """An order after its credit check."""
    given = {name: row[name] for name in ("company", "number", "account")}
    return await changed(ask, SUBMIT, keyed(**given, amount=sek(amount), **more), **ERP)


def key(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An input about one order."""
    return keyed(salesOrder=by_number(row["number"]), **more)


async def saved(ask: Asker, document: str, row: dict[str, Any], **more: Any) -> Any:
    """The order after a change that is not refused."""
    return (await changed(ask, document, key(row, **more), **ERP))["salesOrder"]


async def why(ask: Asker, world: World, document: str, row: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """What a change that is refused is refused for."""
    return said(await refused(ask, world, document, key(row, **more), **ERP))


async def released(ask: Asker, world: World, hold: str, **more: Any) -> None:
    """A hold that somebody releases."""
    reason = await world.put("reason", code=new_key().hex, name="Paid in advance", kind="RELEASE")
    await changed(ask, _RELEASE, keyed(creditHold=hold, reason=node_id("rea", reason), **more))


def account_of(account: str) -> dict[str, Any]:
    """A customer of SE01 as an input names it."""
    return {"number": {"company": "SE01", "account": account}}
