"""Tokens of an outside issuer, asked of a real provider: what is accepted, what is refused, and how it is said."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from domain.refusal import ErrorCode
from schema.context import Claims
from schema.errors import ClientMistake
from server.auth import DevelopmentIssuer, development_key
from server.auth.choosing import authentication
from server.auth.issuer_keys import APART, IssuerKeys
from server.auth.oidc import OutsideTokens
from server.auth.refusing import NotAccepted, Reason
from server.auth.remembering import Authentication
from server.auth.signed import Expected
from server.settings import Settings
from tests.server.outside import ANNA, AUDIENCE, OUTDATED, Provider, provider

pytestmark = [pytest.mark.filterwarnings(text) for text in OUTDATED]

OTHER_KEY = {Reason.SIGNATURE, Reason.UNKNOWN_KEY}
"""The provider names the key in its tokens or does not, by its version; there is one for each Python."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


class Clock:
    """The time it is, moved by hand: the provider's clock cannot be."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


def trusting(issuer: str, **settings: Any) -> Authentication:
    """Headers read as an installation does that trusts an issuer."""
    chosen = Settings(oidc_issuer=issuer, oidc_audience=AUDIENCE, **settings)
    read = authentication(chosen, Path("/nowhere"))
    read.clock = Clock()
    return read


def moved(read: Authentication, **by: float) -> Authentication:
    """The same at another time."""
    assert isinstance(read.clock, Clock)
    read.clock.moved = timedelta(**by)
    return read


async def reason(read: Authentication, token: str) -> Reason:
    """Why a token is refused."""
    with pytest.raises(ClientMistake) as raised:
        await read(f"Bearer {token}")
    assert isinstance(raised.value, NotAccepted)
    assert raised.value.code is ErrorCode.UNAUTHENTICATED
    return raised.value.reason


async def test_a_token_of_the_issuer_says_who_asks_and_what_is_granted(issuer: Provider) -> None:
    granted = {"SE01": ("CREDIT_MANAGER",), "*": ("VIEWER",)}
    claims = await trusting(issuer.issuer)(f"Bearer {issuer.token()}")
    assert claims == Claims("anna", "Anna Berg", granted, "USER", "sv-SE")


async def test_a_token_for_another_audience_is_refused(issuer: Provider) -> None:
    assert await reason(trusting(issuer.issuer), issuer.token(audience="payroll")) is Reason.AUDIENCE


async def test_a_token_of_another_issuer_is_refused_also_when_the_key_is_right(issuer: Provider) -> None:
    with provider() as other:
        assert await reason(trusting(issuer.issuer), other.token()) in OTHER_KEY
    forged = issuer.token({**ANNA, "iss": "http://localhost:1"})
    assert await reason(trusting(issuer.issuer), forged) is Reason.ISSUER


async def test_a_token_holds_until_it_expires_and_half_a_minute_for_clocks_that_differ(issuer: Provider) -> None:
    token = issuer.token()
    await moved(trusting(issuer.issuer), hours=1, seconds=20)(f"Bearer {token}")
    assert await reason(moved(trusting(issuer.issuer), hours=1, seconds=40), token) is Reason.EXPIRED


async def test_a_token_that_is_not_valid_yet_is_refused(issuer: Provider) -> None:
    later = int(datetime.now(UTC).timestamp()) + 600
    token = issuer.token({**ANNA, "nbf": later})
    assert await reason(trusting(issuer.issuer), token) is Reason.NOT_YET_VALID
    await moved(trusting(issuer.issuer), minutes=10)(f"Bearer {token}")
    assert await reason(moved(trusting(issuer.issuer), minutes=-10), issuer.token()) is Reason.NOT_YET_VALID


def part(content: Any) -> bytes:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=")


def said(issuer: Provider) -> Mapping[str, Any]:
    ends = int(datetime.now(UTC).timestamp()) + 600
    return {"iss": issuer.issuer, "aud": AUDIENCE, "sub": "anna", "exp": ends, **ANNA}


async def test_neither_no_signature_nor_one_with_the_public_key_as_a_secret_is_accepted(issuer: Provider) -> None:
    nothing = part({"alg": "none"}) + b"." + part(said(issuer)) + b"."
    assert await reason(trusting(issuer.issuer), nothing.decode()) is Reason.ALGORITHM
    assert await reason(trusting("http://localhost:1"), nothing.decode()) is Reason.ALGORITHM, "nobody was asked"
    public = RSAKey.import_key(httpx2.get(f"{issuer.issuer}/jwks").json()["keys"][0])
    for secret in (public.as_pem(private=False), json.dumps(public.as_dict()).encode()):
        signed = part({"alg": "HS256"}) + b"." + part(said(issuer))
        signature = urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
        assert await reason(trusting(issuer.issuer), (signed + b"." + signature).decode()) is Reason.ALGORITHM


async def test_only_algorithms_that_were_chosen_are_accepted(issuer: Provider) -> None:
    read = trusting(issuer.issuer, oidc_algorithms=("ES256",))
    assert await reason(read, issuer.token()) is Reason.ALGORITHM


async def test_an_algorithm_that_does_not_fit_the_key_is_refused(issuer: Provider) -> None:
    head, claims, signature = issuer.token().split(".")
    for algorithm in ("ES256", "Ed25519", "PS256"):
        token = f"{part({'alg': algorithm}).decode()}.{claims}.{signature}"
        assert await reason(trusting(issuer.issuer), token) in {Reason.MALFORMED, Reason.SIGNATURE}
    await trusting(issuer.issuer)(f"Bearer {head}.{claims}.{signature}")


async def test_a_key_that_a_token_brings_along_is_not_used(issuer: Provider) -> None:
    curve, own = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
    inside = jwt.encode({"alg": "ES256", "jwk": curve.as_dict(private=False)}, dict(said(issuer)), curve)
    elsewhere = jwt.encode({"alg": "RS256", "jku": "http://localhost:1/keys"}, dict(said(issuer)), own)
    assert await reason(trusting(issuer.issuer), inside) is Reason.MALFORMED
    assert await reason(trusting(issuer.issuer), elsewhere) is Reason.SIGNATURE


@pytest.mark.parametrize("text", ["a", "a.b.c", "." * 9, "e30.e30.e30", "W10.e30.", "a" * 17_000, "{}.{}.{}"])
async def test_garbage_is_refused(issuer: Provider, text: str) -> None:
    assert await reason(trusting(issuer.issuer), text) is Reason.MALFORMED


async def test_a_token_that_is_all_brackets_is_refused_like_any_other(issuer: Provider) -> None:
    deep = urlsafe_b64encode(b"[" * 9000).rstrip(b"=").decode()
    assert await reason(trusting(issuer.issuer), f"{deep}.e30.e30") is Reason.MALFORMED
    assert await reason(trusting(issuer.issuer), f"{part({'alg': 'RS256'}).decode()}.{deep}.e30") is Reason.SIGNATURE


async def test_new_keys_of_the_issuer_are_found_and_the_old_ones_forgotten() -> None:
    moments = [0.0]
    with provider() as before:
        keys = IssuerKeys(before.issuer, clock=lambda: moments[-1])
        tokens = OutsideTokens(Expected(before.issuer, AUDIENCE, ("RS256",)), keys)
        first, another, port = before.token(), before.token(subject="bo"), before.port
        await Authentication(tokens.verify)(f"Bearer {first}")
    with provider(port) as after:
        new = after.token()
        assert await reason(Authentication(tokens.verify), new) in OTHER_KEY
        moments.append(APART)
        assert (await Authentication(tokens.verify)(f"Bearer {new}")).subject == "anna"
        assert await reason(Authentication(tokens.verify), another) in OTHER_KEY


async def test_tokens_of_known_keys_are_accepted_while_the_issuer_is_down() -> None:
    with provider() as running:
        read = trusting(running.issuer)
        first, second = running.token(), running.token(subject="bo")
        await read(f"Bearer {first}")
    assert (await read(f"Bearer {second}")).subject == "bo"
    assert await reason(trusting(running.issuer), first) is Reason.ISSUER_UNREACHABLE


async def test_development_tokens_are_refused_beside_an_issuer_unless_they_are_allowed(
    issuer: Provider, tmp_path: Path
) -> None:
    own = DevelopmentIssuer(development_key(tmp_path)).issue(Claims("dev", "Dev", {"*": ("ADMIN",)}), timedelta(days=1))
    chosen = Settings(oidc_issuer=issuer.issuer, oidc_audience=AUDIENCE)
    assert await reason(authentication(chosen, tmp_path), own) is Reason.MALFORMED
    both = authentication(
        Settings(oidc_issuer=issuer.issuer, oidc_audience=AUDIENCE, development_tokens=True), tmp_path
    )
    assert [(await both(f"Bearer {token}")).subject for token in (own, issuer.token())] == ["dev", "anna"]


async def test_where_nothing_but_api_keys_is_trusted_no_token_is_accepted(tmp_path: Path) -> None:
    own = DevelopmentIssuer(development_key(tmp_path)).issue(Claims("dev", "Dev", {"*": ("ADMIN",)}), timedelta(days=1))
    assert await reason(authentication(Settings(development_tokens=False), tmp_path), own) is Reason.MALFORMED


@pytest.mark.parametrize(
    ("more", "granted"),
    [
        ({"groups": ["creditgraph:SE01:VIEWER", "payroll:SE01:ADMIN", "staff"]}, {"SE01": ("VIEWER",)}),
        ({"groups": ["creditgraph:*:AUDITOR", "creditgraph:*:VIEWER"]}, {"*": ("AUDITOR", "VIEWER")}),
        (
            {"groups": ["creditgraph:SE01:VIEWER"], "grants": {"SE01": ["AUDITOR"]}},
            {"SE01": ("AUDITOR", "VIEWER")},
        ),
    ],
)
async def test_groups_of_a_directory_grant_roles(
    issuer: Provider, more: Mapping[str, Any], granted: Mapping[str, Any]
) -> None:
    read = trusting(issuer.issuer, oidc_groups_claim="groups")
    assert (await read(f"Bearer {issuer.token({'name': 'Anna', **more})}")).grants == granted


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, Reason.NOTHING_GRANTED),
        ({"groups": ["staff"]}, Reason.NOTHING_GRANTED),
        ({"grants": {"SE01": ["EMPEROR"]}}, Reason.CLAIMS),
        ({"grants": ["SE01"]}, Reason.CLAIMS),
        ({"groups": ["creditgraph:SE01:EMPEROR"]}, Reason.CLAIMS),
        ({"groups": ["creditgraph:VIEWER"]}, Reason.CLAIMS),
        ({"groups": "creditgraph:SE01:VIEWER"}, Reason.CLAIMS),
        ({"groups": [7]}, Reason.CLAIMS),
    ],
    ids=str,
)
async def test_grants_that_cannot_be_read_are_refused_never_taken_as_fewer(
    issuer: Provider, more: Mapping[str, Any], why: Reason
) -> None:
    assert await reason(trusting(issuer.issuer, oidc_groups_claim="groups"), issuer.token(more)) is why


async def test_groups_grant_nothing_where_no_claim_of_groups_is_named(issuer: Provider) -> None:
    token = issuer.token({"groups": ["creditgraph:SE01:VIEWER"]})
    assert await reason(trusting(issuer.issuer), token) is Reason.NOTHING_GRANTED


async def test_claims_may_have_other_names_and_what_is_missing_has_a_default(issuer: Provider) -> None:
    claims = {"https://example.org/credit": {"SE01": ["VIEWER"]}, "alias": "Bo", "kind": "INTEGRATION"}
    read = trusting(issuer.issuer, oidc_grants_claim="https://example.org/credit", oidc_name_claim="alias")
    found = await read(f"Bearer {issuer.token(claims, subject='bo')}")
    assert found == Claims("bo", "Bo", {"SE01": ("VIEWER",)}, "INTEGRATION", None)
    nameless = await trusting(issuer.issuer)(f"Bearer {issuer.token({'grants': ANNA['grants'], 'name': 7})}")
    assert (nameless.name, nameless.locale) == ("anna", None)


@pytest.mark.parametrize("subject", ["cgk_1", "command-line:root"])
async def test_nobody_outside_can_be_taken_for_a_program_or_a_person_of_ours(issuer: Provider, subject: str) -> None:
    assert await reason(trusting(issuer.issuer), issuer.token(subject=subject)) is Reason.CLAIMS
