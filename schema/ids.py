"""Node ids: a prefix that names the type and 32 hexadecimal digits of a UUIDv7, the same everywhere we speak of it."""

from __future__ import annotations

import re
from uuid import UUID

from domain.message import N_, Message
from domain.refusal import ErrorCode
from schema.errors import ClientMistake

_FORM = re.compile(r"([a-z]{3})_([0-9a-f]{32})")


def node_id(prefix: str, key: UUID) -> str:
    """`cus_0192f3…` for a customer."""
    return f"{prefix}_{key.hex}"


def parse_node_id(text: str) -> tuple[str, UUID] | None:
    """Prefix and key, or None for anything that is not a node id."""
    found = _FORM.fullmatch(text)
    return (found[1], UUID(hex=found[2])) if found else None


def key_of(text: str, *prefixes: str) -> UUID:
    """The key in an id of one of these types. Raises `ClientMistake` BAD_USER_INPUT for another type's or none."""
    found = parse_node_id(text)
    if found is None or found[0] not in prefixes:
        raise ClientMistake(
            ErrorCode.BAD_USER_INPUT,
            Message(N_("{id} is not an id of the kind that belongs here. Use the id the API gave."), {"id": text}),
        )
    return found[1]


def prefix_of(text: object) -> str | None:
    """The prefix of a node id, or None for anything that is not one."""
    found = parse_node_id(str(text))
    return None if found is None else found[0]
