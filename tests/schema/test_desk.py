"""The operations of those who work with holds, limits, imports and reports, as they stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.message import Message
from persistence.frozen import freeze_message
from tests.schema import paper
from tests.schema.asking import Asker
from tests.schema.changing import OPERATIONS, operation
from tests.schema.world import NOW, TODAY, World

pytestmark = pytest.mark.skipif(not OPERATIONS.exists(), reason="operations.graphql is not there")

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def desk(world: World) -> World:
    """A hold, an adjustment, an import with a rejected row, debts, and a trail."""
    await world.put("checkpoint_setting", company_id=world.ids["SE01"], checkpoint="CONFIRMATION")
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001", limit="500000 EUR")
    await world.limit("SE01/1001", "100000 SEK")
    await paper.held(world, "SE01/1001", "SO-2", "110000.00 SEK")
    await paper.item(world, "SE01/1001", "INV-1", "1000.00 SEK", TODAY - 10 * DAY, TODAY - 40 * DAY)
    await paper.item(world, "FI01/2002", "INV-9", "70.00 EUR", TODAY - 3 * DAY, TODAY - 33 * DAY)
    who = await paper.actor(world)
    row = {"number": "A1", "kind": "PERMANENT", "company_id": world.ids["SE01"], "created_by_id": who}
    await world.put("credit_limit_adjustment", "A1", **row)
    line = {"adjustment_id": world.ids["A1"], "line_number": 1, **paper.money("150000.00 SEK")}
    await world.put("credit_limit_adjustment_line", **line, customer_id=world.ids["SE01/1001"])
    about = ("credit_limit_adjustment", world.ids["A1"])
    await paper.event(world, "LIMIT_ADJUSTMENT_SAVED", "Adjustment A1 was written.", "SE01", about)
    job = {"kind": "IMPORT", "status": "FAILED", "source": "items.csv", "started_by_id": who}
    await world.put("job", "job", **job)
    bad = {"job_id": world.ids["job"], "line": 2, "code": "NOT_FOUND", "message": freeze_message(Message("No."))}
    await world.put("rejected_row", **bad)
    return world


async def asked(ask: Asker, name: str, **variables: Any) -> Any:
    """The data of one operation."""
    return (await ask(operation(name), variables)).data


async def test_the_hold_list_and_its_detail(ask: Asker, desk: World) -> None:
    where = {"status": {"in": ["OPEN", "READY_TO_RELEASE"]}, "companies": ["SE01"]}
    listed = (await asked(ask, "HoldList", where=where, orderBy=[{"field": "HELD_AT"}]))["creditHolds"]
    (row,) = [edge["node"] for edge in listed["edges"]]
    assert (row["order"]["number"], listed["count"]["value"]) == ("SO-2", 1)
    assert row["customer"]["creditGroup"]["number"] == "G1"
    assert row["amount"]["converted"] == {"amount": "9565.22", "currency": "EUR"}
    detail = (await asked(ask, "HoldDetail", id=row["id"]))["node"]
    assert detail["__typename"] == "CreditHold"
    assert {way["kind"] for way in detail["decision"]["unblock"]} >= {"LESS", "RAISE"}


async def test_the_exposure_dashboard(ask: Asker, desk: World) -> None:
    data = await asked(ask, "ExposureDashboard", currency="SEK", asOf=TODAY.isoformat())
    assert [each["company"]["code"] for each in data["exposureByCompany"]] == ["FI01", "SE01"]
    (total,) = data["total"]["nodes"]
    assert (total["total"], total["customers"], total["creditLimits"]) == ("1805.00", 4, "100000.00")


async def test_the_adjustment_editor_with_its_timeline(ask: Asker, desk: World) -> None:
    node = (await asked(ask, "AdjustmentEditor", id=paper.id_of("adj", desk.ids["A1"])))["node"]
    (line,) = [edge["node"] for edge in node["lines"]["edges"]]
    assert line["currentLimit"]["amount"] == "100000.00"
    assert line["holder"]["credit"]["limit"]["total"]["amount"] == "100000.00"
    assert [event["message"] for event in node["timeline"]["nodes"]] == ["Adjustment A1 was written."]


async def test_the_import_monitor(ask: Asker, desk: World) -> None:
    (edge,) = (await asked(ask, "ImportMonitor"))["jobs"]["edges"]
    assert (edge["node"]["status"], edge["node"]["rejects"]["count"]["value"]) == ("FAILED", 1)


async def test_the_audit_timeline(ask: Asker, desk: World) -> None:
    key = paper.id_of("adj", desk.ids["A1"])
    node = (await asked(ask, "AuditTimeline", id=key, since=NOW.replace(year=2025).isoformat()))["node"]
    (edge,) = node["timeline"]["edges"]
    assert edge["node"]["subject"] == {"__typename": "CreditLimitAdjustment", "id": key}


async def test_the_flat_extract_of_exposures(ask: Asker, desk: World) -> None:
    data = await asked(ask, "ExposureFlat", asOf=TODAY.isoformat(), currency="EUR")
    rows = {row["customerAccount"]: row for row in data["exposureReport"]["nodes"]}
    assert (rows["2002"]["total"], rows["2002"]["days1To30"], rows["2002"]["overdue"]) == ("70.00", "70.00", "70.00")


async def test_open_items_since_a_moment(ask: Asker, desk: World) -> None:
    found = (await asked(ask, "OpenItemsIncremental", since=NOW.replace(year=2020).isoformat()))["openItems"]
    assert {row["number"]: row["openAmount"]["amount"] for row in found["nodes"]} == {
        "INV-1": "1000.00",
        "INV-9": "70.00",
    }
