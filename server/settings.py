"""Settings from the environment. Every one has a default that works on a developer's machine."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from domain.message import N_, Message, Trouble
from schema.guard import Limits
from schema.streaming.hub import MOST_STREAMS
from schema.throttle import COST_PER_MINUTE


class WrongSetting(Trouble):
    """Variables of the environment hold what cannot be used: a sentence for each."""


class Unusable(ValueError):
    """What a variable holds cannot be used; `message` says what it should be, its `{variable}` yet to be named."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


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

    most_cost: int = Limits.cost
    """What one operation may cost (docs/limits.md); for more it is answered OPERATION_TOO_COMPLEX."""

    cost_per_minute: int = COST_PER_MINUTE
    """What a client may ask of a process in a minute, in the same units; then it is answered THROTTLED. 0: no end."""

    streams_per_client: int = MOST_STREAMS
    """How many subscriptions a client may follow at a time in a process; one more is answered THROTTLED."""

    embedded_purpose: str = "demo"
    """Which embedded server is used when there is no DATABASE_URL."""

    reporting_currency: str = "EUR"
    """In which amounts of several currencies are sorted and compared."""

    event_retention_hours: float = 72
    """How long subscriptions can go on after a sequence; what happened before is forgotten."""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = 8000
    """The port to listen on; 0 takes a free one."""

    drain_seconds: float = 0
    """How long a process that was told to end still takes requests while `/readyz` says that it is not ready."""

    grace_seconds: int = 10
    """How long requests under way may take once no more are taken; then they are stopped, in the database too."""

    allowed_origins: tuple[str, ...] = ()
    """Origins of pages elsewhere that may ask and follow, with a comma between them: https://credit.example, …"""

    trusted_documents: Literal["off", "allow", "require"] | None = None
    """Whether documents are asked for by id: off, allow or require. Not said: allow where there are manifests."""

    manifests: Path | None = None
    """The folder with the manifests of trusted documents, one for each client."""

    graphiql: bool = True
    """Whether /graphiql is answered: on or off."""

    metrics: bool = True
    """Whether /metrics is answered: on or off."""

    oidc_issuer: str | None = None
    """The issuer whose tokens are accepted, as `iss` says it; `https://`, or `http://` on this machine."""

    oidc_audience: str | None = None
    """What tokens must be meant for, in `aud`. Needed with an issuer."""

    oidc_algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "Ed25519")
    """How the issuer may sign, of `ASYMMETRIC`."""

    oidc_grants_claim: str = "grants"
    """The claim with companies and roles: {"SE01": ["CREDIT_MANAGER"]}."""

    oidc_groups_claim: str | None = None
    """The claim with groups, of which those like `creditgraph:SE01:CREDIT_MANAGER` grant a role."""

    oidc_name_claim: str = "name"
    """The claim with the name that others see; the subject where it is missing."""

    oidc_locale_claim: str = "locale"
    """The claim with the language of the person."""

    development_tokens: bool | None = None
    """Whether tokens of the development issuer are accepted; when not said, only without an outside issuer."""

    @property
    def trusts_development(self) -> bool:
        """Whether tokens of the development issuer are accepted."""
        return self.oidc_issuer is None if self.development_tokens is None else self.development_tokens

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
            variable = variable_of(one.name)
            text = told.get(variable)
            if text:
                try:
                    values[one.name] = _READ[one.name](text) if one.name in _READ else text
                except ValueError as error:
                    wrong.append(_wrong(variable, error))
        if values.get("trusted_documents") in ("allow", "require") and "manifests" not in values:
            wrong.append(Message(N_("CREDITGRAPH_MANIFESTS should name the folder of the trusted documents.")))
        if values.get("oidc_issuer") and "oidc_audience" not in values:
            wrong.append(Message(N_("CREDITGRAPH_OIDC_AUDIENCE should say what tokens of the issuer are meant for.")))
        if wrong:
            raise WrongSetting(*wrong)
        return cls(**values)


ONE_OF = N_("{variable} should be one of {choices}, not {given}.")


def variable_of(name: str) -> str:
    """The variable of the environment that a setting is read from."""
    return _ITS_OWN_NAME.get(name, f"CREDITGRAPH_{name.upper()}")


def _wrong(variable: str, error: ValueError) -> Message:
    if isinstance(error, Unusable):
        return Message(error.message.text, {"variable": variable, **error.message.values})
    return Message(N_("{variable} cannot be used: {reason}"), {"variable": variable, "reason": str(error)})


def _number(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    """Reads a number within bounds."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            wanted = N_("{variable} should be a number from {least} to {most}, not {given}.")
            raise Unusable(Message(wanted, {"least": Decimal(str(least)), "most": Decimal(str(most)), "given": text}))
        return value

    return read


def _like(pattern: str) -> Callable[[str], str]:
    """Reads a text of a certain shape."""

    def read(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise Unusable(
                Message(N_("{variable} should look like {pattern}, not {given}."), {"pattern": pattern, "given": text})
            )
        return text

    return read


def _origins(text: str) -> tuple[str, ...]:
    """Reads origins as browsers write them."""
    origins = tuple(one.strip() for one in text.split(",") if one.strip())
    for origin in origins:
        if re.fullmatch(r"https?://[^/?#@\s*]+", origin) is None:
            wanted = N_("{variable} should be origins like {example} with a comma between, not {given}.")
            raise Unusable(Message(wanted, {"example": "https://credit.example", "given": origin}))
    return origins


def _one_of(*words: str) -> Callable[[str], str]:
    """Reads one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise Unusable(Message(ONE_OF, {"choices": ", ".join(words), "given": text}))
        return text

    return read


def _issuer(text: str) -> str:
    """Reads the address of an issuer. What is sent over a network in the clear could be anybody's keys."""
    parts = urlsplit(text)
    here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or parts.query or parts.fragment or parts.scheme not in ("https", "http" if here else ""):
        wanted = N_("{variable} should be an address that begins with https://, not {given}.")
        raise Unusable(Message(wanted, {"given": text}))
    return text


def _some_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads names with commas between them."""

    def read(text: str) -> tuple[str, ...]:
        found = tuple(name.strip() for name in text.split(","))
        if not set(found) <= set(known):
            wanted = N_("{variable} should be some of {choices}, not {given}.")
            raise Unusable(Message(wanted, {"choices": ", ".join(known), "given": text}))
        return found

    return read


ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Algorithms by which only the issuer can sign. None that shares a secret is among them."""

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
    "most_cost": _number(int, 1, 10**9),
    "cost_per_minute": _number(int, 0, 10**12),
    "streams_per_client": _number(int, 1, 10**6),
    "embedded_purpose": _like("[a-z][a-z0-9-]*"),
    "reporting_currency": _like("[A-Z]{3}"),
    "event_retention_hours": _number(float, 0.01, 24 * 366),
    "port": _number(int, 0, 65535),
    "drain_seconds": _number(float, 0, 3600),
    "grace_seconds": _number(int, 0, 3600),
    "allowed_origins": _origins,
    "trusted_documents": _one_of("off", "allow", "require"),
    "manifests": Path,
    "graphiql": lambda text: _one_of("on", "off")(text) == "on",
    "metrics": lambda text: _one_of("on", "off")(text) == "on",
    "oidc_issuer": _issuer,
    "oidc_algorithms": _some_of(ASYMMETRIC),
    "development_tokens": lambda text: _one_of("yes", "no")(text) == "yes",
}
