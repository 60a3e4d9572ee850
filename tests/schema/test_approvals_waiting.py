"""What waits for somebody's approval is one list: limits, releases and changes of credit, the oldest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.schema.adjusting import drafted, line, own_customer, post
from tests.schema.approving import SUBMIT, approving
from tests.schema.asked_cases import CLOSE, finn, shared
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, keyed, sek
from tests.schema.four_eyes import ABROAD, CLARA, MAGNUS, NORDIC, OLGA, switched, waiting
from tests.schema.four_eyes import APPROVE as APPROVE_CHANGE
from tests.schema.four_eyes import REJECT as REJECT_CHANGE
from tests.schema.releasing import APPROVE, REJECT, approving_releases, asked, authority, held, order_of, step
from tests.schema.test_credit_changes import UPDATE, of
from tests.schema.test_escalation import ago
from tests.schema.world import World

LIST = """query ($where: ApprovalWaitingWhere, $orderBy: [ApprovalWaitingOrder!], $first: Int, $after: String) {
  approvalsWaiting(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    nodes { id kind kindLabel message company { code } askedBy { name } askedAt amount { amount currency } escalated
      subject { id __typename version ... on CreditHold { viewerMay } ... on CreditLimitAdjustment { number viewerMay }
        ... on CreditChangeRequest { viewerMay } } }
    pageInfo { hasNextPage endCursor } count { value } } }"""


@pytest.fixture(autouse=True)
async def company(ask: Asker, world: World) -> None:
    """Sweden has everything approved."""
    await world.conn.execute("delete from approval_authority")
    await approving_releases(ask, escalateAfterDays=3)
    await approving(ask)
    await switched(ask, True)


async def listed(ask: Asker, who: dict[str, Any], **where: Any) -> list[Any]:
    """What waits for somebody."""
    found: list[Any] = (await ask(LIST, {"where": where, "first": 1000}, **who)).data["approvalsWaiting"]["nodes"]
    return found


async def subjects(ask: Asker, who: dict[str, Any], **where: Any) -> list[str]:
    """Of what."""
    return [one["subject"]["id"] for one in await listed(ask, who, **where)]


async def submitted(ask: Asker, world: World, *amounts: str) -> str:
    """An adjustment in review, with a line for each of its amounts; its id."""
    lines = [line(await own_customer(world), amount) for amount in amounts]
    made = await drafted(ask, *lines, **CLARA)
    await changed(ask, SUBMIT, post(made), **CLARA)
    found: str = made["id"]
    return found


async def one_of_each(ask: Asker, world: World, amount: str = "6000") -> dict[str, str]:
    """The ids of a hold, an adjustment and a change of credit that wait, which Clara asked for."""
    hold = await held(ask, world, amount)
    await asked(ask, hold, CLARA)
    adjustment = await submitted(ask, world, amount)
    account = (await own_customer(world)).split("/")[1]
    change = (await waiting(ask, UPDATE, of(account, unlimitedCredit=True), CLARA))["id"]
    return {"RELEASE": hold, "LIMIT_ADJUSTMENT": adjustment, "CREDIT_CHANGE": change}


async def closing_a_group(ask: Asker, world: World) -> str:
    """The id of a change that concerns Sweden and Finland, which Magnus asked for."""
    _, group = await shared(world, await own_customer(world), await finn(world))
    found: str = (await waiting(ask, CLOSE, keyed(creditGroup=group)))["id"]
    return found


async def test_everything_that_waits_is_told_with_who_asked_and_what_for(ask: Asker, world: World) -> None:
    made = await one_of_each(ask, world)
    found = {one["kind"]: one for one in await listed(ask, MAGNUS) if one["subject"]["id"] in made.values()}
    assert {kind: one["subject"]["id"] for kind, one in found.items()} == made
    number = found["LIMIT_ADJUSTMENT"]["subject"]["number"]
    assert found["RELEASE"]["message"] == f"Release order {await order_of(world, made['RELEASE'])} of company SE01."
    assert found["LIMIT_ADJUSTMENT"]["message"] == f"Change limits as adjustment {number} of company SE01 says."
    assert found["CREDIT_CHANGE"]["message"].startswith("Change credit attributes of customer ")
    assert [found[kind]["amount"] for kind in made] == [sek("6000.00"), sek("6000.00"), None]
    for kind, record in (
        ("RELEASE", "CreditHold"),
        ("LIMIT_ADJUSTMENT", "CreditLimitAdjustment"),
        ("CREDIT_CHANGE", "CreditChangeRequest"),
    ):
        one = found[kind]
        assert (one["subject"]["__typename"], one["askedBy"], one["escalated"]) == (record, {"name": "Clara"}, False)
        assert one["company"] == {"code": "SE01"}
        assert {"APPROVE", "REJECT"} <= set(one["subject"]["viewerMay"])


async def test_nobody_finds_what_they_asked_for_themselves_or_what_is_beyond_them(ask: Asker, world: World) -> None:
    await authority(ask, sek("7000"), role="CREDIT_MANAGER")
    within, beyond = await one_of_each(ask, world, "6000"), await one_of_each(ask, world, "8000")
    found = await subjects(ask, MAGNUS)
    assert set(within.values()) <= set(found)
    assert {kind for kind, key in beyond.items() if key in found} == {"CREDIT_CHANGE"}
    both = {*within.values(), *beyond.values()}
    for who in (CLARA, ABROAD, {"as_": "VIEWER", "user": "vera"}, {"as_": "AUDITOR", "user": "axel"}):
        assert both.isdisjoint(await subjects(ask, who))
    assert both.isdisjoint(await subjects(ask, MAGNUS, companies=["FI01"]))
    assert set(within.values()) <= set(await subjects(ask, MAGNUS, companies=["SE01"]))


async def test_what_was_decided_waits_no_more(ask: Asker, world: World) -> None:
    approved, rejected = await one_of_each(ask, world), await one_of_each(ask, world)
    await step(ask, APPROVE, approved["RELEASE"], MAGNUS)
    await step(ask, REJECT, rejected["RELEASE"], MAGNUS)
    for made, document in ((approved, APPROVE_CHANGE), (rejected, REJECT_CHANGE)):
        await changed(ask, document, keyed(creditChangeRequest=made["CREDIT_CHANGE"]), **MAGNUS)
    left = set(await subjects(ask, OLGA)) & {*approved.values(), *rejected.values()}
    assert left == {approved["LIMIT_ADJUSTMENT"], rejected["LIMIT_ADJUSTMENT"]}


async def test_the_oldest_comes_first_and_pages_go_on_after_it(ask: Asker, world: World) -> None:
    made = await one_of_each(ask, world)
    for days, (kind, table, column) in enumerate(
        (
            ("CREDIT_CHANGE", "credit_change_request", "created_at"),
            ("RELEASE", "release_request", "asked_at"),
            ("LIMIT_ADJUSTMENT", "credit_limit_adjustment", "submitted_at"),
        ),
        start=2,
    ):
        key = "hold_id" if kind == "RELEASE" else "id"
        await world.conn.execute(
            f"update {table} set {column} = $1 where {key} = $2::uuid", ago(days), made[kind].split("_")[1]
        )
    oldest_first = [made[kind] for kind in ("LIMIT_ADJUSTMENT", "RELEASE", "CREDIT_CHANGE")]
    found = await listed(ask, MAGNUS)
    assert [one["subject"]["id"] for one in found[:3]] == oldest_first
    moments = [datetime.fromisoformat(one["askedAt"]) for one in found]
    assert moments == sorted(moments)
    assert moments[:3] == [ago(4), ago(3), ago(2)]
    assert [one["escalated"] for one in found[:3]] == [True, False, False]
    assert await subjects(ask, MAGNUS, escalated={"eq": True}) == oldest_first[:1]
    assert (await subjects(ask, MAGNUS, kind={"in": ["RELEASE", "CREDIT_CHANGE"]}))[:2] == oldest_first[1:]
    pages: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(LIST, {"first": 2, "after": after}, **MAGNUS)).data["approvalsWaiting"]
        pages += [one["subject"]["id"] for one in page["nodes"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    assert pages == [one["subject"]["id"] for one in found]
    assert page["count"] == {"value": len(found)}


async def test_an_adjustment_of_several_lines_has_no_one_amount(ask: Asker, world: World) -> None:
    several = await submitted(ask, world, "5000", "6000")
    (found,) = [one for one in await listed(ask, MAGNUS) if one["subject"]["id"] == several]
    assert found["amount"] is None


async def test_what_waits_is_found_by_its_id_as_long_as_it_waits(ask: Asker, world: World) -> None:
    read = "query ($id: ID!) { node(id: $id) { ... on ApprovalWaiting { subject { id } } } }"
    made = await one_of_each(ask, world)
    (waits,) = [one["id"] for one in await listed(ask, MAGNUS) if one["subject"]["id"] == made["RELEASE"]]
    assert (await ask(read, {"id": waits}, **MAGNUS)).data["node"] == {"subject": {"id": made["RELEASE"]}}
    assert (await ask(read, {"id": waits}, **CLARA)).data["node"] is None
    await step(ask, APPROVE, made["RELEASE"], MAGNUS)
    assert (await ask(read, {"id": waits}, **MAGNUS)).data["node"] is None


@pytest.mark.parametrize(
    ("role", "granted"), [("CREDIT_CLERK", "*"), ("CREDIT_MANAGER", "*"), ("CREDIT_MANAGER", "SE01"), ("VIEWER", "*")]
)
async def test_both_lanes_tell_what_waits_alike(
    ask: Asker, world: World, pool: asyncpg.Pool, role: str, granted: str
) -> None:
    await authority(ask, sek("7000"), role="CREDIT_CLERK")
    await one_of_each(ask, world)
    await one_of_each(ask, world, "8000")
    concerned = await closing_a_group(ask, world)
    both, kinds = BothLanes(house(pool)), set()
    for where in ({}, {"companies": ["SE01"]}, {"escalated": {"eq": False}, "kind": {"eq": "CREDIT_CHANGE"}}):
        for order in (None, [{"field": "ASKED_AT", "direction": "DESC"}]):
            given = {"where": where, "orderBy": order, "first": 1000}
            answer, fast = await both(LIST, given, as_=role, companies=[granted], language="sv")
            assert fast
            found = answer["data"]["approvalsWaiting"]["nodes"]
            kinds |= {one["kindLabel"] for one in found}
            told = concerned in [one["subject"]["id"] for one in found]
            assert told is (role == "CREDIT_MANAGER" and granted == "*")
    page = (await both(LIST, {"first": 1}, as_=role, companies=[granted]))[0]["data"]["approvalsWaiting"]
    if page["pageInfo"]["hasNextPage"]:
        given = {"first": 2, "after": page["pageInfo"]["endCursor"]}
        assert (await both(LIST, given, as_=role, companies=[granted]))[1]
    expected = {
        "CREDIT_MANAGER": {"Kreditgränsjustering", "Frisläppning", "Kreditändring"},
        "CREDIT_CLERK": {"Kreditgränsjustering", "Frisläppning"},
        "VIEWER": set[str](),
    }
    assert kinds == expected[role]


async def test_a_manager_of_one_company_finds_no_change_of_several(ask: Asker, world: World) -> None:
    concerned = await closing_a_group(ask, world)
    assert concerned not in await subjects(ask, NORDIC)
    assert [one["company"] for one in await listed(ask, OLGA) if one["subject"]["id"] == concerned] == [None]
    for company in ("SE01", "FI01"):
        assert concerned in await subjects(ask, OLGA, companies=[company])
