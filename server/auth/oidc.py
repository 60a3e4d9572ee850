"""Tokens of an outside issuer (OpenID Connect): who it is, and how companies and roles are read from its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.role import KINDS, Role
from schema.context import Claims
from server.auth.issuer_keys import IssuerKeys
from server.auth.refusing import NotAccepted, Reason
from server.auth.remembering import API_KEY, Verified
from server.auth.signed import Expected, are_grants, header_of, is_name, verified

LEEWAY = 30
"""Seconds by which the issuer's clock and ours may differ."""

OURS = (API_KEY.decode(), "command-line:")
"""How subjects begin that we give ourselves, to API keys and to people at a command line."""

GROUP = "creditgraph:"
"""How groups begin that grant something: `creditgraph:SE01:CREDIT_MANAGER`."""


@dataclass(frozen=True)
class ClaimNames:
    """Which claims carry what. `groups`: None when groups grant nothing."""

    grants: str = "grants"
    groups: str | None = None
    name: str = "name"
    locale: str = "locale"


@dataclass(frozen=True)
class OutsideTokens:
    """Verifies tokens of one outside issuer."""

    expected: Expected
    keys: IssuerKeys
    claims: ClaimNames = field(default_factory=ClaimNames)

    async def verify(self, token: bytes, now: datetime) -> Verified:
        """What a token says (`server.auth.remembering.Verify`)."""
        kid = header_of(token, self.expected).get("kid")
        key = await self.keys.find(kid)
        try:
            said = verified(token, key, self.expected, now)
        except NotAccepted as refused:
            # An issuer with one key need not name it, and then only this shows that it has another by now.
            if kid is not None or refused.reason is not Reason.SIGNATURE:
                raise
            said = verified(token, await self.keys.find(kid, key), self.expected, now)
        return Verified.now(claims_of(said, self.claims), now, said["exp"] + self.expected.leeway)


def claims_of(said: Mapping[str, Any], names: ClaimNames) -> Claims:
    """Who it is and what was granted. A name or a language that cannot be used is left out; a grant never is."""
    subject, name, locale = said["sub"], said.get(names.name), said.get(names.locale)
    if not is_name(subject) or subject.startswith(OURS):
        raise NotAccepted(Reason.CLAIMS)
    return Claims(
        subject=subject,
        name=name if is_name(name) else subject,
        grants=_grants(said, names),
        kind=str(said["kind"]) if said.get("kind") in KINDS else KINDS[0],
        # Some write languages with an underscore.
        locale=locale.replace("_", "-") if is_name(locale) else None,
    )


def _grants(said: Mapping[str, Any], names: ClaimNames) -> dict[str, tuple[str, ...]]:
    direct = said.get(names.grants, {})
    groups = said.get(names.groups, []) if names.groups is not None else []
    if direct and not are_grants(direct):
        raise NotAccepted(Reason.CLAIMS)
    if not isinstance(groups, list) or not all(isinstance(one, str) for one in groups):
        raise NotAccepted(Reason.CLAIMS)
    found = {company: tuple(roles) for company, roles in direct.items()} if direct else {}
    for company, role in _of_groups(groups):
        found[company] = (*found.get(company, ()), role)
    if not found:
        raise NotAccepted(Reason.NOTHING_GRANTED)
    return found


def _of_groups(groups: Sequence[str]) -> list[tuple[str, str]]:
    """Companies and roles of the groups that are ours; other groups grant nothing and are no mistake."""
    found = []
    for group in groups:
        if group.startswith(GROUP):
            company, _, role = group.removeprefix(GROUP).rpartition(":")
            if not company or role not in [*Role]:
                raise NotAccepted(Reason.CLAIMS)
            found.append((company, role))
    return found
