"""The README and the guides that it begins with are true: every question is asked, on the demo group, and answers what
the guide shows.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.auth import DevelopmentIssuer
from server.demo.client import Client
from server.demo.loading import begun, load
from server.demo.showing import tokens
from tests.docs.guides import differences, steps, with_answer
from tests.server.conftest import KEY, Served

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = (
    ROOT / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in (
            "first-query",
            "paging",
            "errors",
            "bi",
            "integrating",
            "orders",
            "attributes",
            "holds",
            "approval",
            "approving-releases",
            "approving-credit-changes",
            "groups",
            "collateral",
            "adjusting",
            "parameters",
            "party-limits",
            "rules",
        )
    ),
)
"""Those that ask the demo group. The others bring their own tests."""


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
async def test_a_guide_answers_what_it_shows(served: Served, guide: Path) -> None:
    found = tokens(DevelopmentIssuer(KEY))
    clients = {name: Client(served.address, token) for name, token in found.items()}
    if await asyncio.to_thread(begun, clients["ADMIN"]) is None:
        await asyncio.to_thread(load, clients, datetime.now(UTC).date())
    wrong, answered = [], None
    for number, step in enumerate(steps(guide), 1):
        headers = {"Authorization": f"Bearer {found[step.who]}", "Accept-Language": step.language}
        content = {"query": step.query, "variables": with_answer(step.variables, answered)}
        response = await served.client.post("/graphql", json=content, headers=headers, timeout=60)
        answered = response.json()
        answered.pop("extensions", None)
        if step.answer is None:
            wrong += [f"question {number}: {answered['errors']}"] if "errors" in answered else []
        else:
            wrong += [f"question {number}: {each}" for each in differences(step.answer, answered)]
    assert wrong == []


def test_the_index_names_every_guide_and_every_link_leads_somewhere() -> None:
    index = (DOCS / "README.md").read_text()
    assert {guide.name for guide in DOCS.glob("*.md")} - {"README.md"} == set(re.findall(r"\]\(([a-z-]+\.md)\)", index))
    lost = [
        (page.name, link)
        for page in (ROOT / "README.md", *DOCS.rglob("*.md"))
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert lost == []


def test_a_difference_is_told_with_its_place() -> None:
    shown = {"data": {"a": "…", "b": [1, 2], "c": "x"}}
    assert list(differences(shown, {"data": {"a": 5, "b": [1, 2], "c": "x"}})) == []
    assert list(differences(shown, {"data": {"a": 5, "b": [1, 3], "c": "x"}})) == [
        "answer.data.b.1: 3 came, 2 is shown"
    ]
    assert list(differences({"a": 1}, {"a": 1, "b": 2})) == ["answer.b: 2 came, 'nothing' is shown"]
