"""The twelve checks of graphql-cop 1.15, as it makes them: by a stranger, and, where a stranger learns nothing anyhow,
also by somebody who is signed in. Its thirteenth, of repeated fields, is switched off there.
"""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response

from tests.schema.asking import Asker, token

STRANGER: dict[str, str] = {}
SIGNED_IN = {"Authorization": token("ADMIN", ["*"])}
ANYBODY = pytest.mark.parametrize("who", [STRANGER, SIGNED_IN], ids=["stranger", "signed in"])

IN_CIRCLES = "query cop { __schema { types " + "{ fields { type " * 4 + "{ name }" + " } }" * 4 + " } }"
DIRECTIVES = "query cop { __typename " + "@aa" * 10 + " }"
ALIASES = "query cop { " + " ".join(f"alias{number}: __typename" for number in range(101)) + " }"
TYPENAME = "query cop { __typename }"


async def posted(ask: Asker, content: Any, who: dict[str, str]) -> Response:
    return await ask.raw("POST", json=content, headers=who)


def data_of(response: Response) -> Any:
    body = response.json()
    return body.get("data") if isinstance(body, dict) else body


@ANYBODY
async def test_alias_overloading(ask: Asker, who: dict[str, str]) -> None:
    response = await posted(ask, {"query": ALIASES}, who)
    assert response.status_code in (400, 401, 200)
    assert data_of(response) is None
    assert response.json()["errors"]


@ANYBODY
async def test_batch_queries(ask: Asker, who: dict[str, str]) -> None:
    response = await posted(ask, [{"query": TYPENAME}] * 10, who)
    assert response.status_code in (400, 401)
    assert isinstance(response.json(), dict)
    assert data_of(response) is None


@ANYBODY
async def test_circular_introspection(ask: Asker, who: dict[str, str]) -> None:
    response = await posted(ask, {"query": IN_CIRCLES}, who)
    assert data_of(response) is None
    assert response.json()["errors"]


@ANYBODY
async def test_directive_overloading(ask: Asker, who: dict[str, str]) -> None:
    response = await posted(ask, {"query": DIRECTIVES}, who)
    assert data_of(response) is None
    assert 1 <= len(response.json()["errors"]) <= 5


async def test_field_suggestions(ask: Asker) -> None:
    response = await posted(ask, {"query": "query cop { __schema { directive } }"}, STRANGER)
    assert response.status_code == 401
    assert "Did you mean" not in response.text


@ANYBODY
@pytest.mark.parametrize("more", [{}, {"GraphQL-Require-Preflight": "1"}], ids=["plain", "with the header"])
async def test_mutations_by_get(ask: Asker, who: dict[str, str], more: dict[str, str]) -> None:
    response = await ask.raw("GET", params={"query": "mutation cop { __typename }"}, headers=who | more)
    assert response.status_code in (400, 401, 405)
    assert data_of(response) is None


@ANYBODY
async def test_queries_by_get(ask: Asker, who: dict[str, str]) -> None:
    response = await ask.raw("GET", params={"query": TYPENAME}, headers=who)
    assert response.status_code in (400, 401)
    assert data_of(response) is None


@ANYBODY
async def test_a_page_where_the_endpoint_is(ask: Asker, who: dict[str, str]) -> None:
    response = await ask.raw("GET", headers=who | {"Accept": "text/html"})
    assert response.status_code in (401, 406)
    assert not {"graphiql", "playground", "explorer"} & set(response.text.lower().replace("/", " ").split())
    assert response.headers["content-type"].startswith("application/json")


async def test_introspection(ask: Asker) -> None:
    response = await posted(ask, {"query": "query cop { __schema { types { name fields { name } } } }"}, STRANGER)
    assert response.status_code == 401
    assert data_of(response) is None


@ANYBODY
async def test_forms(ask: Asker, who: dict[str, str]) -> None:
    response = await ask.raw("POST", data={"query": TYPENAME}, headers=who)
    assert response.status_code in (401, 415)
    assert data_of(response) is None


@ANYBODY
async def test_traces(ask: Asker, who: dict[str, str]) -> None:
    response = await posted(ask, {"query": TYPENAME}, who)
    assert (data_of(response) is None) == (who is STRANGER)
    assert "tracing" not in response.text.lower()


@ANYBODY
async def test_unhandled_errors(ask: Asker, who: dict[str, str]) -> None:
    response = await posted(ask, {"query": "qwerty cop { abc }"}, who)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] in ("UNAUTHENTICATED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT")
    assert not {"exception", "stacktrace", "debug"} & set(error["extensions"])
