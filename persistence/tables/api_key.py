"""Keys of programs, and of people who write programs: what they grant, and until when."""

from __future__ import annotations

from domain.role import KINDS
from persistence.tables.columns import choice, document, instant, key, record, reference, table, text

api_key = table(
    "api_key",
    "a key that a program signs in with; never the key itself",
    key("the part of the key that may be known"),
    text("digest", "SHA-256 of its secret part, in hexadecimal"),
    text("subject", "whom it signs in, as in the tokens of others; the same after a rotation"),
    text("name", "its name"),
    choice("kind", KINDS, "what it is", default="INTEGRATION"),
    document("grants", "companies by their codes, each with its roles"),
    instant("expires_at", "from when it is not accepted"),
    instant("revoked_at", "when it was revoked; null: it was not", nullable=True),
    instant("last_used_at", "when it was used, to the hour; null: never", nullable=True),
    reference("successor_id", "api_key", "the key that takes its place; null: none yet", nullable=True),
    reference("created_by_id", "actor", "who made it"),
    record(),
)
