"""Adjustments, rules, parameters: what a company decides about credit, as the API gives it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.schema import paper
from tests.schema.asking import Asker
from tests.schema.world import LONG_AGO, NOW, TODAY, World

ADJUSTMENT = """
query ($id: ID!) { node(id: $id) { ... on CreditLimitAdjustment {
  number kind kindLabel status statusLabel description viewerMay viewerMayLabels createdBy { name } postedAt
  lines { nodes { lineNumber holder { __typename displayName } currentLimit { amount currency }
                  newLimit { amount currency } from until status } count { value } }
} } }
"""


@pytest.fixture(scope="module")
async def drafts(world: World) -> World:
    """A draft for a customer and a group, and one that is posted."""
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001", limit="500000 EUR")
    await world.limit("SE01/1001", "100000 SEK")
    company, who = world.ids["SE01"], await paper.actor(world)
    row = {"company_id": company, "created_by_id": who, "kind": "PERMANENT"}
    await world.put("credit_limit_adjustment", "A1", **row, number="A1", description="Autumn review")
    await world.put("credit_limit_adjustment", "A2", **row, number="A2", status="POSTED", posted_at=NOW)
    line = {"adjustment_id": world.ids["A1"], "currency": "SEK"}
    customer = {"customer_id": world.ids["SE01/1001"], "amount": Decimal(120000), "line_number": 1}
    await world.put("credit_limit_adjustment_line", **line, **customer, from_day=TODAY)
    group = {"credit_group_id": world.ids["G1"], "amount": Decimal(600000), "line_number": 2}
    await world.put("credit_limit_adjustment_line", **line | {"currency": "EUR"}, **group)
    stranger = {"customer_id": world.ids["FI01/2002"], "amount": Decimal(5), "line_number": 3}
    await world.put("credit_limit_adjustment_line", **line, **stranger)
    posted = {"adjustment_id": world.ids["A2"], "current_amount": Decimal(7), "current_currency": "SEK"}
    beta = {"customer_id": world.ids["SE01/1002"], "amount": Decimal(9), "currency": "SEK", "line_number": 1}
    await world.put("credit_limit_adjustment_line", **posted, **beta, status="POSTED")
    return world


async def test_an_adjustment_shows_each_holder_with_the_limit_now_and_the_new_one(ask: Asker, drafts: World) -> None:
    found = (await ask(ADJUSTMENT, {"id": paper.id_of("adj", drafts.ids["A1"])})).data["node"]
    assert (found["number"], found["status"], found["createdBy"]["name"]) == ("A1", "DRAFT", "Eva")
    own, group, _ = found["lines"]["nodes"]
    assert own["holder"] == {"__typename": "Customer", "displayName": "Acme Sverige AB"}
    assert (own["currentLimit"]["amount"], own["newLimit"]["amount"], own["from"]) == (
        "100000.00",
        "120000.00",
        TODAY.isoformat(),
    )
    assert group["holder"] == {"__typename": "CreditGroup", "displayName": "Acme"}
    assert group["currentLimit"] == {"amount": "500000.00", "currency": "EUR"}


async def test_a_posted_line_keeps_the_limit_it_replaced(ask: Asker, drafts: World) -> None:
    found = (await ask(ADJUSTMENT, {"id": paper.id_of("adj", drafts.ids["A2"])})).data["node"]
    assert found["lines"]["nodes"][0]["currentLimit"] == {"amount": "7.00", "currency": "SEK"}
    assert (found["viewerMay"], found["postedAt"]) == ([], "2026-11-23T09:00:00Z")


async def test_a_temporary_limit_in_force_is_the_current_one(ask: Asker, drafts: World) -> None:
    await drafts.limit("SE01/1001", "300000 SEK", kind="TEMPORARY", from_day=LONG_AGO, until_day=TODAY)
    found = (await ask(ADJUSTMENT, {"id": paper.id_of("adj", drafts.ids["A1"])})).data["node"]
    assert found["lines"]["nodes"][0]["currentLimit"]["amount"] == "300000.00"


async def test_a_line_for_a_customer_of_another_company_stays_with_those_who_see_it(ask: Asker, drafts: World) -> None:
    key = {"id": paper.id_of("adj", drafts.ids["A1"])}
    assert (await ask(ADJUSTMENT, key)).data["node"]["lines"]["count"]["value"] == 3
    seen = (await ask(ADJUSTMENT, key, companies=["SE01"])).data["node"]["lines"]
    assert (len(seen["nodes"]), seen["count"]["value"]) == (2, 2)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("VIEWER", []),
        ("CREDIT_CLERK", ["UPDATE", "SUBMIT"]),
        ("CREDIT_MANAGER", ["UPDATE", "SUBMIT", "POST", "WITHDRAW"]),
    ],
)
async def test_who_may_post_a_draft_follows_from_the_role(ask: Asker, drafts: World, role: str, may: list[str]) -> None:
    found = (await ask(ADJUSTMENT, {"id": paper.id_of("adj", drafts.ids["A1"])}, as_=role)).data["node"]
    assert found["viewerMay"] == may


RULES = """
query ($where: BlockingRuleWhere) { blockingRules(where: $where) { nodes {
  kind kindLabel type typeLabel validFor validForLabel days percent amount { amount currency }
  atOrAbove releaseAll active condition customer { account } creditManagementGroup { code } riskGroup { code }
} } }
"""


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"kind": "OVERDUE_DAYS", "type": "BLOCK", "days": 30}, "The oldest unpaid item is more than 30 days overdue."),
        ({"kind": "OVERDUE_DAYS", "type": "EXCLUDE", "days": 1}, "The oldest unpaid item is at most 1 day overdue."),
        (
            {"kind": "CREDIT_LIMIT_USED", "type": "BLOCK", "percent": 80, "at_or_above": True},
            "With the order, at least 80% of the credit limit is used.",
        ),
        (
            {"kind": "CREDIT_LIMIT_EXPIRED", "type": "EXCLUDE", "days": 5, "at_or_above": True},
            "The credit limit expired less than 5 days ago.",
        ),
        (
            {"kind": "OVERDUE_DAYS", "type": "EXCLUDE", "amount": 100, "currency": "SEK", "release_all": True},
            "At most SEK\u00a0100.00 is overdue.",
        ),
        (
            {"kind": "ORDER_AMOUNT", "type": "BLOCK", "amount": 100, "currency": "SEK"},
            "The order comes to more than SEK\u00a0100.00.",
        ),
    ],
)
async def test_a_rule_says_when_it_applies(ask: Asker, world: World, columns: dict[str, object], sentence: str) -> None:
    key = await world.put("blocking_rule", company_id=world.ids["SE01"], valid_for="ALL", **columns)
    wanted = {"where": {"id": {"eq": paper.id_of("rul", key)}}}
    (found,) = (await ask(RULES, wanted)).data["blockingRules"]["nodes"]
    assert found["condition"] == sentence
    assert (found["kind"], found["validForLabel"] != "") == (columns["kind"], True)


async def test_rules_are_filtered_by_whom_they_are_for(ask: Asker, world: World) -> None:
    group = await world.put("credit_management_group", code="RISKY", name="Risky")
    row = {"kind": "OVERDUE_DAYS", "type": "BLOCK", "days": 3, "valid_for": "GROUP"}
    await world.put("blocking_rule", company_id=world.ids["SE01"], credit_management_group_id=group, **row)
    wanted = {"where": {"creditManagementGroup": {"eq": paper.id_of("cmg", group)}}}
    (found,) = (await ask(RULES, wanted)).data["blockingRules"]["nodes"]
    assert (found["creditManagementGroup"], found["days"], found["customer"]) == ({"code": "RISKY"}, 3, None)


PARAMETERS = """{ company(code: "SE01") { parameters {
  id creditLimitType creditLimitTypeLabel checkCreditGroups unsetLimitMeansUnlimited blankExpiryMeansExpired
  disputedReducesExposure disputedReducesOverdue releaseWhenReady orderHorizonDays maxRateAgeDays releaseValidDays
  checkpoints { checkpoint checkpointLabel graceDays } company { code }
} } }"""


async def test_a_companys_parameters_name_the_steps_at_which_it_checks_in_their_order(ask: Asker, world: World) -> None:
    for step, grace in (("PACKING_SLIP", 3), ("CONFIRMATION", 0)):
        await world.put("checkpoint_setting", company_id=world.ids["SE01"], checkpoint=step, grace_days=grace)
    found = (await ask(PARAMETERS)).data["company"]["parameters"]
    assert [(each["checkpoint"], each["graceDays"]) for each in found["checkpoints"]] == [
        ("CONFIRMATION", 0),
        ("PACKING_SLIP", 3),
    ]
    assert (found["creditLimitType"], found["maxRateAgeDays"], found["releaseValidDays"]) == ("ALL", 7, 14)
    node = "query ($id: ID!) { node(id: $id) { ... on CreditParameters { company { code } version } } }"
    assert (await ask(node, {"id": found["id"]})).data["node"] == {"company": {"code": "SE01"}, "version": 1}
