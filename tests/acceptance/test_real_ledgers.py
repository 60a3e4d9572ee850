"""Two real ledgers come in by the command and are read through GraphQL; the answers were not computed by us.

The files state no licence, so they are not part of this project. CREDITGRAPH_SHARED names the folder they are in; where
it is absent these tests are skipped, and the same is shown on files of our own in tests/persistence/test_importing*.py.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from persistence.database import Pool
from persistence.reconcile import reconcile
from tests.schema.asking import Asker, house

SHARED = Path(os.environ.get("CREDITGRAPH_SHARED", Path(__file__).parents[2] / ".." / "shared"))
IBM = SHARED / "data" / "ibm-late-payments.csv"
ORACLE = SHARED / "oracle" / "receivables-metrics.json"
HIGHRADIUS = SHARED / "data" / "highradius-open-items.csv"
BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")


def load(path: Path, format_name: str, database_url: str, data: Path) -> str:
    """Import a file by the command, and give what it said."""
    if not path.exists():
        pytest.skip(f"{path.name} is not there; CREDITGRAPH_SHARED names its folder")
    command = (sys.executable, "-m", "server.cli", "import", str(path), "--format", format_name)
    environment = os.environ | {"DATABASE_URL": database_url, "CREDITGRAPH_DATA": str(data)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def ask(pool: Pool) -> Asker:
    return Asker(house(pool))


async def test_open_amounts_overdue_and_buckets_of_closed_invoices_equal_the_oracles_on_its_days(
    ask: Asker, pool: Pool, database_url: str, tmp_path: Path
) -> None:
    load(IBM, "ibm-late-payments", database_url, tmp_path)
    load(IBM, "ibm-late-payments", database_url, tmp_path)  # the same file twice changes nothing
    compared = 0
    for expected in json.loads(ORACLE.read_text()):
        entity, day = expected["entity"], expected["date"]
        exposure, aging = await (whole_group(ask, day) if entity == "ALL" else company(ask, entity, day))
        buckets = [Decimal(expected["buckets"][name]) for name in BUCKETS]
        assert exposure["receivables"] == Decimal(expected["open_amount"]), (entity, day)
        assert exposure["overdue"] == sum(buckets[1:]), (entity, day)
        assert aging == buckets, (entity, day)
        compared += 1
    assert compared == 12
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def company(ask: Asker, code: str, day: str) -> tuple[dict[str, Decimal], list[Decimal]]:
    """Receivables, overdue and buckets of one company."""
    query = """query($companies: [String!], $day: Date) {
      exposureByCompany(companies: $companies, currency: "USD", asOf: $day) {
        exposure { receivables { amount } overdue { amount } } aging { buckets { amount { amount } } } } }"""
    (found,) = (await ask(query, {"companies": [code], "day": day})).data["exposureByCompany"]
    exposure = {name: Decimal(found["exposure"][name]["amount"]) for name in ("receivables", "overdue")}
    return exposure, [Decimal(bucket["amount"]["amount"]) for bucket in found["aging"]["buckets"]]


async def whole_group(ask: Asker, day: str) -> tuple[dict[str, Decimal], list[Decimal]]:
    """The same of all companies together, by the flat report."""
    query = """query($day: Date) { exposureReport(groupBy: [], currency: "USD", asOf: $day) {
      nodes { receivables overdue notDue days1To30 days31To60 days61To90 over90 } } }"""
    (row,) = (await ask(query, {"day": day})).data["exposureReport"]["nodes"]
    buckets = [Decimal(row[name]) for name in ("notDue", "days1To30", "days31To60", "days61To90", "over90")]
    return {name: Decimal(row[name]) for name in ("receivables", "overdue")}, buckets


async def test_totals_of_open_receivables_equal_those_of_an_independent_script(
    ask: Asker, pool: Pool, database_url: str, tmp_path: Path
) -> None:
    load(HIGHRADIUS, "highradius-open-items", database_url, tmp_path)
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with HIGHRADIUS.open(newline="") as lines:
        for line in csv.DictReader(lines):
            expected[line["business_code"], line["invoice_currency"]] += Decimal(line["total_open_amount"])
    codes = sorted({code for code, _ in expected})
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    async for item in every_item(ask, codes):
        open_amount = item["openAmount"]
        found[item["company"]["code"], open_amount["currency"]] += Decimal(open_amount["amount"])
    assert found == expected
    async with pool.acquire() as conn:
        assert await reconcile(conn) == []


async def every_item(ask: Asker, codes: list[str]) -> Any:
    """All open items, page by page."""
    query = """query($codes: [String!], $after: String) {
      openItems(first: 1000, after: $after, where: {companies: $codes}, orderBy: [{field: DUE_DATE}]) {
        nodes { company { code } openAmount { amount currency } } pageInfo { hasNextPage endCursor } } }"""
    after = None
    while True:
        page = (await ask(query, {"codes": codes, "after": after})).data["openItems"]
        for node in page["nodes"]:
            yield node
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
