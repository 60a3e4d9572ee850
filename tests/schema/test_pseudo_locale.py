"""Whatever people read goes through the catalogs: asked in the pseudo-locale, nothing for people is plain English."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import pytest
from graphql import build_schema

from locales.pseudo import offered
from locales.sentences import PSEUDO
from persistence import embedded
from schema.descriptions import texts
from schema.export import sdl
from schema.translated import sdl_in
from tests.locales.plain import plain_english, strings
from tests.schema.asking import Asker, token
from tests.schema.everything import SCHEMA_READ, Taste, ask_for, lists, plainly
from tests.schema.scene import Scene, staged
from tests.schema.screens import screens
from tests.schema.test_scope_mutations import MUTATIONS, names, operation
from tests.schema.two_companies import CANARY, OWN

ROLES = ("CREDIT_MANAGER", "INTEGRATION", "AUDITOR", "ADMIN")
FOR_PEOPLE = re.compile(r"(?:_|\.)(?:message|explanation|label|\w+Labels?)$")
"""The fields that give sentences and labels; those of a union are named after their types."""

DATA = (f"{CANARY}-", f"{OWN.word}-", "Shared group", "Acme", "The shared group was saved.", "Council of the European")
"""What the texts of the tests' own records hold, and the name of a source of rates."""

CLDRS = {".data.currencies.name"}
"""What CLDR says, which is no sentence of ours."""

MISTAKES: dict[str, dict[str, Any]] = {
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "no query": {"json": {"variables": {}}},
    "another media type": {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
    "nothing we answer in": {"json": {"query": "{ __typename }"}, "headers": {"Accept": "text/html"}},
    "NUL": {"json": {"query": '{ __type(name: "\0") { name } }'}},
}

QUERIES = (
    ("a cursor of nothing", '{ customers(after: "x") { nodes { id } } }'),
    ("both ends of a list", "{ customers(first: 1, last: 1) { nodes { id } } }"),
    ("too much at once", "{ customers(first: 1000) { nodes { id } } }"),
    ("an unknown company", '{ exposureByCompany(companies: ["NOWHERE"]) { company { code } } }'),
    ("an unknown currency", '{ exposureByCompany(currency: "XYZ") { company { code } } }'),
    ("no rate", '{ exposureByCompany(currency: "JPY") { exposure { total { amount } } } }'),
    ("an operation that is not there", "query A { __typename } query B { __typename }"),
    ("every label", "{ enumLabels { enum value label } systemInfo { warnings } }"),
)


@pytest.fixture(scope="module")
async def scene(server: embedded.Server, database_name: str) -> AsyncIterator[Scene]:
    async with staged(server, database_name) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def pseudo() -> Iterator[None]:
    with offered():
        yield


def said(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What people read and is not said by a catalog."""
    return [
        (path, text)
        for path, text in found
        if path not in CLDRS
        and not any(mark in text for mark in DATA)
        and (plain_english(text) or (FOR_PEOPLE.search(path) and not text.startswith("[")))
    ]


async def asked(ask: Asker, text: str, variables: Any, role: str) -> list[tuple[str, str]]:
    answer = await ask(text, variables, as_=role, language=PSEUDO)
    assert answer.headers["content-language"] == PSEUDO
    found = list(strings(answer.body))
    assert found
    return found


@pytest.mark.parametrize("name", sorted(lists(SCHEMA_READ)))
async def test_everything_a_list_gives(scene: Scene, name: str) -> None:
    operation = ask_for(name, 1, Taste(plainly))
    for role in ROLES:
        assert said(await asked(scene.here, operation.text, operation.variables, role)) == []


async def test_what_screens_and_reports_show(scene: Scene) -> None:
    found = []
    for text, variables in screens(scene.world).values():
        found += await asked(scene.here, text.replace('@inContext(locale: "sv-SE")', ""), variables, "ADMIN")
    assert said(found) == []
    assert any(text.startswith("[") for _, text in found)


async def test_why_an_order_is_held_and_what_would_let_it_pass(scene: Scene) -> None:
    query = """query ($account: String!, $amount: Decimal!) { checkCredit(input: {
      customer: {number: {company: "SE01", account: $account}} amount: {amount: $amount, currency: "SEK"}}) {
        check { outcome explanation reasons { code message } unblock { kind message } } errors { code message } } }"""
    found = []
    for account in ("1", "2", "3", "nobody"):
        for amount in ("1.00", "99999999.00", "-1.00", "0.001"):
            variables = {"account": OWN.text(account), "amount": amount}
            found += await asked(scene.here, query, variables, "CREDIT_MANAGER")
    assert said(found) == []
    assert len([path for path, _ in found if path.endswith(".explanation")]) > 3


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_what_a_mutation_answers_when_it_cannot_be_done(scene: Scene, name: str) -> None:
    found = []
    for role in ("VIEWER", *ROLES):
        for _ in range(2):
            tried = operation(name, names(scene, OWN))
            found += await asked(scene.here, tried.text, tried.variables, role)
    assert said(found) == []


@pytest.mark.parametrize("query", [query for _, query in QUERIES], ids=[about for about, _ in QUERIES])
async def test_mistakes_of_a_query(scene: Scene, query: str) -> None:
    assert said(await asked(scene.here, query, {}, "CREDIT_MANAGER")) == []


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_mistakes_of_a_request(scene: Scene, mistake: str) -> None:
    request = MISTAKES[mistake]
    headers = {"Accept-Language": PSEUDO, "Authorization": token("ADMIN", ["*"]), **request.get("headers", {})}
    answer = await scene.here.raw("POST", **{**request, "headers": headers})
    assert answer.status_code >= 400 or "errors" in answer.json()
    assert said(strings(answer.json())) == []


async def test_every_description_of_the_schema(scene: Scene) -> None:
    found = await scene.here('{ __type(name: "Customer") { description fields { description } } }', language=PSEUDO)
    in_file = [text for text, _ in texts(build_schema(sdl_in(PSEUDO, sdl())))]
    told = [text for _, text in strings(found.data)]
    assert told
    assert [text for text in (*told, *in_file) if not text.startswith("[")] == []
