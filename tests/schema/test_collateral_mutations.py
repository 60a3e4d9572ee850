"""Insurance, guarantees and collateral change limits from their first to their last day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from persistence.database import Pool
from persistence.keys import new_key
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, codes, held_order, hold_status, keyed, mistaken, refused, rows, said, sek
from tests.schema.world import TODAY, World

PARTS = """collateral { id version kind provider number percent from until includedInExposure
  type { code } coverageType { code } maximumTermsDays declareWithinDays
  customer { credit { limit { total { amount } insuranceAndGuarantees { amount } } } } }
  errors { code message path node { id } } warnings { code message path } replayed"""
INSURE = f"mutation ($input: RecordInsuranceInput!) {{ recordInsurance(input: $input) {{ {PARTS} }} }}"
GUARANTEE = f"mutation ($input: RecordGuaranteeInput!) {{ recordGuarantee(input: $input) {{ {PARTS} }} }}"
PLEDGE = f"mutation ($input: RecordCollateralInput!) {{ recordCollateral(input: $input) {{ {PARTS} }} }}"
UPDATE = f"mutation ($input: UpdateCollateralInput!) {{ updateCollateral(input: $input) {{ {PARTS} }} }}"
END = f"mutation ($input: EndCollateralInput!) {{ endCollateral(input: $input) {{ {PARTS} }} }}"


@pytest.fixture
async def acme(world: World) -> str:
    """The account of a customer of its own in Sweden, with a limit of 100,000."""
    account = f"C{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("SE01", account, f"Insured {account}")
    await world.limit(f"SE01/{account}", "100000 SEK")
    return account


def policy(account: str, value: str = "50000", percent: str = "50", **more: Any) -> dict[str, Any]:
    given = {
        "customer": {"number": {"company": "SE01", "account": account}},
        "provider": "Atradius",
        "number": new_key().hex,
        "value": sek(value),
        "percent": percent,
        "from": TODAY.isoformat(),
    }
    return keyed(**given | more)


def total(payload: Any) -> str:
    found: str = payload["collateral"]["customer"]["credit"]["limit"]["total"]["amount"]
    return found


async def test_decision_4_half_of_50_000_is_added_to_the_limit(ask: Asker, world: World, acme: str) -> None:
    payload = await changed(ask, INSURE, policy(acme))
    assert total(payload) == "125000.00"
    assert (payload["collateral"]["kind"], payload["warnings"]) == ("INSURANCE", [])


async def test_decision_4_a_flagged_policy_leaves_less_and_warns(ask: Asker, world: World, acme: str) -> None:
    payload = await changed(ask, INSURE, policy(acme, includedInExposure=True))
    assert total(payload) == "75000.00"
    assert [warning["path"] for warning in payload["warnings"]] == [["includedInExposure"]]
    whole = await changed(ask, INSURE, policy(acme, percent="100", includedInExposure=True))
    assert whole["warnings"] == []


async def test_a_guarantee_frees_an_order_on_hold(ask: Asker, world: World, acme: str) -> None:
    hold = await held_order(ask, world, "SE01", acme, "120000")
    payload = await changed(ask, GUARANTEE, policy(acme, "40000"))
    assert payload["collateral"]["kind"] == "GUARANTEE"
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_a_pledge_is_a_part_of_the_limit_until_its_last_day(
    ask: Asker, world: World, acme: str, pool: Pool
) -> None:
    hold = await held_order(ask, world, "SE01", acme, "120000")
    made = (await changed(ask, PLEDGE, policy(acme, "40000", "60", provider="Acme", **{"from": "2026-11-01"})))[
        "collateral"
    ]
    assert (made["kind"], made["provider"]) == ("COLLATERAL", "Acme")
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    query = """query ($id: ID!) { node(id: $id) { ... on Collateral { kindLabel
      timeline(where: {kind: {eq: COLLATERAL_RECORDED}}) { nodes { message } }
      customer { collaterals(where: {kind: {eq: COLLATERAL}}) { nodes { id } }
        credit { limit { parts { kind amount { amount } } } } } } } }"""
    answer, fast = await BothLanes(house(pool))(query, {"id": made["id"]}, language="en")
    found = answer["data"]["node"]
    parts = {part["kind"]: part["amount"]["amount"] for part in found["customer"]["credit"]["limit"]["parts"]}
    assert (found["kindLabel"], parts["COLLATERAL"]) == ("Collateral", "24000.00")
    assert fast
    assert found["customer"]["collaterals"]["nodes"] == [{"id": made["id"]}]
    (event,) = found["timeline"]["nodes"]
    assert event["message"].startswith(f"{made['number']} of Acme over SEK")
    await changed(ask, END, keyed(collateral=made["id"], until=(TODAY - timedelta(1)).isoformat()))
    assert await hold_status(world, hold) == "OPEN"


async def test_a_pledge_has_no_coverage_and_is_recorded_once(ask: Asker, world: World, acme: str) -> None:
    given = policy(acme, includedInExposure=True)
    made = await changed(ask, PLEDGE, given)
    assert [warning["path"] for warning in made["warnings"]] == [["includedInExposure"]]
    twice = await refused(ask, world, PLEDGE, policy(acme, number=given["number"]))
    assert said(twice) == [("ALREADY_EXISTS", "number")]
    covered = keyed(collateral=made["collateral"]["id"], coverageType=await named(world, "coverage_type"))
    assert said(await refused(ask, world, UPDATE, covered)) == [("INVALID_VALUE", "coverageType")]


async def test_a_policy_with_its_last_day_ends_with_that_day(ask: Asker, world: World, acme: str) -> None:
    hold = await held_order(ask, world, "SE01", acme, "120000")
    made = (await changed(ask, INSURE, policy(acme, **{"from": "2026-11-01"})))["collateral"]
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    yesterday = (TODAY - timedelta(1)).isoformat()
    ended = await changed(ask, END, keyed(collateral=made["id"], until=yesterday, expectedVersion=1))
    assert (ended["collateral"]["until"], ended["collateral"]["version"]) == (yesterday, 2)
    assert total(ended) == "100000.00"
    assert await hold_status(world, hold) == "OPEN"


async def test_without_a_day_a_policy_ends_today(ask: Asker, world: World, acme: str) -> None:
    made = (await changed(ask, INSURE, policy(acme)))["collateral"]
    ended = await changed(ask, END, keyed(collateral=made["id"]))
    assert ended["collateral"]["until"] == TODAY.isoformat()
    assert total(ended) == "125000.00"


async def test_an_end_that_cannot_be_is_refused(ask: Asker, world: World, acme: str) -> None:
    last = (TODAY + timedelta(30)).isoformat()
    made = (await changed(ask, INSURE, policy(acme, until=last)))["collateral"]
    for until in (TODAY - timedelta(2), TODAY + timedelta(31)):
        payload = await refused(ask, world, END, keyed(collateral=made["id"], until=until.isoformat()))
        assert said(payload) == [("DATE_ORDER", "until")]
        assert payload["collateral"]["until"] == last
    late = await refused(ask, world, END, keyed(collateral=made["id"], expectedVersion=7))
    assert said(late) == [("VERSION_CONFLICT", "expectedVersion")]
    unknown = await refused(ask, world, END, keyed(collateral="col_" + "0" * 32))
    assert said(unknown) == [("NOT_FOUND", "collateral")]
    never = await changed(ask, END, keyed(collateral=made["id"], until=(TODAY - timedelta(1)).isoformat()))
    assert total(never) == "100000.00"


async def named(world: World, kind: str, company: str | None = None) -> str:
    """The id of a collateral type or a coverage type."""
    owner = {} if company is None else {"company_id": world.ids[company]}
    key = await world.put(kind, code=new_key().hex, name=kind, **owner)
    return f"{'cot' if kind == 'collateral_type' else 'cov'}_{key.hex}"


async def test_a_policy_says_what_it_is_and_what_it_asks_for(ask: Asker, world: World, acme: str) -> None:
    kind, cover = await named(world, "collateral_type"), await named(world, "coverage_type", "SE01")
    asks = {"maximumTermsDays": 60, "declareWithinDays": 30}
    made = (await changed(ask, INSURE, policy(acme, type=kind, coverageType=cover, **asks)))["collateral"]
    assert {name: made[name] for name in asks} == asks
    assert [len(made[name]["code"]) for name in ("type", "coverageType")] == [32, 32]
    plain = (await changed(ask, GUARANTEE, policy(acme)))["collateral"]
    assert [plain[name] for name in ("type", "coverageType", *asks)] == [None] * 4


async def test_what_a_policy_asks_for_is_changed_and_the_rest_stays(ask: Asker, world: World, acme: str) -> None:
    kind = await named(world, "collateral_type")
    made = (await changed(ask, INSURE, policy(acme, maximumTermsDays=60, type=kind)))["collateral"]
    given = keyed(collateral=made["id"], provider="Coface", declareWithinDays=20, maximumTermsDays=None)
    now = (await changed(ask, UPDATE, given | {"expectedVersion": 1}))["collateral"]
    assert (now["version"], now["provider"], now["declareWithinDays"], now["maximumTermsDays"]) == (
        2,
        "Coface",
        20,
        None,
    )
    assert now["type"] == made["type"]
    same = (await changed(ask, UPDATE, keyed(collateral=made["id"], declareWithinDays=20)))["collateral"]
    assert same["version"] == 2
    late = await refused(ask, world, UPDATE, keyed(collateral=made["id"], provider="X", expectedVersion=1))
    assert said(late) == [("VERSION_CONFLICT", "expectedVersion")]
    query = """query ($id: ID!) { node(id: $id) { ... on Collateral {
      timeline(where: {kind: {eq: COLLATERAL_UPDATED}, refused: {eq: false}}) {
        nodes { changes { field after } } } } } }"""
    (event,) = (await ask(query, {"id": made["id"]})).data["node"]["timeline"]["nodes"]
    assert {"field": "declareWithinDays", "after": "20"} in event["changes"]


async def test_what_a_policy_cannot_ask_for_is_refused(ask: Asker, world: World, acme: str) -> None:
    foreign, cover = await named(world, "collateral_type", "FI01"), await named(world, "coverage_type")
    bad = policy(acme, type=foreign, maximumTermsDays=-1, declareWithinDays=-1)
    assert said(await refused(ask, world, INSURE, bad)) == [
        ("NOT_FOUND", "type"),
        ("INVALID_VALUE", "maximumTermsDays"),
        ("INVALID_VALUE", "declareWithinDays"),
    ]
    guarantee = (await changed(ask, GUARANTEE, policy(acme)))["collateral"]
    payload = await refused(ask, world, UPDATE, keyed(collateral=guarantee["id"], coverageType=cover, provider=" "))
    assert said(payload) == [("INVALID_VALUE", "provider"), ("INVALID_VALUE", "coverageType")]
    assert await mistaken(ask, world, UPDATE, keyed(collateral=guarantee["id"], type=cover)) == ["BAD_USER_INPUT"]
    unknown = await refused(ask, world, UPDATE, keyed(collateral="col_" + "0" * 32, provider="X"))
    assert said(unknown) == [("NOT_FOUND", "collateral")]


async def test_policies_are_a_list_by_their_last_day(ask: Asker, world: World, acme: str) -> None:
    soon = (TODAY + timedelta(20)).isoformat()
    made = (await changed(ask, INSURE, policy(acme, until=soon)))["collateral"]
    await changed(ask, INSURE, policy(acme))
    query = """query ($day: Date!) {
      collaterals(where: {companies: ["SE01"], until: {range: {from: $day, until: $day}}}) { nodes { id } } }"""
    assert (await ask(query, {"day": soon})).data["collaterals"]["nodes"] == [{"id": made["id"]}]
    assert (await ask(query, {"day": soon}, companies=["FI01"])).codes == ["COMPANY_NOT_AVAILABLE"]


async def test_everything_wrong_with_a_policy_is_said_at_once(ask: Asker, world: World, acme: str) -> None:
    bad = policy(acme, "0", "100.00001", provider="", number=" ", until="2026-11-22")
    assert said(await refused(ask, world, INSURE, bad)) == [
        ("INVALID_VALUE", "provider"),
        ("INVALID_VALUE", "number"),
        ("AMOUNT_NEGATIVE", "value"),
        ("INVALID_VALUE", "percent"),
        ("DATE_ORDER", "until"),
    ]
    for percent in ("-1", "101"):
        assert said(await refused(ask, world, INSURE, policy(acme, percent=percent))) == [("INVALID_VALUE", "percent")]


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [("1.001", "SEK", "AMOUNT_PRECISION"), ("1", "XXQ", "CURRENCY_UNKNOWN"), ("1", "NOK", "RATE_MISSING")],
)
async def test_a_value_that_cannot_be_counted_is_refused(
    ask: Asker, world: World, acme: str, amount: str, currency: str, code: str
) -> None:
    payload = await refused(
        ask, world, INSURE, policy(acme, value=amount) | {"value": {"amount": amount, "currency": currency}}
    )
    assert said(payload) == [(code, "value")]


async def test_the_same_policy_is_recorded_once(ask: Asker, world: World, acme: str) -> None:
    given = policy(acme)
    first = await changed(ask, INSURE, given)
    before = await rows(world)
    again = await changed(ask, INSURE, given)
    assert again["replayed"]
    assert again["collateral"] == first["collateral"]
    assert await rows(world) == before
    twice = await refused(ask, world, INSURE, policy(acme, number=given["number"]))
    assert said(twice) == [("ALREADY_EXISTS", "number")]
    assert twice["errors"][0]["node"] == {"id": first["collateral"]["id"]}
    assert codes((await refused(ask, world, INSURE, given | {"percent": "1"}))["errors"]) == ["IDEMPOTENCY_KEY_REUSED"]
    await changed(ask, GUARANTEE, policy(acme, number=given["number"]))


async def test_only_credit_managers_of_the_company_record_and_end(ask: Asker, world: World, acme: str) -> None:
    made = (await changed(ask, INSURE, policy(acme)))["collateral"]
    for role in ("CREDIT_CLERK", "INTEGRATION", "ADMIN", "VIEWER"):
        assert await mistaken(ask, world, INSURE, policy(acme), as_=role) == ["FORBIDDEN"]
        assert await mistaken(ask, world, GUARANTEE, policy(acme), as_=role) == ["FORBIDDEN"]
        assert await mistaken(ask, world, PLEDGE, policy(acme), as_=role) == ["FORBIDDEN"]
        assert await mistaken(ask, world, END, keyed(collateral=made["id"]), as_=role) == ["FORBIDDEN"]
        assert await mistaken(ask, world, UPDATE, keyed(collateral=made["id"]), as_=role) == ["FORBIDDEN"]
    assert await mistaken(ask, world, INSURE, policy(acme), companies=["FI01"]) == ["COMPANY_NOT_AVAILABLE"]
    abroad = await refused(ask, world, END, keyed(collateral=made["id"]), companies=["FI01"])
    assert said(abroad) == [("NOT_FOUND", "collateral")]
    nobody = await refused(ask, world, INSURE, policy("NOBODY"))
    assert said(nobody) == [("NOT_FOUND", "customer")]
