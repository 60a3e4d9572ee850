"""Open items and payments as the API gives them: what is open on a day, how overdue, lists by what is stored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.schema import paper
from tests.schema.asking import Asker
from tests.schema.world import NOW, TODAY, World

OPEN = """
query ($number: String!, $asOf: Date) {
  openItems(where: {number: {eq: $number}}) { nodes {
    number kind kindLabel amount { amount currency } openAmount(asOf: $asOf) { amount currency } daysOverdue
    disputed { amount } customer { account } company { code } dueDate documentDate
  } }
}
"""
NUMBERS = """
query ($where: OpenItemWhere, $orderBy: [OpenItemOrder!], $first: Int, $after: String) {
  openItems(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    nodes { number } pageInfo { hasNextPage endCursor } count { value }
  }
}
"""
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def ledger(world: World) -> World:
    """Three items of Acme Sverige, one of Gamma, and what was paid of them."""
    await paper.item(world, "SE01/1001", "INV-1", "1000.00 SEK", TODAY - 10 * DAY, TODAY - 40 * DAY)
    await paper.item(world, "SE01/1001", "INV-2", "300.00 EUR", TODAY + 5 * DAY, TODAY - 5 * DAY, disputed=50)
    await paper.item(world, "SE01/1001", "CN-1", "-100.00 SEK", TODAY - 8 * DAY, TODAY - 8 * DAY, kind="CREDIT_NOTE")
    await paper.item(world, "FI01/2002", "INV-9", "70.00 EUR", TODAY - 3 * DAY, TODAY - 33 * DAY)
    await paper.payment(world, "SE01/1001", "PAY-1", "600.00 SEK", TODAY - 6 * DAY)
    await paper.settle(world, "SE01/1001", "INV-1", "PAY-1", "400.00 SEK", TODAY - 5 * DAY)
    await paper.settle(world, "SE01/1001", "INV-1", "PAY-1", "150.00 SEK", TODAY - 4 * DAY, reversed_on=TODAY - 2 * DAY)
    await paper.settle(world, "SE01/1001", "INV-1", "CN-1", "30.00 SEK", TODAY - 3 * DAY, note=True)
    return world


@pytest.mark.parametrize(
    ("as_of", "left"),
    [
        (TODAY - 41 * DAY, "0.00"),  # not yet part of the ledger
        (TODAY - 40 * DAY, "1000.00"),
        (TODAY - 6 * DAY, "1000.00"),
        (TODAY - 5 * DAY, "600.00"),
        (TODAY - 4 * DAY, "450.00"),
        (TODAY - 3 * DAY, "420.00"),
        (TODAY - 2 * DAY, "570.00"),  # one settlement was undone
        (TODAY, "570.00"),
        (None, "570.00"),
    ],
)
async def test_what_is_open_is_the_amount_less_the_settlements_up_to_the_day(
    ask: Asker, ledger: World, as_of: date | None, left: str
) -> None:
    answer = await ask(OPEN, {"number": "INV-1", "asOf": as_of and as_of.isoformat()})
    (found,) = answer.data["openItems"]["nodes"]
    assert found["openAmount"] == {"amount": left, "currency": "SEK"}


async def test_a_credit_note_is_open_until_it_settles_something(ask: Asker, ledger: World) -> None:
    (found,) = (await ask(OPEN, {"number": "CN-1"})).data["openItems"]["nodes"]
    assert (found["kind"], found["openAmount"]["amount"], found["daysOverdue"]) == ("CREDIT_NOTE", "-70.00", 0)


async def test_an_item_tells_how_overdue_it_is_and_what_is_disputed_in_the_readers_language(
    ask: Asker, ledger: World
) -> None:
    (late,) = (await ask(OPEN, {"number": "INV-1"}, language="sv")).data["openItems"]["nodes"]
    assert (late["daysOverdue"], late["kindLabel"]) == (10, "Faktura")
    (early,) = (await ask(OPEN, {"number": "INV-2"})).data["openItems"]["nodes"]
    assert (early["daysOverdue"], early["disputed"]["amount"], early["kindLabel"]) == (0, "50.00", "Invoice")


async def test_a_reversed_item_is_not_open_from_the_day_it_was_reversed(ask: Asker, ledger: World) -> None:
    await paper.item(
        ledger, "SE01/1002", "INV-R", "10.00 SEK", TODAY - 9 * DAY, TODAY - 20 * DAY, reversed_on=TODAY - 2 * DAY
    )
    before, after = (TODAY - 3 * DAY).isoformat(), (TODAY - 2 * DAY).isoformat()
    (found,) = (await ask(OPEN, {"number": "INV-R", "asOf": before})).data["openItems"]["nodes"]
    assert found["openAmount"]["amount"] == "10.00"
    (found,) = (await ask(OPEN, {"number": "INV-R", "asOf": after})).data["openItems"]["nodes"]
    assert (found["openAmount"]["amount"], found["daysOverdue"]) == ("0.00", 0)


async def test_amounts_of_different_currencies_are_sorted_and_compared_in_the_reporting_currency(
    ask: Asker, ledger: World
) -> None:
    await ledger.rate("EUR", "SEK", "10.00", TODAY - 50 * DAY)
    acme = {"customer": {"eq": paper.id_of("cus", ledger.ids["SE01/1001"])}}
    order = [{"field": "AMOUNT", "direction": "DESC"}]
    found = (await ask(NUMBERS, {"where": acme, "orderBy": order})).data["openItems"]["nodes"]
    assert [each["number"] for each in found] == ["INV-2", "INV-1", "CN-1"]  # 300 EUR, 100 EUR, -10 EUR
    between = {**acme, "amount": {"range": {"from": "99", "until": "101"}}}
    found = (await ask(NUMBERS, {"where": between})).data["openItems"]["nodes"]
    assert [each["number"] for each in found] == ["INV-1"]


async def test_a_list_sorted_by_amount_goes_on_after_its_cursor(ask: Asker, ledger: World) -> None:
    wanted = {"where": {"companies": ["SE01"]}, "orderBy": [{"field": "AMOUNT"}], "first": 2}
    first = (await ask(NUMBERS, wanted)).data["openItems"]
    second = (await ask(NUMBERS, {**wanted, "after": first["pageInfo"]["endCursor"]})).data["openItems"]
    every = (await ask(NUMBERS, {**wanted, "first": 100})).data["openItems"]["nodes"]
    assert [*first["nodes"], *second["nodes"]] == every[:4]


async def test_what_changed_since_a_moment_is_read_page_by_page(ask: Asker, ledger: World) -> None:
    await ledger.conn.execute("update open_item set updated_at = now() - interval '1 day' where number <> 'INV-9'")
    since = {"updatedAt": {"range": {"from": NOW.replace(year=2020).isoformat()}}}
    everything = await ask(NUMBERS, {"where": since, "orderBy": [{"field": "UPDATED_AT"}], "first": 1000})
    assert everything.data["openItems"]["nodes"][-1] == {"number": "INV-9"}
    moment = await ledger.conn.fetchval("select now() - interval '1 hour'")
    recent = {"updatedAt": {"range": {"from": moment.isoformat()}}}
    found = (await ask(NUMBERS, {"where": recent, "orderBy": [{"field": "UPDATED_AT"}]})).data["openItems"]
    assert ([each["number"] for each in found["nodes"]], found["count"]["value"]) == (["INV-9"], 1)


UNAPPLIED = """
query ($number: String!, $asOf: Date) { payments(where: {number: {eq: $number}}) { nodes {
  status statusLabel kind kindLabel amount { amount } unapplied(asOf: $asOf) { amount currency } customer { account }
} } }
"""


@pytest.mark.parametrize(
    ("as_of", "left"),
    [(TODAY - 7 * DAY, "0.00"), (TODAY - 6 * DAY, "600.00"), (TODAY - 4 * DAY, "50.00"), (None, "200.00")],
)
async def test_what_a_payment_has_not_settled_is_unapplied(
    ask: Asker, ledger: World, as_of: date | None, left: str
) -> None:
    answer = await ask(UNAPPLIED, {"number": "PAY-1", "asOf": as_of and as_of.isoformat()})
    (found,) = answer.data["payments"]["nodes"]
    assert found["unapplied"] == {"amount": left, "currency": "SEK"}


async def test_a_pending_debit_applies_to_nothing_and_a_returned_one_counted_until_it_went_back(
    ask: Asker, ledger: World
) -> None:
    debit = {"kind": "DIRECT_DEBIT"}
    await paper.payment(ledger, "SE01/1002", "DD-1", "90.00 SEK", TODAY - 9 * DAY, status="PENDING", **debit)
    back = TODAY - 2 * DAY
    await paper.payment(
        ledger, "SE01/1002", "DD-2", "90.00 SEK", TODAY - 9 * DAY, status="RETURNED", reversed_on=back, **debit
    )

    async def unapplied(number: str, as_of: date | None) -> str:
        answer = await ask(UNAPPLIED, {"number": number, "asOf": as_of and as_of.isoformat()})
        amount: str = answer.data["payments"]["nodes"][0]["unapplied"]["amount"]
        return amount

    assert await unapplied("DD-1", None) == "0.00"
    assert await unapplied("DD-2", back - DAY) == "90.00"
    assert await unapplied("DD-2", None) == "0.00"
