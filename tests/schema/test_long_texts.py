"""Every text of every mutation has a longest length: beyond it the field and the length are named."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from persistence import embedded
from schema.mutations.long_texts import LONGEST_TEXT
from tests.schema.attempts import MUTATIONS, names, operation, refusals, tried
from tests.schema.inputs import Path, leaves
from tests.schema.scene import Scene, staged
from tests.schema.test_scope_mutations import role_for
from tests.schema.two_companies import OWN

UPDATE = """mutation ($input: UpdateCreditHoldInput!) { updateCreditHold(input: $input) {
  creditHold { notes } errors { code message path } } }"""
FILTERS = {"generateCreditLimitAdjustment": ("company", "companies")}
"""Companies that are looked up before anything else, and of such a code there is none."""


@pytest.fixture(scope="module")
async def scene(server: embedded.Server, database_name: str) -> AsyncIterator[Scene]:
    async with staged(server, database_name) as made:
        yield made


def texts(name: str) -> list[Path]:
    """The places of a mutation's input at which there is a text."""
    return [path for path, _, leaf in leaves(MUTATIONS[name].args["input"].type) if leaf.name == "String"]


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_text_is_refused_where_it_is_too_long(scene: Scene, name: str) -> None:
    role = await role_for(scene, name)
    for path in texts(name):
        asked = operation(name, names(scene, OWN, path, "x" * (LONGEST_TEXT + 1)), path)
        answer = await tried(scene.here, asked, role, "*")
        if name in FILTERS and path[-1] in FILTERS[name]:
            assert refusals(answer) in ({"COMPANY_NOT_AVAILABLE"}, {"INVALID_VALUE"}), path
            continue
        (payload,) = answer.data.values()
        (error,) = payload["errors"]
        places = [part for part in error["path"] if not part.isdecimal()]
        assert (error["code"], tuple(places)) == ("INVALID_VALUE", path)
        assert error["message"] == f"`{path[-1]}` has at most 10,000 characters."


async def test_what_is_as_long_as_it_may_be_is_kept(scene: Scene) -> None:
    called = f"hold {OWN.text('held order')}"
    hold = f"hld_{scene.world.ids[called].hex}"
    given = {"idempotencyKey": "long", "creditHold": hold, "notes": "x" * LONGEST_TEXT}
    answer = await scene.changed(UPDATE, {"input": given}, as_="CREDIT_MANAGER", companies=[OWN.code])
    assert answer.data["updateCreditHold"] == {"creditHold": {"notes": "x" * LONGEST_TEXT}, "errors": []}
