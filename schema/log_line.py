"""What the log says of a request: whoever answers it adds to the line, and what fails meanwhile is logged with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_LINE: ContextVar[dict[str, Any] | None] = ContextVar("log_line", default=None)


def begin_line() -> dict[str, Any]:
    """An empty line for the request that this task and its children answer from now on."""
    line: dict[str, Any] = {}
    _LINE.set(line)
    return line


@contextmanager
def part_of_line() -> Iterator[None]:
    """A line of its own for one of several operations that a connection runs at a time, so that what fails is logged
    with the operation that it failed in. When it ends, what was said of it is said of the connection."""
    whole = _LINE.get()
    part = dict(whole or {})
    _LINE.set(part)
    try:
        yield
    finally:
        if whole is not None:
            whole.update(part)


def add_to_line(**said: Any) -> None:
    """Say something more of the request that is being answered; beside one it is said to nobody."""
    line = _LINE.get()
    if line is not None:
        line.update(said)


def line_so_far() -> dict[str, Any]:
    """What has been said of the request that is being answered."""
    return dict(_LINE.get() or {})


def more(**said: Any) -> dict[str, Any]:
    """Keys of a logged failure beside its event: `log.exception("unexpected", extra=more(request_id=…))`."""
    return {"more": said}
