"""What tests of mutations share: inputs with fresh keys, payloads, and proof that a refusal wrote nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import parse, print_ast
from graphql.utilities import separate_operations

from persistence.keys import new_key
from persistence.tables.columns import metadata
from schema.ids import node_id
from tests.schema.asking import Asker
from tests.schema.world import World

OPERATIONS = (
    Path(os.environ.get("CREDITGRAPH_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    / "design"
    / "operations.graphql"
)
"""The operations of the front-end and BI teams, where they are at hand."""

# Who acts is noted at first sight, and refusals are put on record.
_NOTED = {"actor", "actor_role", "audit_event"}


def keyed(**given: Any) -> dict[str, Any]:
    """An input with a key of its own."""
    return {"idempotencyKey": new_key().hex, **given}


def sek(amount: str) -> dict[str, str]:
    """An amount in crowns."""
    return {"amount": amount, "currency": "SEK"}


def customer_id(world: World, name: str) -> str:
    """The node id of a customer by its name in the tests."""
    return node_id("cus", world.ids[name])


def group_id(world: World, number: str) -> str:
    """The node id of a credit group."""
    return node_id("grp", world.ids[number])


def said(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The errors of a payload: codes with their places."""
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def changed(ask: Asker, document: str, given: Mapping[str, Any], **asked: Any) -> Any:
    """The payload of a mutation that is not refused."""
    (payload,) = (await ask(document, {"input": given}, **asked)).data.values()
    assert payload["errors"] == []
    return payload


async def refused(ask: Asker, world: World, document: str, given: Mapping[str, Any], **asked: Any) -> Any:
    """The payload of a mutation that is refused; nothing was written."""
    before = await rows(world)
    (payload,) = (await ask(document, {"input": given}, **asked)).data.values()
    assert payload["errors"] != []
    assert await rows(world) == before
    return payload


async def mistaken(ask: Asker, world: World, document: str, given: Mapping[str, Any], **asked: Any) -> list[str]:
    """The codes of the top-level errors of a mutation that is a mistake; nothing was written."""
    before = await rows(world)
    codes = (await ask(document, {"input": given}, **asked)).codes
    assert await rows(world) == before
    return codes


async def rows(world: World) -> dict[str, tuple[int, int]]:
    """How many rows there are of everything, and the sum of their versions."""
    found = {}
    for name, table in metadata.tables.items():
        if name not in _NOTED:
            versions = "coalesce(sum(version), 0)" if "version" in table.c else "0"
            found[name] = tuple(await world.conn.fetchrow(f'select count(*), {versions} from "{name}"'))
    return found


async def held_order(ask: Asker, world: World, company: str, account: str, amount: str) -> str:
    """The id of the hold of a new order that does not fit, in the currency of its company."""
    await checked(world, company)
    currency = await world.conn.fetchval("select currency from company where id = $1", world.ids[company])
    document = """mutation ($input: SubmitSalesOrderInput!) {
      submitSalesOrder(input: $input) { creditHold { id } errors { code message path } } }"""
    order = {"company": company, "number": new_key().hex, "account": account}
    given = keyed(**order, amount={"amount": amount, "currency": currency})
    payload = await changed(ask, document, given)
    found: str = payload["creditHold"]["id"]
    return found


async def checked(world: World, *companies: str) -> None:
    """Companies that check at confirmation."""
    for company in companies:
        await world.conn.execute(
            "insert into checkpoint_setting (company_id, checkpoint) values ($1, 'CONFIRMATION')"
            " on conflict do nothing",
            world.ids[company],
        )


async def hold_status(world: World, hold: str) -> str:
    """Where a hold stands."""
    found: str = await world.conn.fetchval("select status from credit_hold where id::text = $1", dashed(hold))
    return found


def dashed(node: str) -> str:
    """The key in a node id, as PostgreSQL writes it."""
    digits = node.split("_")[1]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def operation(name: str) -> str:
    """One operation of the front-end teams with its fragments, as it stands."""
    return print_ast(separate_operations(parse(OPERATIONS.read_text()))[name])


def codes(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """The codes of errors or warnings."""
    return [error["code"] for error in errors]
