"""Persons are found by who may hand them work: what they are where, as they last asked, in both lanes."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from persistence.keys import new_key
from tests.schema.asking import Asker, house
from tests.schema.both_lanes import BothLanes
from tests.schema.changing import changed, held_order, keyed
from tests.schema.world import World

ACTORS = """query ($where: ActorWhere) { actors(where: $where, first: 1000) {
  nodes { id name roles { role roleLabel company { code } } } } }"""
UPDATE = """mutation ($input: UpdateCreditHoldInput!) { updateCreditHold(input: $input) {
  creditHold { responsible { name } } errors { code } } }"""


async def came(ask: Asker, role: str, *companies: str, user: str | None = None) -> str:
    """Somebody asked as what they are; their name."""
    name = user or f"person {new_key().hex}"
    await ask("{ viewer { locale } }", as_=role, companies=companies or ("*",), user=name)
    return name.title()


async def named(both: BothLanes, name: str, **asked: Any) -> list[Any]:
    """Who is found by a name."""
    where = {"name": {"eq": name}, **asked.pop("where", {})}
    answer, fast = await both(ACTORS, {"where": where}, **asked)
    assert fast
    found: list[Any] = answer["data"]["actors"]["nodes"]
    return found


@pytest.fixture
def both(pool: asyncpg.Pool) -> BothLanes:
    return BothLanes(house(pool))


async def test_somebody_who_was_here_is_found_with_what_it_is_there(ask: Asker, world: World, both: BothLanes) -> None:
    clerk, everywhere = await came(ask, "CREDIT_CLERK", "SE01"), await came(ask, "CREDIT_MANAGER")
    (found,) = await named(both, clerk)
    assert found["roles"] == [{"role": "CREDIT_CLERK", "roleLabel": "Credit clerk", "company": {"code": "SE01"}}]
    (found,) = await named(both, everywhere, language="sv")
    assert [(one["role"], one["company"]) for one in found["roles"]] == [("CREDIT_MANAGER", None)]
    assert found["roles"][0]["roleLabel"] != "Credit manager"


async def test_what_somebody_is_is_what_the_last_token_said(ask: Asker, world: World, both: BothLanes) -> None:
    name = await came(ask, "CREDIT_CLERK", "SE01", "FI01", user="Nils")
    await came(ask, "AUDITOR", "FI01", user="Nils")
    (found,) = await named(both, name)
    assert [(one["role"], one["company"]["code"]) for one in found["roles"]] == [("AUDITOR", "FI01")]


async def test_persons_are_found_by_company_and_by_role(ask: Asker, world: World, both: BothLanes) -> None:
    name = await came(ask, "CREDIT_CLERK", "SE01")
    for where, there in (
        ({"companies": ["SE01"]}, True),
        ({"companies": ["FI01"]}, False),
        ({"role": {"in": ["CREDIT_CLERK", "CREDIT_MANAGER"]}}, True),
        ({"role": {"eq": "CREDIT_MANAGER"}}, False),
        ({"search": name[-12:].upper()}, True),
    ):
        assert bool(await named(both, name, where=where)) is there, where


async def test_only_who_shares_a_company_is_found_and_only_with_what_it_is_there(
    ask: Asker, world: World, both: BothLanes
) -> None:
    abroad, in_both = await came(ask, "CREDIT_CLERK", "FI01"), await came(ask, "CREDIT_CLERK", "SE01", "FI01")
    assert await named(both, abroad, companies=["SE01"], as_="CREDIT_CLERK") == []
    (found,) = await named(both, in_both, companies=["SE01"], as_="CREDIT_CLERK")
    assert [one["company"]["code"] for one in found["roles"]] == ["SE01"]


@pytest.mark.parametrize(("role", "codes"), [("VIEWER", ["FORBIDDEN"]), ("INTEGRATION", ["FORBIDDEN"]), ("ADMIN", [])])
async def test_who_may_not_read_the_trail_is_told_of_nobody(
    ask: Asker, world: World, role: str, codes: list[str]
) -> None:
    assert (await ask(ACTORS, as_=role)).codes == codes


async def test_who_is_found_can_be_handed_a_hold(ask: Asker, world: World, both: BothLanes) -> None:
    hold = await held_order(ask, world, "SE01", "1002", "999999999")
    name = await came(ask, "CREDIT_CLERK", "SE01")
    (found,) = await named(both, name)
    given = keyed(creditHold=hold, responsible=found["id"])
    assert (await changed(ask, UPDATE, given))["creditHold"]["responsible"]["name"] == found["name"]
