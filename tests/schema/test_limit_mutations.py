"""Limits change by posted adjustments only."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from persistence.reconcile import reconcile
from tests.schema.adjusting import CREATE, POST, UPDATE, draft, drafted, line, own_customer, post, temporary, update
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import (
    OPERATIONS,
    changed,
    checked,
    codes,
    customer_id,
    dashed,
    held_order,
    hold_status,
    operation,
    refused,
    said,
    sek,
)
from tests.schema.world import TODAY, World


@pytest.fixture
async def acme(world: World) -> str:
    return await own_customer(world)


async def test_a_draft_has_a_number_and_changes_nothing(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), as_="CREDIT_CLERK")
    assert made["number"].startswith("ADJ-")
    assert (made["status"], made["version"], made["viewerMay"]) == ("DRAFT", 1, ["UPDATE", "SUBMIT", "WITHDRAW"])
    (only,) = made["lines"]["nodes"]
    assert (only["status"], only["newLimit"]["amount"], only["currentLimit"]) == ("DRAFT", "5000.00", None)
    assert only["holder"]["credit"]["limit"]["total"] == {"amount": "0.00"}


async def test_numbers_follow_each_other_within_a_company(ask: Asker, world: World, acme: str) -> None:
    company = await world.company("NO01", "Nordic AS", "NOK", "NO", "nb-NO", "Europe/Oslo")
    await world.put(
        "credit_limit_adjustment",
        company_id=company,
        number="ADJ-999999",
        kind="PERMANENT",
        created_by_id=await world.put("actor", subject="old", name="Old"),
    )
    payload = await changed(ask, CREATE, draft(company="NO01"))
    assert payload["creditLimitAdjustment"]["number"] == "ADJ-1000000"
    first, second = await drafted(ask, line(acme)), await drafted(ask, line(acme))
    assert int(second["number"][4:]) == int(first["number"][4:]) + 1


async def test_posting_puts_the_limit_in_force_and_keeps_what_it_replaced(ask: Asker, world: World, acme: str) -> None:
    await world.limit(acme, "1000 SEK")
    made = await drafted(ask, line(acme))
    posted = (await changed(ask, POST, post(made, note="Board of 20 November")))["creditLimitAdjustment"]
    assert (posted["status"], posted["viewerMay"]) == ("POSTED", [])
    assert posted["version"] == made["version"] + 1
    assert posted["postedAt"] is not None
    (only,) = posted["lines"]["nodes"]
    assert (only["status"], only["currentLimit"]) == ("POSTED", {"amount": "1000.00", "currency": "SEK"})
    assert only["holder"]["credit"]["limit"]["total"] == {"amount": "5000.00"}
    kept = await world.conn.fetchval(
        "select changes from audit_event where subject_id::text = $1 order by id desc", dashed(posted["id"])
    )
    assert {"field": "note", "before": None, "after": "Board of 20 November"} in kept


async def test_an_order_on_hold_is_checked_again_when_the_limit_rises(ask: Asker, world: World, acme: str) -> None:
    await world.limit(acme, "1000 SEK")
    hold = await held_order(ask, world, "SE01", acme.split("/")[1], "3000")
    await changed(ask, POST, post(await drafted(ask, line(acme, "2999"))))
    assert await hold_status(world, hold) == "OPEN"
    await changed(ask, POST, post(await drafted(ask, line(acme, "3000"))))
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_decision_21_a_higher_limit_releases_by_itself_where_the_company_says_so(
    ask: Asker, world: World, acme: str
) -> None:
    own = "update credit_parameters set release_when_ready = $2 where company_id = $1"
    await world.conn.execute(own, world.ids["SE01"], True)
    first = await held_order(ask, world, "SE01", acme.split("/")[1], "3000")
    second = await held_order(ask, world, "SE01", acme.split("/")[1], "2000")
    await changed(ask, POST, post(await drafted(ask, line(acme, "4000"))))
    assert (await hold_status(world, first), await hold_status(world, second)) == ("RELEASED", "OPEN")
    assert await reconcile(world.conn) == []
    await world.conn.execute(own, world.ids["SE01"], False)


async def test_a_limit_of_a_group_checks_the_holds_of_every_member_again(ask: Asker, world: World, acme: str) -> None:
    account = acme.split("/")[1]
    finnish = f"FI01/{account}"
    await world.customer("FI01", account, "Finnish member")
    await world.group(f"G-{account}", "Shared", "SEK", acme, finnish, limit="1000 SEK")
    hold = await held_order(ask, world, "FI01", account, "100")
    made = await drafted(ask, line(f"G-{account}"))
    await changed(ask, POST, post(made), companies=["SE01"])
    assert await hold_status(world, hold) == "READY_TO_RELEASE"


async def test_some_lines_can_be_posted_before_the_others(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), line("SE01/1002"))
    first, second = (one["id"] for one in made["lines"]["nodes"])
    partly = (await changed(ask, POST, post(made, lines=[second])))["creditLimitAdjustment"]
    assert (partly["status"], partly["postedAt"]) == ("DRAFT", None)
    assert [one["status"] for one in partly["lines"]["nodes"]] == ["DRAFT", "POSTED"]
    again = await refused(ask, world, POST, post(made, lines=[first, second]))
    assert said(again) == [("WRONG_STATUS", "lines.1")]
    changing = update(made, saveLines=[line(acme) | {"id": second}], removeLines=[])
    assert said(await refused(ask, world, UPDATE, changing)) == [("WRONG_STATUS", "saveLines.0.id")]
    whole = (await changed(ask, POST, post(made)))["creditLimitAdjustment"]
    assert whole["status"] == "POSTED"


async def test_a_posted_adjustment_is_neither_posted_again_nor_changed(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme))
    await changed(ask, POST, post(made))
    again = await refused(ask, world, POST, post(made))
    assert codes(again["errors"]) == ["WRONG_STATUS"]
    assert again["creditLimitAdjustment"]["status"] == "POSTED"
    changing = await refused(ask, world, UPDATE, update(made, description="other"))
    assert said(changing) == [("WRONG_STATUS", "creditLimitAdjustment")]
    assert changing["errors"][0]["node"] == {"id": made["id"]}


async def test_an_adjustment_without_lines_is_not_posted(ask: Asker, world: World) -> None:
    assert said(await refused(ask, world, POST, post(await drafted(ask)))) == [("INVALID_VALUE", "lines")]


async def test_a_draft_is_changed_line_by_line(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme), line("SE01/1002"))
    first, second = (one["id"] for one in made["lines"]["nodes"])
    saved = [{"id": first, "newLimit": sek("7000"), "until": "2027-01-31"}, line("SE01/1001", "1")]
    wanted = update(made, description="Spring", saveLines=saved, removeLines=[second], expectedVersion=1)
    now = (await changed(ask, UPDATE, wanted, as_="CREDIT_CLERK"))["creditLimitAdjustment"]
    assert (now["description"], now["version"]) == ("Spring", 2)
    found = [(one["holder"]["id"], one["newLimit"]["amount"], one["until"]) for one in now["lines"]["nodes"]]
    assert found == [
        (customer_id(world, acme), "7000.00", "2027-01-31"),
        (customer_id(world, "SE01/1001"), "1.00", None),
    ]
    kept = (await changed(ask, UPDATE, update(made)))["creditLimitAdjustment"]
    assert kept["description"] == "Spring"
    emptied = (await changed(ask, UPDATE, update(made, description=None)))["creditLimitAdjustment"]
    assert emptied["description"] is None


async def test_decision_3_an_overlap_is_warned_of_in_a_draft_and_refused_when_posted(
    ask: Asker, world: World, acme: str
) -> None:
    await changed(ask, POST, post(await drafted(ask, temporary(acme, 0, 9), kind="TEMPORARY")))
    payload = await changed(ask, CREATE, draft(temporary(acme, 9, 20), kind="TEMPORARY"))
    assert codes(payload["warnings"]) == ["OVERLAPPING_TEMPORARY_LIMIT"]
    late = await refused(ask, world, POST, post(payload["creditLimitAdjustment"]))
    assert said(late) == [("OVERLAPPING_TEMPORARY_LIMIT", "lines.0.from")]


async def test_decision_3_a_temporary_limit_takes_the_place_of_another(ask: Asker, world: World, acme: str) -> None:
    await changed(ask, POST, post(await drafted(ask, temporary(acme, 0, 9), kind="TEMPORARY")))
    document = "query ($id: ID!) { node(id: $id) { ... on Customer { creditLimitHistory { nodes { id } } } } }"
    history = (await ask(document, {"id": customer_id(world, acme)})).data["node"]["creditLimitHistory"]
    earlier = history["nodes"][0]["id"]
    shorter = temporary(acme, 0, 3, replaces=earlier)
    later = temporary(acme, 4, 9, "1")
    posted = await changed(ask, POST, post(await drafted(ask, shorter, later, kind="TEMPORARY")))
    in_force = posted["creditLimitAdjustment"]["lines"]["nodes"][0]["holder"]["credit"]["limit"]
    assert in_force["total"] == {"amount": "9000.00"}


HISTORY = """query ($id: ID!, $asOf: Date) { node(id: $id) { ... on Customer {
  credit(asOf: $asOf) { limit { total { amount } temporary { id until } } }
  creditLimitHistory(where: {kind: {eq: TEMPORARY}}, last: 1) { nodes { id } } } } }"""


async def test_ending_a_temporary_limit_early_holds_what_it_let_pass_and_frees_its_days(
    ask: Asker, world: World, acme: str, pool: asyncpg.Pool
) -> None:
    both, given = BothLanes(house(pool)), {"id": customer_id(world, acme)}

    async def total(days: int) -> str:
        asked = {**given, "asOf": (TODAY + timedelta(days)).isoformat()}
        answer, fast = await both(HISTORY, asked)
        assert fast
        found: str = answer["data"]["node"]["credit"]["limit"]["total"]["amount"]
        return found

    await world.limit(acme, "1000 SEK")
    long = temporary(acme, -5, 30)
    await changed(ask, POST, post(await drafted(ask, long, kind="TEMPORARY")))
    hold = await held_order(ask, world, "SE01", acme.split("/")[1], "9500")
    await changed(ask, POST, post(await drafted(ask, line(acme, "1000"))))
    posted = (await both(HISTORY, given))[0]["data"]["node"]["creditLimitHistory"]["nodes"][0]["id"]
    ended = temporary(acme, -5, -1, replaces=posted)
    await changed(ask, POST, post(await drafted(ask, ended, kind="TEMPORARY")))
    assert [await total(days) for days in (-6, -5, -1, 0, 30)] == [
        "1000.00",
        "9000.00",
        "9000.00",
        "1000.00",
        "1000.00",
    ]
    assert await hold_status(world, hold) == "OPEN"
    again = temporary(acme, 0, 9, "9500")
    await changed(ask, POST, post(await drafted(ask, again, kind="TEMPORARY")))
    assert (await total(0), await hold_status(world, hold)) == ("9500.00", "READY_TO_RELEASE")
    twice = await refused(ask, world, CREATE, draft(temporary(acme, 0, 3, replaces=posted), kind="PERMANENT"))
    assert said(twice) == [("NOT_FOUND", "lines.0.replaces")]


async def test_without_a_first_day_a_limit_begins_today_where_its_holder_is(
    ask: Asker, world: World, acme: str
) -> None:
    await changed(ask, POST, post(await drafted(ask, line(acme))))
    kept = await world.conn.fetchrow("select * from credit_limit_entry where holder_id = $1", world.ids[acme])
    assert kept["from_day"] == TODAY
    assert kept["adjustment_line_id"] is not None


async def test_the_last_posted_wins_whichever_was_drafted_first(ask: Asker, world: World, acme: str) -> None:
    first = await drafted(ask, line(acme, "1"))
    second = await drafted(ask, line(acme, "2"))
    await changed(ask, POST, post(second))
    posted = await changed(ask, POST, post(first))
    (only,) = posted["creditLimitAdjustment"]["lines"]["nodes"]
    assert only["holder"]["credit"]["limit"]["total"] == {"amount": "1.00"}
    assert only["currentLimit"]["amount"] == "2.00"


async def test_a_limit_of_nothing_is_a_limit(ask: Asker, world: World, acme: str) -> None:
    await world.limit(acme, "1000 SEK")
    posted = await changed(ask, POST, post(await drafted(ask, line(acme, "0"))))
    (only,) = posted["creditLimitAdjustment"]["lines"]["nodes"]
    assert only["holder"]["credit"]["limit"]["total"] == {"amount": "0.00"}


async def test_drafts_written_at_once_have_numbers_of_their_own(ask: Asker, world: World, acme: str) -> None:
    made = await asyncio.gather(*(drafted(ask, line(acme)) for _ in range(8)))
    assert len({one["number"] for one in made}) == 8


async def test_an_adjustment_posted_twice_at_once_is_posted_once(ask: Asker, world: World, acme: str) -> None:
    made = await drafted(ask, line(acme))
    answers = await asyncio.gather(*(ask(POST, {"input": post(made)}) for _ in range(4)))
    payloads = [answer.data["postCreditLimitAdjustment"] for answer in answers]
    assert sorted(codes(payload["errors"]) for payload in payloads) == [[], *[["WRONG_STATUS"]] * 3]
    kept = await world.conn.fetchval("select count(*) from credit_limit_entry where holder_id = $1", world.ids[acme])
    assert kept == 1


@pytest.mark.skipif(not OPERATIONS.exists(), reason="the operations of the front-end teams are not at hand")
async def test_the_operations_of_the_adjustment_editor_run_as_they_stand(ask: Asker, world: World, acme: str) -> None:
    await checked(world, "SE01")
    made = (await changed(ask, operation("CreateAdjustment"), draft(line(acme))))["creditLimitAdjustment"]
    saved = update(made, saveLines=[line("SE01/1002")], expectedVersion=made["version"])
    await changed(ask, operation("SaveAdjustment"), saved)
    posted = await changed(ask, operation("PostAdjustment"), post(made, note="as agreed"))
    assert len(posted["creditLimitAdjustment"]["lines"]["edges"]) == 2
