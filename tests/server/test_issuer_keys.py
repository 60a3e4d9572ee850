"""The keys of an issuer: how often it is asked, who waits for it, and what holds while it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from server.auth.issuer_keys import (
    APART,
    DISCOVERY,
    FRESH,
    KEPT,
    IssuerKeys,
    IssuerMistaken,
    fetch_json,
    safe_url,
    usable,
)
from server.auth.refusing import NotAccepted, Reason
from tests.server.outside import OUTDATED, provider

ISSUER = "https://id.example"
KEYS = f"{ISSUER}/keys"


def published(kid: str) -> dict[str, Any]:
    """A key as an issuer publishes it."""
    return {**OKPKey.generate_key("Ed25519").as_dict(private=False), "kid": kid, "use": "sig"}


class Issuer:
    """An issuer's documents, and how often they were asked for. It answers when it is let."""

    def __init__(self, *kids: str) -> None:
        self.keys: Sequence[Mapping[str, Any]] = [published(kid) for kid in kids]
        self.described: Any = {"issuer": ISSUER, "jwks_uri": KEYS}
        self.asked: list[str] = []
        self.let = asyncio.Event()
        self.let.set()
        self.down = False
        self.now = 1000.0
        self.read = IssuerKeys(ISSUER, self.fetch, lambda: self.now)

    async def fetch(self, url: str) -> Any:
        self.asked.append(url)
        await self.let.wait()
        if self.down:
            raise ConnectionRefusedError("nobody is there")
        return {ISSUER + DISCOVERY: self.described, KEYS: {"keys": list(self.keys)}}[url]

    async def find(self, kid: str | None) -> Key | Reason:
        """The key, or why there is none."""
        try:
            return await self.read.find(kid)
        except NotAccepted as refused:
            return refused.reason

    async def settle(self) -> None:
        """Let what goes on in the background come to its end."""
        while self.read._reading is not None:
            await asyncio.wait([self.read._reading])


async def test_keys_are_read_once_for_all_who_ask_meanwhile() -> None:
    issuer = Issuer("a", "b")
    found = await asyncio.gather(*(issuer.find(kid) for kid in "ab" * 20))
    assert {key.kid for key in found if not isinstance(key, Reason)} == {"a", "b"}
    assert issuer.asked == [ISSUER + DISCOVERY, KEYS]


async def test_a_key_nobody_heard_of_is_looked_for_once_and_then_found_at_once() -> None:
    issuer = Issuer("a")
    await issuer.find("a")
    issuer.keys = [*issuer.keys, published("b")]
    issuer.now += APART
    assert not isinstance(await issuer.find("b"), Reason)
    assert not isinstance(await issuer.find("b"), Reason)
    assert len(issuer.asked) == 4


async def test_forged_key_ids_do_not_hammer_the_issuer() -> None:
    issuer = Issuer("a")
    await issuer.find("a")
    for second in range(int(APART)):
        issuer.now = 1000.0 + second
        assert [await issuer.find(f"forged {n}") for n in range(100)] == [Reason.UNKNOWN_KEY] * 100
    assert issuer.asked.count(KEYS) == 1
    issuer.now = 1000.0 + APART
    await issuer.find("forged")
    assert issuer.asked.count(KEYS) == 2


async def test_a_known_key_never_waits_for_the_issuer() -> None:
    issuer = Issuer("a")
    await issuer.find("a")
    issuer.let.clear()
    issuer.now += FRESH
    assert not isinstance(await issuer.find("a"), Reason)
    waiting = asyncio.create_task(issuer.find("b"))
    await asyncio.sleep(0)
    assert not isinstance(await issuer.find("a"), Reason)
    assert not waiting.done()
    issuer.let.set()
    assert await waiting is Reason.UNKNOWN_KEY
    assert issuer.asked.count(KEYS) == 2


async def test_a_key_that_the_issuer_took_back_is_forgotten_when_keys_are_read_again() -> None:
    issuer = Issuer("a", "b")
    await issuer.find("a")
    issuer.keys = issuer.keys[1:]
    issuer.now += FRESH - 1
    assert not isinstance(await issuer.find("a"), Reason)
    issuer.now += 1
    await issuer.find("b")
    await issuer.settle()
    assert await issuer.find("a") is Reason.UNKNOWN_KEY


async def test_keys_are_read_again_also_when_nobody_asks() -> None:
    issuer, again = Issuer("a", "b"), asyncio.Event()

    async def fetch(url: str) -> Any:
        if url == KEYS and KEYS in issuer.asked:
            keys.fresh = FRESH
            again.set()
        return await issuer.fetch(url)

    keys = IssuerKeys(ISSUER, fetch, count(step=int(APART)).__next__, fresh=0.001)
    await keys.find("a")
    issuer.keys = issuer.keys[1:]
    async with asyncio.timeout(10):
        await again.wait()
        while keys._reading is not None:
            await asyncio.wait([keys._reading])
    with pytest.raises(NotAccepted):
        await keys.find("a")


async def test_known_keys_hold_for_a_day_while_the_issuer_is_down(caplog: pytest.LogCaptureFixture) -> None:
    issuer = Issuer("a")
    await issuer.find("a")
    issuer.down = True
    issuer.now += KEPT - 1
    assert not isinstance(await issuer.find("a"), Reason)
    await issuer.settle()
    assert vars(caplog.records[0])["more"] == {
        "issuer": ISSUER,
        "error": "ConnectionRefusedError: nobody is there",
    }
    issuer.now += APART
    assert await issuer.find("a") is Reason.ISSUER_UNREACHABLE
    issuer.down = False
    issuer.now += APART
    assert not isinstance(await issuer.find("a"), Reason)


async def test_who_gives_up_waiting_does_not_stop_the_others() -> None:
    issuer = Issuer("a")
    issuer.let.clear()
    first, second = (asyncio.create_task(issuer.find("a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    issuer.let.set()
    assert not isinstance(await second, Reason)


async def test_a_key_without_a_name_is_the_only_one_there_is() -> None:
    assert not isinstance(await Issuer("a").find(None), Reason)
    assert await Issuer("a", "b").find(None) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://another.example", "jwks_uri": KEYS},
        {"issuer": f"{ISSUER}/", "jwks_uri": KEYS},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": "http://id.example/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        [],
        "no document",
    ],
    ids=str,
)
async def test_a_discovery_document_of_somebody_else_is_not_followed(described: Any) -> None:
    issuer = Issuer("a")
    issuer.described = described
    assert await issuer.find("a") is Reason.ISSUER_UNREACHABLE
    assert issuer.asked == [ISSUER + DISCOVERY]


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_of_a_key_set_what_verifies_signatures_is_used_and_nothing_else() -> None:
    curve, large = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
    found = usable(
        {
            "keys": [
                {**curve.as_dict(private=True), "kid": "curve"},
                {**large.as_dict(private=False), "kid": "large"},
                {**RSAKey.generate_key(1024).as_dict(private=False), "kid": "too short"},
                {**published("to encrypt with"), "use": "enc"},
                {**OctKey.generate_key(256).as_dict(), "kid": "a secret that everybody knows"},
                {"kty": "of another century", "kid": "unknown"},
                {"kty": "RSA", "n": "?", "kid": "broken"},
                "no key",
            ]
        }
    )
    assert set(found) == {"curve", "large"}
    assert not found["curve"].is_private


@pytest.mark.parametrize("found", [{}, {"keys": []}, {"keys": {}}, [], None, {"keys": [{"kty": "oct", "k": "YQ"}]}])
def test_a_set_without_any_usable_key_changes_nothing(found: Any) -> None:
    with pytest.raises(IssuerMistaken):
        usable(found)


@pytest.mark.parametrize(
    "url", ["https://id.example/k", "http://127.0.0.1:9/k", "http://[::1]/k", "http://localhost/k"]
)
def test_keys_are_asked_for_over_https_or_on_this_machine(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize("url", ["http://id.example/k", "http://localhost.example/k", "ftp://localhost/k", "", None, 7])
def test_keys_are_asked_for_nowhere_else(url: object) -> None:
    with pytest.raises(IssuerMistaken):
        safe_url(url)


@pytest.mark.filterwarnings(*OUTDATED)
async def test_only_a_whole_answer_counts() -> None:
    with provider() as running:
        assert (await fetch_json(running.issuer + DISCOVERY))["issuer"] == running.issuer
        with pytest.raises(IssuerMistaken, match="404"):
            await fetch_json(f"{running.issuer}/nothing")
        with pytest.raises(ValueError, match="JSON"):
            await fetch_json(f"{running.issuer}/")
