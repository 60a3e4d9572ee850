"""The facts as an ERP posts them in tests, and what they come to."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.exposure import Category
from persistence.keys import new_key
from persistence.reconcile import reconcile
from tests.schema.asking import Asker
from tests.schema.changing import changed, keyed, sek
from tests.schema.world import TODAY, World

ERRORS = "errors { code message path node { __typename id } limit { amount } actual { amount } } replayed"
ITEM = "id number version kind amount { amount } openAmount { amount } disputed { amount } dueDate reversedOn"
PAYMENT = "id number version status amount { amount currency } unapplied { amount } reversedOn"
ORDER = """id number version status amount { amount currency } openAmount { amount } shipDate latestDecision { outcome }
  lines { nodes { lineNumber description amount { amount } delivered { amount } billed { amount }
    invoiced { amount } closed } }"""


def mutation(field: str, selected: str) -> str:
    """A mutation with its errors."""
    kind = field[0].upper() + field[1:]
    return f"mutation ($input: {kind}Input!) {{ {field}(input: $input) {{ {selected} warnings {{ code }} {ERRORS} }} }}"


POST_ITEMS = mutation("postOpenItems", f"openItems {{ {ITEM} }}")
POST_PAYMENTS = mutation("postPayments", f"payments {{ {PAYMENT} }}")
SAVE_ORDERS = mutation("upsertSalesOrders", f"salesOrders {{ {ORDER} }}")
DELIVER = mutation("recordDelivery", f"salesOrder {{ {ORDER} }}")
BILL = mutation("recordBilling", f"salesOrder {{ {ORDER} }} openItem {{ number }}")
ERP = {"as_": "INTEGRATION"}


def number() -> str:
    """A number nobody used."""
    return new_key().hex[-12:]


def invoice(account: str, amount: str, **more: Any) -> dict[str, Any]:
    """An invoice of SE01 over crowns, of ten days ago and due in twenty."""
    row = {"company": "SE01", "account": account, "number": number(), "amount": sek(amount)}
    return row | {"documentDate": "2026-11-13", "dueDate": "2026-12-13"} | more


def paid(account: str, amount: str, *settlements: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    """A payment to SE01 in crowns, of today, with the items it settles."""
    named = [{"openItem": item} | ({"amount": sek(part)} if part else {}) for item, part in settlements]
    row = {"company": "SE01", "account": account, "number": number(), "amount": sek(amount)}
    return row | {"paidOn": TODAY.isoformat(), "settlements": named} | more


def order(account: str, *amounts: str, **more: Any) -> dict[str, Any]:
    """An order of SE01 in crowns, a line an amount."""
    lines = [{"lineNumber": place, "amount": sek(amount)} for place, amount in enumerate(amounts, 1)]
    return {"company": "SE01", "account": account, "number": number(), "lines": lines} | more


def by_number(named: str, company: str = "SE01") -> dict[str, Any]:
    """A document as an input names it."""
    return {"number": {"company": company, "number": named}}


def part(line: int, amount: str) -> dict[str, Any]:
    """A part of an order's line, in crowns."""
    return {"lineNumber": line, "amount": sek(amount)}


async def posted(ask: Asker, *items: dict[str, Any]) -> list[Any]:
    """Items in the ledger."""
    found: list[Any] = (await changed(ask, POST_ITEMS, keyed(items=items), **ERP))["openItems"]
    return found


async def received(ask: Asker, *payments: dict[str, Any]) -> list[Any]:
    """Payments in the ledger."""
    found: list[Any] = (await changed(ask, POST_PAYMENTS, keyed(payments=payments), **ERP))["payments"]
    return found


async def ordered(ask: Asker, *orders: dict[str, Any]) -> list[Any]:
    """Orders entered or changed."""
    found: list[Any] = (await changed(ask, SAVE_ORDERS, {"salesOrders": orders}, **ERP))["salesOrders"]
    return found


async def customer(world: World, limit: str | None = None) -> str:
    """The account of a new customer of SE01, with a limit in crowns."""
    account = number()
    await world.customer("SE01", account, f"Customer {account}")
    if limit is not None:
        await world.limit(f"SE01/{account}", f"{limit} SEK")
    return account


async def takes(world: World, account: str, as_of: date = TODAY) -> dict[str, str]:
    """What the movements of a customer of SE01 come to on a day, by category, without sales and zeros."""
    rows = await world.conn.fetch(
        "select category, sum(amount) / 100.0 as amount from movement"
        " where customer_id = $1 and day <= $2 and category <> 'SALES' group by category having sum(amount) <> 0",
        world.ids[f"SE01/{account}"],
        as_of,
    )
    return {row["category"]: f"{row['amount']:.2f}" for row in rows}


async def due_days(world: World, account: str, category: Category = Category.RECEIVABLES) -> dict[str, str]:
    """The kept sums of a category by due day."""
    rows = await world.conn.fetch(
        "select due_day, amount / 100.0 as amount from balance where customer_id = $1 and category = $2"
        " and amount <> 0 order by due_day",
        world.ids[f"SE01/{account}"],
        category.value,
    )
    return {row["due_day"].isoformat(): f"{row['amount']:.2f}" for row in rows}


async def assert_books_agree(world: World) -> None:
    """The facts, added up again, agree with what is kept, and on no day was anything overdrawn."""
    assert [(found.code, found.keys, found.expected, found.found) for found in await reconcile(world.conn)] == []
    await _assert_nothing_was_ever_overdrawn(world)


async def _assert_nothing_was_ever_overdrawn(world: World) -> None:
    """On no day did an item, a payment or an order take less than nothing, but for goods that came back."""
    rows = await world.conn.fetch(
        "select source_id, category, due_day, day,"
        " sum(sum(amount)) over (partition by source_id, category, due_day order by day) as kept"
        " from movement where category not in ('SALES', 'UNAPPLIED', 'SPECIAL_LIABILITIES')"
        " and not (category = 'OPEN_DELIVERIES' and source_id in (select sales_order_id from goods_return))"
        " group by source_id, category, due_day, day"
    )
    assert [row for row in rows if row["kept"] < 0] == []
    rows = await world.conn.fetch(
        "select source_id, day, sum(sum(amount)) over (partition by source_id order by day) as kept"
        " from movement where category = 'UNAPPLIED' and source_id not in (select id from sales_order)"
        " group by source_id, day"
    )
    assert [row for row in rows if row["kept"] > 0] == []
