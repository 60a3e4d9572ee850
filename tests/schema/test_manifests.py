"""Manifests of trusted documents: as tools write them, by client, and valid or not read at all."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from schema.app import SCHEMA, graphql_schema
from schema.trusted import Mode, WrongManifest, read_manifests

ME = "query Me { viewer { actor { name } } }"
LOCALE = "query Locale { viewer { locale } }"
DIGEST = sha256(ME.encode()).hexdigest()

BY_CODEGEN = {DIGEST: ME, "b1": LOCALE}
BY_APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": DIGEST, "name": "Me", "type": "query", "body": ME},
        {"id": "b1", "name": "Locale", "type": "query", "body": LOCALE},
    ],
}


def manifests(folder: Path, **files: Any) -> Any:
    """What is read of a folder with these manifests; `__` in a name is a dot."""
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name.replace('__', '.')}.json").write_text(text)
    return read_manifests(folder, graphql_schema(SCHEMA))


def mistakes(folder: Path, **files: Any) -> list[str]:
    with pytest.raises(WrongManifest) as raised:
        manifests(folder, **files)
    return [message.text.format_map(message.values) for message in raised.value.messages]


@pytest.mark.parametrize("content", [BY_CODEGEN, BY_APOLLO], ids=["codegen and Relay", "Apollo"])
def test_a_manifest_is_read_as_its_tool_wrote_it(tmp_path: Path, content: Any) -> None:
    (found,) = manifests(tmp_path, default=content).values()
    assert found.documents == {DIGEST: ME, "b1": LOCALE}
    assert found.mode is None


@pytest.mark.parametrize("name", ["short", f"sha256:{DIGEST}", DIGEST])
def test_a_document_is_known_by_its_id_and_by_its_digest(tmp_path: Path, name: str) -> None:
    found = manifests(tmp_path, default={"short": ME, "b1": LOCALE})["default"]
    assert found.text(name) == ME


@pytest.mark.parametrize("name", ["Me", "", DIGEST.upper(), f"md5:{DIGEST}", ME])
def test_a_document_is_known_by_nothing_else(tmp_path: Path, name: str) -> None:
    assert manifests(tmp_path, default=BY_CODEGEN)["default"].text(name) is None


def test_a_files_name_says_whose_it_is_and_what_is_run_for_them(tmp_path: Path) -> None:
    (tmp_path / "auth0%7C17.off.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("no manifest")
    found = manifests(tmp_path, **{"anna.berg": BY_CODEGEN, "erp__require": BY_CODEGEN, "default__allow": {}})
    modes = {"anna.berg": None, "erp": Mode.REQUIRE, "default": Mode.ALLOW, "auth0|17": Mode.OFF}
    assert {client: manifest.mode for client, manifest in found.items()} == modes


def test_every_document_that_is_not_valid_is_named_with_its_file_and_id(tmp_path: Path) -> None:
    bad = {"a": "{ nothing }", "b": LOCALE, "c": "query {"}
    assert mistakes(tmp_path, shop=bad, ok=BY_CODEGEN, till={"d": "{ viewer { pin } }"}) == [
        "shop.json: a: Cannot query field 'nothing' on type 'Query'. (line 1 column 3)",
        "shop.json: c: Syntax Error: Expected Name, found <EOF>. (line 1 column 8)",
        "till.json: d: Cannot query field 'pin' on type 'Viewer'. (line 1 column 12)",
    ]


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("{", "shop.json: unexpected end of data: line 1 column 2 (char 1)"),
        ("[]", "shop.json: a manifest is a JSON object"),
        ({"a": 1}, "shop.json: a: an id and the text of its document are strings"),
        ({"": ME}, "shop.json: : an id and the text of its document are strings"),
        ({"format": BY_APOLLO["format"]}, "shop.json: its `operations` are no list of objects"),
        (BY_APOLLO | {"operations": [{"id": "a"}]}, "shop.json: a: an id and the text of its document are strings"),
        (BY_APOLLO | {"operations": [{"id": "a", "body": ME}] * 2}, "shop.json: two operations have the same id"),
        ({f"sha256:{DIGEST}": LOCALE}, f"shop.json: sha256:{DIGEST}: this is not the digest of its document"),
    ],
)
def test_what_is_no_manifest_is_told(tmp_path: Path, content: Any, mistake: str) -> None:
    assert mistakes(tmp_path, shop=content) == [mistake]


def test_a_client_has_one_manifest(tmp_path: Path) -> None:
    found = mistakes(tmp_path, shop=BY_CODEGEN, shop__require=BY_CODEGEN)
    assert found == ["shop.require.json: the client shop has two manifests"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongManifest, match="there is no such folder"):
        read_manifests(tmp_path / "none", graphql_schema(SCHEMA))
