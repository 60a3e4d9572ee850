"""GraphQL over HTTP: media types, status codes, preflight, tokens, and what is told of errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from tests.schema.asking import Asker, token
from tests.schema.world import World

GRAPHQL = "application/graphql-response+json"
ASKED = {"query": "{ viewer { actor { name } roles rolesLabels } }"}


def headers(**more: str) -> dict[str, str]:
    """A signed-in client's headers."""
    return {"Authorization": token("VIEWER", ["SE01"])} | {
        name.replace("_", "-"): value for name, value in more.items()
    }


async def test_a_query_is_answered_with_its_request_id(ask: Asker) -> None:
    response = await ask.raw("POST", json=ASKED, headers=headers(Accept=GRAPHQL, X_Request_Id="r-1"))
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert response.headers["x-request-id"] == "r-1"
    assert response.json()["data"]["viewer"]["actor"] == {"name": "Tester"}
    assert response.json()["data"]["viewer"]["roles"] == ["VIEWER"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"application/json;q=0.1, {GRAPHQL};q=0.2", GRAPHQL),
        ("text/html, application/*;q=0.5", "application/json"),
    ],
)
async def test_the_clients_favourite_media_type_is_taken(ask: Asker, accept: str, kind: str) -> None:
    response = await ask.raw("POST", json=ASKED, headers=headers(Accept=accept))
    assert response.headers["content-type"].split(";")[0] == kind


@pytest.mark.parametrize(
    ("parameters", "explained"),
    [("explain", True), ("a=1&explain", True), ("", False), ("explainer", False), ("explain_nothing=1", False)],
)
async def test_an_answer_is_explained_to_an_admin_who_asks_for_exactly_that(
    ask: Asker, parameters: str, explained: bool
) -> None:
    admin = {"Authorization": token("ADMIN", ["*"])}
    async with AsyncClient(transport=ASGITransport(ask.app), base_url="http://test") as client:
        response = await client.post(f"/graphql?{parameters}", json=ASKED, headers=admin)
        assert ("explain" in response.json()["extensions"]) is explained
        others = await client.post(f"/graphql?{parameters}", json=ASKED, headers=headers())
    assert "explain" not in others.json()["extensions"]


async def test_whoever_accepts_no_json_gets_none(ask: Asker) -> None:
    assert (await ask.raw("POST", json=ASKED, headers=headers(Accept="text/html"))).status_code == 406


async def test_without_a_token_nothing_is_answered(ask: Asker) -> None:
    response = await ask.raw("POST", json=ASKED)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in response.json()


@pytest.mark.parametrize("header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"])
async def test_a_query_by_get_needs_a_header_that_forces_a_preflight(ask: Asker, header: str) -> None:
    parameters = {"query": ASKED["query"], "variables": "", "operationName": ""}
    assert (await ask.raw("GET", params=parameters, headers=headers())).status_code == 400
    assert (await ask.raw("GET", params=parameters, headers=headers() | {header: "1"})).status_code == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"json": []}, 400),
        ({"json": {"query": ""}}, 400),
        ({"json": {"query": "{ viewer { locale } }", "variables": []}}, 400),
        ({"json": {"query": "{ viewer { locale } }", "operationName": 1}}, 400),
        ({"json": {"query": "#" * (1024 * 1024)}}, 413),
    ],
)
async def test_what_is_no_request_is_refused(ask: Asker, request_: dict[str, Any], status: int) -> None:
    sent = request_ | {"headers": headers() | request_.get("headers", {})}
    response = await ask.raw("POST", **sent)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("extensions", ["text", 0, False, []])
async def test_extensions_are_an_object(ask: Asker, extensions: Any) -> None:
    response = await ask.raw("POST", json=ASKED | {"extensions": extensions}, headers=headers(Accept=GRAPHQL))
    assert response.status_code == 400
    assert (await ask.raw("POST", json=ASKED | {"extensions": None}, headers=headers())).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("signed_in", [True, False])
async def test_only_get_and_post_are_answered(ask: Asker, method: str, signed_in: bool) -> None:
    response = await ask.raw(method, headers=headers() if signed_in else {})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("left_out", ["variables", "operationName", "extensions"])
async def test_an_empty_parameter_is_none(ask: Asker, left_out: str) -> None:
    parameters = {"query": "query Me { viewer { roles } }", left_out: ""}
    response = await ask.raw("GET", params=parameters, headers=headers(GraphQL_Require_Preflight="1"))
    assert (response.status_code, response.json()["data"]) == (200, {"viewer": {"roles": ["VIEWER"]}})


@pytest.mark.parametrize("parameters", [{"variables": "{"}, {"variables": "[]"}, {"extensions": "1"}])
async def test_a_parameter_that_is_no_object_is_refused(ask: Asker, parameters: dict[str, str]) -> None:
    asked = {"query": ASKED["query"], **parameters}
    assert (await ask.raw("GET", params=asked, headers=headers(GraphQL_Require_Preflight="1"))).status_code == 400


async def test_what_changes_data_is_not_asked_by_get(ask: Asker) -> None:
    asked = {"query": "mutation { __typename }"}
    response = await ask.raw("GET", params=asked, headers=headers(GraphQL_Require_Preflight="1"))
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ viewer { ", None),
        ("{ nothing }", None),
        ("query ($n: Int!) { customers(first: $n) { nodes { id } } }", {"n": "many"}),
        ('{ exchangeRates(where: {date: {eq: "2026-1-1"}}) { nodes { id } } }', None),
        ("query A { viewer { locale } } query B { viewer { locale } }", None),
    ],
    ids=["syntax", "unknown field", "wrong variable", "wrong literal", "no operation chosen"],
)
async def test_a_document_with_mistakes_has_no_data(ask: Asker, query: str, variables: Any) -> None:
    asked = {"query": query, "variables": variables}
    response = await ask.raw("POST", json=asked, headers=headers(Accept=GRAPHQL))
    assert response.status_code == 400
    assert "data" not in response.json()
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"BAD_USER_INPUT"}
    assert (await ask.raw("POST", json=asked, headers=headers(Accept="application/json"))).status_code == 200


@pytest.mark.parametrize("value", ["1.5", "1E+5", "NaN", "1_000", "１"])
async def test_a_decimal_is_a_plain_string(ask: Asker, value: str) -> None:
    literal = value if value == "1.5" else json.dumps(value)
    query = "{ exchangeRates { nodes { rate } } openItems(where: {amount: {range: {from: %s}}}) { count { value } } }"
    assert (await ask(query % literal)).codes == ["BAD_USER_INPUT"]


async def test_our_own_faults_are_masked_and_have_a_request_id(
    ask: Asker, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.conn.execute("alter table aging_definition rename to hidden_from_the_program")
    answer = await ask("{ agingDefinitions { nodes { id } } }")
    await world.conn.execute("alter table hidden_from_the_program rename to aging_definition")
    error = answer.body["errors"][0]
    assert answer.codes == ["INTERNAL_SERVER_ERROR"]
    assert error["extensions"]["retryable"] is True
    assert "aging_definition" not in json.dumps(answer.body)
    assert error["extensions"]["requestId"] in error["message"]
    logged = next(record for record in caplog.records if record.message == "unexpected")
    assert "aging_definition" in str(logged.exc_info and logged.exc_info[1])
    assert vars(logged)["more"]["request_id"] == error["extensions"]["requestId"]
