"""Who reads and who saves the limits of a party, and what is kept of them, told through the API."""

from __future__ import annotations

from typing import Any

import pytest

from domain.check import check
from persistence.database import Pool
from persistence.decisions import inputs_of
from persistence.reconcile import reconcile
from tests.acceptance.orders import Clock, hold, ordered
from tests.acceptance.parties import FI, SE, both, item, outcome
from tests.acceptance.story import SAVE_PARTY_LIMITS, Story, fresh, money

PASSED, WARNED, HELD = "PASSED", "WARNED", "HELD"
CREDIT = """query($number: String!, $currency: CurrencyCode, $asOf: Date) { party(number: $number) {
  credit(currency: $currency, asOf: $asOf) {
    limit { kind total { amount currency } base { amount } parts { kind amount { amount } source { id } } expiryDate
      temporary { id } insuranceAndGuarantees { amount } }
    exposure { total { amount } daysOverdue } available { amount } usedPercent effectiveAvailable { amount } } } }"""


async def credit(story: Story, number: str, **asked: Any) -> Any:
    """The credit position of a party."""
    return (await story.ask(CREDIT, {"number": number, **asked})).data["party"]["credit"]


async def test_the_credit_of_a_party_is_its_ceiling_and_what_all_its_customers_owe(
    over_days: Story, clock: Clock
) -> None:
    story = over_days
    clock.turn("2026-06-01")
    await story.rate("EUR", "SEK", "10", "2026-06-01")
    number, account = await both(story)
    await item(story, FI, account, "100", "2026-06-01")
    await ordered(story, SE, account, "500")
    none = await credit(story, number, currency="SEK")
    assert (none["limit"], none["available"], none["exposure"]["total"]["amount"]) == (None, None, "1500.00")
    clock.turn("2026-06-02")
    await story.party_limits(number, ceiling=money("6000", "SEK"))
    found = await credit(story, number)
    assert found == await credit(story, number, currency="SEK")
    assert found["limit"] == {
        "kind": "AMOUNT",
        "total": money("6000.00", "SEK"),
        "base": {"amount": "6000.00"},
        "parts": [{"kind": "BASE", "amount": {"amount": "6000.00"}, "source": None}],
        "expiryDate": None,
        "temporary": None,
        "insuranceAndGuarantees": {"amount": "0.00"},
    }
    assert (found["available"]["amount"], found["usedPercent"], found["effectiveAvailable"]["amount"]) == (
        "4500.00",
        "25.00",
        "4500.00",
    )
    assert (await credit(story, number, currency="EUR"))["available"]["amount"] == "450.00"
    assert (await credit(story, number, currency="SEK", asOf="2026-06-01"))["limit"] is None


async def test_whoever_sees_one_company_sees_the_partys_totals_and_nothing_else_of_the_others(over_days: Story) -> None:
    story = over_days
    await story.rate("EUR", "SEK", "10")
    number, account = await both(story)
    document = await item(story, FI, account, "100")
    await story.party_limits(number, ceiling=money("1000", "SEK"), maxDaysOverdue=3, reaction="HOLD")
    held = await story.submit(SE, account, fresh(), "1")
    query = """query($number: String!, $id: ID!) {
      party(number: $number) { credit { available { amount } exposure { total { amount } } }
        customers { count { value } nodes { company { code } } } partyLimits { ceiling { amount } }
        partyLimitsHistory { nodes { version } } }
      node(id: $id) { ... on CreditDecision { explanation reasons { message }
        tests { holder { __typename displayName } exposure { amount } } } } }"""
    given = {"number": number, "id": held["decision"]["id"]}
    answer = await story.ask(query, given, as_="CREDIT_CLERK", companies=(SE,))
    party = answer.data["party"]
    assert party["credit"] == {"available": {"amount": "0.00"}, "exposure": {"total": {"amount": "1000.00"}}}
    assert party["customers"] == {"count": {"value": 1}, "nodes": [{"company": {"code": SE}}]}
    assert party["partyLimits"] == {"ceiling": {"amount": "1000.00"}}
    assert answer.data["node"]["tests"][-1] == {
        "holder": {"__typename": "Party", "displayName": "Nordbygg"},
        "exposure": {"amount": "1000.00"},
    }
    assert FI not in str(answer.data)
    assert document not in str(answer.data)
    everywhere = await story.ask(query, given, as_="CREDIT_CLERK")
    assert everywhere.data["party"]["credit"] == party["credit"]
    assert everywhere.data["party"]["customers"]["count"] == {"value": 2}


async def test_a_decision_is_made_again_from_its_stored_inputs(over_days: Story, pool: Pool) -> None:
    story = over_days
    number, account = await both(story)
    await item(story, SE, account, "50")
    await story.party_limits(number, ceiling=money("100", "SEK"), turnover={"percent": "50"}, reaction="HOLD")
    await story.party_limits((SE, account), maxDaysOverdue=5)
    await story.submit(SE, account, fresh(), "51")
    async with pool.acquire() as conn:
        row = await conn.fetchrow(
            "select inputs, result from credit_decision order by decided_at desc, id desc limit 1"
        )
        assert await reconcile(conn) == []
    facts, order = inputs_of(row["inputs"])
    assert facts.party is not None
    assert facts.customer.own is not None
    again = check(facts, order)
    assert (again.outcome.value, [one.code.value for one in again.reasons]) == (HELD, ["PARTY_LIMIT_EXCEEDED"])
    assert len(again.tests) == len(row["result"]["tests"])


@pytest.mark.parametrize(
    ("limits", "code", "path"),
    [
        ({"ceiling": money("-1", "SEK")}, "AMOUNT_NEGATIVE", ["ceiling"]),
        ({"ceiling": money("1.001", "SEK")}, "AMOUNT_PRECISION", ["ceiling"]),
        ({"turnover": {"percent": "10"}}, "CURRENCY_REQUIRED", ["turnover", "currency"]),
        ({"turnover": {"percent": "0", "currency": "SEK"}}, "INVALID_VALUE", ["turnover", "percent"]),
        ({"maxDaysOverdue": -1}, "INVALID_VALUE", ["maxDaysOverdue"]),
        ({"maxDaysOverdue": 1, "expectedVersion": 5}, "VERSION_CONFLICT", ["expectedVersion"]),
    ],
)
async def test_limits_that_make_no_sense_are_refused_and_nothing_is_saved(
    over_days: Story, limits: dict[str, Any], code: str, path: list[str]
) -> None:
    number, account = await both(over_days)
    given = {"holder": {"party": number}, **limits}
    payload = (await over_days.ask(SAVE_PARTY_LIMITS, {"input": given})).data["savePartyLimits"]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]
    assert payload["party"]["partyLimits"] is None
    assert await outcome(over_days, SE, account, "1") == (PASSED, [])


async def test_a_ceiling_below_what_is_used_is_saved_and_warned_of_with_totals_alone(over_days: Story) -> None:
    story = over_days
    await story.rate("EUR", "SEK", "10")
    number, account = await both(story)
    await item(story, FI, account, "100")
    await ordered(story, SE, account, "500")
    document = """mutation($input: SavePartyLimitsInput!) { savePartyLimits(input: $input) { party { id
      credit { limit { total { amount } } } } errors { code } warnings { code path message node { __typename id }
      limit { amount currency } actual { amount currency } } } }"""

    async def saved(amount: str, currency: str, language: str = "en", **holder: Any) -> Any:
        given = {"holder": holder or {"party": number}, "ceiling": money(amount, currency)}
        return (await story.ask(document, {"input": given}, language=language)).data["savePartyLimits"]

    payload = await saved("1499.99", "SEK")
    assert (payload["errors"], payload["party"]["credit"]["limit"]["total"]) == ([], {"amount": "1499.99"})
    (warning,) = payload["warnings"]
    assert warning["message"].replace("\N{NO-BREAK SPACE}", " ") == (
        "SEK 1,500.00 is used already, which is more than the ceiling of SEK 1,499.99."
    )
    assert {name: warning[name] for name in ("code", "path", "node", "limit", "actual")} == {
        "code": "LIMIT_BELOW_USED",
        "path": ["ceiling"],
        "node": {"__typename": "Party", "id": payload["party"]["id"]},
        "limit": money("1499.99", "SEK"),
        "actual": money("1500.00", "SEK"),
    }
    assert (await saved("1500", "SEK"))["warnings"] == []
    assert (await saved("149", "EUR"))["warnings"][0]["actual"] == money("150.00", "EUR")
    assert (await saved("149", "EUR"))["warnings"], "it is said again where nothing changes"
    own = {"customer": {"company": FI, "account": account}}
    assert (await saved("99.99", "EUR", **own))["warnings"][0]["actual"] == money("100.00", "EUR")
    assert (await saved("100", "EUR", **own))["warnings"] == []


async def test_what_a_ceiling_cannot_be_compared_with_is_in_nobodys_way(over_days: Story) -> None:
    number, account = await both(over_days)
    await item(over_days, FI, account, "100")
    payload = await over_days.party_limits(number, ceiling=money("1", "KWD"))
    assert (payload["party"]["partyLimits"]["version"], payload["warnings"]) == (1, [])


async def test_a_ceiling_that_is_lowered_holds_what_waits_and_one_that_is_raised_frees_it(over_days: Story) -> None:
    number, account = await both(over_days)
    await over_days.party_limits(number, ceiling=money("1000", "SEK"), reaction="HOLD")
    await ordered(over_days, SE, account, "500")
    held = await over_days.submit(SE, account, fresh(), "501")
    (warning,) = (await over_days.party_limits(number, ceiling=money("499", "SEK"), reaction="HOLD"))["warnings"]
    assert warning["code"] == "LIMIT_BELOW_USED"
    assert (await hold(over_days, held))["status"] == "OPEN"
    assert (await over_days.party_limits(number, ceiling=money("1001", "SEK"), reaction="HOLD"))["warnings"] == []
    assert (await hold(over_days, held))["status"] == "READY_TO_RELEASE"


async def test_only_who_may_change_credit_in_every_company_of_a_party_saves_its_limits(over_days: Story) -> None:
    number, account = await both(over_days)
    given = {"holder": {"party": number}, "maxDaysOverdue": 1}

    async def refused(as_: str, *companies: str, holder: dict[str, Any] | None = None) -> list[str]:
        wanted = {**given, "holder": holder or given["holder"]}
        answer = await over_days.ask(SAVE_PARTY_LIMITS, {"input": wanted}, as_=as_, companies=companies)
        return answer.codes or [error["code"] for error in answer.data["savePartyLimits"]["errors"]]

    assert await refused("CREDIT_CLERK", "*") == ["FORBIDDEN"]
    assert await refused("INTEGRATION", "*") == ["FORBIDDEN"]
    assert await refused("CREDIT_MANAGER", SE) == ["FORBIDDEN"]
    assert await refused("CREDIT_MANAGER", SE, holder={"party": "nobody"}) == ["NOT_FOUND"]
    assert await refused("CREDIT_MANAGER", SE, holder={"customer": {"company": SE, "account": account}}) == []
    assert await refused("CREDIT_MANAGER", SE, FI) == []
    assert await refused("CREDIT_MANAGER", "*", holder={"customer": {"company": SE, "account": "nobody"}}) == [
        "NOT_FOUND"
    ]


async def test_what_was_saved_stays_readable_and_saved_again_nothing_changes(over_days: Story, clock: Clock) -> None:
    story = over_days
    number, _ = await both(story)
    clock.turn("2026-06-01")
    await story.party_limits(number, ceiling=money("100", "SEK"), turnover={"percent": "2.5"}, maxDaysOverdue=3)
    again = await story.party_limits(
        number, ceiling=money("100", "SEK"), turnover={"percent": "2.5", "currency": "SEK"}, maxDaysOverdue=3
    )
    assert again["party"]["partyLimits"]["version"] == 1
    clock.turn("2026-06-02")
    await story.party_limits(number, expectedVersion=1)
    query = """query($number: String!) { party(number: $number) { partyLimits { id }
      partyLimitsHistory(where: {from: {range: {until: "2026-06-02"}}}) { nodes {
        version from reaction reactionLabel ceiling { amount currency } turnoverPercent turnoverRolling turnoverNetOfTax
        turnoverWithOrders maxDaysOverdue savedBy { name } } }
      timeline { nodes { kind message changes { field before after } } } } }"""
    party = (await story.ask(query, {"number": number})).data["party"]
    assert party["partyLimits"] is None
    last, first = party["partyLimitsHistory"]["nodes"]
    assert (last["version"], last["from"], last["ceiling"], last["maxDaysOverdue"]) == (2, "2026-06-02", None, None)
    assert first == {
        "version": 1,
        "from": "2026-06-01",
        "reaction": "WARN",
        "reactionLabel": "Warn",
        "ceiling": money("100.00", "SEK"),
        "turnoverPercent": "2.5",
        "turnoverRolling": False,
        "turnoverNetOfTax": False,
        "turnoverWithOrders": False,
        "maxDaysOverdue": 3,
        "savedBy": {"name": "Tester"},
    }
    saved = [event for event in party["timeline"]["nodes"] if event["kind"] == "PARTY_LIMITS_SAVED"]
    assert len(saved) == 2
    assert {"field": "ceiling", "before": None, "after": "100"} in saved[1]["changes"]
