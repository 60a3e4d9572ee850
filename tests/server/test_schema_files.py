"""The schema files over HTTP: every language that there is, known again by their tags, and none that there is not."""

from __future__ import annotations

import pytest
from graphql import build_schema

from schema import export
from schema.translated import described
from tests.server.conftest import Served


@pytest.mark.parametrize("language", described())
async def test_the_schema_is_a_file_in_every_language_it_is_described_in(served: Served, language: str) -> None:
    answer = await served.client.get(f"/schema.{language}.graphql")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert build_schema(answer.text).query_type is not None
    assert (answer.text == export.FILE.read_text()) is (language == "en")


@pytest.mark.parametrize("path", ["/schema.graphql", "/schema.sv.graphql"])
async def test_whoever_has_the_file_already_is_told_so(served: Served, path: str) -> None:
    first = await served.client.get(path)
    tag = first.headers["etag"]
    for sent in (tag, "*", f'W/{tag}, "other"', f'"other", {tag}'):
        again = await served.client.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.text, again.headers["etag"]) == (304, "", tag)
    assert (await served.client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
    head = await served.client.head(path)
    assert (head.status_code, head.headers["etag"], head.text) == (200, tag, "")


async def test_the_schema_in_plain_is_english_whatever_is_asked_for(served: Served) -> None:
    answer = await served.client.get("/schema.graphql", headers={"Accept-Language": "sv"})
    assert answer.text == export.FILE.read_text()
    assert answer.headers["content-language"] == "en"


@pytest.mark.parametrize("language", ["tlh", "SV", "sv-SE", "..%2Fen", ""])
async def test_a_language_it_is_not_described_in_is_none_and_those_there_are_are_named(
    served: Served, language: str
) -> None:
    answer = await served.client.get(f"/schema.{language}.graphql", headers={"Accept-Language": "sv-SE"})
    assert answer.status_code == 404
    if "%" not in language and language:
        assert answer.text == f"Schemat finns inte beskrivet på {language}. Det finns på: {', '.join(described())}."
        assert answer.headers["vary"] == "Accept-Language"
        assert answer.headers["content-language"] == "sv-SE"
