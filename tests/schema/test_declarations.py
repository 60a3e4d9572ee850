"""Overdue items are listed until they are declared to whoever insures them, the most urgent first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from persistence.keys import new_key
from tests.schema import paper
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, keyed, mistaken, refused, rows, said
from tests.schema.world import LONG_AGO, TODAY, World

DUE = """
query ($where: DeclarationDueWhere, $order: [DeclarationDueOrder!]) {
  declarationsDue(where: $where, orderBy: $order) {
    nodes { id declareBy daysLeft openItem { number openAmount { amount } } collateral { number } customer { account } }
    count { value precision }
  }
}
"""
RECORD = """
mutation ($input: RecordDeclarationInput!) { recordDeclaration(input: $input) {
  collateralDeclaration { id version declaredOn reference amount { amount currency } collateral { number }
    customer { account } openItem { number } }
  openItem { number declarations { nodes { declaredOn } } }
  errors { code message path node { id } } warnings { code message path } replayed } }
"""


@pytest.fixture
def both(pool: asyncpg.Pool) -> BothLanes:
    """Asks in both lanes."""
    return BothLanes(house(pool))


@pytest.fixture
async def acme(world: World) -> str:
    """A customer of its own in Sweden, insured for years: to be declared within 30 days."""
    account = f"D{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("SE01", account, f"Insured {account}")
    await insured(world, f"SE01/{account}", "P", 30)
    return f"SE01/{account}"


async def insured(world: World, customer: str, number: str, within: int | None, **more: Any) -> None:
    """A policy, known as `P of SE01/D5`."""
    row = {"customer_id": world.ids[customer], "company_id": world.ids[customer.split("/")[0]], "currency": "SEK"}
    row |= {"kind": "INSURANCE", "provider": "Atradius", "number": number, "value": 1000, "percent": 50}
    row |= {"from_day": LONG_AGO, "declare_within_days": within} | more
    await world.put("collateral", f"{number} of {customer}", **row)


async def owed(world: World, customer: str, overdue: int, amount: str = "100.00 SEK", **more: Any) -> str:
    """An item that is overdue for so many days, written a month before its due day; its number."""
    number, due = new_key().hex, TODAY - timedelta(days=overdue)
    await paper.item(world, customer, number, amount, due, due - timedelta(days=30), **more)
    return number


async def due(both: BothLanes, world: World, customer: str, **where: Any) -> list[tuple[str, int]]:
    """What is to be declared of a customer: numbers and days left."""
    key = f"cus_{world.ids[customer].hex}"
    answer, fast = await both(DUE, {"where": {"customer": {"eq": key}, **where}})
    assert fast
    found = answer["data"]["declarationsDue"]
    assert found["count"] == {"value": len(found["nodes"]), "precision": "EXACT"}
    return [(one["openItem"]["number"], one["daysLeft"]) for one in found["nodes"]]


def declared(world: World, customer: str, item: str, number: str = "P", **more: Any) -> dict[str, Any]:
    """What is sent to record a declaration."""
    given = {"openItem": {"id": f"itm_{world.ids[item].hex}"}}
    return keyed(collateral=f"col_{world.ids[f'{number} of {customer}'].hex}", **given | more)


async def test_overdue_items_are_listed_by_their_deadline(both: BothLanes, world: World, acme: str) -> None:
    past, first, last = [await owed(world, acme, days) for days in (31, 30, 1)]
    await owed(world, acme, 0)
    assert await due(both, world, acme) == [(past, -1), (first, 0), (last, 29)]
    soon = {"declareBy": {"range": {"until": (TODAY + timedelta(days=7)).isoformat()}}}
    assert await due(both, world, acme, **soon) == [(past, -1), (first, 0)]


async def test_deadlines_are_calendar_days_after_the_due_day_where_due_days_move_to_banking_days(
    both: BothLanes, ask: Asker, world: World, acme: str
) -> None:
    assert TODAY.isoweekday() == 1, "yesterday banks were closed"
    past, moved = [await owed(world, acme, days) for days in (31, 1)]
    await world.banks_close(world.ids["SE01"], "SE")
    assert await due(both, world, acme) == [(past, -1), (moved, 29)]
    payload = await changed(ask, RECORD, declared(world, acme, past))
    assert [(one["code"], one["path"]) for one in payload["warnings"]] == [("DATE_ORDER", ["declaredOn"])]
    await world.conn.execute("update company set bank_days_of = null")


async def test_what_is_paid_reversed_or_no_claim_is_not_listed(both: BothLanes, world: World, acme: str) -> None:
    paid, part = await owed(world, acme, 5), await owed(world, acme, 4)
    for item, amount in ((paid, "100.00 SEK"), (part, "99.99 SEK")):
        payment = new_key().hex
        await paper.payment(world, acme, payment, "100.00 SEK", TODAY)
        await paper.settle(world, acme, item, payment, amount, TODAY)
    await owed(world, acme, 3, reversed_on=TODAY)
    await owed(world, acme, 3, "-100.00 SEK", kind="CREDIT_NOTE")
    await owed(world, acme, 3, kind="PAYMENT_REQUEST")
    assert await due(both, world, acme) == [(part, 26)]


async def test_only_what_was_written_while_a_policy_was_valid_is_covered(both: BothLanes, world: World) -> None:
    await world.customer("SE01", "7001", "Insured for a month")
    written = TODAY - timedelta(days=40)
    days = {"from_day": written, "until_day": written}
    await insured(world, "SE01/7001", "M", 15, **days)
    item = await owed(world, "SE01/7001", 10)
    await owed(world, "SE01/7001", 11)
    await owed(world, "SE01/7001", 9)
    await world.customer("SE01", "7002", "Insured without declarations")
    await insured(world, "SE01/7002", "N", None)
    await owed(world, "SE01/7002", 9)
    assert await due(both, world, "SE01/7001") == [(item, 5)]
    assert await due(both, world, "SE01/7002") == []


async def test_of_two_policies_the_earlier_deadline_is_listed_first(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    await insured(world, acme, "Q", 20)
    item = await owed(world, acme, 5)
    assert await due(both, world, acme) == [(item, 15)]
    await changed(ask, RECORD, declared(world, acme, item, "Q"))
    assert await due(both, world, acme) == [(item, 25)]
    await changed(ask, RECORD, declared(world, acme, item))
    assert await due(both, world, acme) == []


async def test_a_declaration_is_recorded_once_with_what_was_open(ask: Asker, world: World, acme: str) -> None:
    item = await owed(world, acme, 5)
    given = declared(world, acme, item, reference="D-77", declaredOn=(TODAY - timedelta(days=1)).isoformat())
    payload = await changed(ask, RECORD, given, as_="CREDIT_CLERK")
    made = payload["collateralDeclaration"]
    assert (made["declaredOn"], made["reference"]) == ((TODAY - timedelta(days=1)).isoformat(), "D-77")
    assert (made["amount"], made["openItem"]) == ({"amount": "100.00", "currency": "SEK"}, {"number": item})
    assert payload["openItem"]["declarations"]["nodes"] == [{"declaredOn": made["declaredOn"]}]
    assert payload["warnings"] == []
    before = await rows(world)
    assert (await changed(ask, RECORD, given, as_="CREDIT_CLERK"))["replayed"]
    assert await rows(world) == before
    twice = await refused(ask, world, RECORD, declared(world, acme, item))
    assert said(twice) == [("ALREADY_EXISTS", "openItem")]
    assert twice["errors"][0]["node"] == {"id": made["id"]}


async def test_a_late_declaration_is_recorded_with_a_warning(ask: Asker, world: World, acme: str) -> None:
    item = await owed(world, acme, 31)
    warnings = (await changed(ask, RECORD, declared(world, acme, item)))["warnings"]
    last = (TODAY - timedelta(days=1)).isoformat()
    assert [(one["code"], one["path"]) for one in warnings] == [("DATE_ORDER", ["declaredOn"])]
    assert date.fromisoformat(last).strftime("%Y") in warnings[0]["message"]


async def test_what_cannot_be_declared_is_refused(ask: Asker, world: World, acme: str) -> None:
    await world.customer("SE01", "7003", "Insured too")
    await insured(world, "SE01/7003", "Z", 30, from_day=TODAY)
    item, other = await owed(world, acme, 5), await owed(world, "SE01/7003", 5)
    note = await owed(world, acme, 5, "-100.00 SEK", kind="CREDIT_NOTE")
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    for given, wanted in (
        (declared(world, "SE01/7003", item, "Z"), [("INVALID_VALUE", "collateral")]),
        (declared(world, "SE01/7003", other, "Z"), [("INVALID_VALUE", "collateral")]),
        (declared(world, acme, note), [("WRONG_STATUS", "openItem")]),
        (declared(world, acme, item, declaredOn=tomorrow), [("DAY_IN_FUTURE", "declaredOn")]),
        (declared(world, acme, item, declaredOn="2026-01-01"), [("DATE_ORDER", "declaredOn")]),
        (declared(world, acme, item, reference=" "), [("INVALID_VALUE", "reference")]),
        (declared(world, acme, item) | {"collateral": "col_" + "0" * 32}, [("NOT_FOUND", "collateral")]),
        (declared(world, acme, item) | {"openItem": {"id": "itm_" + "0" * 32}}, [("NOT_FOUND", "openItem")]),
    ):
        assert said(await refused(ask, world, RECORD, given)) == wanted


async def test_who_may_not_see_a_company_sees_nothing_of_what_it_declares(
    ask: Asker, both: BothLanes, world: World, acme: str
) -> None:
    item = await owed(world, acme, 5)
    answer, _ = await both(DUE, {}, companies=("FI01",))
    assert answer["data"]["declarationsDue"]["nodes"] == []
    for role in ("VIEWER", "INTEGRATION", "ADMIN", "COLLECTIONS_AGENT"):
        assert await mistaken(ask, world, RECORD, declared(world, acme, item), as_=role) == ["FORBIDDEN"]
    assert await mistaken(ask, world, RECORD, declared(world, acme, item), companies=["FI01"]) == ["FORBIDDEN"]
