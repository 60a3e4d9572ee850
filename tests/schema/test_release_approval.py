"""Releases beyond somebody's authority are asked for and approved by somebody else, where the company says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.schema.adjusting import own_customer
from tests.schema.asking import Asker
from tests.schema.changing import changed, codes, keyed, refused, said, sek
from tests.schema.releasing import (
    APPROVE,
    CANCEL,
    CLARA,
    CONNY,
    FORCE,
    MAGNUS,
    OLGA,
    PARAMETERS,
    REJECT,
    REJECT_ORDER,
    RELEASE,
    TIMELINE,
    UPDATE,
    approving_releases,
    asked,
    authority,
    held,
    order_of,
    ordered_anew,
    read,
    reason,
    step,
    waiting,
)
from tests.schema.world import World


@pytest.fixture(autouse=True)
async def company(ask: Asker, world: World) -> None:
    """Clerks may release up to 5,000 SEK, managers anything."""
    await world.conn.execute("delete from approval_authority")
    await approving_releases(ask, releaseWhenReady=False)
    await authority(ask, sek("5000"), role="CREDIT_CLERK")


async def test_beyond_ones_authority_a_release_is_asked_for_and_somebody_else_approves_it(
    ask: Asker, world: World
) -> None:
    hold = await held(ask, world)
    assert (await read(ask, hold, CLARA))["viewerMay"] == ["UPDATE", "EVALUATE", "RELEASE"]
    payload = await asked(ask, hold, CLARA, note="Pays on Friday", ceiling=sek("7000"), withPosting=True)
    assert codes(payload["warnings"]) == ["AUTHORITY_EXCEEDED"]
    assert payload["warnings"][0]["limit"]["amount"] == "5000.00"
    assert payload["warnings"][0]["actual"]["amount"] == "7000.00"
    found = payload["creditHold"]
    assert (found["status"], found["order"]["status"], found["release"]) == ("IN_APPROVAL", "HELD", None)
    assert found["viewerMay"] == ["UPDATE", "REJECT"]
    wanted = found["releaseRequest"]
    assert (wanted["status"], wanted["askedBy"]["name"], wanted["note"]) == ("WAITING", "Clara", "Pays on Friday")
    assert (wanted["amount"]["amount"], wanted["highest"]["amount"], wanted["withPosting"]) == (
        "6000.00",
        "7000.00",
        True,
    )
    gone = await step(ask, APPROVE, hold, MAGNUS, note="Known well", expectedVersion=found["version"])
    assert (gone["status"], gone["order"]["status"], gone["viewerMay"]) == ("RELEASED", "APPROVED", [])
    assert gone["release"] == {
        "releasedBy": {"name": "Magnus"},
        "releasedAmount": {"amount": "6000.00"},
        "ceiling": {"amount": "7000.00"},
        "note": "Pays on Friday",
        "withPosting": True,
    }
    decided = gone["releaseRequest"]
    assert (decided["status"], decided["decidedBy"]["name"], decided["decidedFor"], decided["decisionNote"]) == (
        "APPROVED",
        "Magnus",
        None,
        "Known well",
    )


async def test_within_ones_authority_a_release_is_given_at_once(ask: Asker, world: World) -> None:
    payload = await asked(ask, await held(ask, world, "5000"), CLARA)
    assert (payload["creditHold"]["status"], payload["warnings"]) == ("RELEASED", [])
    assert payload["creditHold"]["releaseRequest"] is None
    assert (await asked(ask, await held(ask, world, "9000000"), MAGNUS))["creditHold"]["status"] == "RELEASED"


@pytest.mark.parametrize(
    ("bounds", "status"),
    [
        ({}, "RELEASED"),
        ({"ceiling": sek("5000")}, "RELEASED"),
        ({"ceiling": sek("5000.01")}, "IN_APPROVAL"),
        ({"deviationPercent": "25"}, "RELEASED"),
        ({"deviationPercent": "25.1"}, "IN_APPROVAL"),
        ({"deviationPercent": "50", "ceiling": sek("5000")}, "RELEASED"),
    ],
)
async def test_a_release_is_measured_by_the_most_the_order_may_come_to(
    ask: Asker, world: World, bounds: dict[str, Any], status: str
) -> None:
    payload = await asked(ask, await held(ask, world, "4000"), CLARA, **bounds)
    assert payload["creditHold"]["status"] == status


async def test_many_releases_are_given_or_asked_for_each_by_itself(ask: Asker, world: World) -> None:
    small, large = await held(ask, world, "1000"), await held(ask, world, "6000")
    document = """mutation ($input: ReleaseCreditHoldsInput!) { releaseCreditHolds(input: $input) {
      results { creditHold { id status } errors { code } } errors { code } } }"""
    given = keyed(creditHolds=[small, large], reason=await reason(ask))
    results = (await changed(ask, document, given, **CLARA))["results"]
    assert [(one["creditHold"]["status"], one["errors"]) for one in results] == [("RELEASED", []), ("IN_APPROVAL", [])]


async def test_who_asked_does_not_approve_whatever_their_authority_has_become(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    await authority(ask, None, role="CREDIT_CLERK")
    own = await refused(ask, world, APPROVE, keyed(creditHold=hold), **CLARA)
    assert said(own) == [("OWN_WORK", "creditHold")]
    answer = await ask(APPROVE, {"input": keyed(creditHold=hold)}, language="sv", **CLARA)
    (error,) = answer.data["approveCreditRelease"]["errors"]
    assert error["message"].startswith("Ingen godkänner en frisläppning")
    assert (await step(ask, APPROVE, hold, CONNY))["status"] == "RELEASED"


async def test_beyond_the_authority_of_the_approver_nothing_is_decided(ask: Asker, world: World) -> None:
    await authority(ask, sek("6500"), role="CREDIT_MANAGER")
    hold = await held(ask, world)
    await asked(ask, hold, CLARA, ceiling=sek("6500.01"))
    for document in (APPROVE, REJECT):
        for who in (CONNY, MAGNUS):
            late = await refused(ask, world, document, keyed(creditHold=hold), **who)
            assert said(late) == [("AUTHORITY_EXCEEDED", "creditHold")]
            assert late["creditHold"]["viewerMay"] == ["UPDATE"]
    await authority(ask, sek("6500.01"), role="CREDIT_MANAGER")
    assert (await step(ask, APPROVE, hold, MAGNUS))["status"] == "RELEASED"


async def test_authority_in_another_currency_is_converted_by_rates_as_old_as_the_company_lets_them_be(
    ask: Asker, world: World
) -> None:
    await authority(ask, {"amount": "1000", "currency": "EUR"}, role="CREDIT_MANAGER")
    within, beyond = await held(ask, world, "11500"), await held(ask, world, "11500.01")
    for hold in (within, beyond):
        await asked(ask, hold, CLARA)
    assert set(await waiting(ask, MAGNUS)) & {within, beyond} == {within}
    await world.conn.execute("update exchange_rate set day = day - 9 where base = 'EUR' and quote = 'SEK'")
    assert not set(await waiting(ask, MAGNUS)) & {within, beyond}
    late = await refused(ask, world, APPROVE, keyed(creditHold=within), **MAGNUS)
    assert codes(late["errors"]) == ["RATE_TOO_OLD"]
    await changed(ask, PARAMETERS, {"company": "SE01", "maxRateAgeDays": 30})
    assert set(await waiting(ask, MAGNUS)) & {within, beyond} == {within}
    assert (await step(ask, APPROVE, within, MAGNUS))["status"] == "RELEASED"
    await changed(ask, PARAMETERS, {"company": "SE01", "maxRateAgeDays": 7})
    await world.conn.execute("update exchange_rate set day = day + 9 where base = 'EUR' and quote = 'SEK'")


async def test_a_rejected_release_leaves_the_order_on_hold_and_may_be_asked_for_again(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    found = await step(ask, REJECT, hold, MAGNUS, note="Not again")
    assert (found["status"], found["order"]["status"]) == ("OPEN", "HELD")
    assert (found["releaseRequest"]["status"], found["releaseRequest"]["decisionNote"]) == ("REJECTED", "Not again")
    assert found["viewerMay"] == ["UPDATE", "EVALUATE", "RELEASE", "REJECT"]
    again = await asked(ask, hold, CLARA, note="But now")
    assert again["creditHold"]["releaseRequest"]["note"] == "But now"
    assert (await step(ask, APPROVE, hold, MAGNUS))["status"] == "RELEASED"


async def test_who_asked_takes_it_back(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    found = await step(ask, REJECT, hold, CLARA)
    assert (found["status"], found["releaseRequest"]["decidedBy"]["name"]) == ("OPEN", "Clara")


async def test_a_hold_in_approval_is_neither_released_nor_rejected_past_it(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    given = {"reason": await reason(ask)}
    for document, more in ((RELEASE, given), (REJECT_ORDER, {})):
        late = await refused(ask, world, document, keyed(creditHold=hold, **more), **MAGNUS)
        assert said(late) == [("WRONG_STATUS", "creditHold")]
    assert (await step(ask, UPDATE, hold, CONNY, notes="I know them"))["status"] == "IN_APPROVAL"


async def test_what_waits_for_nobody_is_not_decided(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    for document in (APPROVE, REJECT):
        early = await refused(ask, world, document, keyed(creditHold=hold), **MAGNUS)
        assert said(early) == [("WRONG_STATUS", "creditHold")]
    await asked(ask, hold, CLARA)
    await step(ask, APPROVE, hold, MAGNUS)
    late = await refused(ask, world, APPROVE, keyed(creditHold=hold), **OLGA)
    assert said(late) == [("WRONG_STATUS", "creditHold")]
    stale = await refused(ask, world, REJECT, keyed(creditHold=hold, expectedVersion=1), **OLGA)
    assert said(stale) == [("VERSION_CONFLICT", "expectedVersion")]


async def test_of_two_who_decide_at_once_one_is_heard(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    answers = await asyncio.gather(
        *(ask(each, {"input": keyed(creditHold=hold)}, **who) for each, who in ((APPROVE, MAGNUS), (REJECT, OLGA)))
    )
    payloads = [payload for answer in answers for payload in answer.data.values()]
    assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1]
    assert {code for payload in payloads for code in codes(payload["errors"])} == {"WRONG_STATUS"}
    assert len({payload["creditHold"]["status"] for payload in payloads}) == 1


async def test_what_waits_for_somebody_is_a_list(ask: Asker, world: World) -> None:
    await authority(ask, sek("7000"), role="CREDIT_MANAGER")
    small, large = await held(ask, world, "6000"), await held(ask, world, "8000")
    await asked(ask, small, CLARA)
    await asked(ask, large, MAGNUS)
    both = {small, large}
    assert {hold: may for hold, may in (await waiting(ask, OLGA)).items() if hold in both} == {
        small: ["UPDATE", "APPROVE", "REJECT"]
    }
    for who in (CLARA, CONNY, {"as_": "AUDITOR"}, {**MAGNUS, "companies": ["FI01"]}):
        assert not both & set(await waiting(ask, who))
    others = set(await waiting(ask, OLGA, viewerMayApprove={"eq": False}, status={"eq": "IN_APPROVAL"}))
    assert both & others == {large}


async def test_an_order_that_grows_beyond_what_was_asked_for_is_asked_for_again(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA, ceiling=sek("7000"))
    await ordered_anew(ask, world, hold, "7000")
    assert (await read(ask, hold))["status"] == "IN_APPROVAL"
    await ordered_anew(ask, world, hold, "7000.01")
    found = await read(ask, hold)
    assert (found["status"], found["releaseRequest"]["status"]) == ("OPEN", "ENDED")
    events = (await ask(TIMELINE, {"id": hold}, **MAGNUS)).data["node"]["timeline"]["nodes"]
    assert events[-1]["message"].startswith(f"Order {await order_of(world, hold)} comes to SEK")
    assert said(await refused(ask, world, APPROVE, keyed(creditHold=hold), **MAGNUS)) == [
        ("WRONG_STATUS", "creditHold")
    ]


async def test_what_grew_within_its_bounds_is_released_within_them_and_no_further(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA, deviationPercent="10")
    await ordered_anew(ask, world, hold, "6600")
    gone = await step(ask, APPROVE, hold, MAGNUS)
    assert (gone["status"], gone["release"]["releasedAmount"]["amount"]) == ("RELEASED", "6000.00")
    await ordered_anew(ask, world, hold, "6600.01")
    number = await order_of(world, hold)
    statuses = await world.conn.fetch(
        "select h.status from credit_hold h join sales_order o on o.id = h.sales_order_id where o.number = $1"
        " order by h.id",
        number,
    )
    assert [row["status"] for row in statuses] == ["RELEASED", "OPEN"]


async def test_a_cancelled_order_ends_what_was_asked(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    key = {"number": {"company": "SE01", "number": await order_of(world, hold)}}
    await changed(ask, CANCEL, keyed(salesOrder=key), as_="INTEGRATION")
    found = await read(ask, hold)
    assert (found["status"], found["releaseRequest"]["status"], found["viewerMay"]) == ("CANCELLED", "ENDED", [])
    assert said(await refused(ask, world, APPROVE, keyed(creditHold=hold), **MAGNUS)) == [
        ("WRONG_STATUS", "creditHold")
    ]


@pytest.mark.parametrize(
    ("by_itself", "status", "request_"), [(True, "RELEASED", "ENDED"), (False, "IN_APPROVAL", "WAITING")]
)
async def test_when_nothing_holds_the_order_any_more_it_goes_by_itself_or_waits_for_who_decides(
    ask: Asker, world: World, by_itself: bool, status: str, request_: str
) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    await changed(ask, PARAMETERS, {"company": "SE01", "releaseWhenReady": by_itself})
    customer = await world.conn.fetchval("select customer_id from credit_hold where id = $1::uuid", hold.split("_")[1])
    account = await world.conn.fetchval("select account from customer where id = $1", customer)
    await world.limit(f"SE01/{account}", "10000 SEK")
    evaluate = """mutation ($input: EvaluateCreditHoldsInput!) { evaluateCreditHolds(input: $input) {
      results { errors { code } } errors { code } } }"""
    await changed(ask, evaluate, keyed(creditHolds=[hold]), **CLARA)
    found = await read(ask, hold)
    assert (found["status"], found["releaseRequest"]["status"]) == (status, request_)
    assert [one["active"] for one in found["reasons"]] == [False]
    if not by_itself:
        assert (await step(ask, APPROVE, hold, MAGNUS))["status"] == "RELEASED"


async def test_a_hold_set_by_hand_goes_through_no_approval(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    order = await world.conn.fetchval("select sales_order_id from credit_hold where id = $1::uuid", hold.split("_")[1])
    forced = (await changed(ask, FORCE, keyed(salesOrder=f"ord_{order.hex}"), **CONNY))["creditHold"]
    assert (forced["status"], forced["forced"], forced["releaseRequest"]["status"]) == ("OPEN", True, "ENDED")
    assert forced["viewerMay"] == ["UPDATE", "EVALUATE"]
    await authority(ask, sek("5999"), role="CREDIT_MANAGER")
    for who in (CLARA, MAGNUS):
        late = await refused(ask, world, RELEASE, keyed(creditHold=hold, reason=await reason(ask)), **who)
        assert said(late) == [("AUTHORITY_EXCEEDED", "creditHold")]
    await authority(ask, sek("6000"), role="CREDIT_MANAGER")
    assert (await asked(ask, hold, MAGNUS))["creditHold"]["status"] == "RELEASED"


async def test_a_release_whose_last_day_has_passed_meanwhile_is_not_given(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA, lastDate="2030-01-01")
    await world.conn.execute(
        "update release_request set last_date = date '2020-01-01' where hold_id = $1::uuid", hold.split("_")[1]
    )
    assert said(await refused(ask, world, APPROVE, keyed(creditHold=hold), **MAGNUS)) == [("DATE_ORDER", "creditHold")]


async def test_what_cannot_be_meant_is_not_asked_for(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    for wrong, code in (
        ({"lastDate": "2020-01-01"}, "DATE_ORDER"),
        ({"ceiling": {"amount": "9000", "currency": "EUR"}}, "CURRENCY_MISMATCH"),
        ({"ceiling": sek("1")}, "INVALID_VALUE"),
        ({"deviationPercent": "50000"}, "INVALID_VALUE"),
    ):
        for who in (CLARA, MAGNUS):
            given = keyed(creditHold=hold, reason=await reason(ask), **wrong)
            late = await refused(ask, world, RELEASE, given, **who)
            assert said(late) == [(code, next(iter(wrong)))]


async def test_without_the_switch_managers_release_and_clerks_do_not(ask: Asker, world: World) -> None:
    await changed(ask, PARAMETERS, {"company": "SE01", "approveReleases": False})
    await authority(ask, sek("1"), role="CREDIT_MANAGER")
    hold = await held(ask, world)
    assert (await read(ask, hold, CLARA))["viewerMay"] == ["UPDATE", "EVALUATE"]
    late = await refused(ask, world, RELEASE, keyed(creditHold=hold, reason=await reason(ask)), **CLARA)
    assert said(late) == [("AUTHORITY_EXCEEDED", "creditHold")]
    assert (await asked(ask, hold, MAGNUS))["creditHold"]["status"] == "RELEASED"


async def test_what_was_asked_for_is_decided_also_when_the_switch_is_off_by_then(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    await changed(ask, PARAMETERS, {"company": "SE01", "approveReleases": False})
    assert (await step(ask, APPROVE, hold, MAGNUS))["status"] == "RELEASED"


async def test_who_asked_and_who_decided_is_on_record(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA, note="Pays on Friday")
    await step(ask, APPROVE, hold, MAGNUS, note="Known well")
    events = (await ask(TIMELINE, {"id": hold}, **MAGNUS)).data["node"]["timeline"]["nodes"]
    wanted, approved, released = events[1:]
    assert [(one["kind"], one["actor"]["name"]) for one in (wanted, approved, released)] == [
        ("RELEASE_ASKED", "Clara"),
        ("RELEASE_APPROVED", "Magnus"),
        ("CREDIT_RELEASED", "Magnus"),
    ]
    assert wanted["changes"] == [
        {"field": "status", "before": "OPEN", "after": "IN_APPROVAL"},
        {"field": "note", "before": None, "after": "Pays on Friday"},
    ]
    assert {"field": "highest", "before": "6000.0000 SEK", "after": "6000.0000 SEK"} in approved["changes"]
    assert {"field": "note", "before": None, "after": "Known well"} in approved["changes"]


async def test_releasing_by_approval_looks_at_the_others_of_the_room_again(ask: Asker, world: World) -> None:
    hold = await held(ask, world)
    await asked(ask, hold, CLARA)
    before = await world.conn.fetchval("select count(*) from credit_release")
    key = keyed(creditHold=hold)
    first, again = [(await ask(APPROVE, {"input": key}, **MAGNUS)).data["approveCreditRelease"] for _ in range(2)]
    assert (first["replayed"], again["replayed"], again["creditHold"]["status"]) == (False, True, "RELEASED")
    assert await world.conn.fetchval("select count(*) from credit_release") == before + 1


MOVE = "mutation ($input: ChangeSalesOrderInput!) { changeSalesOrder(input: $input) { errors { code } } }"


@pytest.mark.parametrize(("limit", "status"), [("0 SEK", "OPEN"), ("9000 SEK", "RELEASED")])
async def test_a_release_that_was_asked_for_another_payers_risk_is_not_asked_for_any_more(
    ask: Asker, world: World, limit: str, status: str
) -> None:
    hold, payer = await held(ask, world), await own_customer(world)
    await world.limit(payer, limit)
    await asked(ask, hold, CLARA, ceiling=sek("7000"))
    order = {"number": {"company": "SE01", "number": await order_of(world, hold)}}
    named = {"number": {"company": "SE01", "account": payer.split("/")[1]}}
    await changed(ask, MOVE, keyed(salesOrder=order, payer=named), as_="INTEGRATION")
    found = await read(ask, hold)
    assert (found["status"], found["releaseRequest"]["status"], found["release"]) == (status, "ENDED", None)
    refusal = await refused(ask, world, APPROVE, keyed(creditHold=hold), **MAGNUS)
    assert codes(refusal["errors"]) == ["WRONG_STATUS"]
    told = (await ask(TIMELINE, {"id": hold}, **MAGNUS)).data["node"]["timeline"]["nodes"]
    assert any("not asked for any more" in event["message"] for event in told)
