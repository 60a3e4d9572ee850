"""A limit that is posted below what is used is posted, and warned of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.schema.adjusting import CREATE, draft, drafted, line, own_customer, temporary
from tests.schema.approving import APPROVE, CLERK, MANAGER, SUBMIT, approving
from tests.schema.asking import Asker
from tests.schema.changing import changed, codes, customer_id, group_id, keyed, sek
from tests.schema.world import TODAY, World

POST = """mutation ($input: PostCreditLimitAdjustmentInput!) { postCreditLimitAdjustment(input: $input) {
  warnings { code path node { id } limit { amount currency } actual { amount currency } } errors { code } } }"""


@pytest.fixture
async def acme(world: World) -> str:
    """A customer that owes 1,000."""
    name = await own_customer(world)
    await world.owes(name, "1000 SEK", TODAY)
    return name


async def warned(ask: Asker, *lines: dict[str, Any], **more: Any) -> Any:
    made = await drafted(ask, *lines, **more)
    return (await changed(ask, POST, keyed(creditLimitAdjustment=made["id"])))["warnings"]


async def test_every_line_below_is_warned_of_with_limit_and_use(ask: Asker, world: World, acme: str) -> None:
    beta, number = await own_customer(world), f"G-{acme.split('/')[1]}"
    await world.group(number, "Shared", "EUR", acme, limit="100 EUR")
    found = await warned(ask, line(beta, "0"), line(acme, "999.99"), line(number, "86", "EUR"))
    assert [(one["code"], one["path"], one["node"]["id"]) for one in found] == [
        ("LIMIT_BELOW_USED", ["lines", "1", "newLimit"], customer_id(world, acme)),
        ("LIMIT_BELOW_USED", ["lines", "2", "newLimit"], group_id(world, number)),
    ]
    assert (found[0]["limit"], found[0]["actual"]) == (sek("999.99"), sek("1000.00"))
    assert (found[1]["limit"]["amount"], found[1]["actual"]["amount"]) == ("86.00", "86.96")


async def test_equal_is_enough(ask: Asker, world: World, acme: str) -> None:
    assert await warned(ask, line(acme, "1000")) == []


async def test_only_what_is_in_force_is_compared(ask: Asker, world: World, acme: str) -> None:
    later = (TODAY + timedelta(1)).isoformat()
    assert await warned(ask, line(acme, "1", **{"from": later})) == []
    await warned(ask, temporary(acme, 0, 9, "5000"), kind="TEMPORARY")
    assert await warned(ask, line(acme, "2")) == [], "a temporary limit is in its place"


async def test_the_whole_limit_is_compared_and_who_is_unlimited_is_not(ask: Asker, world: World, acme: str) -> None:
    policy = {"kind": "GUARANTEE", "provider": "Bank", "number": "1", "percent": 50, "currency": "SEK", "value": 200}
    owner = {"customer_id": world.ids[acme], "company_id": world.ids["SE01"], "from_day": TODAY}
    await world.put("collateral", **owner, **policy)
    assert await warned(ask, line(acme, "900")) == []
    assert codes(await warned(ask, line(acme, "899.99"))) == ["LIMIT_BELOW_USED"]
    await world.conn.execute("update customer set unlimited_credit = true where id = $1", world.ids[acme])
    assert await warned(ask, line(acme, "1")) == []


async def test_what_cannot_be_converted_is_in_nobodys_way(ask: Asker, world: World, acme: str) -> None:
    await world.owes(acme, "1 KWD", TODAY)
    assert await warned(ask, line(acme, "1")) == []


async def test_posting_by_approval_warns_too(ask: Asker, world: World, acme: str) -> None:
    await approving(ask, post=True)
    made = (await changed(ask, CREATE, draft(line(acme, "1")), **CLERK))["creditLimitAdjustment"]
    asked = {"creditLimitAdjustment": made["id"]}
    assert (await changed(ask, SUBMIT, keyed(**asked), **CLERK))["warnings"] == []
    approved = await changed(ask, APPROVE, keyed(**asked), **MANAGER)
    assert (approved["creditLimitAdjustment"]["status"], codes(approved["warnings"])) == (
        "POSTED",
        ["LIMIT_BELOW_USED"],
    )
    own = "update credit_parameters set approve_limit_adjustments = false where company_id = $1"
    await world.conn.execute(own, world.ids["SE01"])
