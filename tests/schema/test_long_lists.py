"""A list is written by PostgreSQL as Python would write it: texts, moments, days, amounts and cursors of every kind."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from persistence.tables.columns import is_code, metadata
from tests.schema.asking import ROOMY, house
from tests.schema.both_lanes import BothLanes, runner_of
from tests.schema.world import TODAY, World

ITEMS = """
query ($first: Int, $last: Int, $after: String, $before: String, $order: [OpenItemOrder!]) {
  openItems(first: $first, last: $last, after: $after, before: $before, orderBy: $order) {
    nodes {
      id number kind kindLabel documentDate dueDate version createdAt updatedAt reversedOn
      amount { amount currency formatted } plain: amount { amount currency formatted(style: PLAIN) }
    }
    edges { cursor node { number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""

NUMBERS = [
    'said "twice" "',
    "back\\slash\\",
    "'quoted' -- ; $1 %s {}",
    "line\nbreak\ttab\rreturn",
    "".join(map(chr, range(1, 32))),
    "\x7f\x80\x9f",
    "\u2028\u2029\ufeff\xa0",
    "emoji \N{GRINNING FACE} and e\u0301",
    "\x01" + "0\x02x\x01\x03",
    "",
    " ",
    "long " * 20_000,
]
MOMENTS = [
    datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 23, 9, 0, 0, 120000, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
]
DAYS = [date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), TODAY]
AMOUNTS = [
    "1234.5 JPY", "-0.5 JPY", "0.4 ISK", "1.2345 KWD", "-1.2345 BHD", "99999.9995 TND", "1.2345 CLF", "-0.0001 UYW",
    "1234567.005 SEK", "-0.005 EUR", "0.0049 USD", "9999999999999999.9999 SEK", "-9999999999999999.9999 JPY",
    "123456.78 INR", "0 HUF", "1000 TWD",
]  # fmt: skip


@pytest.fixture(scope="module")
async def odd(world: World) -> list[str]:
    """Items of every kind of value; their numbers as they are listed."""
    rows = max(len(NUMBERS), len(MOMENTS), len(DAYS), len(AMOUNTS))
    numbers = []
    for place in range(rows):
        amount, currency = AMOUNTS[place % len(AMOUNTS)].split()
        number = f"{place:02}{NUMBERS[place % len(NUMBERS)]}"
        numbers.append(number)
        await world.put(
            "open_item",
            customer_id=world.ids["SE01/1001"],
            company_id=world.ids["SE01"],
            number=number,
            kind=("INVOICE", "CREDIT_NOTE")[place % 2],
            amount=Decimal(amount),
            booked_amount=Decimal(amount),
            currency=currency,
            document_date=DAYS[place % len(DAYS)],
            due_date=DAYS[-1 - place % len(DAYS)],
            reversed_on=DAYS[place % len(DAYS)] if place % 3 else None,
            created_at=MOMENTS[place % len(MOMENTS)],
            updated_at=MOMENTS[-1 - place % len(MOMENTS)],
        )
    return numbers


@pytest.fixture
def both(pool: asyncpg.Pool, odd: list[str]) -> BothLanes:
    """Both lanes over them."""
    return BothLanes(house(pool, limits=ROOMY))


async def _page(both: BothLanes, **variables: Any) -> Any:
    answer, fast = await both(ITEMS, variables, language="sv-SE")
    assert fast, answer
    return answer["data"]["openItems"]


async def test_every_kind_of_value_is_written_alike_by_both_lanes(both: BothLanes, odd: list[str]) -> None:
    found = await _page(both, first=1000)
    assert [node["number"] for node in found["nodes"]] == odd
    amounts = {node["amount"]["currency"]: node["amount"]["amount"] for node in found["nodes"]}
    assert (amounts["KWD"], amounts["ISK"], amounts["CLF"], amounts["INR"]) == ("1.235", "0", "1.2345", "123456.78")
    assert {node["kindLabel"] for node in found["nodes"]} == {"Faktura", "Kreditfaktura"}
    moments = [datetime.fromisoformat(node["createdAt"]) for node in found["nodes"]]
    assert moments == [MOMENTS[place % len(MOMENTS)] for place in range(len(odd))]


@pytest.mark.parametrize("field", ["CREATED_AT", "DOCUMENT_DATE", "NUMBER", "AMOUNT"])
@pytest.mark.parametrize("way", ["first", "last"])
async def test_pages_of_any_order_end_and_begin_alike_in_both_lanes(
    both: BothLanes, odd: list[str], field: str, way: str
) -> None:
    order = [{"field": field, "direction": "DESC"}]
    cursor, seen = None, 0
    beyond, side, more = ("after", "endCursor", "hasNextPage")
    if way == "last":
        beyond, side, more = ("before", "startCursor", "hasPreviousPage")
    while True:
        found = await _page(both, order=order, **{way: 5, beyond: cursor})
        seen += len(found["nodes"])
        assert found["pageInfo"]["startCursor"] == found["edges"][0]["cursor"]
        assert found["pageInfo"]["endCursor"] == found["edges"][-1]["cursor"]
        if not found["pageInfo"][more]:
            break
        cursor = found["pageInfo"][side]
    assert seen == len(odd)


async def test_an_empty_page_is_written_alike_by_both_lanes(both: BothLanes) -> None:
    whole = await _page(both, first=1000)
    found = await _page(both, first=5, after=whole["pageInfo"]["endCursor"])
    assert (found["nodes"], found["pageInfo"]["endCursor"]) == ([], None)


async def test_thousands_of_fields_are_not_too_deep_for_the_database(both: BothLanes) -> None:
    fields = " ".join(f"version{place}: version number{place}: number" for place in range(2250))
    answer, fast = await both(f"{{ openItems(first: 2) {{ nodes {{ {fields} }} }} }}")
    assert fast
    assert len(answer["data"]["openItems"]["nodes"][0]) == 4500


async def test_what_codes_are_called_goes_with_the_statement_in_the_readers_language(
    pool: asyncpg.Pool, odd: list[str]
) -> None:
    query = "{ openItems(first: 1) { nodes { kindLabel } } }"
    answer, fast = await runner_of(house(pool)).ask(query, language="sv", explain=True)
    assert fast
    (labels,) = [one for one in answer["extensions"]["explain"]["arguments"] if isinstance(one, dict)]
    assert labels["CREDIT_NOTE"] == '"Kreditfaktura"'


async def test_a_text_with_a_nul_is_no_text_in_either_lane(both: BothLanes) -> None:
    answer, _ = await both('{ openItems(where: {number: {eq: "\\u0000"}}) { nodes { id } } }')
    assert answer["errors"]


async def test_what_is_written_without_escapes_comes_out_of_a_closed_list(world: World) -> None:
    """What stands in quotes as it is comes out of a list that the database keeps, and no list has what JSON escapes."""
    kept = await world.conn.fetch(
        "select conrelid::regclass::text as owner, attname as name, pg_get_constraintdef(c.oid) as said"
        " from pg_constraint c join pg_attribute a on attrelid = conrelid and conkey = array[attnum]"
    )
    said = {(row["owner"], row["name"]): "" for row in kept}
    for row in kept:
        said[row["owner"], row["name"]] += row["said"]
    codes = [(table.name, column.name) for table in metadata.tables.values() for column in table.c if is_code(column)]
    assert len(codes) > 30
    for place in codes:
        listed = re.findall(r"'([^']*)'::text", said[place])
        assert listed or "REFERENCES currency(code)" in said[place], place
        assert all(re.fullmatch(r"[A-Za-z0-9_]+", code) for code in listed), place
    for row in await world.conn.fetch("select code from currency"):
        assert re.fullmatch("[A-Z]{3}", row["code"])
