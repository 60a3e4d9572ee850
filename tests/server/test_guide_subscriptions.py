"""The guide to subscriptions does what it says."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from schema.streaming import hub, sse
from server.settings import Settings
from tests.acceptance.story import Story
from tests.server.conftest import Served
from tests.server.live import SECONDS
from tests.server.test_subscriptions import held

GUIDE = (Path(__file__).parents[2] / "docs" / "subscriptions.md").read_text()


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


async def followed(served: Served) -> None:
    """Wait until a subscription is under way."""
    application: Any = served.server.config.app
    async with asyncio.timeout(SECONDS):
        while not application.house.events.followers:
            await served.client.get("/livez")


async def test_the_python_of_the_guide_follows_holds_and_goes_on_after_a_break(served: Served, story: Story) -> None:
    names: dict[str, Any] = {}
    exec(example("python"), names)
    there = served.address.replace("http", "ws", 1) + "/graphql"
    token, last, heard = served.token("VIEWER"), None, []
    for after in (False, True):
        variables = {"companies": ["SE01"], "after": last}
        following = names["follow"](there, token, example("graphql"), variables)
        if after:
            await held(story)
        event = asyncio.ensure_future(anext(following))
        await followed(served)
        if not after:
            await held(story)
        async with asyncio.timeout(SECONDS):
            heard.append((await event)["creditHoldChanged"])
        await following.aclose()
        last = heard[-1]["sequence"]
    assert [one["creditHold"]["statusLabel"] for one in heard] == ["Öppen", "Öppen"]
    assert heard[0]["creditHold"]["id"] != heard[1]["creditHold"]["id"]


async def test_the_curl_of_the_guide_prints_events(served: Served, story: Story) -> None:
    environment = os.environ | {"ADDRESS": served.address, "TOKEN": served.token("VIEWER"), "no_proxy": "*"}
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f"exec {example('sh')}", env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await followed(served)
    hold = await held(story)
    async with asyncio.timeout(SECONDS):
        lines = [(await process.stdout.readline()).decode() for _ in range(3)]
        process.terminate()
        await process.wait()
    assert lines[0] == "event: next\n"
    told = json.loads(lines[2].removeprefix("data: "))["data"]["creditHoldChanged"]
    assert told["creditHold"] == {"id": hold, "status": "OPEN"}


def test_its_numbers_are_those_of_the_program() -> None:
    assert f"`CREDITGRAPH_EVENT_RETENTION_HOURS` ({Settings().event_retention_hours})" in GUIDE
    assert f"{hub.MOST_WAITING} events wait" in GUIDE
    assert f"follows {Settings().streams_per_client} at a time (`CREDITGRAPH_STREAMS_PER_CLIENT`)" in GUIDE
    assert sse.PATIENCE == hub.STILL_AFTER == 10
