"""Whom an installation trusts: an outside issuer, the development issuer, both, or API keys alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from server.auth.development import DevelopmentTokens, TokenAuthentication, development_key
from server.auth.refusing import NotAccepted, Reason
from server.auth.remembering import Authentication, Verified, Verify
from server.settings import Settings

_NOT_OURS = frozenset({Reason.ALGORITHM, Reason.SIGNATURE, Reason.MALFORMED})
"""What a token of somebody else looks like to the development issuer."""


def authentication(chosen: Settings, folder: Path) -> Authentication:
    """How headers are read with these settings; `folder` is where the development key lies.

    API keys are accepted beside, whatever is chosen.
    """
    if chosen.oidc_issuer is None:
        return TokenAuthentication(development_key(folder)) if chosen.trusts_development else Authentication(None)
    outside = _outside(chosen)
    if not chosen.trusts_development:
        return Authentication(outside)
    development = DevelopmentTokens(development_key(folder)).verify

    async def either(token: bytes, now: datetime) -> Verified:
        try:
            return await development(token, now)
        except NotAccepted as refused:
            if refused.reason not in _NOT_OURS:
                raise
        return await outside(token, now)

    return Authentication(either)


def _outside(chosen: Settings) -> Verify:
    # An HTTP client is for those who have an issuer to ask.
    from server.auth.issuer_keys import IssuerKeys
    from server.auth.oidc import LEEWAY, ClaimNames, OutsideTokens
    from server.auth.signed import Expected

    assert chosen.oidc_issuer is not None
    assert chosen.oidc_audience is not None
    names = ClaimNames(
        chosen.oidc_grants_claim, chosen.oidc_groups_claim, chosen.oidc_name_claim, chosen.oidc_locale_claim
    )
    expected = Expected(chosen.oidc_issuer, chosen.oidc_audience, chosen.oidc_algorithms, LEEWAY)
    return OutsideTokens(expected, IssuerKeys(chosen.oidc_issuer), names).verify
