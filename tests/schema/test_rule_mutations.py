"""Blocking rules and credit parameters are saved, and orders on hold follow them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.schema.asking import Asker
from tests.schema.books import invoice, posted
from tests.schema.changing import changed, checked, codes, held_order, hold_status, mistaken, refused, rows, said, sek
from tests.schema.world import TODAY, World

RULE = """blockingRule { id version kind type validFor days percent active releaseAll customer { account } }
  errors { code message path node { id } }"""
SAVE = f"mutation ($input: SaveBlockingRuleInput!) {{ saveBlockingRule(input: $input) {{ {RULE} }} }}"
REMOVE = f"mutation ($input: RemoveBlockingRuleInput!) {{ removeBlockingRule(input: $input) {{ deletedId {RULE} }} }}"
PARAMETERS = """mutation ($input: SaveCreditParametersInput!) { saveCreditParameters(input: $input) {
  creditParameters { id version creditLimitType orderHorizonDays releaseValidDays checkpoints { checkpoint graceDays } }
  errors { code message path node { id } } warnings { code message path } } }"""


@pytest.fixture
async def acme(world: World) -> str:
    """The account of a customer of its own in Sweden, with a limit of 100,000 and 10 days overdue."""
    account = f"R{await world.conn.fetchval('select count(*) from customer')}"
    await world.customer("SE01", account, f"Ruled {account}")
    await world.limit(f"SE01/{account}", "100000 SEK")
    await world.owes(f"SE01/{account}", "100.00 SEK", TODAY - timedelta(10))
    return account


def overdue(account: str, days: int = 5, **more: Any) -> dict[str, Any]:
    given = {"company": "SE01", "kind": "OVERDUE_DAYS", "type": "BLOCK", "validFor": "CUSTOMER", "days": days}
    return {**given, "customer": {"number": {"company": "SE01", "account": account}}, **more}


async def saved(ask: Asker, given: dict[str, Any], **asked: Any) -> Any:
    return (await changed(ask, SAVE, given, **asked))["blockingRule"]


async def test_a_rule_is_saved_once_however_often_it_is_sent(ask: Asker, world: World, acme: str) -> None:
    first = await saved(ask, overdue(acme))
    assert (first["version"], first["active"], first["customer"]) == (1, True, {"account": acme})
    before = await rows(world)
    assert await saved(ask, overdue(acme)) == first
    assert await saved(ask, overdue(acme, id=first["id"])) == first
    assert await rows(world) == before


async def test_a_saved_rule_holds_and_a_milder_one_lets_go(ask: Asker, world: World, acme: str) -> None:
    rule = await saved(ask, overdue(acme))
    hold = await held_order(ask, world, "SE01", acme, "10")
    now = await saved(ask, overdue(acme, 10, id=rule["id"], expectedVersion=1))
    assert (now["version"], now["days"]) == (2, 10)
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    await saved(ask, overdue(acme, 9, id=rule["id"]))
    assert await hold_status(world, hold) == "OPEN"


async def test_a_removed_rule_stays_on_record_and_lets_go(ask: Asker, world: World, acme: str) -> None:
    rule = await saved(ask, overdue(acme))
    hold = await held_order(ask, world, "SE01", acme, "10")
    payload = await changed(ask, REMOVE, {"blockingRule": rule["id"], "expectedVersion": 1})
    assert payload["deletedId"] == rule["id"]
    assert payload["blockingRule"]["active"] is False
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    before = await rows(world)
    await changed(ask, REMOVE, {"blockingRule": rule["id"]})
    assert await rows(world) == before
    again = await saved(ask, overdue(acme))
    assert again["id"] != rule["id"]


async def test_an_exclusion_by_risk_group_is_saved_with_what_it_names(ask: Asker, world: World) -> None:
    group = await world.put("credit_management_group", code="KEY", name="Key accounts")
    risk = await world.put("risk_group", code="LOW", name="Low", company_id=world.ids["FI01"])
    given = {"company": "SE01", "kind": "CREDIT_LIMIT_USED", "type": "EXCLUDE", "validFor": "GROUP", "percent": "80.5"}
    given |= {"creditManagementGroup": f"cmg_{group.hex}"}
    assert (await saved(ask, given))["percent"] == "80.5"
    foreign = await refused(ask, world, SAVE, given | {"riskGroup": f"rig_{risk.hex}"})
    assert said(foreign) == [("NOT_FOUND", "riskGroup")]


BAD_RULES = [
    ({"days": None}, "INVALID_VALUE", "days"),
    ({"percent": "5"}, "INVALID_VALUE", "days"),
    ({"days": -1}, "INVALID_VALUE", "days"),
    ({"customer": None}, "INVALID_VALUE", "customer"),
    ({"releaseAll": True}, "INVALID_VALUE", "releaseAll"),
    ({"type": "EXCLUDE", "releaseAll": True}, "CONFIRMATION_REQUIRED", "releaseAll"),
    ({"validFor": "ALL"}, "INVALID_VALUE", "validFor"),
    ({"validFor": "GROUP", "customer": None}, "INVALID_VALUE", "creditManagementGroup"),
    ({"customer": {"number": {"company": "SE01", "account": "NOBODY"}}}, "NOT_FOUND", "customer"),
    ({"customer": {"number": {"company": "FI01", "account": "2001"}}}, "INVALID_VALUE", "customer"),
    ({"type": "EXCLUDE", "days": None, "amount": sek("-1"), "releaseAll": True, "confirmed": True},
     "AMOUNT_NEGATIVE", "amount"),
    ({"type": "EXCLUDE", "days": None, "amount": sek("1.001"), "releaseAll": True, "confirmed": True},
     "AMOUNT_PRECISION", "amount"),
    ({"kind": "ACCOUNT_STATUS", "days": None, "accountStatus": "acs_" + "0" * 32}, "NOT_FOUND", "accountStatus"),
    ({"kind": "CREDIT_LIMIT_USED", "days": None, "percent": "1.00001"}, "INVALID_VALUE", "percent"),
    ({"id": "rul_" + "0" * 32}, "NOT_FOUND", "blockingRule"),
    ({"days": 40_000}, "INVALID_VALUE", "days"),
    ({"kind": "OVERDUE_PERCENT", "percent": "100"}, "INVALID_VALUE", "percent"),
    ({"kind": "DUNNING_LEVEL", "days": None, "dunningLevel": 9}, "INVALID_VALUE", "dunningLevel"),
    ({"kind": "DUNNING_LEVEL", "days": None, "dunningLevel": 10}, "INVALID_VALUE", "dunningLevel"),
    ({"kind": "EARLY_WARNING", "days": None, "percent": "80"}, "INVALID_VALUE", "type"),
    ({"type": "EXCLUDE", "days": 0, "atOrAbove": True}, "INVALID_VALUE", "atOrAbove"),
    ({"kind": "REVIEW_DUE", "ignoreItemsBelow": sek("1")}, "INVALID_VALUE", "ignoreItemsBelow"),
    ({"ignoreItemsBelow": sek("-1")}, "AMOUNT_NEGATIVE", "ignoreItemsBelow"),
    ({"ignoreItemsBelow": sek("0")}, "AMOUNT_NEGATIVE", "ignoreItemsBelow"),
    ({"ignoreOrdersBelow": sek("0.001")}, "AMOUNT_PRECISION", "ignoreOrdersBelow"),
    ({"ignoreItemsBelow": sek("1"), "ignoreBalanceBelow": {"amount": "1.00", "currency": "EUR"}},
     "CURRENCY_MISMATCH", "ignoreBalanceBelow"),
    ({"minimumItems": 0}, "INVALID_VALUE", "minimumItems"),
    ({"type": "EXCLUDE", "ignoreOrdersBelow": sek("1")}, "INVALID_VALUE", "ignoreOrdersBelow"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "code", "path"), BAD_RULES)
async def test_a_rule_that_cannot_be_meant_is_refused(
    ask: Asker, world: World, acme: str, bad: dict[str, Any], code: str, path: str
) -> None:
    assert said(await refused(ask, world, SAVE, overdue(acme) | bad)) == [(code, path)]


async def test_a_rule_says_what_it_leaves_out_and_a_change_of_it_alone_is_kept_and_lets_go(
    ask: Asker, world: World, acme: str
) -> None:
    late = {"documentDate": "2026-10-01", "dueDate": (TODAY - timedelta(10)).isoformat()}
    await posted(ask, invoice(acme, "100.00", **late))
    rule = await saved(ask, overdue(acme, ignoreItemsBelow=sek("100.00")))
    hold = await held_order(ask, world, "SE01", acme, "10")
    more = {"ignoreItemsBelow": sek("100.01"), "minimumItems": 1, "id": rule["id"]}
    assert (await saved(ask, overdue(acme, **more)))["version"] == 2
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    query = """query ($id: ID!) { node(id: $id) { ... on BlockingRule { dunningLevel minimumItems leavesOut
      ignoreItemsBelow { amount currency } ignoreBalanceBelow { amount } ignoreOrdersBelow { amount } } } }"""
    found = (await ask(query, {"id": rule["id"]}, as_="CREDIT_CLERK", language="sv")).data["node"]
    assert found.pop("leavesOut") == ["Poster under 100,01\u00a0kr räknas inte.", "Det måste gälla minst 1 post."]
    assert found == {
        "dunningLevel": None,
        "minimumItems": 1,
        "ignoreItemsBelow": sek("100.01"),
        "ignoreBalanceBelow": None,
        "ignoreOrdersBelow": None,
    }


async def test_who_looked_at_an_older_rule_is_told(ask: Asker, world: World, acme: str) -> None:
    rule = await saved(ask, overdue(acme))
    await saved(ask, overdue(acme, 6, id=rule["id"]))
    for document, given in (
        (SAVE, overdue(acme, 7, id=rule["id"], expectedVersion=1)),
        (REMOVE, {"blockingRule": rule["id"], "expectedVersion": 1}),
    ):
        late = await refused(ask, world, document, given)
        assert said(late) == [("VERSION_CONFLICT", "expectedVersion")]
        assert late["blockingRule"]["days"] == 6
        assert late["errors"][0]["node"] == {"id": rule["id"]}
    elsewhere = {"company": "FI01", "customer": {"number": {"company": "FI01", "account": "2001"}}}
    moved = await refused(ask, world, SAVE, overdue(acme, id=rule["id"]) | elsewhere)
    assert said(moved) == [("INVALID_VALUE", "company")]


async def test_decision_16_waiving_limits_is_confirmed_and_for_those_who_change_credit(
    ask: Asker, world: World, acme: str
) -> None:
    waiver = overdue(acme, 30, type="EXCLUDE", releaseAll=True, confirmed=True)
    assert await mistaken(ask, world, SAVE, waiver, as_="ADMIN") == ["FORBIDDEN"]
    hold = await held_order(ask, world, "SE01", acme, "200000")
    assert (await saved(ask, waiver))["releaseAll"] is True
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_rules_are_for_those_who_set_them_in_the_company(ask: Asker, world: World, acme: str) -> None:
    rule = await saved(ask, overdue(acme), companies=["SE01"])
    removal = {"blockingRule": rule["id"]}
    for role in ("ADMIN", "CREDIT_CLERK", "INTEGRATION", "VIEWER"):
        for document, given in ((SAVE, overdue(acme)), (REMOVE, removal), (PARAMETERS, {"company": "SE01"})):
            assert await mistaken(ask, world, document, given, as_=role) == ["FORBIDDEN"]
    for document, given in ((SAVE, overdue(acme)), (PARAMETERS, {"company": "SE01"})):
        assert await mistaken(ask, world, document, given, companies=["FI01"]) == ["COMPANY_NOT_AVAILABLE"]
    assert said(await refused(ask, world, REMOVE, removal, companies=["FI01"])) == [("NOT_FOUND", "blockingRule")]


async def test_parameters_are_saved_in_parts_and_what_is_left_out_stays(ask: Asker, world: World) -> None:
    steps = [{"checkpoint": "PACKING_SLIP", "graceDays": 3}, {"checkpoint": "CONFIRMATION"}]
    first = {"company": "FI01", "creditLimitType": "BALANCE", "orderHorizonDays": 30, "checkpoints": steps}
    payload = await changed(ask, PARAMETERS, first)
    found = payload["creditParameters"]
    assert (found["creditLimitType"], found["orderHorizonDays"], found["releaseValidDays"]) == ("BALANCE", 30, 14)
    assert found["checkpoints"] == [
        {"checkpoint": "CONFIRMATION", "graceDays": None},
        {"checkpoint": "PACKING_SLIP", "graceDays": 3},
    ]
    before = await rows(world)
    assert (await changed(ask, PARAMETERS, first))["creditParameters"] == found
    assert await rows(world) == before
    second = {"company": "FI01", "orderHorizonDays": None, "releaseValidDays": 5, "expectedVersion": found["version"]}
    now = (await changed(ask, PARAMETERS, second))["creditParameters"]
    assert now == found | {"version": found["version"] + 1, "orderHorizonDays": None, "releaseValidDays": 5}


async def test_decision_17_a_company_that_never_checks_is_told_so_loudly(ask: Asker, world: World) -> None:
    await checked(world, "FI01")
    payload = await changed(ask, PARAMETERS, {"company": "FI01", "checkpoints": []})
    assert [warning["path"] for warning in payload["warnings"]] == [["checkpoints"]]
    assert payload["creditParameters"]["checkpoints"] == []
    steps = [{"checkpoint": "INVOICE"}]
    assert (await changed(ask, PARAMETERS, {"company": "FI01", "checkpoints": steps}))["warnings"] == []


async def test_parameters_that_cannot_be_meant_are_refused(ask: Asker, world: World) -> None:
    steps = [{"checkpoint": "INVOICE", "graceDays": -1}, {"checkpoint": "INVOICE"}]
    bad = {
        "company": "FI01",
        "orderHorizonDays": -1,
        "maxRateAgeDays": -1,
        "releaseValidDays": -1,
        "checkpoints": steps,
    }
    payload = await refused(ask, world, PARAMETERS, bad)
    assert said(payload) == [
        ("INVALID_VALUE", "orderHorizonDays"),
        ("INVALID_VALUE", "maxRateAgeDays"),
        ("INVALID_VALUE", "releaseValidDays"),
        ("INVALID_VALUE", "checkpoints.0.graceDays"),
        ("INVALID_VALUE", "checkpoints.1.checkpoint"),
    ]
    assert payload["creditParameters"]["version"] >= 1
    late = await refused(ask, world, PARAMETERS, {"company": "FI01", "expectedVersion": 99})
    assert codes(late["errors"]) == ["VERSION_CONFLICT"]


async def test_parameters_check_the_holds_of_their_company_again(ask: Asker, world: World, acme: str) -> None:
    hold = await held_order(ask, world, "SE01", acme, "200000")
    await changed(ask, PARAMETERS, {"company": "SE01", "creditLimitType": "NONE"})
    assert await hold_status(world, hold) == "READY_TO_RELEASE"
    await changed(ask, PARAMETERS, {"company": "SE01", "creditLimitType": "ALL"})
    assert await hold_status(world, hold) == "OPEN"
