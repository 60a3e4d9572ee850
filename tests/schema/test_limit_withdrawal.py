"""Adjustments that nobody wants any more are withdrawn, and stay on record."""

from __future__ import annotations

import pytest

from tests.schema.adjusting import POST, UPDATE, drafted, line, own_customer, post, update
from tests.schema.approving import (
    APPROVE,
    CLERK,
    MANAGER,
    OTHER,
    PARAMETERS,
    REJECT,
    SUBMIT,
    TIMELINE,
    WITHDRAW,
    approving,
    line_ids,
    places,
)
from tests.schema.asking import Asker
from tests.schema.changing import changed, codes, refused, said
from tests.schema.releasing import CONNY
from tests.schema.world import World

MAY = "query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment { viewerMay } } }"
NOTHING: list[str] = []


@pytest.fixture
async def acme(world: World) -> str:
    return await own_customer(world)


async def test_its_author_withdraws_a_draft_and_it_stays_on_record(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), line("SE01/1002"), **CLERK)
    assert made["viewerMay"] == ["UPDATE", "SUBMIT", "WITHDRAW"]
    gone = (await changed(ask, WITHDRAW, post(made, note="A mistake"), **CLERK))["creditLimitAdjustment"]
    assert (places(gone), gone["viewerMay"]) == (["WITHDRAWN", "WITHDRAWN", "WITHDRAWN"], NOTHING)
    events = (await ask(TIMELINE, {"id": made["id"]})).data["node"]["timeline"]["nodes"]
    (event,) = (one for one in events if one["kind"] == "LIMIT_WITHDRAWN")
    assert event["message"] == f"Credit limit adjustment {made['number']} was withdrawn."
    assert {"field": "note", "before": None, "after": "A mistake"} in event["changes"]
    limits = "select count(*) from credit_limit_entry where holder_id = $1"
    assert await world.conn.fetchval(limits, world.ids[acme]) == 0


async def test_what_was_withdrawn_is_neither_posted_changed_submitted_nor_withdrawn_again(
    ask: Asker, world: World, acme: str
) -> None:
    made = await drafted(ask, line(acme))
    await changed(ask, WITHDRAW, post(made))
    for document, given in (
        (POST, post(made)),
        (UPDATE, update(made, description="other")),
        (SUBMIT, post(made)),
        (WITHDRAW, post(made)),
    ):
        assert codes((await refused(ask, world, document, given))["errors"]) == ["WRONG_STATUS"]


async def test_a_draft_without_lines_is_withdrawn_too(ask: Asker, acme: str) -> None:
    made = await drafted(ask)
    assert places((await changed(ask, WITHDRAW, post(made)))["creditLimitAdjustment"]) == ["WITHDRAWN"]


async def test_its_author_withdraws_it_in_review_and_when_it_is_approved(ask: Asker, world: World, acme: str) -> None:
    await approving(ask)
    for approve in (False, True):
        made = await drafted(ask, line(acme), **CLERK)
        await changed(ask, SUBMIT, post(made), **CLERK)
        if approve:
            await changed(ask, APPROVE, post(made), **MANAGER)
        gone = (await changed(ask, WITHDRAW, post(made), **CLERK))["creditLimitAdjustment"]
        assert places(gone) == ["WITHDRAWN", "WITHDRAWN"]
        assert codes((await refused(ask, world, APPROVE, post(made), **OTHER))["errors"]) == ["WRONG_STATUS"]


async def test_of_others_only_who_posts_limits_withdraws_it(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), **CLERK)
    assert (await ask(MAY, {"id": made["id"]}, **CONNY)).data["node"]["viewerMay"] == ["UPDATE", "SUBMIT"]
    assert said(await refused(ask, world, WITHDRAW, post(made), **CONNY)) == [("OWN_WORK", "creditLimitAdjustment")]
    assert "WITHDRAW" in (await ask(MAY, {"id": made["id"]}, **MANAGER)).data["node"]["viewerMay"]
    gone = (await changed(ask, WITHDRAW, post(made), **MANAGER))["creditLimitAdjustment"]
    assert gone["status"] == "WITHDRAWN"


async def test_some_lines_are_withdrawn_and_the_others_go_on(ask: Asker, world: World, acme: str) -> None:
    await changed(ask, PARAMETERS, {"company": "SE01", "approveLimitAdjustments": False})
    made = await drafted(ask, line(acme), line("SE01/1002"))
    first, second = line_ids(made)
    left = (await changed(ask, WITHDRAW, post(made, lines=[second])))["creditLimitAdjustment"]
    assert places(left) == ["DRAFT", "DRAFT", "WITHDRAWN"]
    late = await refused(ask, world, POST, post(made, lines=[first, second]))
    assert said(late) == [("WRONG_STATUS", "lines.1")]
    posted = (await changed(ask, POST, post(made)))["creditLimitAdjustment"]
    assert places(posted) == ["POSTED", "POSTED", "WITHDRAWN"]
    assert codes((await refused(ask, world, WITHDRAW, post(made)))["errors"]) == ["WRONG_STATUS"]


async def test_what_was_rejected_is_not_withdrawn(ask: Asker, world: World, acme: str) -> None:
    await approving(ask)
    made = await drafted(ask, line(acme), **CLERK)
    await changed(ask, SUBMIT, post(made), **CLERK)
    await changed(ask, REJECT, post(made), **MANAGER)
    assert codes((await refused(ask, world, WITHDRAW, post(made), **CLERK))["errors"]) == ["WRONG_STATUS"]
