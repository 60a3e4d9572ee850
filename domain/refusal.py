"""The rules say no: a coded, sayable refusal. Nothing is written when there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.message import N_, Message, Value
from domain.money import Money, RateMissing


class ErrorCode(StrEnum):
    """Stable codes of refusals (data) and of client mistakes (errors). The message is for people, the code for code."""

    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    INVALID_VALUE = "INVALID_VALUE"
    AMOUNT_NEGATIVE = "AMOUNT_NEGATIVE"
    AMOUNT_PRECISION = "AMOUNT_PRECISION"
    CURRENCY_UNKNOWN = "CURRENCY_UNKNOWN"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    RATE_MISSING = "RATE_MISSING"
    RATE_TOO_OLD = "RATE_TOO_OLD"
    COMPANY_NOT_AVAILABLE = "COMPANY_NOT_AVAILABLE"
    FORBIDDEN = "FORBIDDEN"
    DATE_ORDER = "DATE_ORDER"
    DAY_IN_FUTURE = "DAY_IN_FUTURE"
    WRONG_STATUS = "WRONG_STATUS"
    OWN_WORK = "OWN_WORK"
    AUTHORITY_EXCEEDED = "AUTHORITY_EXCEEDED"
    APPROVAL_REQUIRED = "APPROVAL_REQUIRED"
    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    OVERLAPPING_TEMPORARY_LIMIT = "OVERLAPPING_TEMPORARY_LIMIT"
    LIMIT_BELOW_USED = "LIMIT_BELOW_USED"
    CREDIT_WARNED = "CREDIT_WARNED"
    LEFT_OUT = "LEFT_OUT"
    ALREADY_IN_CREDIT_GROUP = "ALREADY_IN_CREDIT_GROUP"
    MORE_THAN_OPEN = "MORE_THAN_OPEN"
    DIFFERENT_PAYER = "DIFFERENT_PAYER"
    CONFIRMATION_REQUIRED = "CONFIRMATION_REQUIRED"
    REASON_REQUIRED = "REASON_REQUIRED"
    DOCUMENT_DIFFERS = "DOCUMENT_DIFFERS"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    BAD_CURSOR = "BAD_CURSOR"
    EVENTS_NOT_KEPT = "EVENTS_NOT_KEPT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    CURRENCY_REQUIRED = "CURRENCY_REQUIRED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    PERSISTED_QUERY_ID_REQUIRED = "PERSISTED_QUERY_ID_REQUIRED"
    OPERATION_TOO_COMPLEX = "OPERATION_TOO_COMPLEX"
    THROTTLED = "THROTTLED"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


@dataclass(frozen=True)
class Refusal:
    """One thing in the way: `path` points into the input, `node` at the record concerned, as (kind, id)."""

    code: ErrorCode
    message: Message
    path: tuple[str, ...] = ()
    node: tuple[str, UUID] | None = None
    limit: Money | None = field(default=None)
    actual: Money | None = field(default=None)


class Refused(Exception):
    """Carries refusals out of a transaction, so that nothing of it stays."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(f"{r.code}: {r.message.text}" for r in refusals))
        self.refusals = refusals


def rate_refusal(missing: RateMissing, path: tuple[str, ...] = ()) -> Refusal:
    """What to say when no rate leads from one currency to another: post one, none is guessed."""
    values: dict[str, Value] = {"base": missing.base, "quote": missing.quote, "day": missing.day}
    if missing.too_old is None:
        text = N_("There is no exchange rate from {base} to {quote} on or before {day}. Post one and try again.")
        return Refusal(ErrorCode.RATE_MISSING, Message(text, values), path)
    text = N_(
        "The last exchange rate from {base} to {quote} on {day} is of {last} and too old. "
        "Post a newer one and try again."
    )
    return Refusal(ErrorCode.RATE_TOO_OLD, Message(text, {**values, "last": missing.too_old.day}), path)
