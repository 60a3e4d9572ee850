"""Somebody stands in for somebody who approves: for some days, within their authority, with four eyes, on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.schema.adjusting import drafted, line, own_customer, post
from tests.schema.approving import APPROVE as APPROVE_LIMIT
from tests.schema.approving import SUBMIT, approving, places
from tests.schema.approving import TIMELINE as OF_ADJUSTMENT
from tests.schema.asking import Asker
from tests.schema.changing import changed, codes, keyed, mistaken, refused, said, sek
from tests.schema.releasing import (
    APPROVE,
    CLARA,
    CONNY,
    MAGNUS,
    OLGA,
    REJECT,
    TIMELINE,
    approving_releases,
    asked,
    authority,
    held,
    read,
    step,
    waiting,
)
from tests.schema.world import TODAY, World

PARTS = """fragment Parts on Delegation { id version company { code } lender { name } delegate { name } role roleLabel
  upTo { amount currency } from until note inForce endedAt endedBy { name } }
fragment Errors on UserError { code message path limit { amount } node { id } }
"""
DELEGATE = (
    PARTS
    + """mutation ($input: DelegateAuthorityInput!) { delegateAuthority(input: $input) {
  delegation { ...Parts } errors { ...Errors } } }"""
)
END = (
    PARTS
    + """mutation ($input: EndDelegationInput!) { endDelegation(input: $input) {
  delegation { ...Parts } errors { ...Errors } } }"""
)
LIST = """query ($where: DelegationWhere) { delegations(where: $where) { nodes {
  id lender { name } delegate { name } inForce from until } } }"""
ADMIN: dict[str, Any] = {"as_": "ADMIN", "user": "ada"}


@pytest.fixture(autouse=True)
async def company(ask: Asker, world: World) -> None:
    """Clerks approve up to 5,000 SEK, managers up to 50,000 SEK."""
    for table in ("approval_authority", "delegation"):
        await world.conn.execute(f"delete from {table}")
    await approving_releases(ask, releaseWhenReady=False)
    await approving(ask)
    await authority(ask, sek("5000"), role="CREDIT_CLERK")
    await authority(ask, sek("50000"), role="CREDIT_MANAGER")


async def person(ask: Asker, who: dict[str, Any]) -> str:
    """The actor of somebody."""
    found: str = (await ask("{ viewer { actor { id } } }", **who)).data["viewer"]["actor"]["id"]
    return found


async def wanted(ask: Asker, delegate: dict[str, Any], first: int = 0, last: int = 9, **more: Any) -> dict[str, Any]:
    days = {"from": (TODAY + timedelta(first)).isoformat(), "until": (TODAY + timedelta(last)).isoformat()}
    return keyed(company="SE01", delegate=await person(ask, delegate), **days, **more)


async def lent(ask: Asker, lender: dict[str, Any], delegate: dict[str, Any], *days: int, **more: Any) -> Any:
    return (await changed(ask, DELEGATE, await wanted(ask, delegate, *days, **more), **lender))["delegation"]


async def test_who_stands_in_approves_by_the_lenders_authority_and_both_are_on_record(ask: Asker, world: World) -> None:
    hold = await held(ask, world, "40000")
    await asked(ask, hold, CLARA)
    assert hold not in await waiting(ask, CONNY)
    made = await lent(ask, MAGNUS, CONNY, note="On holiday")
    assert (made["lender"], made["delegate"], made["role"]) == ({"name": "Magnus"}, {"name": "Conny"}, "CREDIT_MANAGER")
    assert (made["upTo"], made["inForce"], made["note"]) == (None, True, "On holiday")
    assert (await waiting(ask, CONNY))[hold] == ["UPDATE", "APPROVE", "REJECT"]
    gone = await step(ask, APPROVE, hold, CONNY)
    assert gone["status"] == "RELEASED"
    request = gone["releaseRequest"]
    assert (request["decidedBy"], request["decidedFor"]) == ({"name": "Conny"}, {"name": "Magnus"})
    events = (await ask(TIMELINE, {"id": hold}, **MAGNUS)).data["node"]["timeline"]["nodes"]
    (approved,) = [one for one in events if one["kind"] == "RELEASE_APPROVED"]
    assert approved["actor"]["name"] == "Conny"
    assert {"field": "decidedFor", "before": None, "after": "Magnus"} in approved["changes"]


async def test_what_ones_own_authority_reaches_is_not_decided_for_somebody_else(ask: Asker, world: World) -> None:
    await authority(ask, sek("1"), role="CREDIT_CLERK")
    hold = await held(ask, world, "4000")
    await asked(ask, hold, CLARA)
    await authority(ask, sek("5000"), role="CREDIT_CLERK")
    await lent(ask, MAGNUS, CONNY)
    assert (await step(ask, APPROVE, hold, CONNY))["releaseRequest"]["decidedFor"] is None


async def test_limits_are_approved_for_somebody_too(ask: Asker, world: World) -> None:
    made = await drafted(ask, line(await own_customer(world), "40000"), **CLARA)
    await changed(ask, SUBMIT, post(made), **CLARA)
    await lent(ask, MAGNUS, CONNY)
    approved = (await changed(ask, APPROVE_LIMIT, post(made), **CONNY))["creditLimitAdjustment"]
    assert places(approved)[0] == "APPROVED"
    events = (await ask(OF_ADJUSTMENT, {"id": made["id"]})).data["node"]["timeline"]["nodes"]
    assert {"field": "decidedFor", "before": None, "after": "Magnus"} in events[-1]["changes"]


async def test_four_eyes_hold_for_both(ask: Asker, world: World) -> None:
    """Neither the lender's work by the lender's authority, nor one's own by anybody's."""
    await authority(ask, sek("10"), role="CREDIT_MANAGER")
    theirs, own = await held(ask, world, "6000"), await held(ask, world, "6000")
    await asked(ask, theirs, MAGNUS)
    await asked(ask, own, CONNY)
    await authority(ask, sek("50000"), role="CREDIT_MANAGER")
    await lent(ask, MAGNUS, CONNY)
    for hold, code in ((theirs, "AUTHORITY_EXCEEDED"), (own, "OWN_WORK")):
        assert said(await refused(ask, world, APPROVE, keyed(creditHold=hold), **CONNY)) == [(code, "creditHold")]
    assert not {theirs, own} & set(await waiting(ask, CONNY))
    made = await drafted(ask, line(await own_customer(world), "40000"), **MAGNUS)
    await changed(ask, SUBMIT, post(made), **CLARA)
    late = await refused(ask, world, APPROVE_LIMIT, post(made), **CONNY)
    assert said(late) == [("AUTHORITY_EXCEEDED", "lines.0")]
    assert late["creditLimitAdjustment"]["viewerMay"] == []
    await lent(ask, OLGA, CONNY)
    assert (await step(ask, APPROVE, theirs, CONNY))["releaseRequest"]["decidedFor"] == {"name": "Olga"}


async def test_nobody_releases_at_once_by_what_others_lent(ask: Asker, world: World) -> None:
    await lent(ask, MAGNUS, CONNY)
    payload = await asked(ask, await held(ask, world, "6000"), CONNY)
    assert (payload["creditHold"]["status"], codes(payload["warnings"])) == ("IN_APPROVAL", ["AUTHORITY_EXCEEDED"])


@pytest.mark.parametrize(
    ("first", "last", "reaches"), [(0, 0, True), (-3, 0, True), (0, 5, True), (1, 5, False), (-3, -1, False)]
)
async def test_a_delegation_holds_from_its_first_to_its_last_day(
    ask: Asker, world: World, first: int, last: int, reaches: bool
) -> None:
    hold = await held(ask, world, "6000")
    await asked(ask, hold, CLARA)
    made = await lent(ask, MAGNUS, CONNY, max(first, 0), max(last, 0, first))
    days = (TODAY + timedelta(first), TODAY + timedelta(last), made["id"].split("_")[1])
    await world.conn.execute("update delegation set from_day = $1, until_day = $2 where id = $3::uuid", *days)
    assert (hold in await waiting(ask, CONNY)) is reaches
    if reaches:
        assert (await step(ask, APPROVE, hold, CONNY))["status"] == "RELEASED"
    else:
        late = await refused(ask, world, APPROVE, keyed(creditHold=hold), **CONNY)
        assert said(late) == [("AUTHORITY_EXCEEDED", "creditHold")]
    found = (await ask(LIST, {"where": {"inForce": {"eq": reaches}}})).data["delegations"]["nodes"]
    assert [one["id"] for one in found] == [made["id"]]


async def test_a_delegation_ends_early_by_who_lent_or_by_an_admin(ask: Asker, world: World) -> None:
    hold = await held(ask, world, "6000")
    await asked(ask, hold, CLARA)
    for who in (MAGNUS, ADMIN):
        made = await lent(ask, MAGNUS, CONNY)
        given = {"delegation": made["id"]}
        assert hold in await waiting(ask, CONNY)
        for other in (CONNY, OLGA):
            late = await refused(ask, world, END, keyed(**given), **other)
            assert said(late) == [("AUTHORITY_EXCEEDED", "delegation")]
        stale = await refused(ask, world, END, keyed(**given, expectedVersion=9), **who)
        assert said(stale) == [("VERSION_CONFLICT", "expectedVersion")]
        ended = (await changed(ask, END, keyed(**given), **who))["delegation"]
        assert (ended["inForce"], ended["endedBy"]["name"]) == (False, who["user"].title())
        assert hold not in await waiting(ask, CONNY)
        assert said(await refused(ask, world, APPROVE, keyed(creditHold=hold), **CONNY)) == [
            ("AUTHORITY_EXCEEDED", "creditHold")
        ]
        again = await refused(ask, world, END, keyed(**given), **who)
        assert said(again) == [("WRONG_STATUS", "delegation")]


@pytest.mark.parametrize(
    ("cap", "of_the_lender", "reaches"),
    [("6000", "50000", True), ("5999.99", "50000", False), ("6000", "5999.99", False), (None, "6000", True)],
)
async def test_no_more_is_approved_than_was_lent_nor_than_the_lender_may_by_then(
    ask: Asker, world: World, cap: str | None, of_the_lender: str, reaches: bool
) -> None:
    hold = await held(ask, world, "6000")
    await asked(ask, hold, CLARA)
    await lent(ask, MAGNUS, CONNY, **({} if cap is None else {"upTo": sek(cap)}))
    await authority(ask, sek(of_the_lender), role="CREDIT_MANAGER")
    assert (hold in await waiting(ask, CONNY)) is reaches
    payload = (await ask(APPROVE, {"input": keyed(creditHold=hold)}, **CONNY)).data["approveCreditRelease"]
    assert codes(payload["errors"]) == ([] if reaches else ["AUTHORITY_EXCEEDED"])


async def test_the_authority_of_the_lender_as_a_person_is_what_is_lent(ask: Asker, world: World) -> None:
    hold = await held(ask, world, "6000")
    await asked(ask, hold, CLARA)
    await authority(ask, sek("100"), role="CREDIT_MANAGER")
    await lent(ask, MAGNUS, CONNY)
    assert hold not in await waiting(ask, CONNY)
    await authority(ask, sek("6000"), actor=await person(ask, MAGNUS))
    assert hold in await waiting(ask, CONNY)
    assert (await step(ask, REJECT, hold, CONNY))["releaseRequest"]["decidedFor"] == {"name": "Magnus"}


async def test_what_was_lent_is_not_lent_on(ask: Asker, world: World) -> None:
    hold = await held(ask, world, "6000")
    await asked(ask, hold, CLARA)
    await lent(ask, MAGNUS, CONNY)
    other = {"as_": "CREDIT_CLERK", "user": "cecilia"}
    given = await wanted(ask, other, upTo=sek("6000"))
    assert said(await refused(ask, world, DELEGATE, given, **CONNY)) == [("AUTHORITY_EXCEEDED", "upTo")]
    await lent(ask, CONNY, other)
    assert hold not in await waiting(ask, other)
    late = await refused(ask, world, APPROVE, keyed(creditHold=hold), **other)
    assert said(late) == [("AUTHORITY_EXCEEDED", "creditHold")]


async def test_who_has_no_role_that_approves_does_not_by_delegation(ask: Asker, world: World) -> None:
    hold = await held(ask, world, "6000")
    await asked(ask, hold, CLARA)
    viewer: dict[str, Any] = {"as_": "VIEWER", "user": "vera"}
    await lent(ask, MAGNUS, viewer)
    assert hold not in await waiting(ask, viewer)
    assert (await read(ask, hold, viewer))["viewerMay"] == []
    assert await mistaken(ask, world, APPROVE, keyed(creditHold=hold), **viewer) == ["FORBIDDEN"]
    assert hold not in await waiting(ask, {**CONNY, "companies": ["FI01"]})


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"upTo": sek("50000.01")}, ("AUTHORITY_EXCEEDED", "upTo")),
        ({"upTo": sek("-1")}, ("AMOUNT_NEGATIVE", "upTo")),
        ({"upTo": {"amount": "1", "currency": "XQX"}}, ("CURRENCY_UNKNOWN", "upTo")),
        ({"until": (TODAY - timedelta(1)).isoformat()}, ("DATE_ORDER", "until")),
        ({"from": (TODAY + timedelta(30)).isoformat()}, ("DATE_ORDER", "until")),
        ({"delegate": f"act_{'0' * 32}"}, ("NOT_FOUND", "delegate")),
        ({"note": " "}, ("INVALID_VALUE", "note")),
    ],
)
async def test_a_delegation_that_cannot_be_meant_is_refused(
    ask: Asker, world: World, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    given = await wanted(ask, CONNY) | wrong
    assert said(await refused(ask, world, DELEGATE, given, **MAGNUS)) == [expected]


async def test_nobody_stands_in_for_themselves_and_nobody_lends_what_they_do_not_have(ask: Asker, world: World) -> None:
    assert said(await refused(ask, world, DELEGATE, await wanted(ask, MAGNUS), **MAGNUS)) == [
        ("INVALID_VALUE", "delegate")
    ]
    late = await refused(ask, world, DELEGATE, await wanted(ask, CONNY), **ADMIN)
    assert said(late) == [("AUTHORITY_EXCEEDED", "company")]
    for role in ("VIEWER", "AUDITOR", "INTEGRATION"):
        assert await mistaken(ask, world, DELEGATE, await wanted(ask, CONNY), as_=role) == ["FORBIDDEN"]


async def test_who_stands_in_for_whom_is_a_list(ask: Asker, world: World) -> None:
    first = await lent(ask, MAGNUS, CONNY, 0, 3, upTo=sek("100"))
    later = await lent(ask, OLGA, CONNY, 5, 8)
    nodes = (await ask(LIST, {"where": {"delegate": {"eq": await person(ask, CONNY)}}})).data["delegations"]["nodes"]
    assert [(one["id"], one["inForce"]) for one in nodes] == [(later["id"], False), (first["id"], True)]
    only = (await ask(LIST, {"where": {"lender": {"eq": await person(ask, OLGA)}}})).data["delegations"]["nodes"]
    assert [one["id"] for one in only] == [later["id"]]
    assert (await ask(LIST, companies=["FI01"])).data["delegations"]["nodes"] == []
    trail = "query ($id: ID!) { node(id: $id) { ... on Delegation { timeline { nodes { kind message } } } } }"
    (event,) = (await ask(trail, {"id": first["id"]})).data["node"]["timeline"]["nodes"]
    assert (event["kind"], event["message"][:35]) == ("AUTHORITY_DELEGATED", "Conny may approve for Magnus from N")
