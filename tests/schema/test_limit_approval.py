"""Limit adjustments are approved by somebody else than who wrote them, where the company says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.schema.adjusting import CREATE, POST, UPDATE, draft, drafted, line, own_customer, post, temporary, update
from tests.schema.approving import (
    APPROVE,
    CLERK,
    MANAGER,
    OTHER,
    REJECT,
    SUBMIT,
    TIMELINE,
    approving,
    line_ids,
    places,
)
from tests.schema.asking import Asker
from tests.schema.changing import OPERATIONS, changed, codes, held_order, hold_status, operation, refused, said
from tests.schema.world import World


@pytest.fixture
async def acme(ask: Asker, world: World) -> str:
    await approving(ask)
    return await own_customer(world)


async def step(ask: Asker, document: str, made: Any, who: dict[str, Any], **more: Any) -> Any:
    return (await changed(ask, document, post(made, **more), **who))["creditLimitAdjustment"]


async def submitted(ask: Asker, *lines: dict[str, Any], kind: str = "PERMANENT") -> Any:
    """An adjustment that a clerk wrote and submitted."""
    return await step(ask, SUBMIT, await drafted(ask, *lines, kind=kind, **CLERK), CLERK)


async def total(ask: Asker, made: Any) -> str:
    """The limit of the first line's holder."""
    read = "query ($id: ID!) { node(id: $id) { ... on Customer { credit { limit { total { amount } } } } } }"
    (holder, *_) = [one["holder"]["id"] for one in made["lines"]["nodes"]]
    found: str = (await ask(read, {"id": holder})).data["node"]["credit"]["limit"]["total"]["amount"]
    return found


async def test_a_draft_is_submitted_approved_by_somebody_else_and_posted(ask: Asker, acme: str) -> None:
    made = await drafted(ask, line(acme), **CLERK)
    assert (places(made), made["viewerMay"]) == (["DRAFT", "DRAFT"], ["UPDATE", "SUBMIT", "WITHDRAW"])
    asked = await step(ask, SUBMIT, made, CLERK, note="Grows fast")
    assert (places(asked), asked["viewerMay"]) == (["IN_REVIEW", "IN_REVIEW"], ["REJECT", "WITHDRAW"])
    approved = await step(ask, APPROVE, made, MANAGER, note="Agreed", expectedVersion=asked["version"])
    assert (places(approved), approved["viewerMay"]) == (["APPROVED", "APPROVED"], ["POST", "WITHDRAW"])
    assert await total(ask, made) == "0.00"
    posted = await step(ask, POST, made, MANAGER)
    assert places(posted) == ["POSTED", "POSTED"]
    assert await total(ask, made) == "5000.00"


async def test_who_decided_when_about_which_amount_and_why_is_on_record(ask: Asker, acme: str) -> None:
    made = await submitted(ask, line(acme))
    await step(ask, APPROVE, made, MANAGER, note="Agreed")
    events = (await ask(TIMELINE, {"id": made["id"]})).data["node"]["timeline"]["nodes"]
    assert [one["kind"] for one in events] == ["LIMIT_ADJUSTMENT_SAVED", "LIMIT_SUBMITTED", "LIMIT_APPROVED"]
    assert [one["actor"]["name"] for one in events] == ["Clara", "Clara", "Magnus"]
    assert events[2]["message"] == f"Credit limit adjustment {made['number']} was approved."
    kept = {one["field"]: (one["before"], one["after"]) for one in events[2]["changes"]}
    assert kept == {
        "status": ("IN_REVIEW", "APPROVED"),
        "lines.1.newLimit": ("5000.0000 SEK", "5000.0000 SEK"),
        "lines.1.status": ("IN_REVIEW", "APPROVED"),
        "note": (None, "Agreed"),
    }


async def test_nobody_approves_what_they_wrote_changed_or_submitted(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), **MANAGER)
    await changed(ask, UPDATE, update(made, description="more"), **OTHER)
    await step(ask, SUBMIT, made, {"as_": "CREDIT_MANAGER", "user": "sven"})
    for user in ("magnus", "olga", "sven"):
        own = await refused(ask, world, APPROVE, post(made), as_="CREDIT_MANAGER", user=user)
        assert said(own) == [("OWN_WORK", "creditLimitAdjustment")]
        assert own["creditLimitAdjustment"]["viewerMay"] == ["REJECT", "WITHDRAW"]
        assert places(own["creditLimitAdjustment"]) == ["IN_REVIEW", "IN_REVIEW"]
    free = {"as_": "CREDIT_MANAGER", "user": "frida"}
    assert places(await step(ask, APPROVE, made, free)) == ["APPROVED", "APPROVED"]


async def test_the_refusal_speaks_the_readers_language(ask: Asker, acme: str) -> None:
    made = await drafted(ask, line(acme), **MANAGER)
    await step(ask, SUBMIT, made, MANAGER)
    answer = await ask(APPROVE, {"input": post(made)}, language="sv", **MANAGER)
    (error,) = answer.data["approveCreditLimitAdjustment"]["errors"]
    assert (
        error["message"]
        == "Ingen godkänner det som hen själv har skrivit eller skickat in. Någon annan måste göra det."
    )


async def test_what_is_rejected_stays_so(ask: Asker, world: World, acme: str) -> None:
    made = await submitted(ask, line(acme))
    rejected = await step(ask, REJECT, made, MANAGER, note="Too much")
    assert (places(rejected), rejected["viewerMay"]) == (["REJECTED", "REJECTED"], [])
    for document in (SUBMIT, APPROVE, REJECT, POST, UPDATE):
        again = await refused(ask, world, document, update(made), **OTHER)
        assert said(again) == [("WRONG_STATUS", "creditLimitAdjustment")]


async def test_steps_are_refused_where_the_adjustment_stands_elsewhere(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), **CLERK)
    for document in (APPROVE, REJECT, POST):
        early = await refused(ask, world, document, post(made), **MANAGER)
        assert said(early) == [("WRONG_STATUS", "creditLimitAdjustment")]
    by_line = await refused(ask, world, POST, post(made, lines=line_ids(made)), **MANAGER)
    assert said(by_line) == [("WRONG_STATUS", "lines.0")]
    await step(ask, SUBMIT, made, CLERK)
    for document in (SUBMIT, POST, UPDATE):
        late = await refused(ask, world, document, update(made), **MANAGER)
        assert said(late) == [("WRONG_STATUS", "creditLimitAdjustment")]
    await step(ask, APPROVE, made, MANAGER)
    again = await refused(ask, world, APPROVE, post(made), **OTHER)
    assert said(again) == [("WRONG_STATUS", "creditLimitAdjustment")]
    await step(ask, POST, made, MANAGER)
    twice = await refused(ask, world, POST, post(made), **MANAGER)
    assert codes(twice["errors"]) == ["WRONG_STATUS"]


async def test_an_adjustment_without_lines_is_not_submitted(ask: Asker, world: World, acme: str) -> None:
    empty = await drafted(ask, **CLERK)
    assert said(await refused(ask, world, SUBMIT, post(empty), **CLERK)) == [("INVALID_VALUE", "lines")]
    made = await drafted(ask, line(acme), **CLERK)
    assert said(await refused(ask, world, SUBMIT, post(made, lines=[]), **CLERK)) == [("INVALID_VALUE", "lines")]


async def test_lines_are_submitted_approved_rejected_and_posted_one_by_one(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), line("SE01/1001"), line("SE01/1002"), **CLERK)
    first, second, third = line_ids(made)
    some = await step(ask, SUBMIT, made, CLERK, lines=[first, second])
    assert places(some) == ["IN_REVIEW", "IN_REVIEW", "IN_REVIEW", "DRAFT"]
    early = await refused(ask, world, APPROVE, post(made, lines=[first, third]), **MANAGER)
    assert said(early) == [("WRONG_STATUS", "lines.1")]
    approved = await step(ask, APPROVE, made, MANAGER, lines=[first])
    assert places(approved) == ["IN_REVIEW", "APPROVED", "IN_REVIEW", "DRAFT"]
    rejected = await step(ask, REJECT, made, MANAGER, lines=[second])
    assert places(rejected) == ["DRAFT", "APPROVED", "REJECTED", "DRAFT"]
    changing = await refused(ask, world, UPDATE, update(made, removeLines=[first]), **CLERK)
    assert said(changing) == [("WRONG_STATUS", "removeLines.0")]
    posted = await step(ask, POST, made, MANAGER)
    assert places(posted) == ["DRAFT", "POSTED", "REJECTED", "DRAFT"]
    await step(ask, SUBMIT, made, CLERK)
    await step(ask, APPROVE, made, MANAGER)
    whole = await step(ask, POST, made, MANAGER)
    assert places(whole) == ["POSTED", "POSTED", "REJECTED", "POSTED"]


async def test_what_is_approved_is_posted_at_once_where_the_company_says_so(
    ask: Asker, world: World, acme: str
) -> None:
    hold = await held_order(ask, world, "SE01", acme.split("/")[1], "3000")
    await approving(ask, post=True)
    made = await submitted(ask, line(acme))
    approved = await step(ask, APPROVE, made, MANAGER)
    assert places(approved) == ["POSTED", "POSTED"]
    assert approved["postedAt"] is not None
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_what_cannot_be_posted_is_not_approved_where_both_are_one(ask: Asker, world: World, acme: str) -> None:
    await approving(ask, post=True)
    made = await submitted(ask, temporary(acme, 0, 9), kind="TEMPORARY")
    again = await submitted(ask, temporary(acme, 9, 20), kind="TEMPORARY")
    await step(ask, APPROVE, made, MANAGER)
    late = await refused(ask, world, APPROVE, post(again), **MANAGER)
    assert said(late) == [("OVERLAPPING_TEMPORARY_LIMIT", "lines.0.from")]
    assert places(late["creditLimitAdjustment"]) == ["IN_REVIEW", "IN_REVIEW"]


async def test_approval_can_be_asked_for_where_nobody_demands_it(ask: Asker, world: World) -> None:
    account = await world.customer("FI01", "3001", "Asks")
    assert account is not None
    made = await drafted_in_finland(ask)
    asked = await step(ask, SUBMIT, made, CLERK)
    assert said(await refused(ask, world, POST, post(asked), **MANAGER)) == [("WRONG_STATUS", "creditLimitAdjustment")]
    await step(ask, APPROVE, made, MANAGER)
    assert places(await step(ask, POST, made, MANAGER)) == ["POSTED", "POSTED"]


async def drafted_in_finland(ask: Asker) -> Any:
    given = draft(line("FI01/3001", currency="EUR"), company="FI01")
    return (await changed(ask, CREATE, given, **CLERK))["creditLimitAdjustment"]


async def test_of_two_who_decide_at_once_one_is_heard(ask: Asker, acme: str) -> None:
    made = await submitted(ask, line(acme))
    answers = await asyncio.gather(
        ask(APPROVE, {"input": post(made)}, **MANAGER),
        ask(REJECT, {"input": post(made)}, **OTHER),
        ask(APPROVE, {"input": post(made, expectedVersion=made["version"])}, as_="CREDIT_MANAGER", user="third"),
    )
    payloads = [payload for answer in answers for payload in answer.data.values()]
    heard = [payload["creditLimitAdjustment"]["status"] for payload in payloads if not payload["errors"]]
    assert len(heard) == 1
    late = {code for payload in payloads for code in codes(payload["errors"])}
    assert late <= {"WRONG_STATUS", "VERSION_CONFLICT"}
    assert all(payload["creditLimitAdjustment"]["status"] == heard[0] for payload in payloads)


async def test_a_line_whose_holder_is_not_yours_is_not_approved(ask: Asker, world: World, acme: str) -> None:
    made = await submitted(ask, line(acme))
    await world.customer("FI01", f"F{acme[-3:]}", "Elsewhere")
    theirs = f"FI01/F{acme[-3:]}"
    await world.conn.execute(
        "update credit_limit_adjustment_line set customer_id = $1 where customer_id = $2",
        world.ids[theirs],
        world.ids[acme],
    )
    gone = await refused(ask, world, APPROVE, post(made), companies=["SE01"], **MANAGER)
    assert said(gone) == [("NOT_FOUND", "lines.0.holder")]


@pytest.mark.skipif(not OPERATIONS.exists(), reason="the operations of the front-end teams are not at hand")
async def test_the_operations_of_approval_run_as_they_stand(ask: Asker, acme: str) -> None:
    made = await drafted(ask, line(acme), **CLERK)
    await changed(ask, operation("SubmitAdjustment"), post(made), **CLERK)
    approved = await changed(ask, operation("ApproveAdjustment"), post(made, note="as agreed"), **MANAGER)
    assert approved["creditLimitAdjustment"]["status"] == "APPROVED"
