"""New ids: UUIDv7, which sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_key() -> UUID:
    """A fresh id."""
    return uuid7()
