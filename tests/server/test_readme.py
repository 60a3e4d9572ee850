"""The README is true: its query answers what it says, its mutation works, every place it names is there."""

import asyncio
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.auth import DevelopmentIssuer
from server.demo.client import Client
from server.demo.loading import load
from server.demo.showing import tokens
from tests.server.conftest import KEY, Served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FIRST_SCREEN = 60


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


async def test_the_query_answers_and_the_mutation_does_what_the_first_screen_says(served: Served) -> None:
    def use() -> tuple[Any, Any]:
        clients = {name: Client(served.address, token) for name, token in tokens(DevelopmentIssuer(KEY)).items()}
        load(clients, datetime.now(UTC).date())
        query, mutation = blocks("graphql")
        return clients["MANAGER"].ask(query), clients["MANAGER"].ask(mutation)["submitSalesOrder"]

    answer, submitted = await asyncio.to_thread(use)
    (said,) = blocks("json")
    assert answer == json.loads(said)["data"]
    assert submitted["salesOrder"]["status"] == "HELD"
    assert submitted["creditHold"]["reasons"]


def test_the_first_screen_has_the_two_commands_the_answer_and_the_mutation() -> None:
    screen = "\n".join(README.splitlines()[:FIRST_SCREEN])
    for part in ("./run demo", "./run test", "checkCredit", "spärras", "submitSalesOrder"):
        assert part in screen


def test_every_file_and_folder_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:domain|persistence|schema|locales|server|tests|docs)/[^`<*]*)`", README))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_command_it_names_is_one_of_the_door() -> None:
    said = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"\./run ([a-z]+)", README))
    assert commands - set(re.findall(r"^  \./run ([a-z]+)", said, re.MULTILINE)) == set()
