"""Settings from the environment. Every one has a default that works on a developer's machine."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Literal


class WrongSetting(ValueError):
    """A variable of the environment holds what cannot be used."""


@dataclass(frozen=True)
class Settings:
    """What an installation may set."""

    database_url: str | None = field(default=None, repr=False)
    """The owner's PostgreSQL database (15 to 18). Not set: the embedded server."""

    scoped_database_url: str | None = field(default=None, repr=False)
    """The same database as the role `creditgraph_scoped`, under row-level security."""

    pooler: Literal["transaction"] | None = None
    """Set to "transaction" behind PgBouncer in transaction mode; turns prepared statements off."""

    pool_size: int = 16
    """Connections per process."""

    request_deadline_seconds: float = 30
    """How long a request may take; then it is stopped, in the database too, and answered DEADLINE_EXCEEDED."""

    embedded_purpose: str = "demo"
    """Which embedded server is used when there is no DATABASE_URL."""

    reporting_currency: str = "EUR"
    """In which amounts of several currencies are sorted and compared."""

    event_retention_hours: float = 72
    """How long subscriptions can go on after a sequence; what happened before is forgotten."""

    origins: tuple[str, ...] = ()
    """Origins of pages beside this host that may open WebSockets, separated by commas: https://credit.example.com"""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = 8000
    """The port to listen on; 0 takes a free one."""

    @property
    def kept_for(self) -> timedelta:
        """How long events are kept."""
        return timedelta(hours=self.event_retention_hours)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of the environment. An empty variable counts as not set. Raises `WrongSetting`."""
        told = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        wrong = []
        for one in fields(cls):
            variable = _ITS_OWN_NAME.get(one.name, f"CREDITGRAPH_{one.name.upper()}")
            text = told.get(variable)
            if text:
                try:
                    values[one.name] = _READ[one.name](text) if one.name in _READ else text
                except ValueError as error:
                    wrong.append(f"{variable}: {error}")
        if wrong:
            raise WrongSetting("; ".join(wrong))
        return cls(**values)


def _number(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    """Reads a number within bounds."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise ValueError(f"should be a number from {least} to {most}, not {text!r}")
        return value

    return read


def _like(pattern: str) -> Callable[[str], str]:
    """Reads a text of a certain shape."""

    def read(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"should look like {pattern}, not {text!r}")
        return text

    return read


def _every_like(pattern: str) -> Callable[[str], tuple[str, ...]]:
    """Reads texts of a certain shape, separated by commas."""
    one = _like(pattern)
    return lambda text: tuple(one(part.strip()) for part in text.split(","))


_ITS_OWN_NAME = {
    "database_url": "DATABASE_URL",
    "scoped_database_url": "SCOPED_DATABASE_URL",
    "pooler": "POOLER",
}
"""Names that other programs know too. The others begin with CREDITGRAPH_."""

_READ: Mapping[str, Callable[[str], Any]] = {
    "pooler": _like("transaction"),
    "pool_size": _number(int, 1, 500),
    "request_deadline_seconds": _number(float, 0.001, 3600),
    "embedded_purpose": _like("[a-z][a-z0-9-]*"),
    "reporting_currency": _like("[A-Z]{3}"),
    "event_retention_hours": _number(float, 0.01, 24 * 366),
    "origins": _every_like(r"https?://[^/\s,]+"),
    "port": _number(int, 0, 65535),
}
