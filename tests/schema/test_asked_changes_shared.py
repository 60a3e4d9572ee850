"""Changes of credit that concern several companies, what cannot be asked for, and how what waits is told."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from persistence.keys import new_key
from tests.schema.adjusting import own_customer
from tests.schema.asked_cases import (
    CASES,
    CLOSE,
    JOIN,
    LEAVE,
    LIMITS,
    closing,
    finn,
    joining,
    key,
    limited,
    node,
    own_limits,
    shared,
)
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import (
    changed,
    dashed,
    keyed,
    mistaken,
    refused,
    said,
)
from tests.schema.four_eyes import (
    ABROAD,
    APPROVE,
    LIST,
    MAGNUS,
    NORDIC,
    OLGA,
    REJECT,
    decision,
    listed,
    switched,
    told,
    waiting,
)
from tests.schema.test_escalation import ago
from tests.schema.world import World


@pytest.fixture(autouse=True)
async def company(ask: Asker) -> None:
    """Sweden approves changes of credit; Finland does not."""
    await switched(ask, True)
    await switched(ask, False, "FI01")


@pytest.fixture
async def acme(world: World) -> str:
    """A customer of its own in Sweden, by its name in the tests."""
    return await own_customer(world)


async def test_members_that_changed_meanwhile_are_in_the_way_of_closing_but_not_of_others(
    ask: Asker, world: World, acme: str
) -> None:
    other, third = await own_customer(world), await finn(world)
    _, group = await shared(world, third)
    joins = [await waiting(ask, JOIN, keyed(creditGroup=group, customer=key(name))) for name in (acme, other)]
    for request in joins:
        await changed(ask, APPROVE, decision(request), **OLGA)
    closing = await waiting(ask, CLOSE, keyed(creditGroup=group))
    leaving = await waiting(ask, LEAVE, {"creditGroup": group, "customer": key(other)})
    await changed(ask, APPROVE, decision(leaving), **OLGA)
    late = await refused(ask, world, APPROVE, decision(closing), **OLGA)
    assert said(late) == [("VERSION_CONFLICT", "creditChangeRequest")]
    gone = await waiting(ask, LEAVE, {"creditGroup": group, "customer": key(acme)})
    await changed(ask, APPROVE, decision(gone), **OLGA)


async def test_one_company_of_a_group_or_a_party_that_approves_is_enough(ask: Asker, world: World, acme: str) -> None:
    abroad = await finn(world)
    _, group = await shared(world, acme)
    request = await waiting(ask, JOIN, keyed(creditGroup=group, customer=key(abroad)))
    assert (request["company"], request["creditGroup"]["number"] != "") == ({"code": "FI01"}, True)
    _, alone = await shared(world, await finn(world))
    payload = await changed(ask, JOIN, keyed(creditGroup=alone, customer=key(abroad)), **MAGNUS)
    assert payload["creditChangeRequest"] is None


async def test_the_limits_of_a_party_are_decided_by_who_may_in_all_its_companies(ask: Asker, world: World) -> None:
    party = f"P{new_key().hex}"
    await world.put("party", party, number=party, name="Both")
    for company in ("SE01", "FI01"):
        await world.customer(company, new_key().hex, "Both", party=party)
    await limited(world, "party", party)
    request = await waiting(ask, LIMITS, {"holder": {"party": party}})
    assert (request["company"], request["customer"], request["party"]) == (None, None, {"number": party})
    for who in (NORDIC, ABROAD):
        assert request["id"] in await listed(ask, who)
        assert request["id"] not in await listed(ask, who, viewerMayApprove={"eq": True})
        assert await mistaken(ask, world, APPROVE, decision(request), **who) == ["FORBIDDEN"]
        assert said(await refused(ask, world, REJECT, decision(request), **who)) == [
            ("AUTHORITY_EXCEEDED", "creditChangeRequest")
        ]
        assert len(await told(ask, request["id"], "CREDIT_CHANGE_ASKED", who)) == 1
    for code in ("SE01", "FI01"):
        assert request["id"] in await listed(ask, OLGA, companies=[code])
    await changed(ask, APPROVE, decision(request), **OLGA)


async def test_a_group_is_closed_by_who_may_in_the_companies_of_all_members_and_seen_by_no_other(
    ask: Asker, world: World, acme: str
) -> None:
    case = await closing(world, acme)
    request = await waiting(ask, case.document, case.given)
    assert (request["company"], request["customer"]) == (None, None)
    assert await mistaken(ask, world, APPROVE, decision(request), **NORDIC) == ["FORBIDDEN"]
    assert request["id"] not in await listed(ask, NORDIC, viewerMayApprove={"eq": True})
    alone = await waiting(ask, CLOSE, keyed(creditGroup=(await shared(world, await own_customer(world)))[1]))
    assert alone["id"] not in await listed(ask, ABROAD)
    for document in (APPROVE, REJECT):
        late = await refused(ask, world, document, decision(alone), **ABROAD)
        assert (said(late), late["creditChangeRequest"]) == ([("NOT_FOUND", "creditChangeRequest")], None)
    await changed(ask, APPROVE, decision(alone), **NORDIC)


async def test_the_first_member_of_a_group_is_approved_by_somebody_who_did_not_make_it(
    ask: Asker, world: World, acme: str
) -> None:
    create = """mutation ($input: CreateCreditGroupInput!) {
      createCreditGroup(input: $input) { creditGroup { id } errors { code } } }"""
    here = {"companies": ["SE01"]}
    made = keyed(number=new_key().hex, name="New", currency="SEK", timeZone="Europe/Stockholm")
    group = (await changed(ask, create, made, **{**MAGNUS, **here}))["creditGroup"]["id"]
    request = await waiting(ask, JOIN, keyed(creditGroup=group, customer=key(acme)), {**MAGNUS, **here})
    assert request["id"] in await listed(ask, NORDIC, viewerMayApprove={"eq": True})
    await changed(ask, APPROVE, decision(request), **NORDIC)
    assert (
        await world.conn.fetchval(
            "select count(*) from credit_group_member where credit_group_id = $1::uuid", dashed(group)
        )
        == 1
    )


async def test_who_joins_a_group_of_others_is_decided_by_who_may_there_too(ask: Asker, world: World, acme: str) -> None:
    case = await joining(world, acme)
    request = await waiting(ask, case.document, case.given)
    assert request["id"] not in await listed(ask, NORDIC, viewerMayApprove={"eq": True})
    late = await refused(ask, world, APPROVE, decision(request), **NORDIC)
    assert said(late) == [("NOT_FOUND", "creditChangeRequest")]
    assert late["creditChangeRequest"]["creditGroup"] is None


@pytest.mark.parametrize(
    ("called", "wrong", "code", "path"),
    [
        ("insurance", {"percent": "101"}, "INVALID_VALUE", "percent"),
        ("guarantee", {"until": "2020-01-01"}, "DATE_ORDER", "until"),
        ("pledge", {"provider": " "}, "INVALID_VALUE", "provider"),
        ("longer terms", {"maximumTermsDays": -1}, "INVALID_VALUE", "maximumTermsDays"),
        ("end of what took more than it added", {"expectedVersion": 9}, "VERSION_CONFLICT", "expectedVersion"),
        ("joining", {"creditGroup": f"grp_{0:032x}"}, "NOT_FOUND", "creditGroup"),
        ("leaving", {"until": "2000-01-01"}, "DATE_ORDER", "until"),
        ("closing", {"expectedVersion": 9}, "VERSION_CONFLICT", "expectedVersion"),
        ("limits of a party", {"maxDaysOverdue": -1}, "INVALID_VALUE", "maxDaysOverdue"),
    ],
)
async def test_what_could_not_be_made_is_not_asked_for_either(
    ask: Asker, world: World, acme: str, called: str, wrong: dict[str, Any], code: str, path: str
) -> None:
    case = await CASES[called](world, acme)
    payload = await refused(ask, world, case.document, {**case.given, **wrong}, **MAGNUS)
    assert said(payload) == [(code, path)]
    assert payload["creditChangeRequest"] is None


async def test_it_is_escalated_by_the_days_of_a_company_it_concerns(ask: Asker, world: World, acme: str) -> None:
    case = await closing(world, acme)
    request = await waiting(ask, case.document, case.given)
    await world.conn.execute(
        "update credit_change_request set created_at = $1 where id = $2::uuid",
        ago(4, 12),
        dashed(request["id"]),
    )
    for days, escalated in ((3, True), (5, False)):
        await switched(ask, False, "FI01", escalateAfterDays=days)
        assert (request["id"] in await listed(ask, OLGA, escalated={"eq": True})) is escalated


async def test_what_is_asked_for_is_told_in_the_readers_language(ask: Asker, world: World, acme: str) -> None:
    case = await own_limits(world, acme)
    await waiting(ask, case.document, case.given)
    where = {"customer": {"in": [node(world, acme)]}, "kind": {"eq": "PARTY_LIMITS"}}
    (found,) = (await ask(LIST, {"where": where}, **OLGA, language="sv")).data["creditChangeRequests"]["nodes"]
    assert (found["message"], found["kindLabel"]) == (
        f"Spara gränserna för kunden {acme[5:]} i bolaget SE01 vid sidan av kreditgränsen.",
        "Gränser vid sidan av kreditgränsen",
    )


@pytest.mark.parametrize(
    ("role", "granted"), [("CREDIT_CLERK", "*"), ("CREDIT_MANAGER", "*"), ("CREDIT_MANAGER", "SE01")]
)
async def test_both_lanes_tell_every_kind_alike(
    ask: Asker, world: World, pool: asyncpg.Pool, acme: str, role: str, granted: str
) -> None:
    for called in ("limits of a party", "leaving", "insurance"):
        case = await CASES[called](world, acme)
        await waiting(ask, case.document, case.given)
    both = BothLanes(house(pool))
    for where in ({}, {"viewerMayApprove": {"eq": True}}, {"companies": ["SE01"], "escalated": {"eq": False}}):
        answer, fast = await both(LIST, {"where": where}, as_=role, companies=[granted], language="sv")
        assert fast
        found = answer["data"]["creditChangeRequests"]["nodes"]
        assert (found == []) is (role == "CREDIT_CLERK" and "viewerMayApprove" in where)
