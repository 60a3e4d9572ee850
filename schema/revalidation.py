"""Answers that a client keeps: it asks again with the tag of what it has, and is told when that is still the answer."""

from __future__ import annotations

from hashlib import sha256


def tag_of(kind: str, locale: str, body: bytes) -> bytes:
    """The `ETag` of an answer: of its bytes, as this media type and in this language."""
    digest = sha256(body)
    digest.update(f"{kind} {locale}".encode())
    return f'"{digest.hexdigest()[:32]}"'.encode()


def is_known(tag: bytes, if_none_match: bytes | None) -> bool:
    """Whether a client says in `If-None-Match` that it has the answer of a tag (RFC 9110, compared weakly)."""
    if if_none_match is None:
        return False
    given = {one.strip().removeprefix(b"W/") for one in if_none_match.split(b",")}
    return tag in given or b"*" in given
