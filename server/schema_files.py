"""The schema in its definition language, its descriptions in English or in another language that it has."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.message import N_, Message
from locales.say import say
from locales.sentences import ENGLISH
from schema import export
from schema.asking import english, spoken
from schema.revalidation import is_known
from schema.translated import described, sdl_in

UNKNOWN = N_("The schema is not described in {language}. It is in: {languages}.")

CACHING = "public, no-cache"
"""Whoever keeps a schema asks each time whether it is still the same: an answer of a few bytes."""


def schema_file(request: Request) -> Response:
    """`/schema.graphql`, for code generators: introspection says nothing of `@oneOf`. `/schema.sv.graphql` in Swedish.

    Not a coroutine, so that the first one of a language is made beside the requests.
    """
    language = request.path_params.get("language", ENGLISH)
    if language not in described():
        return _unknown(request, language)
    content, tag = _file(language)
    headers = {"ETag": tag, "Cache-Control": CACHING, "Content-Language": language}
    if is_known(tag.encode(), request.headers.get("if-none-match", "").encode()):
        return Response(status_code=304, headers=headers)
    return PlainTextResponse(content, headers=headers)


@cache
def _file(language: str) -> tuple[bytes, str]:
    """A schema file and its tag."""
    written = export.FILE.read_text("utf-8")
    content = (written if language == ENGLISH else sdl_in(language, written)).encode()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


def _unknown(request: Request, language: str) -> Response:
    reader = spoken(request.headers.get("accept-language")) or english()
    text = say(Message(UNKNOWN, {"language": language, "languages": ", ".join(described())}), reader)
    return PlainTextResponse(text, 404, {"Content-Language": reader.locale, "Vary": "Accept-Language"})
