"""The operating guide is true: every setting is in it with its default, or in the guide to signing in; its examples
answer what they say.
"""

import json
import re
from dataclasses import fields
from pathlib import Path

from persistence import migrate
from server.settings import Settings, variable_of
from tests.server.conftest import Served

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "operating.md").read_text()
SIGNING_IN = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "signing-in.md").read_text(), re.MULTILINE))
SETTINGS = {
    name: default.strip()
    for names, default in re.findall(r"^\| (`[A-Z_`, ]+`) \|([^|]*)\|", GUIDE, re.MULTILINE)
    for name in re.findall("[A-Z_]+", names)
}


def test_every_setting_is_in_it() -> None:
    assert {variable_of(one.name) for one in fields(Settings)} == (set(SETTINGS) - {"OTEL_"}) | SIGNING_IN
    assert not set(SETTINGS) & SIGNING_IN


def test_every_number_is_the_default() -> None:
    usual = {variable_of(one.name): getattr(Settings(), one.name) for one in fields(Settings)}
    numbers = {name: default for name, default in SETTINGS.items() if re.fullmatch(r"[\d.]+", default)}
    assert len(numbers) >= 4
    assert {name: f"{usual[name]:.12g}" for name in numbers} == numbers


async def test_it_is_ready_as_it_says(served: Served) -> None:
    status, said = re.findall(r"```\nGET /readyz\n(\d+) (.*?)\n```", GUIDE)[0]
    answer = await served.client.get("/readyz")
    assert answer.status_code == int(status)
    assert answer.text == said.replace("…", migrate.head())


async def test_the_log_and_the_metrics_look_as_it_says(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token('VIEWER')}", "X-Request-Id": "front-end-1"}
    await served.client.post("/graphql", json={"query": "query Peek { viewer { roles } }"}, headers=headers)
    (line,) = re.findall(r'^\{"operation".*\}$', GUIDE, re.MULTILINE)
    told = json.loads(served.told[0])
    assert list(json.loads(line)) == list(told)
    assert {**told, "ms": 1.2, "timestamp": "…"} == json.loads(line)
    (sample,) = re.findall(r"```\nGET /metrics\n(.*?)\n```", GUIDE)
    assert sample in (await served.client.get("/metrics")).text.splitlines()
