"""docs/limits.md is true: its limits are ours, and its query costs what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from schema.endpoint import LARGEST_BODY
from schema.guard import TOO_LARGE, Limits
from schema.introspected import EACH
from schema.validation import MOST_STEPS
from server.heads import LARGEST_HEAD
from server.settings import Settings
from tests.schema.test_cost import WHOLE, cost
from tests.server.conftest import Served

GUIDE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text()


def block(language: str) -> str:
    """The only block in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


async def test_the_query_of_the_guide_costs_what_it_says(served: Served) -> None:
    variables = json.loads(re.findall(r"With `(.*?)`", GUIDE)[0])
    answer = await served.client.post(
        "/graphql",
        json={"query": block("graphql"), "variables": variables},
        headers={"Authorization": f"Bearer {served.token('VIEWER')}"},
    )
    assert answer.json()["extensions"]["cost"] == json.loads(block("json"))


def test_the_limits_of_the_guide_are_ours() -> None:
    told = {
        name: int(most.replace(",", "")) for name, most in re.findall(r"^\| `([a-zA-Z]+)` \| ([\d,]+) \|", GUIDE, re.M)
    }
    ours: dict[str, Any] = {name: getattr(Limits(), name.replace("D", "_d")) for name in TOO_LARGE}
    assert told == ours | {"comparisons": MOST_STEPS}


def test_how_large_a_request_may_be_is_told() -> None:
    told = " ".join(GUIDE.split())
    assert f"at most {LARGEST_BODY // 1024**2} MiB (status 413), its address" in told
    assert f"address and headers {LARGEST_HEAD // 1024} KiB (431)" in told


def test_the_settings_of_the_guide_are_ours() -> None:
    assert f"may cost {Settings().most_cost:,} (`CREDITGRAPH_MOST_COST`)" in GUIDE
    assert f"{Settings().cost_per_minute:,} a minute (`CREDITGRAPH_COST_PER_MINUTE`" in GUIDE


def test_the_price_of_introspection_is_told() -> None:
    assert f"costs {EACH} for each value" in GUIDE
    (told,) = re.findall(r"asks for costs about ([\d,]+)", GUIDE)
    assert 0.9 < cost(WHOLE) / int(told.replace(",", "")) < 1.1
