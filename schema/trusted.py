"""Trusted documents: what a client may ask is known beforehand, and asked for by its id.

A manifest lists the documents of one client as the tools that build the client write it. Where only those are run, a
stolen token asks nothing that its program does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
from graphql import GraphQLError, GraphQLSchema, parse

from domain.message import N_, Message, Trouble
from domain.refusal import ErrorCode
from schema.errors import ClientMistake
from schema.validation import mistakes

EVERYBODY_ELSE = "default"
"""Whose manifest counts for clients that have none of their own."""

SHA256 = "sha256:"
"""What an id begins with that is the digest of its document (GraphQL over HTTP, appendix A)."""

LONGEST_ID = 100
"""What is said again of an id that nobody knows."""

MOST_MISTAKES = 3
"""Of one document of a manifest."""

APOLLO = "apollo-persisted-query-manifest"

NOT_FOUND = N_("There is no trusted document {id} for you. Ask with an id of your manifest.")
NOT_SUPPORTED = N_("Trusted documents are not used here. Send the query itself.")
ID_REQUIRED = N_("Only trusted documents are run for you. Ask with the id of one.")
NO_STRING = N_("The id of a document is a string.")


class Mode(StrEnum):
    """Whether documents are asked for by id: never, also, or only."""

    OFF = "off"
    ALLOW = "allow"
    REQUIRE = "require"


class WrongManifest(Trouble):
    """Manifests that cannot be used: every mistake with its file and the id of its document."""


@dataclass(frozen=True)
class Manifest:
    """The documents of one client by their ids. `mode` is its own; None: that of the installation."""

    documents: Mapping[str, str] = field(repr=False)
    mode: Mode | None = None

    def text(self, name: str) -> str | None:
        """The document of an id: the manifest's own, or the digest of the document, with or without `sha256:`."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        digests = {sha256(text.encode()).hexdigest(): text for text in self.documents.values()}
        prefixed = {f"{SHA256}{digest}": text for digest, text in digests.items()}
        return {**digests, **self.documents, **prefixed}


_EMPTY = Manifest({})


@dataclass(frozen=True)
class TrustedDocuments:
    """The manifests of an installation by client, and what counts for clients whose manifest does not say."""

    mode: Mode
    manifests: Mapping[str, Manifest] = field(default_factory=dict)

    def text(self, client: str, given: Mapping[str, Any]) -> str | None:
        """The document that a client's request names; None where the request brings its own and may.

        `given`: the members of the request. Raises `ClientMistake`.
        """
        manifest = self.manifests.get(client) or self.manifests.get(EVERYBODY_ELSE, _EMPTY)
        mode = manifest.mode or self.mode
        named = named_in(given)
        if mode is Mode.OFF:
            untrusted(given)
            return None
        found = None if named is None else manifest.text(named)
        if found is not None:
            return found
        if given.get("query"):
            if mode is Mode.REQUIRE:
                raise ClientMistake(ErrorCode.PERSISTED_QUERY_ID_REQUIRED, Message(ID_REQUIRED))
            return None
        if named is None:
            return None
        raise ClientMistake(ErrorCode.PERSISTED_QUERY_NOT_FOUND, Message(NOT_FOUND, {"id": named[:LONGEST_ID]}))

    @property
    def used(self) -> bool:
        """Whether there is any client to whom it makes a difference."""
        return self.mode is not Mode.OFF or any(one.mode not in (None, Mode.OFF) for one in self.manifests.values())


def untrusted(given: Mapping[str, Any]) -> None:
    """Refuse a request that has but the id of a document, where there are none. Raises `ClientMistake`."""
    if not given.get("query") and named_in(given) is not None:
        raise ClientMistake(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, Message(NOT_SUPPORTED))


def named_in(given: Mapping[str, Any]) -> str | None:
    """The id in a request: `documentId`, Apollo's extension, or what Relay's examples send. Raises `ClientMistake`."""
    extensions = given.get("extensions")
    apollo = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    digest = apollo.get("sha256Hash") if isinstance(apollo, dict) else None
    for named in (given.get("documentId"), digest, given.get("doc_id"), given.get("id")):
        if named is not None and named != "":
            if not isinstance(named, str):
                raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(NO_STRING))
            return named
    return None


def read_manifests(folder: Path, schema: GraphQLSchema) -> Mapping[str, Manifest]:
    """The manifests in a folder by client, every document of them valid. Raises `WrongManifest` with all mistakes.

    `shop.json` is the manifest of the client whose tokens have the subject `shop`; `shop.require.json` is too, and says
    that nothing else is run for it. The mode stands in the name since generated files are written over. Characters that
    no file's name has are written as in addresses (`auth0%7C1.json`).
    """
    if not folder.is_dir():
        raise WrongManifest(Message(N_("{folder}: there is no such folder"), {"folder": str(folder)}))
    wrong: list[Message] = []
    found: dict[str, Manifest] = {}
    for file in sorted(folder.glob("*.json")):
        client, mode = _whose(file)
        if client in found:
            text = N_("{file}: the client {client} has two manifests")
            wrong.append(Message(text, {"file": file.name, "client": client}))
            continue
        try:
            documents = _documents(orjson.loads(file.read_bytes()))
        except _Unreadable as error:
            wrong.append(Message(error.message.text, {"file": file.name, **error.message.values}))
            continue
        except ValueError as error:
            wrong.append(Message(N_("{file}: {reason}"), {"file": file.name, "reason": str(error)}))
            continue
        wrong += _mistakes(file.name, documents, schema)
        found[client] = Manifest(documents, mode)
    if wrong:
        raise WrongManifest(*wrong)
    return found


class _Unreadable(ValueError):
    """A manifest that is none; its `file` is yet to be named."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def _whose(file: Path) -> tuple[str, Mode | None]:
    client, _, mode = file.stem.rpartition(".")
    if client and mode in [*Mode]:
        return unquote(client), Mode(mode)
    return unquote(file.stem), None


def _documents(content: Any) -> Mapping[str, str]:
    """The documents of a manifest by id: ids to texts as codegen and Relay write it, or Apollo's list of operations."""
    if not isinstance(content, dict):
        raise _Unreadable(Message(N_("{file}: a manifest is a JSON object")))
    if content.get("format") == APOLLO:
        operations = content.get("operations")
        if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
            raise _Unreadable(Message(N_("{file}: its `operations` are no list of objects")))
        pairs = [(one.get("id"), one.get("body")) for one in operations]
    else:
        pairs = [*content.items()]
    for name, text in pairs:
        if not isinstance(name, str) or not name or not isinstance(text, str):
            text = N_("{file}: {id}: an id and the text of its document are strings")
            raise _Unreadable(Message(text, {"id": str(name)}))
    documents = dict(pairs)
    if len(documents) < len(pairs):
        raise _Unreadable(Message(N_("{file}: two operations have the same id")))
    return documents


def _mistakes(file: str, documents: Mapping[str, str], schema: GraphQLSchema) -> Iterator[Message]:
    for name, text in documents.items():
        values = {"file": file, "id": name}
        if name.startswith(SHA256) and name != f"{SHA256}{sha256(text.encode()).hexdigest()}":
            yield Message(N_("{file}: {id}: this is not the digest of its document"), values)
        for error in _wrong(text, schema):
            said = {**values, "reason": error.message}
            place = next(iter(error.locations or ()), None)
            if place is None:
                yield Message(N_("{file}: {id}: {reason}"), said)
            else:
                where = {"line": place.line, "column": place.column}
                yield Message(N_("{file}: {id}: {reason} (line {line} column {column})"), {**said, **where})


def _wrong(text: str, schema: GraphQLSchema) -> Sequence[GraphQLError]:
    try:
        return mistakes(schema, parse(text), MOST_MISTAKES)[:MOST_MISTAKES]
    except GraphQLError as error:
        return [error]
