"""Insurance, guarantees, members of credit groups and limits of parties: what widens credit waits for somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from persistence.keys import new_key
from schema.ids import node_id
from tests.schema.adjusting import own_customer
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
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
    LIST,
    MAGNUS,
    OLGA,
    REJECT,
    calling,
    decision,
    listed,
    switched,
    told,
    waiting,
)
from tests.schema.test_escalation import ago
from tests.schema.world import TODAY, World

INSURE = calling("recordInsurance", "collateral { id }")
GUARANTEE = calling("recordGuarantee", "collateral { id }")
UPDATE = calling("updateCollateral", "collateral { id version maximumTermsDays }")
END = calling("endCollateral", "collateral { id version until }")
JOIN = calling("addCreditGroupMember", "creditGroup { id version } customer { id }")
LEAVE = calling("removeCreditGroupMember", "creditGroup { id version } customer { id }")
CLOSE = calling("closeCreditGroup", "creditGroup { id version active }")
LIMITS = calling("savePartyLimits", "party { id blocked } customer { id }")

NORDIC: dict[str, Any] = {"as_": "CREDIT_MANAGER", "user": "nora", "companies": ["SE01"]}
"""A credit manager of Sweden alone."""


@dataclass
class Case:
    """A change that widens credit: its call, what it changes, and how that is read, put on record and said."""

    document: str
    given: dict[str, Any]
    reads: str
    subject: str
    event: str
    kind: str
    message: str

    async def stands(self, world: World) -> Any:
        """What it changes, as it stands."""
        return await world.conn.fetchval(self.reads)


@pytest.fixture(autouse=True)
async def company(ask: Asker) -> None:
    """Sweden approves changes of credit; Finland does not."""
    await switched(ask, True)
    await switched(ask, False, "FI01")


@pytest.fixture
async def acme(world: World) -> str:
    """A customer of its own in Sweden, by its name in the tests."""
    return await own_customer(world)


async def finn(world: World) -> str:
    """A customer in Finland."""
    account = f"F{new_key().hex}"
    await world.customer("FI01", account, "Finn")
    return f"FI01/{account}"


def key(name: str) -> dict[str, Any]:
    company, account = name.split("/")
    return {"number": {"company": company, "account": account}}


def node(world: World, name: str) -> str:
    return node_id("cus", world.ids[name])


def policy(name: str, **more: Any) -> dict[str, Any]:
    given = {"provider": "Atradius", "value": sek("50000"), "percent": "50", "from": TODAY.isoformat()}
    return keyed(customer=key(name), number=new_key().hex, **given | more)


def to_record(given: dict[str, Any], name: str) -> str:
    return (
        f"Record {given['number']} of Atradius over SEK\u00a050,000.00 for customer {name[5:]} of company SE01:"
        " 50% of it is added to the credit limit."
    )


async def insured(world: World, name: str, **more: Any) -> str:
    """A policy of a customer, by its node id."""
    row = {"provider": "Atradius", "number": new_key().hex, "value": 50000, "currency": "SEK", "percent": 50}
    of = {"customer_id": world.ids[name], "company_id": world.ids["SE01"], "from_day": TODAY}
    return node_id("col", await world.put("collateral", **{"kind": "INSURANCE", **of, **row, **more}))


async def shared(world: World, *members: str) -> tuple[str, str]:
    """A group with members: its number and its node id."""
    number = f"S{new_key().hex}"
    return number, node_id("grp", await world.group(number, "Shared", "SEK", *members))


async def _insurance(world: World, name: str) -> Case:
    given = policy(name)
    reads = f"select provider from collateral where kind = 'INSURANCE' and number = '{given['number']}'"
    return Case(INSURE, given, reads, "", "COLLATERAL_RECORDED", "INSURANCE", to_record(given, name))


async def _guarantee(world: World, name: str) -> Case:
    kinds = {"type": node_id("cot", await world.put("collateral_type", code=new_key().hex, name="Bank"))}
    given = policy(name, until="2027-01-31", maximumTermsDays=30, declareWithinDays=9, **kinds)
    reads = (
        "select concat_ws(' ', provider, from_day, until_day, maximum_terms_days, declare_within_days, type_id)"
        f" from collateral where kind = 'GUARANTEE' and number = '{given['number']}'"
    )
    return Case(GUARANTEE, given, reads, "", "COLLATERAL_RECORDED", "GUARANTEE", to_record(given, name))


async def _longer_terms(world: World, name: str) -> Case:
    one = await insured(world, name, maximum_terms_days=30, number=f"T{name[5:]}")
    reads = f"select maximum_terms_days from collateral where id = '{dashed(one)}'"
    message = f"Change T{name[5:]} of Atradius, which secures customer {name[5:]} of company SE01."
    given = keyed(collateral=one, maximumTermsDays=60)
    return Case(UPDATE, given, reads, one, "COLLATERAL_UPDATED", "COLLATERAL_CHANGE", message)


async def _end(world: World, name: str) -> Case:
    one = await insured(world, name, included_in_exposure=True, number=f"E{name[5:]}")
    reads = f"select until_day from collateral where id = '{dashed(one)}'"
    message = f"End E{name[5:]} of Atradius, which secures customer {name[5:]} of company SE01."
    return Case(END, keyed(collateral=one), reads, one, "COLLATERAL_ENDED", "COLLATERAL_END", message)


async def _joining(world: World, name: str) -> Case:
    number, group = await shared(world, await finn(world))
    reads = f"select from_day from credit_group_member where customer_id = '{world.ids[name]}'"
    given, message = keyed(creditGroup=group, customer=key(name)), f"{name[5:]} of SE01 joins credit group {number}."
    return Case(JOIN, given, reads, node(world, name), "MEMBER_ADDED", "JOINING", message)


async def _leaving(world: World, name: str) -> Case:
    number, group = await shared(world, name)
    reads = f"select until_day from credit_group_member where customer_id = '{world.ids[name]}'"
    given, message = {"creditGroup": group, "customer": key(name)}, f"{name[5:]} of SE01 leaves credit group {number}."
    return Case(LEAVE, given, reads, node(world, name), "MEMBER_REMOVED", "LEAVING", message)


async def _closing(world: World, name: str) -> Case:
    number, group = await shared(world, name, await finn(world))
    reads = f"select active from credit_group where id = '{dashed(group)}'"
    message = f"Close credit group {number}: its members leave it."
    return Case(CLOSE, keyed(creditGroup=group), reads, group, "GROUP_SAVED", "GROUP_CLOSING", message)


async def _party_limits(world: World, name: str) -> Case:
    party = f"P-SE01-{name[5:]}"
    await limited(world, "party", party)
    given = {"holder": {"party": party}, "ceiling": sek("1000.01")}
    message, subject = f"Save the limits of party {party}.", node_id("par", world.ids[party])
    return Case(LIMITS, given, ceiling(world, party), subject, "PARTY_LIMITS_SAVED", "PARTY_LIMITS", message)


async def _own_limits(world: World, name: str) -> Case:
    await limited(world, "customer", name)
    given = {"holder": {"customer": key(name)["number"]}}
    message = f"Save the limits of customer {name[5:]} of company SE01 beside its credit limit."
    return Case(LIMITS, given, ceiling(world, name), node(world, name), "PARTY_LIMITS_SAVED", "PARTY_LIMITS", message)


async def limited(world: World, table: str, name: str) -> None:
    """With a ceiling of 1,000."""
    by = await world.put("actor", subject=new_key().hex, name="Ann")
    await world.party_limits(table, name, "1000 SEK", by, version=1)


def ceiling(world: World, name: str) -> str:
    return (
        "select coalesce(ceiling, 0) from party_limits where holder_id ="
        f" '{world.ids[name]}' order by version desc limit 1"
    )


CASES: dict[str, Callable[[World, str], Awaitable[Case]]] = {
    "insurance": _insurance,
    "guarantee": _guarantee,
    "longer terms": _longer_terms,
    "end of what took more than it added": _end,
    "joining": _joining,
    "leaving": _leaving,
    "closing": _closing,
    "limits of a party": _party_limits,
    "limits of a customer": _own_limits,
}
KEYLESS = {"leaving", "limits of a party", "limits of a customer"}

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
    guarantee = await _guarantee(world, acme)
    told_of = (await waiting(ask, guarantee.document, guarantee.given))["changes"]
    code = await world.conn.fetchval(
        "select code from collateral_type where id = $1::uuid", dashed(guarantee.given["type"])
    )
    assert {one["field"]: one["after"] for one in told_of} == {
        "provider": "Atradius",
        "number": guarantee.given["number"],
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
    limits = await _party_limits(world, acme)
    assert (await waiting(ask, limits.document, limits.given))["changes"] == [
        {"field": "ceiling", "before": "1000.0000", "after": "1000.01"}
    ]
    ends = await _end(world, acme)
    assert (await waiting(ask, ends.document, ends.given))["changes"] == []


async def test_a_blocked_party_goes_on_when_somebody_else_approves(ask: Asker, world: World, acme: str) -> None:
    party = f"P-SE01-{acme[5:]}"
    await world.conn.execute("update party set blocked = true where number = $1", party)
    request = await waiting(ask, LIMITS, {"holder": {"party": party}, "blocked": False})
    assert request["changes"] == [{"field": "blocked", "before": "true", "after": "false"}]
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await world.conn.fetchval("select blocked from party where number = $1", party) is False


async def test_a_party_that_was_blocked_meanwhile_stays_so(ask: Asker, world: World, acme: str) -> None:
    wider = await _party_limits(world, acme)
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
    case = await _joining(world, acme)
    request = await waiting(ask, case.document, case.given)
    assert [one["field"] for one in request["changes"]] == ["creditGroup"]
    await changed(ask, APPROVE, decision(request), **OLGA)
    assert await case.stands(world) == TODAY
    day = TODAY + timedelta(3)
    later = await _end(world, acme)
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
    insurance = policy(acme)
    assert await late(INSURE, insurance, {**insurance, **keyed()}) == [("ALREADY_EXISTS", path)]
    terms = await _longer_terms(world, acme)
    assert await late(UPDATE, terms.given, {**terms.given, **keyed(maximumTermsDays=90)}) == [
        ("VERSION_CONFLICT", path)
    ]
    end = await _end(world, acme)
    assert await late(END, end.given, {**end.given, **keyed()}) == [("VERSION_CONFLICT", path)]
    one, two = await _joining(world, acme), await _joining(world, acme)
    assert await late(JOIN, one.given, two.given) == [("ALREADY_IN_CREDIT_GROUP", path)]
    limits = await _party_limits(world, acme)
    other = {**limits.given, "ceiling": sek("2000")}
    assert await late(LIMITS, limits.given, other) == [("VERSION_CONFLICT", path)]


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
    case = await _closing(world, acme)
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
    case = await _joining(world, acme)
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
    case = await _closing(world, acme)
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
    case = await _own_limits(world, acme)
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
