"""What widens credit beside the limit is asked for by one and approved by another, where a company says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from schema.ids import node_id
from tests.schema.adjusting import own_customer
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, held_order, hold_status, keyed, mistaken, refused, rows, said, sek
from tests.schema.four_eyes import (
    ABROAD,
    APPROVE,
    CLARA,
    LIST,
    MAGNUS,
    OLGA,
    REJECT,
    TIMELINE,
    calling,
    decision,
    listed,
    switched,
    told,
    waiting,
)
from tests.schema.test_escalation import ago
from tests.schema.world import TODAY, World

CUSTOMER = """version unlimitedCredit mandatoryCreditLimit excludedFromCreditManagement excludedUntil
  accountStatus { code } creditManagementGroup { code } eligibleLimit { amount currency } eligibleLimitDate
  creditRating notes"""
UPDATE = calling("updateCreditAttributes", f"customer {{ id {CUSTOMER} }}")
READ = f"query ($id: ID!) {{ node(id: $id) {{ ... on Customer {{ {CUSTOMER} }} }} }}"


@pytest.fixture(autouse=True)
async def company(ask: Asker) -> None:
    """Sweden approves changes of credit."""
    await switched(ask, True)


@pytest.fixture
async def acme(world: World) -> str:
    """The account of a customer of its own in Sweden."""
    return (await own_customer(world)).split("/")[1]


def of(account: str, **given: Any) -> dict[str, Any]:
    return keyed(customer={"number": {"company": "SE01", "account": account}}, **given)


async def asked(ask: Asker, account: str, who: dict[str, Any] = MAGNUS, **given: Any) -> Any:
    """A change that waits."""
    return await waiting(ask, UPDATE, of(account, **given), who)


async def status(world: World, code: str, effect: str) -> str:
    """An account status."""
    return node_id("acs", await world.put("account_status", code=code, name=code, effect=effect))


async def test_what_widens_credit_is_only_asked_for_and_the_customer_stays_as_it_is(
    ask: Asker, world: World, acme: str
) -> None:
    payload = await changed(ask, UPDATE, of(acme, unlimitedCredit=True, notes="They grow"), **MAGNUS)
    customer, request = payload["customer"], payload["creditChangeRequest"]
    assert (customer["version"], customer["unlimitedCredit"], customer["notes"]) == (1, False, None)
    (warning,) = payload["warnings"]
    assert (warning["code"], warning["path"], warning["node"]) == (
        "APPROVAL_REQUIRED",
        ["customer"],
        {"id": request["id"]},
    )
    assert warning["message"] == f"A change of the credit of customer {acme} of company SE01 waits for approval."
    assert (request["status"], request["askedBy"], request["decidedBy"]) == ("IN_REVIEW", {"name": "Magnus"}, None)
    assert request["changes"] == [
        {"field": "unlimitedCredit", "before": "false", "after": "true"},
        {"field": "notes", "before": None, "after": "They grow"},
    ]
    assert (request["kind"], request["viewerMay"]) == ("ATTRIBUTES", ["REJECT"])
    assert request["message"] == f"Change credit attributes of customer {acme} of company SE01."
    (event,) = (await ask(TIMELINE, {"id": request["id"]}, **MAGNUS)).data["node"]["timeline"]["nodes"]
    assert (event["kind"], event["actor"], event["changes"]) == (
        "CREDIT_CHANGE_ASKED",
        {"name": "Magnus"},
        request["changes"],
    )


async def test_the_second_person_approves_and_it_is_made_with_both_on_record(
    ask: Asker, world: World, acme: str
) -> None:
    hold = await held_order(ask, world, "SE01", acme, "120000")
    request = await asked(ask, acme, unlimitedCredit=True)
    assert await hold_status(world, hold) == "OPEN"
    done = (await changed(ask, APPROVE, decision(request, note="Well known"), **OLGA))["creditChangeRequest"]
    assert (done["status"], done["decidedBy"], done["decisionNote"]) == ("APPROVED", {"name": "Olga"}, "Well known")
    assert done["decidedAt"] is not None
    assert (done["customer"]["unlimitedCredit"], done["viewerMay"]) == (True, [])
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    (approved,) = await told(ask, request["id"], "CREDIT_CHANGE_APPROVED")
    assert (approved["actor"]["name"], approved["refused"]) == ("Olga", False)
    assert approved["changes"] == [
        {"field": "status", "before": "IN_REVIEW", "after": "APPROVED"},
        {"field": "note", "before": None, "after": "Well known"},
    ]
    customer = node_id("cus", await world.conn.fetchval("select id from customer where account = $1", acme))
    (made,) = await told(ask, customer, "CREDIT_ATTRIBUTES_CHANGED")
    assert made["actor"]["name"] == "Olga"
    assert made["changes"] == [*request["changes"], {"field": "askedBy", "before": None, "after": "Magnus"}]


async def test_every_kind_of_value_is_made_as_it_was_asked_for(ask: Asker, world: World, acme: str) -> None:
    watched = await status(world, f"w-{acme}", "HOLD_INVOICING")
    group = node_id("cmg", await world.put("credit_management_group", code=f"g-{acme}", name="Key"))
    until = (TODAY + timedelta(5)).isoformat()
    given = {
        "excludedFromCreditManagement": True,
        "excludedUntil": until,
        "mandatoryCreditLimit": True,
        "accountStatus": watched,
        "creditManagementGroup": group,
        "eligibleLimit": sek("250000.50"),
        "creditRating": "AA",
    }
    request = await asked(ask, acme, **given)
    await changed(ask, APPROVE, decision(request), **OLGA)
    after = (await ask(READ, {"id": await _id(world, acme)}, **OLGA)).data["node"]
    assert after == {
        "version": 2,
        "unlimitedCredit": False,
        "mandatoryCreditLimit": True,
        "excludedFromCreditManagement": True,
        "excludedUntil": until,
        "accountStatus": {"code": f"w-{acme}"},
        "creditManagementGroup": {"code": f"g-{acme}"},
        "eligibleLimit": sek("250000.50"),
        "eligibleLimitDate": TODAY.isoformat(),
        "creditRating": "AA",
        "notes": None,
    }


async def _id(world: World, account: str) -> str:
    return node_id("cus", await world.conn.fetchval("select id from customer where account = $1", account))


async def test_nobody_approves_what_they_asked_for_but_they_take_it_back(ask: Asker, world: World, acme: str) -> None:
    request = await asked(ask, acme, unlimitedCredit=True)
    own = await refused(ask, world, APPROVE, decision(request), **MAGNUS)
    assert said(own) == [("OWN_WORK", "creditChangeRequest")]
    assert own["errors"][0]["node"] == {"id": request["id"]}
    back = (await changed(ask, REJECT, decision(request, note="A mistake"), **MAGNUS))["creditChangeRequest"]
    assert (back["status"], back["customer"]["unlimitedCredit"], back["decisionNote"]) == (
        "REJECTED",
        False,
        "A mistake",
    )


async def test_what_is_rejected_is_not_made_and_what_is_decided_stays_so(ask: Asker, world: World, acme: str) -> None:
    request = await asked(ask, acme, unlimitedCredit=True)
    gone = (await changed(ask, REJECT, decision(request), **OLGA))["creditChangeRequest"]
    assert (gone["status"], gone["customer"]["unlimitedCredit"]) == ("REJECTED", False)
    for document in (APPROVE, REJECT):
        late = await refused(ask, world, document, decision(request), **OLGA)
        assert said(late) == [("WRONG_STATUS", "creditChangeRequest")]
        assert late["creditChangeRequest"]["status"] == "REJECTED"


@pytest.mark.parametrize("narrower", [{"unlimitedCredit": False}, {"mandatoryCreditLimit": True}])
async def test_what_only_narrows_credit_is_made_at_once(
    ask: Asker, world: World, acme: str, narrower: dict[str, bool]
) -> None:
    await world.conn.execute("update customer set unlimited_credit = true where account = $1", acme)
    payload = await changed(ask, UPDATE, of(acme, **narrower), **MAGNUS)
    assert (payload["warnings"], payload["creditChangeRequest"]) == ([], None)
    assert {name: payload["customer"][name] for name in narrower} == narrower


async def test_a_customer_is_stopped_at_once_and_goes_on_when_somebody_else_approves(
    ask: Asker, world: World, acme: str
) -> None:
    stopped = await status(world, f"s-{acme}", "HOLD_ALL")
    payload = await changed(ask, UPDATE, of(acme, accountStatus=stopped), **MAGNUS)
    assert (payload["customer"]["accountStatus"], payload["warnings"]) == ({"code": f"s-{acme}"}, [])
    request = await asked(ask, acme, accountStatus=None)
    assert request["changes"] == [{"field": "accountStatus", "before": f"s-{acme}", "after": None}]


async def test_clerks_ask_for_what_they_may_not_do_themselves_and_decide_nothing(
    ask: Asker, world: World, acme: str
) -> None:
    payload = await changed(ask, UPDATE, of(acme, notes="Called them"), **CLARA)
    assert (payload["customer"]["notes"], payload["warnings"]) == ("Called them", [])
    request = await asked(ask, acme, CLARA, unlimitedCredit=True)
    assert (request["askedBy"], request["viewerMay"]) == ({"name": "Clara"}, ["REJECT"])
    assert await mistaken(ask, world, APPROVE, decision(request), **CLARA) == ["FORBIDDEN"]
    theirs = await asked(ask, acme, MAGNUS, unlimitedCredit=True)
    turned = await refused(ask, world, REJECT, decision(theirs), **CLARA)
    assert said(turned) == [("AUTHORITY_EXCEEDED", "creditChangeRequest")]
    assert turned["creditChangeRequest"]["viewerMay"] == []
    done = (await changed(ask, APPROVE, decision(request), **MAGNUS))["creditChangeRequest"]
    assert (done["status"], done["customer"]["unlimitedCredit"]) == ("APPROVED", True)


@pytest.mark.parametrize("given", [{"mandatoryCreditLimit": True}, {"customerSince": "2020-01-01"}])
async def test_clerks_ask_also_for_what_narrows_credit_and_take_it_back(
    ask: Asker, world: World, acme: str, given: dict[str, Any]
) -> None:
    request = await asked(ask, acme, CLARA, **given)
    back = (await changed(ask, REJECT, decision(request), **CLARA))["creditChangeRequest"]
    assert (back["status"], back["viewerMay"]) == ("REJECTED", [])


async def test_without_the_switch_clerks_ask_for_nothing(ask: Asker, world: World, acme: str) -> None:
    await switched(ask, False)
    assert await mistaken(ask, world, UPDATE, of(acme, unlimitedCredit=True), **CLARA) == ["FORBIDDEN"]


async def test_what_changed_meanwhile_is_not_made_and_what_else_changed_is_in_nobodys_way(
    ask: Asker, world: World, acme: str
) -> None:
    first, second = [await asked(ask, acme, unlimitedCredit=True) for _ in range(2)]
    await changed(ask, UPDATE, of(acme, notes="Called them"), **CLARA)
    await changed(ask, APPROVE, decision(first), **OLGA)
    late = await refused(ask, world, APPROVE, decision(second), **OLGA)
    assert said(late) == [("VERSION_CONFLICT", "creditChangeRequest")]
    assert late["errors"][0]["node"] == {"id": await _id(world, acme)}
    assert (late["creditChangeRequest"]["status"], late["creditChangeRequest"]["customer"]["notes"]) == (
        "IN_REVIEW",
        "Called them",
    )


async def test_an_exclusion_that_would_have_ended_by_now_is_not_made(ask: Asker, world: World, acme: str) -> None:
    until = TODAY.isoformat()
    request = await asked(ask, acme, excludedFromCreditManagement=True, excludedUntil=until)
    yesterday = (TODAY - timedelta(1)).isoformat()
    await world.conn.execute(
        "update credit_change_request set asked = jsonb_set(asked, '{excluded_until,after}', to_jsonb($2::text))"
        " where id = $1::uuid",
        request["id"].split("_")[1],
        yesterday,
    )
    late = await refused(ask, world, APPROVE, decision(request), **OLGA)
    assert said(late) == [("DATE_ORDER", "creditChangeRequest")]


async def test_asked_or_decided_twice_with_one_key_it_is_done_once(ask: Asker, world: World, acme: str) -> None:
    given = of(acme, unlimitedCredit=True)
    first = await changed(ask, UPDATE, given, **MAGNUS)
    before = await rows(world)
    again = await changed(ask, UPDATE, given, **MAGNUS)
    assert (again["replayed"], again["creditChangeRequest"]) == (True, first["creditChangeRequest"])
    assert await rows(world) == before
    approval = decision(first["creditChangeRequest"])
    await changed(ask, APPROVE, approval, **OLGA)
    assert (await changed(ask, APPROVE, approval, **OLGA))["replayed"] is True


async def test_the_list_tells_who_may_approve_what(ask: Asker, world: World, acme: str) -> None:
    mine, theirs = (
        await asked(ask, acme, MAGNUS, unlimitedCredit=True),
        await asked(ask, acme, OLGA, unlimitedCredit=True),
    )
    for who, waits, other in ((MAGNUS, theirs, mine), (OLGA, mine, theirs)):
        found = await listed(ask, who, companies=["SE01"], viewerMayApprove={"eq": True})
        assert {waits["id"], other["id"]} & set(found) == {waits["id"]}
    assert await listed(ask, CLARA, viewerMayApprove={"eq": True}) == []
    assert await listed(ask, MAGNUS, customer={"in": [await _id(world, acme)]}) == [theirs["id"], mine["id"]]
    await changed(ask, REJECT, decision(mine), **OLGA)
    assert mine["id"] not in await listed(ask, OLGA, status={"eq": "IN_REVIEW"})
    assert mine["id"] in await listed(ask, OLGA, status={"eq": "REJECTED"})


async def test_other_companies_neither_see_nor_decide_it(ask: Asker, world: World, acme: str) -> None:
    request = await asked(ask, acme, unlimitedCredit=True)
    assert await listed(ask, ABROAD) == []
    for document in (APPROVE, REJECT):
        assert await mistaken(ask, world, document, decision(request), **ABROAD) in (["FORBIDDEN"], ["NOT_FOUND"])


async def test_what_waits_for_too_long_is_escalated(ask: Asker, world: World, acme: str) -> None:
    await switched(ask, True, escalateAfterDays=3)
    request = await asked(ask, acme, unlimitedCredit=True)
    assert request["escalated"] is False
    for days, late in ((3, False), (4, True)):
        await world.conn.execute(
            "update credit_change_request set created_at = $1 where id = $2::uuid",
            ago(days),
            request["id"].split("_")[1],
        )
        found = await listed(ask, OLGA, escalated={"eq": True}, viewerMayApprove={"eq": True})
        assert (request["id"] in found) is late


async def test_without_the_switch_everything_is_made_at_once_and_what_waited_is_still_decided(
    ask: Asker, world: World, acme: str
) -> None:
    request = await asked(ask, acme, excludedFromCreditManagement=True)
    await switched(ask, False)
    payload = await changed(ask, UPDATE, of(acme, unlimitedCredit=True), **MAGNUS)
    assert (payload["customer"]["unlimitedCredit"], payload["warnings"], payload["creditChangeRequest"]) == (
        True,
        [],
        None,
    )
    assert (await changed(ask, APPROVE, decision(request), **OLGA))["creditChangeRequest"]["status"] == "APPROVED"


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"note": " "}, "INVALID_VALUE", "note"),
        ({"note": "n" * 1001}, "INVALID_VALUE", "note"),
        ({"expectedVersion": 9}, "VERSION_CONFLICT", "expectedVersion"),
        ({"creditChangeRequest": f"ccr_{'0' * 32}"}, "NOT_FOUND", "creditChangeRequest"),
    ],
)
async def test_what_is_wrong_with_a_decision_is_refused_where_it_is_wrong(
    ask: Asker, world: World, acme: str, wrong: dict[str, Any], code: str, path: str
) -> None:
    request = await asked(ask, acme, unlimitedCredit=True)
    for document in (APPROVE, REJECT):
        payload = await refused(ask, world, document, {**decision(request), **wrong}, **OLGA)
        assert said(payload) == [(code, path)]


@pytest.mark.parametrize("role", ["CREDIT_CLERK", "CREDIT_MANAGER", "VIEWER"])
async def test_both_lanes_tell_requests_alike(
    ask: Asker, world: World, pool: asyncpg.Pool, acme: str, role: str
) -> None:
    waits, done = [await asked(ask, acme, unlimitedCredit=True, notes="Grows") for _ in range(2)]
    await changed(ask, REJECT, decision(done, note="No"), **OLGA)
    both = BothLanes(house(pool))
    for where in ({}, {"viewerMayApprove": {"eq": True}}, {"escalated": {"eq": False}, "status": {"eq": "IN_REVIEW"}}):
        answer, fast = await both(LIST, {"where": where}, as_=role, language="sv")
        assert fast
    found = {one["id"]: one for one in answer["data"]["creditChangeRequests"]["nodes"]}
    assert found[waits["id"]]["viewerMay"] == (["APPROVE", "REJECT"] if role == "CREDIT_MANAGER" else [])
