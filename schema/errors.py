"""The client's mistakes and ours, as top-level errors with a code. A business "no" is data instead: see `payload`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from domain.message import Message
from domain.money import RateMissing
from domain.refusal import ErrorCode, rate_refusal

RETRYABLE = frozenset({ErrorCode.DEADLINE_EXCEEDED, ErrorCode.THROTTLED, ErrorCode.INTERNAL_SERVER_ERROR})


class ClientMistake(Exception):
    """A request that cannot be answered as it stands. It is said in the reader's language when it goes out.

    `extensions`: what the sentence says, for programs. `retry_after`: in how many seconds it may be asked again.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: Message,
        *,
        extensions: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {message.text}")
        self.code = code
        self.message = message
        self.extensions = extensions or {}
        self.retry_after = retry_after


def mistake_in(error: BaseException | None) -> ClientMistake | None:
    """What the client should be told of an exception; None when the fault is ours."""
    match error:
        case ClientMistake():
            return error
        case RateMissing():
            return ClientMistake(ErrorCode.RATE_MISSING, rate_refusal(error).message)
        case _:
            return None


def formatted(
    error: GraphQLError, code: ErrorCode, message: str, request_id: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """An error as it goes out; `more` goes into its extensions."""
    written: dict[str, Any] = {
        "message": message,
        "extensions": {"code": code.value, "requestId": request_id, "retryable": code in RETRYABLE, **(more or {})},
    }
    if error.locations:
        written["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        written["path"] = error.path
    return written
