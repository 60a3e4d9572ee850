"""A blocking rule is tried before it is saved: which open orders it would hold or free, told through the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.blocking import RuleKind, RuleType, ValidFor
from domain.money import Money
from domain.refusal import ErrorCode
from persistence.database import Pool
from persistence.scope import actor_id, companies_by_code
from persistence.simulating import simulate
from persistence.writing.rules import RuleToSave
from tests.acceptance.orders import (
    cancelled,
    company,
    customer,
    delivered,
    fresh,
    hold,
    management_group,
    one,
    rejected,
    released,
)
from tests.acceptance.story import MONEY, Story, money
from tests.schema.world import NOW

SUM = f"{{ orders amount {MONEY} }}"
SIMULATE = f"""mutation($input: SimulateBlockingRuleInput!, $first: Int, $after: ID) {{
  simulateBlockingRule(input: $input) {{
    blockingRule {{ id days active }}
    companies {{ company {{ code }} openOrders notDecided held {SUM} freed {SUM} warned {SUM} }}
    orders(first: $first, after: $after) {{ salesOrder {{ id number status }} checkpoint effect effectLabel outcomeNow
      outcomeNowLabel outcomeThen outcomeThenLabel checkpointLabel
      reasonsNow {{ code message }} reasonsThen {{ code }} }}
    errors {{ code message path }} warnings {{ code message }} replayed }} }}"""
COUNTS = """{ blockingRules { count { value } } creditHolds { count { value } } creditDecisions { count { value } }
  auditEvents { count { value } } }"""


async def simulated(story: Story, company: str, kind: str, *, as_: str = "CREDIT_MANAGER", **more: Any) -> Any:
    """What a rule for all customers would do, unless it says otherwise; the payload."""
    paging = {name: more.pop(name) for name in ("first", "after") if name in more}
    given = {"company": company, "kind": kind, "type": "BLOCK", "validFor": "ALL"} | more
    answer = await story.ask(SIMULATE, {"input": given, **paging}, as_=as_)
    return answer.data["simulateBlockingRule"]


def effects(payload: Any) -> list[tuple[str, str, str, str]]:
    """The orders that would be answered otherwise."""
    return [
        (one["salesOrder"]["number"], one["outcomeNow"], one["outcomeThen"], one["effect"]) for one in payload["orders"]
    ]


async def counts(story: Story) -> Any:
    """How much is on record."""
    return (await story.ask(COUNTS, {}, as_="CREDIT_MANAGER")).data


async def test_a_new_rule_is_tried_on_what_counts_and_on_what_waits(story: Story) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    for number, amount in (("SMALL", "100"), ("LARGE", "900"), ("WAITS", "20000"), ("GONE", "800"), ("OFF", "700")):
        await story.submit(here, account, number, amount)
    await cancelled(story, here, "GONE")
    before = await counts(story)

    payload = await simulated(story, here, "ORDER_AMOUNT", amount=money("500", "SEK"))
    assert payload["errors"] == payload["warnings"] == []
    assert (payload["blockingRule"], payload["replayed"]) == (None, False)
    assert effects(payload) == [("LARGE", "PASSED", "HELD", "HOLDS"), ("OFF", "PASSED", "HELD", "HOLDS")]
    assert payload["orders"][0]["reasonsNow"] == []
    assert [reason["code"] for reason in payload["orders"][0]["reasonsThen"]] == ["ORDER_AMOUNT"]
    assert payload["companies"] == [
        {
            "company": {"code": here},
            "openOrders": 4,
            "notDecided": 0,
            "held": {"orders": 2, "amount": money("1600.00", "SEK")},
            "freed": {"orders": 0, "amount": money("0.00", "SEK")},
            "warned": {"orders": 0, "amount": money("0.00", "SEK")},
        }
    ]
    assert await counts(story) == before


async def test_what_it_would_hold_is_what_a_check_answers_once_it_is_saved(story: Story) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    await story.submit(here, account, "LARGE", "900")
    rule = {"amount": money("500", "SEK")}
    assert effects(await simulated(story, here, "ORDER_AMOUNT", **rule)) == [("LARGE", "PASSED", "HELD", "HOLDS")]
    await story.rule(here, "ORDER_AMOUNT", **rule)
    assert (await story.submit(here, account, "LARGE", "900"))["decision"]["outcome"] == "HELD"


async def test_changing_or_removing_a_rule_frees_what_only_it_holds(story: Story) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    rule = (await story.rule(here, "ORDER_AMOUNT", amount=money("500", "SEK")))["blockingRule"]["id"]
    larger = await story.submit(here, account, "LARGER", "900")
    for number, amount in (("LARGE", "600"), ("TOO-LARGE", "10001")):
        await story.submit(here, account, number, amount)

    changed = await simulated(story, here, "ORDER_AMOUNT", id=rule, amount=money("700", "SEK"))
    assert effects(changed) == [("LARGE", "HELD", "PASSED", "FREES")]
    assert changed["blockingRule"] == {"id": rule, "days": None, "active": True}
    removed = await simulated(story, here, "ORDER_AMOUNT", id=rule, amount=money("500", "SEK"), active=False)
    assert effects(removed) == [("LARGER", "HELD", "PASSED", "FREES"), ("LARGE", "HELD", "PASSED", "FREES")]
    assert removed["companies"][0]["freed"] == {"orders": 2, "amount": money("1500.00", "SEK")}
    assert [reason["code"] for reason in removed["orders"][0]["reasonsNow"]] == ["ORDER_AMOUNT"]
    assert (await hold(story, larger))["status"] == "OPEN"


async def test_a_rule_is_tried_only_on_those_it_is_for(story: Story) -> None:
    here = await company(story)
    code, group = await management_group(story)
    inside = await customer(story, "10000", here, creditManagementGroup=code)
    outside = await customer(story, "10000", here)
    for number, account in (("IN", inside), ("OUT", outside)):
        await story.submit(here, account, number, "900")

    rule: dict[str, Any] = {"amount": money("500", "SEK")}
    of_group = await simulated(story, here, "ORDER_AMOUNT", validFor="GROUP", creditManagementGroup=group, **rule)
    assert (effects(of_group), of_group["companies"][0]["openOrders"]) == ([("IN", "PASSED", "HELD", "HOLDS")], 1)
    of_one = await simulated(story, here, "ORDER_AMOUNT", validFor="CUSTOMER", **one(here, outside), **rule)
    assert (effects(of_one), of_one["companies"][0]["openOrders"]) == ([("OUT", "PASSED", "HELD", "HOLDS")], 1)
    wider = await story.rule(here, "ORDER_AMOUNT", validFor="CUSTOMER", **one(here, outside), **rule)
    moved = await simulated(
        story,
        here,
        "ORDER_AMOUNT",
        id=wider["blockingRule"]["id"],
        validFor="GROUP",
        creditManagementGroup=group,
        **rule,
    )
    assert moved["companies"][0]["openOrders"] == 2, "those it was for and those it would be for"


async def test_a_warning_is_tried_and_an_exclusion_that_waives_limits_needs_no_confirmation(story: Story) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    for number, amount in (("LARGE", "900"), ("WAITS", "20000")):
        await story.submit(here, account, number, amount)
    warning = await simulated(story, here, "ORDER_AMOUNT", type="WARN", amount=money("500", "SEK"))
    assert effects(warning) == [("LARGE", "PASSED", "WARNED", "WARNS")]
    assert warning["companies"][0]["warned"] == {"orders": 1, "amount": money("900.00", "SEK")}
    exempt = await simulated(
        story,
        here,
        "OVERDUE_DAYS",
        type="EXCLUDE",
        days=1000,
        releaseAll=True,
        validFor="CUSTOMER",
        **one(here, account),
    )
    assert effects(exempt) == [("LARGE", "PASSED", "EXEMPT", None), ("WAITS", "HELD", "EXEMPT", "FREES")]


async def test_orders_are_asked_at_their_next_step_and_what_is_decided_by_people_stays(story: Story) -> None:
    here = await company(story, checkpoints=[{"checkpoint": "PACKING_SLIP"}, {"checkpoint": "INVOICE"}])
    account = await customer(story, "10000", here)
    for number in ("CONFIRMED", "DELIVERED", "RELEASED", "REJECTED"):
        await story.submit(here, account, number, "900")
    await delivered(story, here, "DELIVERED", "900")
    await story.submit(here, account, "DELIVERED", "900", checkpoint="INVOICE")
    rule = await story.rule(here, "ORDER_AMOUNT", amount=money("500", "SEK"))
    await released(story, await story.submit(here, account, "RELEASED", "900", checkpoint="PACKING_SLIP"))
    await rejected(story, await story.submit(here, account, "REJECTED", "900", checkpoint="PACKING_SLIP"))

    removed = await simulated(
        story, here, "ORDER_AMOUNT", id=rule["blockingRule"]["id"], amount=money("500", "SEK"), active=False
    )
    assert effects(removed) == [
        ("CONFIRMED", "HELD", "PASSED", "FREES"),
        ("DELIVERED", "WARNED", "PASSED", None),
    ]
    assert [one["checkpoint"] for one in removed["orders"]] == ["PACKING_SLIP", "INVOICE"]


async def test_the_orders_are_read_page_by_page(story: Story) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    for number in ("A", "B", "C"):
        await story.submit(here, account, number, "900")
    rule: dict[str, Any] = {"amount": money("500", "SEK")}
    first = await simulated(story, here, "ORDER_AMOUNT", first=2, **rule)
    assert [number for number, *_ in effects(first)] == ["A", "B"]
    assert first["companies"][0]["held"]["orders"] == 3
    rest = await simulated(story, here, "ORDER_AMOUNT", after=first["orders"][-1]["salesOrder"]["id"], **rule)
    assert [number for number, *_ in effects(rest)] == ["C"]


async def test_a_group_of_two_companies_is_counted_and_only_orders_of_the_rules_company_are_told(story: Story) -> None:
    here, there = await company(story), await company(story)
    account = await customer(story, None, here)
    other = await customer(story, None, there)
    await story.group(fresh(), "SEK", "1000", (here, account), (there, other))
    await story.submit(there, other, "THERE", "600")
    await story.submit(here, account, "HERE", "300")
    payload = await simulated(story, here, "CREDIT_LIMIT_USED", percent="80")
    assert effects(payload) == [("HERE", "PASSED", "HELD", "HOLDS")]
    assert effects(await simulated(story, here, "CREDIT_LIMIT_USED", percent="90")) == []


async def test_what_could_not_be_saved_cannot_be_tried_and_leaves_nothing_on_record(story: Story) -> None:
    here = await company(story)
    before = await counts(story)
    payload = await simulated(story, here, "ORDER_AMOUNT", days=3)
    assert [(one["code"], one["path"]) for one in payload["errors"]] == [("INVALID_VALUE", ["amount"])]
    assert (payload["companies"], payload["orders"]) == ([], [])
    unknown = await simulated(story, here, "ORDER_AMOUNT", id=f"rul_{7:032x}", amount=money("1", "SEK"))
    assert [(one["code"], one["path"]) for one in unknown["errors"]] == [("NOT_FOUND", ["id"])]
    rule = (await story.rule(here, "ORDER_AMOUNT", amount=money("500", "SEK")))["blockingRule"]["id"]
    stale = await simulated(story, here, "ORDER_AMOUNT", id=rule, amount=money("1", "SEK"), expectedVersion=7)
    assert [one["code"] for one in stale["errors"]] == ["VERSION_CONFLICT"]
    assert stale["blockingRule"]["id"] == rule
    elsewhere = await simulated(story, await company(story), "ORDER_AMOUNT", id=rule, amount=money("1", "SEK"))
    assert [one["code"] for one in elsewhere["errors"]] == ["INVALID_VALUE"]
    after = await counts(story)
    assert after["blockingRules"]["count"]["value"] == before["blockingRules"]["count"]["value"] + 1
    answer = await story.ask(
        SIMULATE,
        {"input": {"company": here, "kind": "ORDER_AMOUNT", "type": "BLOCK", "validFor": "ALL"}},
        as_="CREDIT_CLERK",
    )
    assert answer.codes == ["FORBIDDEN"]


async def test_of_very_many_orders_the_oldest_are_looked_at_and_a_warning_says_so(story: Story, pool: Pool) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    for number in ("A", "B", "C"):
        await story.submit(here, account, number, "900")
    rule = RuleToSave(here, RuleKind.ORDER_AMOUNT, RuleType.BLOCK, ValidFor.ALL, amount=Money(Decimal(500), "SEK"))
    async with pool.acquire() as conn:
        granted = await companies_by_code(conn)
        actor = await actor_id(conn, "test", "test", "USER")
    found = await simulate(pool, rule, actor=actor, now=NOW, granted=granted, most=2)
    assert (found.open_orders, len(found.orders)) == (2, 2)
    assert [one.code for one in found.warnings] == [ErrorCode.TOO_MANY_ROWS]
    found = await simulate(pool, rule, actor=actor, now=NOW, granted=granted, most=3)
    assert (found.open_orders, found.warnings) == (3, ())


async def test_an_order_without_a_rate_is_counted_as_undecided(story: Story) -> None:
    here = await company(story)
    account = await customer(story, "10000", here)
    await story.submit(here, account, "LARGE", "900")
    payload = await simulated(story, here, "ORDER_AMOUNT", amount=money("500", "BHD"))
    assert (effects(payload), payload["companies"][0]["notDecided"]) == ([], 1)


async def test_the_first_rule_of_its_kind_is_tried_on_what_only_it_looks_at(story: Story) -> None:
    here = await company(story)
    short, long = fresh(), fresh()
    await story.name("PaymentTerms", short, days=30)
    await story.name("PaymentTerms", long, days=90)
    account = await customer(story, "10000", here)
    await story.insured(here, account, "5000", "50", maximumTermsDays=60)
    for number, terms in (("SHORT", short), ("LONG", long)):
        await story.submit(here, account, number, "100", paymentTerms=terms)
    tried = await simulated(story, here, "COLLATERAL_TERMS", days=0)
    assert effects(tried) == [("LONG", "PASSED", "HELD", "HOLDS")]


async def test_limits_of_a_party_bind_in_a_dry_run_as_in_a_check(story: Story) -> None:
    here, party = await company(story), fresh()
    account = await customer(story, "10000", here, party=party)
    await story.submit(here, account, "FITS", "600")
    rule = {"amount": money("500", "SEK")}
    assert effects(await simulated(story, here, "ORDER_AMOUNT", **rule)) == [("FITS", "PASSED", "HELD", "HOLDS")]
    await story.party_limits(party, ceiling=money("500", "SEK"), reaction="HOLD")
    assert effects(await simulated(story, here, "ORDER_AMOUNT", **rule)) == []  # held all the same
