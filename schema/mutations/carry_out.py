"""From an input to an action and back to a payload: rights, keys, transaction, refusals."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from domain.audit import AuditEventKind
from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal
from persistence.idempotency import Key
from persistence.take import Taken, Transaction, take
from schema.context import Context, Info
from schema.errors import ClientMistake
from schema.mutations.long_texts import too_long
from schema.mutations.payload import Payload, UserError
from schema.rights import Permission
from schema.types.money import MoneyInput

P = TypeVar("P", bound=Payload)

_MISTAKES = frozenset({ErrorCode.COMPANY_NOT_AVAILABLE, ErrorCode.FORBIDDEN})
"""Refusals that are the client's mistake: a top-level error, not data."""


async def carry_out(
    info: Info,
    given: Any,
    payload: type[P],
    action: Callable[[Transaction], Awaitable[Mapping[str, Any]]],
    *,
    needs: Permission,
    kind: AuditEventKind,
    current: Mapping[str, Any] | None = None,
) -> P:
    """Carry out an action with the rights of the caller and answer with what it wrote.

    `current` names records, by the payload's fields, that are answered as they are when the action is refused.
    """
    context: Context = info.context
    context.need(needs)
    refusals = too_long(given)
    if refusals:
        return answer(context, Taken({}, refusals), payload, current)
    taken = await take(
        context.house.pool,
        action,
        actor=context.viewer.actor,
        now=context.now,
        granted=context.granted(needs),
        kind=kind,
        key=key_for(info, given),
        readable=context.viewer.companies(),
    )
    return answer(context, taken, payload, current)


def answer(context: Context, taken: Taken, payload: type[P], current: Mapping[str, Any] | None = None) -> P:
    """The payload of what came of a call. Raises `ClientMistake` for what is no business "no"."""
    for refusal in taken.refusals:
        if refusal.code in _MISTAKES:
            raise ClientMistake(refusal.code, refusal.message)
    context.forget()
    made = payload.__new__(payload)
    made.result = taken.result if not taken.refusals else dict(current or {})
    made.rows = taken.rows
    made.errors = [UserError(refusal=one) for one in taken.refusals]
    made.warnings = [UserError(refusal=one) for one in taken.warnings]
    made.replayed = taken.replayed
    return made


def key_for(info: Info, given: Any) -> Key | None:
    """The caller's key for this mutation and input; None for those that repeat harmlessly."""
    text = getattr(given, "idempotency_key", None)
    if text is None:
        return None
    if not 1 <= len(text) <= 200:
        message = Message(N_("An idempotency key has 1 to 200 characters."))
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, message)
    content = _content(given)
    del content["idempotency_key"]
    return Key.of(info.context.viewer.actor, info.field_name, text, content)


def _content(given: Any) -> Any:
    """What `dataclasses.asdict` gives, without its copies: keys were kept by the digest of it."""
    if isinstance(given, list):
        return [_content(one) for one in given]
    return (
        {name: _content(value) for name, value in vars(given).items()}
        if hasattr(given, "__dataclass_fields__")
        else given
    )


def plain(given: Any) -> Any:
    """An input as plain values: amounts as `domain.money.Money`, nested inputs as dictionaries, codes as they are."""
    if isinstance(given, MoneyInput):
        return given.to_domain()
    if isinstance(given, list):
        return [plain(one) for one in given]
    if dataclasses.is_dataclass(given) and not isinstance(given, type):
        return {name.rstrip("_"): plain(value) for name, value in vars(given).items() if name != "idempotency_key"}
    return given


def refused(code: ErrorCode, message: Message, *path: str) -> Taken:
    """A refusal that needed no transaction."""
    return Taken({}, (Refusal(code, message, path),))
