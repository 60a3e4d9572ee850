"""Fiscal years that change: which year was closed last, and so which turnover counts, told through the API."""

from __future__ import annotations

from typing import Any

import pytest

from persistence.database import Pool
from persistence.looking_again import look_again
from tests.acceptance.orders import Clock, company, hold, reasons
from tests.acceptance.parties import item
from tests.acceptance.story import Story, fresh, money

SAVE = """mutation($input: SaveCreditParametersInput!) { saveCreditParameters(input: $input) {
  creditParameters { version fiscalYearStart fiscalYearChanges { from longYear } } errors { code path message } } }"""
YEARS = """query($code: String!, $asOf: Date) { company(code: $code) {
  fiscalYear(asOf: $asOf) { from until closedFrom closedUntil }
  parameters { fiscalYearStart fiscalYearChanges { from longYear }
    timeline { nodes { kind changes { field before after } } } } } }"""
HALF = {"percent": "50", "currency": "SEK"}


async def saved(story: Story, code: str, **wanted: Any) -> Any:
    """The payload of saving parameters, also when it is refused."""
    answer = await story.ask(SAVE, {"input": {"company": code, **wanted}}, as_="CREDIT_MANAGER")
    return answer.data["saveCreditParameters"]


async def years(story: Story, code: str, day: str | None = None) -> tuple[str, ...]:
    """The fiscal year of a day, and the one closed before it."""
    found = (await story.ask(YEARS, {"code": code, "asOf": day})).data["company"]["fiscalYear"]
    return tuple(found[name] for name in ("from", "until", "closedFrom", "closedUntil"))


async def buyer(story: Story, *companies: str) -> tuple[str, str]:
    """A party that is a customer of some companies, with much room of its own: its number, and its account there."""
    number, account = fresh(), fresh()
    for code in companies:
        await story.customer(code, account, party=number)
        await story.own_limit(code, account, "1000000")
    return number, account


async def sold(story: Story, code: str, account: str, **days: str) -> None:
    """Sales that were paid: `of_2025_06_30="100"`."""
    for name, amount in days.items():
        day = name.removeprefix("of_").replace("_", "-")
        await item(story, code, account, amount, day)
        await story.payment(code, account, fresh(), amount, paidOn=day)


async def share(story: Story, code: str, account: str) -> str:
    """What the share of turnover comes to."""
    found: str = (await story.check(code, account, "1"))["tests"][-1]["limit"]["amount"]
    return found


async def test_decision_32_a_short_year_counts_as_it_is_once_it_is_closed(over_days: Story, clock: Clock) -> None:
    story = over_days
    clock.turn("2025-12-31")
    code = await company(story, fiscalYearStart=7)
    number, account = await buyer(story, code)
    await sold(story, code, account, of_2024_07_01="1000", of_2025_06_30="100", of_2025_07_01="10", of_2025_12_31="1")
    await story.party_limits(number, turnover=HALF, reaction="HOLD")
    payload = await saved(story, code, fiscalYearChanges=[{"from": "2026-01-01"}])
    assert payload["errors"] == []
    assert payload["creditParameters"]["fiscalYearChanges"] == [{"from": "2026-01-01", "longYear": False}]
    assert await share(story, code, account) == "550.00"
    assert await years(story, code) == ("2025-07-01", "2025-12-31", "2024-07-01", "2025-06-30")
    clock.turn("2026-01-01")
    assert await share(story, code, account) == "5.50"
    assert await years(story, code) == ("2026-01-01", "2026-12-31", "2025-07-01", "2025-12-31")
    assert await years(story, code, "2025-06-30") == ("2024-07-01", "2025-06-30", "2023-07-01", "2024-06-30")
    assert await years(story, code, "2028-02-29") == ("2028-01-01", "2028-12-31", "2027-01-01", "2027-12-31")
    found = await story.check(code, account, "5.51")
    assert (found["outcome"], reasons(found)) == ("HELD", ["TURNOVER_LIMIT_EXCEEDED"])


async def test_a_long_year_is_open_for_longer_and_then_counts_whole(over_days: Story, clock: Clock) -> None:
    story = over_days
    clock.turn("2025-12-31")
    code = await company(
        story, fiscalYearStart=7, fiscalYearChanges=[{"from": "2026-01-01", "longYear": True}, {"from": "2026-04-01"}]
    )
    number, account = await buyer(story, code)
    await sold(story, code, account, of_2024_06_30="1000", of_2024_07_01="100", of_2025_12_31="10")
    await story.party_limits(number, turnover=HALF)
    assert await years(story, code) == ("2024-07-01", "2025-12-31", "2023-07-01", "2024-06-30")
    assert await share(story, code, account) == "500.00"
    clock.turn("2026-03-31")
    assert await years(story, code) == ("2026-01-01", "2026-03-31", "2024-07-01", "2025-12-31")
    assert await share(story, code, account) == "55.00"


async def test_a_change_looks_at_holds_of_the_party_elsewhere_again_and_so_does_the_day(
    over_days: Story, clock: Clock, pool: Pool
) -> None:
    story = over_days
    clock.turn("2025-12-31")
    here, there = await company(story), await company(story)
    number, account = await buyer(story, here, there)
    await sold(story, here, account, of_2024_06_30="10", of_2025_06_30="1000")
    await story.party_limits(number, turnover=HALF, reaction="HOLD")
    held = await story.submit(there, account, fresh(), "6")
    assert held["decision"]["outcome"] == "HELD"
    await saved(story, here, fiscalYearStart=7)
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"
    await saved(story, here, fiscalYearStart=1, fiscalYearChanges=[{"from": "2025-10-01"}])
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE", "from January to September 1,000 were sold"
    await saved(story, here, fiscalYearChanges=[])
    assert (await hold(story, held))["status"] == "OPEN"
    clock.turn("2026-01-01")
    await look_again(pool, clock())
    assert (await hold(story, held))["status"] == "READY_TO_RELEASE"


async def test_what_changed_is_on_record_and_saved_again_nothing_changes(over_days: Story) -> None:
    story = over_days
    code = await company(story)
    wanted = {
        "fiscalYearStart": 7,
        "fiscalYearChanges": [{"from": "2026-01-01"}, {"from": "2027-05-01", "longYear": True}],
    }
    first = (await saved(story, code, **wanted))["creditParameters"]
    assert (first["fiscalYearStart"], first["fiscalYearChanges"][1]) == (7, {"from": "2027-05-01", "longYear": True})
    assert (await saved(story, code, **wanted))["creditParameters"] == first
    others = (await saved(story, code, releaseValidDays=3))["creditParameters"]
    assert others == first | {"version": first["version"] + 1}, "what is left out stays"
    late = await saved(story, code, fiscalYearChanges=[], expectedVersion=first["version"])
    assert [error["code"] for error in late["errors"]] == ["VERSION_CONFLICT"]
    parameters = (await story.ask(YEARS, {"code": code}, as_="AUDITOR")).data["company"]["parameters"]
    assert parameters["fiscalYearChanges"] == first["fiscalYearChanges"]
    changes = [one for event in parameters["timeline"]["nodes"] for one in event["changes"] or ()]
    assert {"field": "fiscalYearChanges", "before": "", "after": "2026-01-01, 2027-05-01 long"} in changes
    assert {"field": "fiscalYearStart", "before": "1", "after": "7"} in changes


@pytest.mark.parametrize(
    ("wanted", "refusals"),
    [
        ({"fiscalYearStart": 13}, [("INVALID_VALUE", "fiscalYearStart")]),
        ({"fiscalYearChanges": [{"from": "2026-01-15"}]}, [("INVALID_VALUE", "fiscalYearChanges.0.from")]),
        ({"fiscalYearChanges": [{"from": "2026-07-01"}]}, [("INVALID_VALUE", "fiscalYearChanges.0.from")]),
        ({"fiscalYearStart": 5}, [("INVALID_VALUE", "fiscalYearChanges.0.from")]),
        (
            {"fiscalYearChanges": [{"from": "2026-01-01"}, {"from": "2026-01-01"}, {"from": "2025-09-01"}]},
            [("DATE_ORDER", "fiscalYearChanges.1.from"), ("DATE_ORDER", "fiscalYearChanges.2.from")],
        ),
        (
            {"fiscalYearChanges": [{"from": "2026-01-01"}, {"from": "2026-12-01", "longYear": True}]},
            [("INVALID_VALUE", "fiscalYearChanges.1.longYear")],
        ),
        ({"fiscalYearChanges": [{"from": "2026-01-01"}] * 251}, [("TOO_MANY_ROWS", "fiscalYearChanges")]),
    ],
)
async def test_fiscal_years_that_cannot_be_meant_are_refused_and_nothing_is_saved(
    over_days: Story, wanted: dict[str, Any], refusals: list[tuple[str, str]]
) -> None:
    code = await company(
        over_days, fiscalYearStart=7, fiscalYearChanges=[{"from": "2020-05-01"}, {"from": "2021-07-01"}]
    )
    before = await years(over_days, code), (await saved(over_days, code))["creditParameters"]
    payload = await saved(over_days, code, maxRateAgeDays=30, **wanted)
    assert [(error["code"], ".".join(error["path"])) for error in payload["errors"]] == refusals
    assert (await years(over_days, code), payload["creditParameters"]) == before


async def test_only_who_sets_rules_changes_fiscal_years(over_days: Story) -> None:
    code = await company(over_days)
    given = {"input": {"company": code, "fiscalYearChanges": [{"from": "2026-05-01"}]}}
    assert (await over_days.ask(SAVE, given, as_="CREDIT_CLERK")).codes == ["FORBIDDEN"]
    assert await years(over_days, code, "2026-06-01") == ("2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31")


async def test_a_year_of_one_month_counts_as_one_beside_a_ceiling(over_days: Story, clock: Clock) -> None:
    story = over_days
    clock.turn("2026-02-01")
    code = await company(story, fiscalYearChanges=[{"from": "2026-02-01"}])
    number, account = await buyer(story, code)
    await sold(story, code, account, of_2025_12_31="100", of_2026_01_31="20")
    await story.party_limits(number, turnover=HALF, ceiling=money("999", "SEK"))
    tests = (await story.check(code, account, "10.01"))["tests"]
    assert [(test["passed"], test["limit"]) for test in tests[1:]] == [
        (True, money("999.00", "SEK")),
        (False, money("10.00", "SEK")),
    ]
