"""Tokens: what is accepted, what is refused and how it is said, and how long a verification is remembered."""

import hmac
import json
import stat
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from domain.message import Message
from domain.refusal import ErrorCode
from locales.say import say
from schema.context import Claims
from schema.errors import ClientMistake
from server.auth import development as auth
from server.auth import refusing
from server.auth.clock import Clock as Moment
from server.auth.refusing import NotAccepted, Reason
from server.auth.remembering import Verified

KEY = OKPKey.generate_key("Ed25519")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLAIMS = Claims("anna", "Anna Berg", {"SE01": ("CREDIT_MANAGER",), "*": ("VIEWER",)}, "USER", "sv-SE")


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Seat:
    """An issuer and a verifier with the same key and clock."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.issuer = auth.DevelopmentIssuer(KEY, self.clock)
        self.authenticate = auth.TokenAuthentication(KEY, self.clock)


def said(**changes: Any) -> dict[str, Any]:
    """The claims of a good token, some changed; None leaves one out."""
    good = {
        "iss": auth.ISSUER,
        "aud": auth.AUDIENCE,
        "sub": "anna",
        "name": "Anna Berg",
        "kind": "USER",
        "grants": {"SE01": ["VIEWER"]},
        "exp": int(NOON.timestamp()) + 3600,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(claims: Mapping[str, Any], key: OKPKey = KEY) -> str:
    return "Bearer " + jwt.encode({"alg": auth.ALGORITHM}, dict(claims), key, algorithms=[auth.ALGORITHM])


async def refusal(header: str | None, clock: Clock | None = None) -> str:
    with pytest.raises(ClientMistake) as raised:
        await auth.TokenAuthentication(KEY, clock or Clock())(header)
    assert raised.value.code is ErrorCode.UNAUTHENTICATED
    return raised.value.message.text


async def test_a_token_of_the_issuer_says_who_asks_and_what_is_granted() -> None:
    seat = Seat()
    token = seat.issuer.issue(CLAIMS, timedelta(days=1))
    assert await seat.authenticate(f"Bearer {token}") == CLAIMS
    assert await seat.authenticate(f"bearer  {token} ") == CLAIMS


async def test_a_good_token_made_by_hand_is_accepted_so_that_the_bad_ones_fail_for_their_own_reason() -> None:
    assert (await Seat().authenticate(signed(said()))).grants == {"SE01": ("VIEWER",)}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "token"])
async def test_without_a_bearer_token_the_caller_is_told_to_sign_in(header: str | None) -> None:
    assert await refusal(header) == refusing.MISSING


async def test_a_token_signed_with_another_key_is_refused() -> None:
    assert await refusal(signed(said(), OKPKey.generate_key("Ed25519"))) == refusing.INVALID


async def test_a_token_whose_claims_were_changed_is_refused() -> None:
    head, _, signature = signed(said()).partition(" ")[2].split(".")
    more = said(grants={"*": ["CREDIT_MANAGER"]})
    body = urlsafe_b64encode(json.dumps(more).encode()).rstrip(b"=").decode()
    assert await refusal(f"Bearer {head}.{body}.{signature}") == refusing.INVALID


async def test_a_token_that_asks_for_no_signature_is_refused() -> None:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, said())]
    assert await refusal(f"Bearer {parts[0]}.{parts[1]}.") == refusing.INVALID


async def test_the_public_key_is_no_secret_to_sign_with() -> None:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, said())]
    digest = hmac.digest(KEY.as_pem(private=False), b".".join(parts), "sha256")
    token = b".".join([*parts, urlsafe_b64encode(digest).rstrip(b"=")]).decode()
    assert await refusal(f"Bearer {token}") == refusing.INVALID


def signed_by_hand(header: object, claims: object) -> str:
    """What the library would not write, rightly signed."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    key: Any = KEY.private_key
    signature = urlsafe_b64encode(key.sign(b".".join(parts))).rstrip(b"=")
    return "Bearer " + b".".join([*parts, signature]).decode()


@pytest.mark.parametrize(
    "header",
    [
        ["alg"],
        "alg",
        7,
        None,
        {},
        {"alg": ["Ed25519"]},
        {"alg": {}},
        {"alg": "Ed25519", "crit": 3},
        {"alg": "Ed25519", "crit": [[]]},
        {"alg": "Ed25519", "crit": ["exp"]},
        {"alg": "Ed25519", "crit": ["b64"], "b64": False},
        {"alg": "Ed25519", "kid": [1]},
        {"alg": "Ed25519", "typ": 7},
    ],
    ids=str,
)
async def test_a_header_that_is_none_is_refused_whatever_it_is_also_when_it_is_signed(header: object) -> None:
    token = signed_by_hand(header, said())
    for bad in (token, token.rpartition(".")[0] + ".", token.rpartition(".")[0] + ".%%%"):
        assert await refusal(bad) == refusing.INVALID


@pytest.mark.parametrize("claims", [[], 7, "x", None], ids=str)
async def test_claims_that_are_none_are_refused_also_when_they_are_signed(claims: object) -> None:
    assert await refusal(signed_by_hand({"alg": auth.ALGORITHM}, claims)) == refusing.INVALID


@pytest.mark.parametrize("changes", [{"name": "x\0"}, {"sub": "x\ud800"}], ids=repr)
async def test_a_name_that_no_database_takes_is_refused_before_it_is_written(changes: dict[str, str]) -> None:
    assert await refusal(signed_by_hand({"alg": auth.ALGORITHM}, said(**changes))) == refusing.INCOMPLETE


@pytest.mark.parametrize("text", ["a", "a.b", "a.b.c", "å.b.c", "." * 9, "a" * 20_000])
async def test_what_is_no_token_is_refused(text: str) -> None:
    assert await refusal(f"Bearer {text}") == refusing.INVALID


async def test_a_token_ends_at_its_second() -> None:
    token = signed(said(exp=int(NOON.timestamp()) + 10))
    assert await refusal(token, Clock(NOON + timedelta(seconds=10))) == refusing.EXPIRED
    await auth.TokenAuthentication(KEY, Clock(NOON + timedelta(seconds=9)))(token)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "another"},
        {"iss": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_for_somebody_else_or_without_its_frame_is_refused(changes: dict[str, Any]) -> None:
    assert await refusal(signed(said(**changes))) == refusing.INVALID


@pytest.mark.parametrize(
    "changes",
    [
        {"grants": None},
        {"grants": {}},
        {"grants": ["VIEWER"]},
        {"grants": {"SE01": []}},
        {"grants": {"SE01": "VIEWER"}},
        {"grants": {"SE01": ["EMPEROR"]}},
        {"grants": {"SE01": [["VIEWER"]]}},
        {"name": None},
        {"name": 7},
        {"name": "x" * 201},
        {"kind": "SYSTEM"},
        {"locale": 1},
    ],
    ids=str,
)
async def test_a_token_that_does_not_say_who_and_what_is_refused(changes: dict[str, Any]) -> None:
    assert await refusal(signed(said(**changes))) == refusing.INCOMPLETE


async def test_a_token_of_the_future_is_refused_until_then() -> None:
    token = signed(said(nbf=int(NOON.timestamp()) + 60))
    assert await refusal(token) == refusing.EARLY
    await auth.TokenAuthentication(KEY, Clock(NOON + timedelta(seconds=60)))(token)


@pytest.mark.parametrize("text", sorted(NotAccepted(reason).message.text for reason in Reason))
def test_refusals_are_said_in_the_language_of_the_reader(text: str) -> None:
    assert say(Message(text), "en") == text
    assert say(Message(text), "sv-SE") != text


class Counting(auth.TokenAuthentication):
    """Counts how often it looks at a signature."""

    def __init__(self, clock: Moment, most: int = 9) -> None:
        super().__init__(KEY, clock, most)
        self.looks = 0
        verify = self.tokens
        assert verify is not None

        async def counted(token: bytes, now: datetime) -> Verified:
            self.looks += 1
            return await verify(token, now)

        self.tokens = counted


async def test_a_verified_token_is_looked_at_again_after_a_minute() -> None:
    seat = Seat()
    authenticate = Counting(seat.clock)
    header = f"Bearer {seat.issuer.issue(CLAIMS, timedelta(days=1))}"
    for seconds, expected in ((0, 1), (59, 1), (60, 2), (119, 2), (120, 3)):
        seat.clock.now = NOON + timedelta(seconds=seconds)
        await authenticate(header)
        assert authenticate.looks == expected


async def test_a_remembered_token_ends_when_it_expires() -> None:
    seat = Seat()
    header = f"Bearer {seat.issuer.issue(CLAIMS, timedelta(seconds=30))}"
    await seat.authenticate(header)
    seat.clock.now += timedelta(seconds=30)
    with pytest.raises(ClientMistake) as raised:
        await seat.authenticate(header)
    assert raised.value.message.text == refusing.EXPIRED


async def test_only_so_many_tokens_are_remembered() -> None:
    seat = Seat()
    authenticate = Counting(seat.clock, most=2)
    headers = ["Bearer " + seat.issuer.issue(Claims(name, name, CLAIMS.grants), timedelta(days=1)) for name in "abc"]
    for header in (*headers, headers[2], headers[1], headers[0]):
        await authenticate(header)
    assert authenticate.looks == 4


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = auth.development_key(tmp_path)
    assert auth.development_key(tmp_path).as_dict() == first.as_dict()
    assert first.is_private
    assert [file.name for file in tmp_path.iterdir()] == [auth.KEY_FILE]
    assert stat.S_IMODE((tmp_path / auth.KEY_FILE).stat().st_mode) == 0o600
