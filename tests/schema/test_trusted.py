"""Trusted documents: asked for by id, for whom nothing else is run, and kept by clients until they change."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from httpx2 import Response

from schema.trusted import Manifest, Mode, TrustedDocuments
from tests.schema.asking import Asker, house, token
from tests.schema.world import World

GRAPHQL = "application/graphql-response+json"
ME = "query Me { viewer { actor { name } } }"
LABELS = "query Labels { viewer { rolesLabels } }"
OTHER = "query Other { viewer { roles } }"
LOST = 'query Lost { viewer { roles } customers(first: 1, after: "nowhere") { nodes { id } } }'
DIGEST = sha256(ME.encode()).hexdigest()
DOCUMENTS = Manifest({"me": ME, "labels": LABELS, "change": "mutation { __typename }", "lost": LOST})


@pytest.fixture
def pool_of(pool: asyncpg.Pool, world: World) -> asyncpg.Pool:
    """The pool of a database with the two companies."""
    return pool


def asker(pool: Any, mode: Mode, **manifests: Manifest) -> Asker:
    """Asks a house with trusted documents; "default" is everybody's manifest."""
    return Asker(replace(house(pool), trusted=TrustedDocuments(mode, manifests or {"default": DOCUMENTS})))


async def post(ask: Asker, content: Any, user: str = "tester", **headers: str) -> Response:
    sent = {"Authorization": token("VIEWER", ["SE01"], user=user), "Accept": GRAPHQL} | headers
    return await ask.raw("POST", json=content, headers=sent)


async def get(ask: Asker, user: str = "tester", headers: dict[str, str] | None = None, **asked: str) -> Response:
    sent = {"Authorization": token("VIEWER", ["SE01"], user=user), "GraphQL-Require-Preflight": "1"}
    return await ask.raw("GET", params=asked, headers=sent | (headers or {}))


def code(response: Response) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    return response.status_code, error["extensions"]["code"]


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": "me"},
        {"documentId": f"sha256:{DIGEST}"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}},
        {"doc_id": "me"},
        {"id": "me"},
    ],
)
@pytest.mark.parametrize("mode", [Mode.ALLOW, Mode.REQUIRE])
async def test_a_document_is_asked_for_by_its_id(pool_of: asyncpg.Pool, named: Any, mode: Mode) -> None:
    response = await post(asker(pool_of, mode), named)
    assert response.json()["data"] == {"viewer": {"actor": {"name": "Tester"}}}


async def test_variables_and_the_operations_name_go_with_an_id(pool_of: asyncpg.Pool) -> None:
    text = (
        "query One($c: [String!]) { viewer { locale } companies(codes: $c) { code } } query Two { viewer { locale } }"
    )
    text = "query One($is: Boolean!) { viewer { locale @include(if: $is) roles } } query Two { __typename }"
    ask = asker(pool_of, Mode.REQUIRE, default=Manifest({"both": text}))
    asked = {"documentId": "both", "operationName": "One", "variables": {"is": False}}
    assert (await post(ask, asked)).json()["data"] == {"viewer": {"roles": ["VIEWER"]}}
    asked = {"documentId": "both", "operationName": "Two"}
    assert (await post(ask, asked)).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("mode", [Mode.ALLOW, Mode.REQUIRE])
async def test_an_id_that_nobody_knows_is_not_found(pool_of: asyncpg.Pool, mode: Mode) -> None:
    response = await post(asker(pool_of, mode), {"documentId": "x" * 1000}, **{"Accept-Language": "sv"})
    assert code(response) == (400, "PERSISTED_QUERY_NOT_FOUND")
    assert response.json()["errors"][0]["message"] == f"Du har inget betrott dokument {'x' * 100}. " + (
        "Ange ett id ur ditt manifest."
    )


async def test_who_knows_only_json_gets_the_error_with_200_as_apollo_does(pool_of: asyncpg.Pool) -> None:
    ask = asker(pool_of, Mode.ALLOW)
    asked = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    assert code(await post(ask, asked, Accept="application/json")) == (200, "PERSISTED_QUERY_NOT_FOUND")
    again = await post(ask, asked | {"query": OTHER}, Accept="application/json")
    assert again.json()["data"] == {"viewer": {"roles": ["VIEWER"]}}
    assert code(await post(ask, asked, Accept="application/json")) == (200, "PERSISTED_QUERY_NOT_FOUND")


async def test_where_they_are_required_no_other_text_is_run(pool_of: asyncpg.Pool) -> None:
    ask = asker(pool_of, Mode.REQUIRE)
    for asked in ({"query": OTHER}, {"query": ME}, {"query": OTHER, "documentId": "none"}, {"query": "{ nothing }"}):
        assert code(await post(ask, asked)) == (400, "PERSISTED_QUERY_ID_REQUIRED")
    response = await post(ask, {"query": OTHER}, **{"Accept-Language": "sv-SE"})
    assert response.json()["errors"][0]["message"].startswith("För dig körs bara betrodda dokument.")
    named = await post(ask, {"query": OTHER, "documentId": "me"})
    assert named.json()["data"] == {"viewer": {"actor": {"name": "Tester"}}}


async def test_where_they_are_allowed_other_text_is_run_too(pool_of: asyncpg.Pool) -> None:
    response = await post(asker(pool_of, Mode.ALLOW), {"query": OTHER})
    assert response.json()["data"] == {"viewer": {"roles": ["VIEWER"]}}


@pytest.mark.parametrize("trusted", [None, TrustedDocuments(Mode.OFF, {"default": DOCUMENTS})])
async def test_where_there_are_none_an_id_is_not_supported(
    pool_of: asyncpg.Pool, trusted: TrustedDocuments | None
) -> None:
    ask = Asker(replace(house(pool_of), trusted=trusted))
    assert code(await post(ask, {"documentId": "me"})) == (400, "PERSISTED_QUERY_NOT_SUPPORTED")
    assert (await post(ask, {"query": OTHER, "documentId": "me"})).json()["data"] == {"viewer": {"roles": ["VIEWER"]}}


async def test_each_client_has_its_own_documents_and_mode(pool_of: asyncpg.Pool) -> None:
    ask = asker(
        pool_of,
        Mode.ALLOW,
        shop=Manifest({"me": ME}, Mode.REQUIRE),
        free=Manifest({}, Mode.OFF),
        default=Manifest({"labels": LABELS}),
    )
    assert (await post(ask, {"documentId": "me"}, user="shop")).status_code == 200
    assert code(await post(ask, {"documentId": "labels"}, user="shop"))[1] == "PERSISTED_QUERY_NOT_FOUND"
    assert code(await post(ask, {"query": OTHER}, user="shop"))[1] == "PERSISTED_QUERY_ID_REQUIRED"
    assert (await post(ask, {"documentId": "labels"}, user="anna")).status_code == 200
    assert (await post(ask, {"query": OTHER}, user="anna")).status_code == 200
    assert code(await post(ask, {"documentId": "me"}, user="free"))[1] == "PERSISTED_QUERY_NOT_SUPPORTED"


@pytest.mark.parametrize("asked", [{"documentId": 7}, {"id": ["me"]}, {"documentId": {"sha256": DIGEST}}])
async def test_an_id_is_a_string(pool_of: asyncpg.Pool, asked: Any) -> None:
    assert code(await post(asker(pool_of, Mode.REQUIRE), asked)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("asked", [{}, {"documentId": ""}, {"documentId": None}, {"extensions": {}}])
async def test_a_request_names_a_document_or_brings_one(pool_of: asyncpg.Pool, asked: Any) -> None:
    assert code(await post(asker(pool_of, Mode.REQUIRE), asked)) == (400, "BAD_USER_INPUT")


async def test_by_get_an_answer_is_kept_until_it_changes(pool_of: asyncpg.Pool) -> None:
    ask = asker(pool_of, Mode.REQUIRE)
    first = await get(ask, documentId="labels")
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"Accept-Language", "Authorization"} <= set(first.headers["vary"].split(", "))
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await get(ask, documentId="labels", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "private, no-cache"
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers
    changed = await get(ask, documentId="labels", headers={"If-None-Match": '"other"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()) == (200, tag, first.json())


@pytest.mark.parametrize(
    ("user", "headers"),
    [("tester", {"Accept-Language": "en"}), ("tester", {"Accept": GRAPHQL}), ("other", {})],
    ids=["another language", "another media type", "another reader"],
)
async def test_the_tag_is_of_one_language_media_type_and_reader(
    pool_of: asyncpg.Pool, user: str, headers: dict[str, str]
) -> None:
    ask = asker(pool_of, Mode.ALLOW)
    tag = (await get(ask, documentId="me")).headers["etag"]
    other = await get(ask, user=user, headers={**headers, "If-None-Match": tag}, documentId="me")
    assert other.status_code == 200
    assert other.headers["etag"] != tag


async def test_a_query_that_is_not_trusted_is_not_kept(pool_of: asyncpg.Pool) -> None:
    response = await get(asker(pool_of, Mode.ALLOW), query=OTHER)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    assert "etag" not in response.headers


async def test_what_was_posted_or_failed_is_not_kept(pool_of: asyncpg.Pool) -> None:
    ask = asker(pool_of, Mode.ALLOW)
    failed = await get(ask, documentId="lost")
    assert failed.json()["errors"][0]["extensions"]["code"] == "BAD_CURSOR"
    for response in (await post(ask, {"documentId": "me"}), await get(ask, documentId="none"), failed):
        assert response.headers["cache-control"] == "private, no-store"
        assert "etag" not in response.headers


async def test_by_get_a_trusted_document_needs_the_header_and_changes_nothing(pool_of: asyncpg.Pool) -> None:
    ask = asker(pool_of, Mode.ALLOW)
    headers = {"Authorization": token("VIEWER", ["SE01"])}
    assert (await ask.raw("GET", params={"documentId": "me"}, headers=headers)).status_code == 400
    refused = await get(ask, documentId="change")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_apollo_asks_by_get_with_its_extension(pool_of: asyncpg.Pool) -> None:
    extensions = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": DIGEST}})
    response = await get(asker(pool_of, Mode.REQUIRE), extensions=extensions, operationName="Me", variables="")
    assert response.json()["data"] == {"viewer": {"actor": {"name": "Tester"}}}
