"""What is in the way of drafting, changing and posting limit adjustments; nothing is written then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.adjusting import CREATE, POST, UPDATE, draft, drafted, line, own_customer, post, temporary, update
from tests.schema.asking import Asker
from tests.schema.changing import (
    changed,
    codes,
    group_id,
    mistaken,
    refused,
    rows,
    said,
    sek,
)
from tests.schema.world import LONG_AGO, World


@pytest.fixture
async def acme(world: World) -> str:
    return await own_customer(world)


async def test_who_looked_at_an_older_version_is_told_and_sees_the_newer(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme))
    await changed(ask, UPDATE, update(made, description="first"))
    for document, given in ((UPDATE, update(made, expectedVersion=1)), (POST, post(made, expectedVersion=1))):
        late = await refused(ask, world, document, given)
        assert said(late) == [("VERSION_CONFLICT", "expectedVersion")]
        assert late["errors"][0]["node"] == {"id": made["id"]}
        assert late["creditLimitAdjustment"]["description"] == "first"


BAD_LINES = [
    (line("SE01/NOBODY"), "PERMANENT", "NOT_FOUND", "holder"),
    (line("NOGROUP"), "PERMANENT", "NOT_FOUND", "holder"),
    (line("FI01/2001", currency="EUR"), "PERMANENT", "INVALID_VALUE", "holder"),
    ({"newLimit": sek("1")}, "PERMANENT", "INVALID_VALUE", "holder"),
    (line("SE01/1001", "-1"), "PERMANENT", "AMOUNT_NEGATIVE", "newLimit"),
    (line("SE01/1001", "1.001"), "PERMANENT", "AMOUNT_PRECISION", "newLimit"),
    (line("SE01/1001", "1", "XXQ"), "PERMANENT", "CURRENCY_UNKNOWN", "newLimit"),
    (line("SE01/1001", "1", "EUR"), "PERMANENT", "CURRENCY_MISMATCH", "newLimit"),
    (line("SE01/1001", until="2026-11-22"), "PERMANENT", "DATE_ORDER", "until"),
    (line("SE01/1001"), "TEMPORARY", "INVALID_VALUE", "until"),
    (temporary("SE01/1001", 0, 1, replaces="lim_" + "0" * 32), "TEMPORARY", "NOT_FOUND", "replaces"),
    (line("SE01/1001", id="adl_" + "0" * 32), "PERMANENT", "NOT_FOUND", "id"),
]


@pytest.mark.parametrize(("bad", "kind", "code", "field"), BAD_LINES, ids=[f"{row[2]} {row[3]}" for row in BAD_LINES])
async def test_every_line_that_cannot_be_meant_is_refused_with_its_place(
    ask: Asker, world: World, bad: dict[str, Any], kind: str, code: str, field: str
) -> None:
    good = temporary("SE01/1002", 100, 101)
    payload = await refused(ask, world, CREATE, draft(good, bad, kind=kind))
    assert said(payload) == [(code, f"lines.1.{field}")]
    made = await drafted(ask, good, kind=kind)
    payload = await refused(ask, world, UPDATE, update(made, saveLines=[bad]))
    assert said(payload) == [(code, f"saveLines.0.{field}")]
    assert payload["creditLimitAdjustment"]["id"] == made["id"]


async def test_the_same_key_drafts_once_and_another_input_is_refused(ask: Asker, world: World, acme: str) -> None:
    given = draft(line(acme))
    first = await changed(ask, CREATE, given)
    before = await rows(world)
    again = await changed(ask, CREATE, given)
    assert await rows(world) == before
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["creditLimitAdjustment"]["id"] == first["creditLimitAdjustment"]["id"]
    other = await refused(ask, world, CREATE, given | {"description": "other"})
    assert codes(other["errors"]) == ["IDEMPOTENCY_KEY_REUSED"]
    posting = post(first["creditLimitAdjustment"])
    assert (await changed(ask, POST, posting))["replayed"] is False
    assert (await changed(ask, POST, posting))["replayed"] is True
    assert (
        await world.conn.fetchval("select count(*) from credit_limit_entry where holder_id = $1", world.ids[acme]) == 1
    )


async def test_250_lines_are_taken_and_251_are_not(ask: Asker, world: World, acme: str) -> None:
    many = await refused(ask, world, CREATE, draft(*[line(acme)] * 251))
    assert said(many) == [("TOO_MANY_ROWS", "lines")]
    assert (await drafted(ask, *[line(acme)] * 250))["status"] == "DRAFT"
    removed = update(await drafted(ask), removeLines=["adl_" + "0" * 32] * 251)
    assert said(await refused(ask, world, UPDATE, removed)) == [("TOO_MANY_ROWS", "removeLines")]


async def test_clerks_draft_and_only_credit_managers_post(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme))
    for role in ("CREDIT_CLERK", "INTEGRATION", "ADMIN", "VIEWER", "AUDITOR", "COLLECTIONS_AGENT"):
        assert await mistaken(ask, world, POST, post(made), as_=role) == ["FORBIDDEN"]
    for role in ("INTEGRATION", "ADMIN", "VIEWER", "AUDITOR", "COLLECTIONS_AGENT"):
        assert await mistaken(ask, world, CREATE, draft(line(acme)), as_=role) == ["FORBIDDEN"]


async def test_other_companies_are_out_of_reach(ask: Asker, world: World, acme: str) -> None:
    assert await mistaken(ask, world, CREATE, draft(), companies=["FI01"]) == ["COMPANY_NOT_AVAILABLE"]
    made = await drafted(ask, line(acme))
    for document, given in ((UPDATE, update(made)), (POST, post(made))):
        abroad = await refused(ask, world, document, given, companies=["FI01"])
        assert said(abroad) == [("NOT_FOUND", "creditLimitAdjustment")]
    unknown = {"id": "adj_" + "0" * 32}
    for document, given in ((UPDATE, update(unknown)), (POST, post(unknown))):
        assert said(await refused(ask, world, document, given)) == [("NOT_FOUND", "creditLimitAdjustment")]


async def test_a_groups_limit_is_posted_under_a_company_of_its_members(ask: Asker, world: World, acme: str) -> None:
    number = f"S-{acme.split('/')[1]}"
    await world.group(number, "Swedish", "SEK", acme)
    shared = {"holder": {"id": group_id(world, number)}, "newLimit": sek("5000")}
    assert (await drafted(ask, shared))["lines"]["nodes"][0]["holder"]["displayName"] == "Swedish"
    elsewhere = draft(shared, company="FI01")
    assert said(await refused(ask, world, CREATE, elsewhere)) == [("NOT_FOUND", "lines.0.holder")]
    made = await drafted(ask, shared)
    await world.conn.execute(
        "update credit_group_member set until_day = $2 where customer_id = $1", world.ids[acme], LONG_AGO
    )
    gone = await refused(ask, world, POST, post(made), companies=["SE01"])
    assert said(gone) == [("NOT_FOUND", "lines.0.holder")]
