"""Insurance, guarantees, members of credit groups and limits of parties: what widens credit waits for somebody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from schema.ids import node_id
from tests.schema.adjusting import own_customer
from tests.schema.asked_cases import (
    CASES,
    END,
    GUARANTEE,
    INSURE,
    JOIN,
    KEYLESS,
    LIMITS,
    UPDATE,
    Case,
    ending,
    guarantee,
    insured,
    joining,
    key,
    limited,
    longer_terms,
    party_limits,
    policy,
)
from tests.schema.asking import Asker
from tests.schema.changing import (
    changed,
    codes,
    dashed,
    held_order,
    hold_status,
    keyed,
    mistaken,
    refused,
    rows,
    said,
    sek,
)
from tests.schema.four_eyes import (
    ABROAD,
    APPROVE,
    CLARA,
    MAGNUS,
    OLGA,
    REJECT,
    decision,
    listed,
    switched,
    told,
    waiting,
)
from tests.schema.world import TODAY, World


@pytest.fixture(autouse=True)
async def company(ask: Asker) -> None:
    """Sweden approves changes of credit; Finland does not."""
    await switched(ask, True)
    await switched(ask, False, "FI01")


@pytest.fixture
async def acme(world: World) -> str:
    """A customer of its own in Sweden, by its name in the tests."""
    return await own_customer(world)


every_case = pytest.mark.parametrize("called", CASES)


@every_case
async def test_it_is_only_asked_for_and_made_when_somebody_else_approves_with_both_on_record(
    ask: Asker, world: World, acme: str, called: str
) -> None:
    case = await CASES[called](world, acme)
    before = await case.stands(world)
    request = await waiting(ask, case.document, case.given)
    assert await case.stands(world) == before
    assert (request["kind"], request["message"], request["status"]) == (case.kind, case.message, "IN_REVIEW")
    assert (request["askedBy"], request["viewerMay"]) == ({"name": "Magnus"}, ["REJECT"])
    assert request["id"] in await listed(ask, OLGA, viewerMayApprove={"eq": True}, companies=["SE01"])
    assert request["id"] not in await listed(ask, MAGNUS, viewerMayApprove={"eq": True})
    own = await refused(ask, world, APPROVE, decision(request), **MAGNUS)
    assert said(own) == [("OWN_WORK", "creditChangeRequest")]
    (event,) = await told(ask, request["id"], "CREDIT_CHANGE_ASKED")
    assert (event["actor"], event["changes"]) == ({"name": "Magnus"}, request["changes"])

    done = (await changed(ask, APPROVE, decision(request), **OLGA))["creditChangeRequest"]
    assert (done["status"], done["decidedBy"], done["viewerMay"]) == ("APPROVED", {"name": "Olga"}, [])
    assert await case.stands(world) != before
    (approved,) = [one for one in await told(ask, request["id"], "CREDIT_CHANGE_APPROVED") if not one["refused"]]
    assert approved["message"].endswith("was approved.")
    (made,) = await told(ask, case.subject or await recorded(world, case), case.event)
    assert made["actor"] == {"name": "Olga"}
    assert {"field": "askedBy", "before": None, "after": "Magnus"} in made["changes"]


async def recorded(world: World, case: Case) -> str:
    """The node id of a policy that was recorded."""
    number = case.given["number"]
    return node_id("col", await world.conn.fetchval("select id from collateral where number = $1", number))


@every_case
async def test_what_is_rejected_or_taken_back_changes_nothing(ask: Asker, world: World, acme: str, called: str) -> None:
    case = await CASES[called](world, acme)
    before = await case.stands(world)
    for who in (OLGA, MAGNUS):
        request = await waiting(ask, case.document, {**case.given, **({} if called in KEYLESS else keyed())})
        done = (await changed(ask, REJECT, decision(request, note="No"), **who))["creditChangeRequest"]
        assert (done["status"], done["decisionNote"]) == ("REJECTED", "No")
        assert await case.stands(world) == before


@every_case
async def test_without_the_switch_it_is_made_at_once(ask: Asker, world: World, acme: str, called: str) -> None:
    case = await CASES[called](world, acme)
    before = await case.stands(world)
    await switched(ask, False)
    payload = await changed(ask, case.document, case.given, **MAGNUS)
    assert (payload["warnings"], payload["creditChangeRequest"]) == ([], None)
    assert await case.stands(world) != before
    subject = case.subject or await recorded(world, case)
    (made,) = await told(ask, subject, case.event)
    assert "askedBy" not in str(made["changes"])


@every_case
async def test_sent_again_it_is_asked_for_once(ask: Asker, world: World, acme: str, called: str) -> None:
    case = await CASES[called](world, acme)
    request = await waiting(ask, case.document, case.given)
    before = await rows(world)
    again = await changed(ask, case.document, case.given, **MAGNUS)
    assert (again["replayed"], again["creditChangeRequest"]) == (called not in KEYLESS, request)
    assert await rows(world) == before
    other = await changed(ask, case.document, {**case.given, **({} if called in KEYLESS else keyed())}, **OLGA)
    assert other["creditChangeRequest"]["id"] != request["id"]


@every_case
async def test_whoever_may_not_change_credit_neither_asks_nor_decides(
    ask: Asker, world: World, acme: str, called: str
) -> None:
    case = await CASES[called](world, acme)
    assert await mistaken(ask, world, case.document, case.given, **CLARA) == ["FORBIDDEN"]
    request = await waiting(ask, case.document, case.given)
    assert await mistaken(ask, world, APPROVE, decision(request), **CLARA) == ["FORBIDDEN"]
    turned = await refused(ask, world, REJECT, decision(request), **CLARA)
    assert said(turned) == [("AUTHORITY_EXCEEDED", "creditChangeRequest")]
    assert request["id"] in await listed(ask, CLARA)
    assert request["id"] not in await listed(ask, CLARA, viewerMayApprove={"eq": True})


async def _customers(world: World, name: str) -> list[Case]:
    return [await make(world, name) for called, make in CASES.items() if called not in ("closing", "leaving")]


async def test_nobody_of_another_company_sees_or_decides_what_is_asked_for_a_customer(
    ask: Asker, world: World, acme: str
) -> None:
    for case in await _customers(world, acme):
        request = await waiting(ask, case.document, case.given)
        assert request["id"] not in await listed(ask, ABROAD)
        for document in (APPROVE, REJECT):
            assert (await ask(document, {"input": decision(request)}, **ABROAD)).codes in (["FORBIDDEN"], [])
            assert await status_of(world, request) == "IN_REVIEW"


async def status_of(world: World, request: Any) -> Any:
    found = "select status from credit_change_request where id = $1::uuid"
    return await world.conn.fetchval(found, dashed(request["id"]))


async def _narrower(world: World, name: str) -> list[tuple[str, dict[str, Any]]]:
    plain, flagged = await insured(world, name), await insured(world, name, maximum_terms_days=30)
    party = f"P-SE01-{name[5:]}"
    await limited(world, "party", party)
    return [
        (INSURE, policy(name, includedInExposure=True)),
        (GUARANTEE, policy(name, percent="0")),
        (UPDATE, keyed(collateral=flagged, maximumTermsDays=20, provider="Coface")),
        (END, keyed(collateral=plain)),
        (LIMITS, {"holder": {"party": party}, "ceiling": sek("999.99"), "reaction": "HOLD", "blocked": True}),
        (LIMITS, {"holder": {"customer": key(name)["number"]}, "maxDaysOverdue": 5}),
    ]


async def test_what_only_narrows_credit_is_made_at_once(ask: Asker, world: World, acme: str) -> None:
    for document, given in await _narrower(world, acme):
        before = await rows(world)
        payload = await changed(ask, document, given, **MAGNUS)
        assert ("APPROVAL_REQUIRED" in codes(payload["warnings"]), payload["creditChangeRequest"]) == (False, None)
        assert await rows(world) != before


async def test_before_and_after_are_in_words(ask: Asker, world: World, acme: str) -> None:
    bank = await guarantee(world, acme)
    told_of = (await waiting(ask, bank.document, bank.given))["changes"]
    code = await world.conn.fetchval("select code from collateral_type where id = $1::uuid", dashed(bank.given["type"]))
    assert {one["field"]: one["after"] for one in told_of} == {
        "provider": "Atradius",
        "number": bank.given["number"],
        "value": "50000",
        "currency": "SEK",
        "percent": "50",
        "fromDay": TODAY.isoformat(),
        "untilDay": "2027-01-31",
        "includedInExposure": "false",
        "type": code,
        "maximumTermsDays": "30",
        "declareWithinDays": "9",
    }
    assert {one["before"] for one in told_of} == {None}
    limits = await party_limits(world, acme)
    assert (await waiting(ask, limits.document, limits.given))["changes"] == [
        {"field": "ceiling", "before": "1000.0000", "after": "1000.01"}
    ]
    ends = await ending(world, acme)
    assert (await waiting(ask, ends.document, ends.given))["changes"] == []


async def test_a_blocked_party_goes_on_when_somebody_else_approves(ask: Asker, world: World, acme: str) -> None:
    party = f"P-SE01-{acme[5:]}"
    await world.conn.execute("update party set blocked = true where number = $1", party)
    request = await waiting(ask, LIMITS, {"holder": {"party": party}, "blocked": False})
    assert request["changes"] == [{"field": "blocked", "before": "true", "after": "false"}]
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await world.conn.fetchval("select blocked from party where number = $1", party) is False


async def test_a_party_that_was_blocked_meanwhile_stays_so(ask: Asker, world: World, acme: str) -> None:
    wider = await party_limits(world, acme)
    request = await waiting(ask, wider.document, wider.given)
    as_it_is = {**wider.given, "ceiling": sek("1000"), "blocked": True}
    payload = await changed(ask, LIMITS, as_it_is, **MAGNUS)
    assert (payload["party"]["blocked"], payload["creditChangeRequest"]) == (True, None)
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await world.conn.fetchval("select blocked from party where number = $1", wider.given["holder"]["party"])


@every_case
async def test_of_two_who_approve_at_once_one_does(ask: Asker, world: World, acme: str, called: str) -> None:
    case = await CASES[called](world, acme)
    request = await waiting(ask, case.document, case.given)
    both = [ask(APPROVE, {"input": decision(request)}, **{**OLGA, "user": user}) for user in ("olga", "otto")]
    payloads = [answer.data["approveCreditChange"] for answer in await asyncio.gather(*both)]
    assert sorted(said(payload) for payload in payloads) == [[], [("WRONG_STATUS", "creditChangeRequest")]]
    assert {payload["creditChangeRequest"]["status"] for payload in payloads} == {"APPROVED"}


async def test_holds_are_looked_at_again_when_it_is_approved(ask: Asker, world: World, acme: str) -> None:
    await world.limit(acme, "100000 SEK")
    hold = await held_order(ask, world, "SE01", acme[5:], "120000")
    request = await waiting(ask, GUARANTEE, policy(acme))
    assert await hold_status(world, hold) == "OPEN"
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_days_that_were_left_out_are_those_of_the_approval(ask: Asker, world: World, acme: str) -> None:
    case = await joining(world, acme)
    request = await waiting(ask, case.document, case.given)
    assert [one["field"] for one in request["changes"]] == ["creditGroup"]
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await case.stands(world) == TODAY
    day = TODAY + timedelta(3)
    later = await ending(world, acme)
    request = await waiting(ask, later.document, {**later.given, "until": day.isoformat()})
    assert request["changes"] == [{"field": "untilDay", "before": None, "after": day.isoformat()}]
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await later.stands(world) == day


async def test_what_moved_meanwhile_is_refused_as_the_call_would_be(ask: Asker, world: World, acme: str) -> None:
    async def late(document: str, given: dict[str, Any], again: dict[str, Any]) -> Any:
        first, second = await waiting(ask, document, given), await waiting(ask, document, again, OLGA)
        await changed(ask, APPROVE, decision(first), **OLGA)
        found = await refused(ask, world, APPROVE, decision(second), **MAGNUS)
        assert found["creditChangeRequest"]["status"] == "IN_REVIEW"
        return said(found)

    path = "creditChangeRequest"
    given = policy(acme)
    assert await late(INSURE, given, {**given, **keyed()}) == [("ALREADY_EXISTS", path)]
    terms = await longer_terms(world, acme)
    assert await late(UPDATE, terms.given, {**terms.given, **keyed(maximumTermsDays=90)}) == [
        ("VERSION_CONFLICT", path)
    ]
    end = await ending(world, acme)
    assert await late(END, end.given, {**end.given, **keyed()}) == [("VERSION_CONFLICT", path)]
    one, two = await joining(world, acme), await joining(world, acme)
    assert await late(JOIN, one.given, two.given) == [("ALREADY_IN_CREDIT_GROUP", path)]
    limits = await party_limits(world, acme)
    other = {**limits.given, "ceiling": sek("2000")}
    assert await late(LIMITS, limits.given, other) == [("VERSION_CONFLICT", path)]
