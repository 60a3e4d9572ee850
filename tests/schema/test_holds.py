"""Orders, decisions and holds as the API gives them."""

from __future__ import annotations

import pytest

from persistence.keys import new_key
from tests.schema import paper
from tests.schema.asking import Asker
from tests.schema.world import TODAY, World

WHY = """
fragment Why on CreditCheckResult {
  outcome outcomeLabel checkpoint checkpointLabel asOf amount { amount currency } customer { account } order { number }
  reasons { code codeLabel active message }
  tests { holder { __typename displayName } passed limit { amount currency } exposure { amount } amount { amount }
          available { amount } usedPercent rates { from to rate date } day }
  unblock { kind kindLabel amount { amount currency } date message }
  explanation
}
"""
ORDER = (
    """
query ($by: SalesOrderKey!) { salesOrder(by: $by) {
  id number status statusLabel kind amount { amount currency } openAmount { amount }
  customer { account } payer { account }
  lines { nodes { lineNumber amount { amount } delivered { amount } open { amount } closed } count { value } }
  latestDecision { id decidedBy { name } hold { status } ...Why } creditHolds { nodes { status } }
} }
"""
    + WHY
)


@pytest.fixture(scope="module")
async def orders(world: World) -> World:
    """Acme may owe 100,000 SEK in Sweden; an order of 110,000 is held, one of 40,000 passed."""
    await world.put("checkpoint_setting", company_id=world.ids["SE01"], checkpoint="CONFIRMATION")
    await world.limit("SE01/1001", "100000 SEK")
    await world.group("G1", "Acme", "EUR", "SE01/1001", "FI01/2001", limit="500000 EUR")
    await paper.decided(world, "SE01/1001", "SO-1", "40000.00 SEK")
    await paper.held(world, "SE01/1001", "SO-2", "110000.00 SEK", notes="Call them")
    return world


async def test_an_order_tells_the_decision_on_it_with_every_test_and_way_out(ask: Asker, orders: World) -> None:
    found = (await ask(ORDER, {"by": {"number": {"company": "SE01", "number": "SO-2"}}})).data["salesOrder"]
    decision = found["latestDecision"]
    assert (decision["outcome"], decision["outcomeLabel"], found["status"]) == ("HELD", "Held", "HELD")
    assert decision["hold"] == {"status": "OPEN"}
    assert [reason["code"] for reason in decision["reasons"]] == ["CREDIT_LIMIT_EXCEEDED"]
    group, own = decision["tests"]
    assert (group["holder"], group["passed"]) == ({"__typename": "CreditGroup", "displayName": "Acme"}, True)
    assert own["holder"] == {"__typename": "Customer", "displayName": "Acme Sverige AB"}
    assert (own["limit"], own["available"]["amount"]) == ({"amount": "100000.00", "currency": "SEK"}, "100000.00")
    assert (own["passed"], own["usedPercent"]) == (False, "110.00")
    assert group["rates"] == [{"from": "EUR", "to": "SEK", "rate": "11.5", "date": TODAY.isoformat()}]
    ways = {way["kind"]: way["amount"] for way in decision["unblock"]}
    assert ways["LESS"] == {"amount": "100000.00", "currency": "SEK"}
    assert ways["RAISE"] == {"amount": "110000.00", "currency": "SEK"}


async def test_a_decision_kept_long_ago_is_said_in_the_language_asked_for_now(ask: Asker, orders: World) -> None:
    by = {"id": paper.id_of("ord", orders.ids["SO-2"])}
    decision = (await ask(ORDER, {"by": by}, language="sv-SE")).data["salesOrder"]["latestDecision"]
    assert "110\u00a0000,00\u00a0kr" in decision["explanation"]
    assert decision["reasons"][0]["message"] != ""
    again = 'query ($by: SalesOrderKey!) { salesOrder(by: $by) { latestDecision { explanation(locale: "en") } } }'
    english = (await ask(again, {"by": by}, language="sv")).data["salesOrder"]["latestDecision"]["explanation"]
    assert english.startswith("The order of SEK")


async def test_what_is_open_of_an_order_follows_its_lines(ask: Asker, orders: World) -> None:
    await paper.order(orders, "SE01/1002", "SO-3", "1000.00 SEK")
    key = orders.ids["SO-3"]
    owner = {"customer_id": orders.ids["SE01/1002"], "company_id": orders.ids["SE01"]}
    await paper.line(orders, "SO-3", 2, "500.00", owner, delivered=200, billed=150, invoiced=100)
    await paper.line(orders, "SO-3", 3, "300.00", owner, delivered=100, closed=True)
    found = (await ask(ORDER, {"by": {"id": paper.id_of("ord", key)}})).data["salesOrder"]
    assert [line["open"]["amount"] for line in found["lines"]["nodes"]] == ["1000.00", "300.00", "0.00"]
    assert (found["openAmount"]["amount"], found["lines"]["count"]["value"]) == ("1300.00", 3)
    await orders.conn.execute("update sales_order set status = 'CANCELLED' where id = $1", key)
    assert (await ask(ORDER, {"by": {"id": paper.id_of("ord", key)}})).data["salesOrder"]["openAmount"][
        "amount"
    ] == "0.00"


async def test_an_order_of_another_customer_is_paid_by_its_payer(ask: Asker, orders: World) -> None:
    await paper.order(orders, "SE01/1002", "SO-4", "10.00 SEK", payer="SE01/1001")
    found = (await ask(ORDER, {"by": {"id": paper.id_of("ord", orders.ids["SO-4"])}})).data["salesOrder"]
    assert (found["customer"]["account"], found["payer"]["account"]) == ("1002", "1001")


async def test_to_name_an_order_of_a_company_that_is_not_granted_is_refused(ask: Asker, orders: World) -> None:
    answer = await ask(ORDER, {"by": {"number": {"company": "SE01", "number": "SO-1"}}}, companies=["FI01"])
    assert answer.codes == ["COMPANY_NOT_AVAILABLE"]
    assert (await ask(ORDER, {"by": {"id": paper.id_of("ord", orders.ids["SO-1"])}}, companies=["FI01"])).data == {
        "salesOrder": None
    }


HOLDS = """
query ($where: CreditHoldWhere, $orderBy: [CreditHoldOrder!]) { creditHolds(where: $where, orderBy: $orderBy) {
  nodes {
    id status statusLabel forced checkpoint heldAt reviewDate notes viewerMay amount { amount }
    order { number } customer { account } company { code } responsible { name }
    reasons { code active message } decision { outcome }
    release { reason { name } withPosting ceiling { amount } deviationPercent lastDate releasedAt releasedBy { name } }
  }
  count { value }
} }
"""


async def test_holds_are_listed_by_status_with_why_they_wait(ask: Asker, orders: World) -> None:
    where = {"status": {"in": ["OPEN", "READY_TO_RELEASE"]}, "search": "so-2"}
    listed = (await ask(HOLDS, {"where": where, "orderBy": [{"field": "HELD_AT"}]})).data["creditHolds"]
    (row,) = listed["nodes"]
    assert (row["order"]["number"], row["notes"], listed["count"]["value"]) == ("SO-2", "Call them", 1)
    assert (row["decision"]["outcome"], row["release"], row["responsible"]) == ("HELD", None, None)
    assert [reason["code"] for reason in row["reasons"]] == ["CREDIT_LIMIT_EXCEEDED"]


async def test_a_released_hold_tells_who_released_it_and_why(ask: Asker, orders: World) -> None:
    await paper.held(orders, "SE01/1001", "SO-5", "120000.00 SEK", status="RELEASED")
    reason = await orders.put("reason", code="PAID", name="Paid in advance", kind="RELEASE")
    await paper.released(orders, "SE01/1001", "SO-5", reason, ceiling=130000, deviation_percent=10, last_date=TODAY)
    (row,) = (await ask(HOLDS, {"where": {"status": {"eq": "RELEASED"}}})).data["creditHolds"]["nodes"]
    release = row["release"]
    assert (release["reason"]["name"], release["ceiling"]["amount"]) == ("Paid in advance", "130000.00")
    assert (release["releasedBy"]["name"], release["deviationPercent"]) == ("Bo", "10")
    assert row["viewerMay"] == []


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("VIEWER", []),
        ("CREDIT_CLERK", ["UPDATE", "EVALUATE"]),
        ("CREDIT_MANAGER", ["UPDATE", "EVALUATE", "RELEASE", "REJECT"]),
    ],
)
async def test_what_you_may_do_with_a_hold_follows_from_its_status_and_your_role(
    ask: Asker, orders: World, role: str, may: list[str]
) -> None:
    query = "{ creditHolds(where: {status: {eq: OPEN}}) { nodes { viewerMay viewerMayLabels } } }"
    (found,) = (await ask(query, as_=role)).data["creditHolds"]["nodes"]
    assert found["viewerMay"] == may
    assert len(found["viewerMayLabels"]) == len(may)


async def test_decisions_are_listed_and_filtered_by_what_is_stored(ask: Asker, orders: World) -> None:
    query = """query ($where: CreditDecisionWhere) {
      creditDecisions(where: $where) { nodes { outcome order { number } } } }"""
    found = (await ask(query, {"where": {"outcome": {"eq": "PASSED"}}})).data["creditDecisions"]["nodes"]
    assert found == [{"outcome": "PASSED", "order": {"number": "SO-1"}}]
    of_order = {"order": {"eq": paper.id_of("ord", orders.ids["SO-2"])}}
    found = (await ask(query, {"where": of_order})).data["creditDecisions"]["nodes"]
    assert found == [{"outcome": "HELD", "order": {"number": "SO-2"}}]


async def test_an_id_that_nobody_made_finds_nothing(ask: Asker, orders: World) -> None:
    assert (await ask("query ($id: ID!) { node(id: $id) { id } }", {"id": paper.id_of("hld", new_key())})).data == {
        "node": None
    }
