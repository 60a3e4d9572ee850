"""What a client may ask for in a minute: counted for each by itself, refused with 429 and the time to come again."""

from __future__ import annotations

from typing import Any

import pytest

from schema.throttle import PIECES, Budget, Throttled
from tests.schema.asking import Asker, house, token
from tests.schema.world import World

QUERY = "{ customers(first: 20) { nodes { company { id } credit { usedPercent } } } }"
COST = 1 + 20 * 12


def spent(budget: Budget, client: str, cost: int) -> int:
    """Ask for a cost until it is refused; how often it was not."""
    times = 0
    while True:
        try:
            budget.spend(client, cost)
        except Throttled:
            return times
        times += 1


@pytest.mark.parametrize(("most", "cost", "times"), [(1000, 1, 1000), (1000, 7, 142), (1000, 1000, 1), (50, 3, 16)])
def test_a_client_spends_its_budget_to_the_last_unit(most: int, cost: int, times: int) -> None:
    assert spent(Budget(most), "erp", cost) == times


def test_what_is_left_is_told_whatever_piece_is_in_hand() -> None:
    budget = Budget(1000)
    assert [budget.spend("erp", cost) for cost in (1, 3, 500, 10, 0)] == [999, 996, 496, 486, 486]


def test_each_client_has_a_budget_of_its_own() -> None:
    budget = Budget(100)
    assert spent(budget, "erp", 10) == 10
    assert budget.spend("bi", 10) == 90


def test_what_is_refused_takes_nothing() -> None:
    budget = Budget(100)
    budget.spend("erp", 60)
    with pytest.raises(Throttled) as told:
        budget.spend("erp", 41)
    assert told.value.left == 40
    assert 1 <= told.value.retry_after <= 60
    assert budget.spend("erp", 40) == 0


def test_a_client_that_was_forgotten_has_lost_no_more_than_a_piece() -> None:
    budget = Budget(100 * PIECES)
    budget.spend("erp", 1)
    for other in range(5000):
        budget.spend(f"client {other}", 1)
    assert budget.spend("erp", 1) == 100 * PIECES - 101


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_who_has_spent_it_all_is_told_when_to_come_again(pool: Any, world: World, accept: str) -> None:
    ask = Asker(house(pool, budget=Budget(300)))
    headers = {"Authorization": token("VIEWER", ["*"]), "Accept": accept, "Accept-Language": "sv"}
    first = await ask.raw("POST", json={"query": QUERY}, headers=headers)
    assert first.json()["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 300 - COST
    answer = await ask.raw("POST", json={"query": QUERY}, headers=headers)
    (error,) = answer.json()["errors"]
    seconds = int(answer.headers["retry-after"])
    assert (answer.status_code, "data" in answer.json()) == (429, False)
    assert 1 <= seconds <= 60
    assert error["message"] == (
        f"Du har 59 kvar av 300 per minut och operationen kostar 241, mest customers.nodes.credit (200), "
        f"customers.nodes (20), customers.nodes.company (20). Fråga igen om {seconds} s."
    )
    told = error["extensions"]
    assert (told["code"], told["retryable"], told["retryAfter"]) == ("THROTTLED", True, seconds)
    assert told["dearestPaths"][0] == {"path": "customers.nodes.credit", "cost": 200}
    assert told["cost"] == {
        "requestedQueryCost": COST,
        "throttleStatus": {"maximumAvailable": 300, "currentlyAvailable": 59, "restoreRate": 5},
    }


async def test_a_throttled_client_may_still_ask_for_less_and_others_for_as_much(pool: Any, world: World) -> None:
    ask = Asker(house(pool, budget=Budget(300)))
    assert (await ask(QUERY)).status == 200
    assert (await ask(QUERY)).codes == ["THROTTLED"]
    assert (await ask("{ viewer { locale } }")).status == 200
    assert (await ask(QUERY, user="another")).status == 200


async def test_a_change_that_is_throttled_is_not_carried_out(pool: Any, world: World) -> None:
    ask = Asker(house(pool, budget=Budget(40)))
    change = """mutation ($number: String!) { upsertParties(input: {parties: [{number: $number, name: "New"}]}) {
      errors { code } } }"""
    assert (await ask(change, {"number": "T-1"}, as_="INTEGRATION")).data == {"upsertParties": {"errors": []}}
    assert (await ask(change, {"number": "T-2"}, as_="INTEGRATION")).codes == ["THROTTLED"]
    found = await world.conn.fetch("select number from party where number like 'T-%'")
    assert [row["number"] for row in found] == ["T-1"]


async def test_what_costs_more_than_a_minute_gives_is_too_complex_not_too_early(pool: Any, world: World) -> None:
    ask = Asker(house(pool, budget=Budget(100)))
    answer = await ask(QUERY)
    assert answer.codes == ["OPERATION_TOO_COMPLEX"]
    assert answer.body["errors"][0]["extensions"]["maximum"] == 100


async def test_without_a_budget_nothing_is_counted(pool: Any, world: World) -> None:
    ask = Asker(house(pool, budget=Budget(0)))
    assert (await ask(QUERY)).body["extensions"]["cost"] == {"requestedQueryCost": COST}
