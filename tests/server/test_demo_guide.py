"""docs/demo.md is true: its tables say what is loaded, and its queries answer with something."""

import asyncio
import re
from pathlib import Path
from typing import Any

from server.auth import DevelopmentIssuer
from server.demo.client import Client
from server.demo.facts.companies import COMPANIES
from server.demo.facts.customers import CAST, customers
from server.demo.facts.names import LANGUAGES, NAMES
from server.demo.facts.rules import PARAMETERS
from server.demo.facts.scale import FULL, SMALL
from server.demo.loading import load
from server.demo.showing import PEOPLE, tokens
from tests.server.conftest import KEY, Served

GUIDE = (Path(__file__).parents[2] / "docs" / "demo.md").read_text()


def rows(title: str) -> list[tuple[str, ...]]:
    """The rows of the table below a title."""
    part = GUIDE.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[1:]]


def queries() -> list[tuple[str, str]]:
    """Each query with who asks it: the variables named before, in their order."""
    found = []
    waiting: list[str] = []
    for piece in re.findall(r"as `([A-Z]+)`|```graphql\n(.*?)```", GUIDE, re.DOTALL):
        if piece[0]:
            waiting.append(piece[0])
        else:
            found.append((waiting.pop(0), piece[1]))
    assert waiting == []
    return found


def empty(value: Any) -> bool:
    """Whether an answer holds nothing."""
    if isinstance(value, dict):
        return "nodes" in value and not value["nodes"]
    return value is None


async def test_every_query_of_the_guide_answers_with_something(served: Served) -> None:
    def use() -> dict[str, list[dict[str, Any]]]:
        clients = {name: Client(served.address, token) for name, token in tokens(DevelopmentIssuer(KEY)).items()}
        load(clients, DevelopmentIssuer(KEY).clock().date())
        answers: dict[str, list[dict[str, Any]]] = {}
        for asker, query in queries():
            locale = PEOPLE[asker].locale or "en"
            for name, found in clients[asker].ask(query, language=locale).items():
                answers.setdefault(name, []).append(found)
        return answers

    answers = await asyncio.to_thread(use)
    assert len(queries()) == 19
    assert not [name for name, found in answers.items() if any(empty(one) for one in found)]
    (trouble,) = answers["customer"]
    assert trouble["credit"]["exposure"]["daysOverdue"] > 30
    limits = {node["account"]: node["credit"]["limit"] for node in answers["customers"][0]["nodes"]}
    assert limits["4114"]["temporary"] is not None
    assert limits["4102"]["insuranceAndGuarantees"] is not None
    assert limits["4111"]["expiryDate"] is not None
    waiting, ready, released = (found["nodes"] for found in answers["creditHolds"])
    assert len({reason["code"] for hold in waiting for reason in hold["reasons"]}) >= 5
    # What a person holds shows itself ready too, once nothing else speaks against it.
    still = {reason["code"] for hold in ready for reason in hold["reasons"] if reason["active"]}
    assert still <= {"FORCED"}
    # A hold that released itself has nobody's release.
    by_people = {hold["release"]["reason"]["name"] for hold in released if hold["release"] is not None}
    assert by_people
    assert by_people <= {named.said[LANGUAGES.index("fr")] for named in NAMES}
    assert any("\u3040" <= letter <= "\u30ff" for hold in waiting for letter in hold["reasons"][0]["message"])
    group = answers["creditGroup"][0]
    assert len(group["byCompany"]) > 1
    what_was_built_later_is_there(answers)


def what_was_built_later_is_there(answers: dict[str, list[dict[str, Any]]]) -> None:
    """Releases to approve, authority lent and of a person, limits of parties, deadlines, orders closed and returned."""
    (wanted,) = answers["wanted"][0]["nodes"]
    assert wanted["releaseRequest"]["askedBy"]["name"] == PEOPLE["GERMAN"].name
    (person,) = answers["company"][0]["parameters"]["personalAuthorities"]
    assert person["actor"]["name"] == PEOPLE["JAPANESE"].name
    (lent,) = answers["delegations"][0]["nodes"]
    assert (lent["lender"]["name"], lent["delegate"]["name"]) == (PEOPLE["MANAGER"].name, PEOPLE["GERMAN"].name)
    party = answers["party"][0]
    assert len(party["customers"]["nodes"]) == 2
    assert any(customer["salesOrders"]["nodes"] for customer in party["customers"]["nodes"])
    added = {node["account"]: node["credit"]["limit"]["parts"] for node in answers["added"][0]["nodes"]}
    assert len(added["4104"]) == 2
    assert len(added["4118"]) == 3
    assert all(due["collateral"]["type"] for due in answers["declarationsDue"][0]["nodes"])
    (insured,) = answers["customers"][2]["nodes"]
    assert insured["collaterals"]["nodes"][0]["declarations"]["nodes"]
    lines = [line for order in answers["delivered"][0]["nodes"] for line in order["lines"]["nodes"]]
    assert any(line["closed"] for line in lines)
    assert any(float(line["returned"]["amount"]) for line in lines)
    ended = [membership["until"] is not None for membership in answers["history"][0]["memberships"]["nodes"]]
    assert sorted(ended)[-2:] == [False, True]


def test_its_tables_say_who_is_in_the_group() -> None:
    assert rows("Companies") == [
        (
            company.code,
            company.name,
            company.currency,
            company.locale,
            f"{company.series}001 …",
            ", ".join(PARAMETERS[company.code].steps),
        )
        for company in COMPANIES
    ]
    assert rows("Who asks") == [
        (
            name,
            f"{claims.name}: "
            + ", ".join(
                f"{' '.join(roles)} of {company.replace('*', 'every company')}"
                for company, roles in claims.grants.items()
            ),
            claims.locale or "",
        )
        for name, claims in PEOPLE.items()
    ]


def test_its_cast_is_the_same_in_every_company_and_at_every_scale() -> None:
    said = [(account, pays, part) for account, pays, part in rows("Who has a story")]
    assert said == [(f"{place + 101}", manner.name, part.name) for place, (manner, part) in enumerate(CAST)]
    for scale in (FULL, SMALL):
        roles = {one.account: (one.manner.name, one.part.name) for one in customers(scale)}
        for company in COMPANIES:
            assert [(account, *roles[f"{company.series}{account}"]) for account, *_ in said] == said
