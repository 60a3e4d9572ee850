"""What was sent of an input whose fields may be left out."""

from __future__ import annotations

from typing import Any

import strawberry

from schema.mutations.carry_out import plain

STAYS = "left out, it stays as it is"

NEVER_NULL = frozenset(
    {
        "locale",
        "excluded_from_credit_management",
        "unlimited_credit",
        "mandatory_credit_limit",
        "intercompany",
        "with_agency",
        "title_held",
        "blocked",
    }
)
"""What is either said or not: null says nothing about it."""


def sent(row: Any) -> dict[str, Any]:
    """The fields that were sent, as plain values. Null empties what may be empty, and says nothing about the rest."""
    return {
        name: value
        for name, value in plain(row).items()
        if value is not strawberry.UNSET and not (value is None and name in NEVER_NULL)
    }
