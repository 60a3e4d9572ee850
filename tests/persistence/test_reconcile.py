"""`reconcile` finds nothing in a ledger that was written by the rules, and each thing that is spoilt in it."""

import asyncio
from collections.abc import Iterator

import asyncpg
import psycopg
import pytest

from persistence.balances import fold
from persistence.reconcile import FindingCode, reconcile
from tests.persistence.conftest import findings
from tests.persistence.loading import Ledger, empty, plainly

# What is spoilt, and everything that then does not agree.
SPOILT = [
    (
        "update movement set amount = amount + 1 where category = 'SALES'",
        "MOVEMENTS MOVEMENT_DAYS BALANCE COMPANY_BALANCE",
    ),
    ("update movement set day = day + 1 where category = 'RECEIVABLES'", "MOVEMENT_DAYS"),
    ("update movement set due_day = due_day + 1 where category = 'OPEN_ORDERS'", "MOVEMENTS BALANCE COMPANY_BALANCE"),
    ("delete from movement where category = 'DISPUTED'", "MOVEMENTS BALANCE COMPANY_BALANCE"),
    # No foreign key holds these: what nobody has, reconcile finds.
    ("update movement set customer_id = id", "MOVEMENTS MOVEMENT_DAYS BALANCE"),
    ("update movement set company_id = id", "MOVEMENTS MOVEMENT_DAYS BALANCE COMPANY_BALANCE"),
    ("update movement set currency = '???'", "MOVEMENTS MOVEMENT_DAYS BALANCE COMPANY_BALANCE"),
    ("update balance set customer_id = gen_random_uuid()", "BALANCE"),
    ("update balance set company_id = gen_random_uuid()", "BALANCE"),
    ("update balance set currency = '???' where category = 'DISPUTED'", "BALANCE"),
    ("update company_balance set company_id = gen_random_uuid()", "COMPANY_BALANCE"),
    ("update movement_tail set company_id = id", "COMPANY_BALANCE"),
    ("update movement_tail set currency = '???'", "COMPANY_BALANCE"),
    ("update document_number set company_id = gen_random_uuid() where document = 'open_item'", "DOCUMENT_NUMBER"),
    ("update balance set amount = amount - 1 where category = 'UNAPPLIED'", "BALANCE"),
    ("delete from balance where category = 'OPEN_DELIVERIES'", "BALANCE"),
    ("update company_balance set amount = amount + 1", "COMPANY_BALANCE"),
    ("delete from movement_tail", "COMPANY_BALANCE"),
    ("update open_item set amount = amount + 1 where number = 'F-3'", "MOVEMENTS MOVEMENT_DAYS"),
    ("update open_item set due_date = due_date + 1 where number = 'F-3'", "MOVEMENTS"),
    ("update open_item set reversed_on = '2026-11-01' where number = 'O-1'", "MOVEMENTS MOVEMENT_DAYS"),
    ("update open_item set reversed_on = '2026-11-01' where number = 'F-4'", "MOVEMENTS MOVEMENT_DAYS SETTLED_WRONGLY"),
    ("update open_item set disputed = 701 where number = 'F-2'", "MOVEMENTS DISPUTED_TOO_MUCH"),
    ("update payment set status = 'COLLECTED' where status = 'PENDING'", "MOVEMENTS MOVEMENT_DAYS"),
    (
        "update payment set amount = 2000 where number = 'B1' and currency = 'SEK'",
        "MOVEMENTS MOVEMENT_DAYS SETTLED_TOO_MUCH",
    ),
    (
        "update settlement set amount = amount + 2000 where settled_on = '2026-10-21'",
        "MOVEMENTS MOVEMENT_DAYS DISPUTED_TOO_MUCH SETTLED_TOO_MUCH",
    ),
    ("update settlement set reversed_on = '2026-11-02' where amount = 999", "MOVEMENTS MOVEMENT_DAYS"),
    (
        "update settlement set settled_on = '2026-09-30' where settled_on = '2026-10-21'",
        "MOVEMENT_DAYS SETTLED_WRONGLY",
    ),
    ("delete from document_number where document = 'payment'", "DOCUMENT_NUMBER"),
    ("update document_number set number = number || 'x' where document = 'sales_order'", "DOCUMENT_NUMBER"),
    ("update sales_order set status = 'CLOSED' where number = 'S-1'", "MOVEMENTS"),
    ("update sales_order set status = 'HELD' where number = 'S-1'", "ORDER_HOLD"),
    ("update sales_order set status = 'HELD', admitted = false where number = 'S-1'", "MOVEMENTS ORDER_HOLD"),
    ("update sales_order set amount = amount + 1 where number = 'S-2'", "ORDER_AMOUNT"),
    ("update sales_order set latest_decision_id = id where number = 'S-2'", "ORDER_DECISION"),
    ("update sales_order_line set delivered = 0 where delivered = 250", "MOVEMENTS ORDER_STEPS"),
    ("update sales_order_line set billed = 250 where billed = 300", "MOVEMENTS ORDER_STEPS"),
    ("update sales_order_line set consumed_more = -150 where billed = 300", "MOVEMENTS ORDER_STEPS"),
    ("update sales_order_line set never_billed = 5 where delivered = 400", "MOVEMENTS"),
    ("update billing set consumes = 350 where amount = 200", "ORDER_STEPS"),
    ("delete from delivery", "ORDER_STEPS"),
    ("update delivery set reversed_on = delivered_on", "ORDER_STEPS"),
    ("update billing set reversed_on = billed_on where item_id is null", "ORDER_STEPS"),
    ("update sales_order_line set returned = 1 where delivered = 250", "MOVEMENTS ORDER_STEPS"),
    ("update sales_order set prepaid = 1 where number = 'S-1'", "MOVEMENTS ORDER_PREPAID"),
    ("update sales_order_line set closed = true where line_number = 2", "MOVEMENTS ORDER_AMOUNT"),
    ("update open_item set amount = amount + 0.001 where number = 'O-1'", "PRECISION"),
]


@pytest.fixture(scope="module")
def loaded(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger that tests spoil and put back."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        ledger = Ledger(database_url, empty(conn), tmp_path_factory.mktemp("files"), conn)
        ledger.group()
        asyncio.run(fold_some(database_url))
        yield ledger


async def fold_some(url: str) -> None:
    conn = await asyncpg.connect(url)
    assert await fold(conn, 7) == 7
    await conn.close()


def test_nothing_is_found_in_a_ledger_written_by_the_rules(loaded: Ledger) -> None:
    assert asyncio.run(findings(loaded.url)) == []


@pytest.mark.parametrize(("spoil", "codes"), SPOILT, ids=[spoil for spoil, _ in SPOILT])
def test_what_is_spoilt_is_found(loaded: Ledger, spoil: str, codes: str) -> None:
    async def look() -> set[str]:
        conn = await asyncpg.connect(loaded.url)
        transaction = conn.transaction()
        await transaction.start()
        assert await conn.execute(spoil) not in ("UPDATE 0", "DELETE 0")
        found = await reconcile(conn)
        await transaction.rollback()
        await conn.close()
        assert all(plainly(finding.message) and finding.keys for finding in found)
        return {finding.code.value for finding in found}

    assert asyncio.run(look()) == set(codes.split())


def test_every_kind_of_finding_is_seen_by_a_test() -> None:
    assert {code for _, codes in SPOILT for code in codes.split()} == set(FindingCode)


def test_a_finding_names_where_and_what(loaded: Ledger) -> None:
    loaded.conn.execute("update balance set amount = amount + 5 where category = 'DISPUTED'")
    (finding,) = asyncio.run(findings(loaded.url))
    loaded.conn.execute("update balance set amount = amount - 5 where category = 'DISPUTED'")
    assert (finding.code, finding.expected, finding.found) == (FindingCode.BALANCE, "50000", "50005")
    assert finding.keys["category"] == "DISPUTED"
    assert (finding.keys["currency"], finding.keys["due_day"]) == ("SEK", "2026-10-31")
    assert plainly(finding.message) == (
        "The movements of the customer come to 50000 minor units, its balance says 50005."
    )


WHY = [
    (
        "update settlement set settled_on = '2026-09-30' where settled_on = '2026-10-21'",
        "The settlement is earlier than what it joins.",
    ),
    (
        "update open_item set reversed_on = '2026-11-01' where number = 'F-4'",
        "The settlement stands, but something it joins is reversed or not collected.",
    ),
    (
        "update sales_order_line set delivered = 0 where delivered = 250",
        "By its deliveries 250.0000 of the line is delivered, the line says 0.0000.",
    ),
    (
        "update sales_order_line set billed = 250 where billed = 300",
        "By its billing documents 200.0000 of the line is billed, the line says 150.0000.",
    ),
]


@pytest.mark.parametrize(("spoil", "sentence"), WHY)
def test_of_what_can_be_wrong_in_one_way_or_another_the_one_is_told(loaded: Ledger, spoil: str, sentence: str) -> None:
    async def told() -> set[str]:
        conn = await asyncpg.connect(loaded.url)
        transaction = conn.transaction()
        await transaction.start()
        try:
            assert await conn.execute(spoil) != "UPDATE 0"
            return {plainly(finding.message) for finding in await reconcile(conn)}
        finally:
            await transaction.rollback()
            await conn.close()

    assert sentence in asyncio.run(told())
