"""Why a header is not accepted: a reason for the log, and what the caller is told.

The caller learns what to do next, never which check failed: that would help to forge the next token.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.message import N_, Message
from domain.refusal import ErrorCode
from schema.errors import ClientMistake

MISSING = N_("Sign in first: send the header Authorization with Bearer and a token.")
INVALID = N_("This token is not valid here. Get a new one.")
EXPIRED = N_("This token has expired. Get a new one.")
EARLY = N_("This token is not valid yet. Wait a moment, or set the clocks right.")
INCOMPLETE = N_("This token does not say who you are and what you are granted. Get a new one.")
NOTHING_GRANTED = N_("You are signed in, but no company is granted to you. Ask whoever manages the rights.")
UNREACHABLE = N_("The issuer of the tokens does not answer, so yours cannot be checked. Try again in a moment.")
KEY_INVALID = N_("This API key is not valid here. Ask for a new one.")
KEY_ENDED = N_("This API key has expired or was revoked. Ask for a new one.")


class Reason(StrEnum):
    """Which check failed, as the log names it."""

    MISSING = "MISSING"
    MALFORMED = "MALFORMED"
    ALGORITHM = "ALGORITHM"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    SIGNATURE = "SIGNATURE"
    ISSUER = "ISSUER"
    AUDIENCE = "AUDIENCE"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    CLAIMS = "CLAIMS"
    NOTHING_GRANTED = "NOTHING_GRANTED"
    ISSUER_UNREACHABLE = "ISSUER_UNREACHABLE"
    API_KEY = "API_KEY"
    API_KEY_ENDED = "API_KEY_ENDED"


_SAID: Mapping[Reason, str] = {
    Reason.MISSING: MISSING,
    Reason.EXPIRED: EXPIRED,
    Reason.NOT_YET_VALID: EARLY,
    Reason.CLAIMS: INCOMPLETE,
    Reason.NOTHING_GRANTED: NOTHING_GRANTED,
    Reason.ISSUER_UNREACHABLE: UNREACHABLE,
    Reason.API_KEY: KEY_INVALID,
    Reason.API_KEY_ENDED: KEY_ENDED,
}


class NotAccepted(ClientMistake):
    """Nobody is signed in by this header."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(ErrorCode.UNAUTHENTICATED, Message(_SAID.get(reason, INVALID)))
        self.reason = reason
