"""A customer has somebody who looks after its credit, and finds it, its reviews and its holds by that."""

from __future__ import annotations

import asyncpg

from persistence.keys import new_key
from schema.ids import node_id
from tests.schema import paper
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, held_order, refused, said
from tests.schema.test_attribute_mutations import CLERK, TOMORROW, TRAIL, UPDATE, acme, of
from tests.schema.world import World

__all__ = ["acme"]

REPRESENTED = """query ($customers: CustomerWhere, $holds: CreditHoldWhere) {
  customers(where: $customers) { nodes { account creditRepresentative { name } } }
  creditHolds(where: $holds) { nodes { customer { account } responsible { name } } } }"""


async def test_who_looks_after_a_customer_finds_it_and_its_holds_and_reviews_in_both_lanes(
    ask: Asker, world: World, acme: str, pool: asyncpg.Pool
) -> None:
    karin = node_id("act", await paper.actor(world, f"Karin of {acme}"))
    earlier = await held_order(ask, world, "SE01", acme, "120000")
    given = of(acme, creditRepresentative=karin, nextReviewDate=TOMORROW)
    found = (await changed(ask, UPDATE, given, **CLERK))["customer"]
    assert found["creditRepresentative"] == {"name": f"Karin of {acme}"}
    trail = (await ask(TRAIL, {"id": found["id"]})).data["node"]["timeline"]["nodes"]
    assert {"field": "creditRepresentative", "before": None, "after": f"Karin of {acme}"} in trail[0]["changes"]
    later = await held_order(ask, world, "SE01", acme, "130000")
    hers = {"creditRepresentative": {"eq": karin}}
    reviews = {**hers, "nextReviewDate": {"range": {"until": TOMORROW}}}
    answer, fast = await BothLanes(house(pool))(REPRESENTED, {"customers": reviews, "holds": hers})
    assert fast
    assert [one["account"] for one in answer["data"]["customers"]["nodes"]] == [acme]
    responsible = [one["responsible"] for one in answer["data"]["creditHolds"]["nodes"]]
    assert sorted(responsible, key=str) == [None, {"name": f"Karin of {acme}"}], (earlier, later)
    emptied = (await changed(ask, UPDATE, of(acme, creditRepresentative=None), **CLERK))["customer"]
    assert emptied["creditRepresentative"] is None


async def test_only_somebody_who_is_known_looks_after_a_customer(ask: Asker, world: World, acme: str) -> None:
    given = of(acme, creditRepresentative=node_id("act", new_key()))
    assert said(await refused(ask, world, UPDATE, given)) == [("NOT_FOUND", "creditRepresentative")]
