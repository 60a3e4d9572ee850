"""API keys: whom they sign in, until when, and that nothing but a digest of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.audit import AuditEventKind
from domain.refusal import ErrorCode, Refused
from persistence.api_keys import ApiKey, KeyToMake, all_keys, create, find, revoke, rotate
from persistence.keys import new_key
from persistence.scope import actor_id
from schema.context import Claims
from schema.errors import ClientMistake
from server.auth.api_keys import ApiKeys, digest_of, new_secret, written
from server.auth.refusing import KEY_ENDED, KEY_INVALID, NotAccepted, Reason
from server.auth.remembering import CACHE_TIME, Authentication
from tests.server.conftest import Served

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRANTS = {"SE01": ("INTEGRATION",)}


class Clock:
    """A clock that stands still until it is moved."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


class Office:
    """Makes keys in a database, and signs in with them as a server does that was just started."""

    def __init__(self, pool: asyncpg.Pool, actor: UUID) -> None:
        self.pool = pool
        self.actor = actor
        self.clock = Clock()
        self.server = self.another_server()

    def another_server(self) -> Authentication:
        """One that remembers nothing."""
        made = Authentication(None, self.clock)
        made.keys = ApiKeys(self.pool).verify
        return made

    async def make(self, name: str = "ERP Sweden", days: float = 30) -> tuple[str, UUID]:
        """A key as it is sent, and its id."""
        secret = new_secret()
        wanted = self.wanted(name, secret, days)
        async with self.pool.acquire() as conn:
            await create(conn, wanted, self.actor, self.clock.now)
        return written(wanted.id, secret), wanted.id

    def wanted(self, name: str, secret: str, days: float = 30) -> KeyToMake:
        """A key to make."""
        ends = self.clock.now + timedelta(days=days)
        return KeyToMake(new_key(), digest_of(secret), name, "INTEGRATION", GRANTS, ends)

    async def succeed(self, key: UUID, hours: float = 24) -> str:
        """The successor of a key, as it is sent."""
        secret = new_secret()

        def successor(old: ApiKey) -> KeyToMake:
            return replace(self.wanted(old.name, secret), subject=old.subject)

        async with self.pool.acquire() as conn:
            until = self.clock.now + timedelta(hours=hours)
            made = await rotate(conn, key, successor, until, self.actor, self.clock.now)
        return written(made.id, secret)

    async def revoke(self, key: UUID) -> None:
        """End a key."""
        async with self.pool.acquire() as conn:
            await revoke(conn, key, self.actor, self.clock.now)

    async def kept(self, key: UUID) -> ApiKey:
        """A key as it is kept."""
        async with self.pool.acquire() as conn:
            found = await find(conn, key)
        assert found is not None
        return found

    async def sign_in(self, key: str) -> Claims | Reason:
        """Who it is, or why not."""
        try:
            return await self.server(f"Bearer {key}")
        except NotAccepted as refused:
            return refused.reason


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    async with pool.acquire() as conn:
        return Office(pool, await actor_id(conn, "command-line:eva", "eva"))


async def test_a_key_signs_in_the_program_it_was_made_for_with_what_it_was_granted(office: Office) -> None:
    key, made = await office.make()
    assert await office.sign_in(key) == Claims(f"cgk_{made.hex}", "ERP Sweden", GRANTS, "INTEGRATION")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
        lambda key: key[:-1],
        lambda key: key + "0",
        lambda key: key.rpartition("_")[0],
        lambda key: key.rpartition("_")[0] + "_",
        lambda key: f"cgk_{new_key().hex}_{key.rpartition('_')[2]}",
        lambda key: "cgk_",
        lambda key: "cgk_not-an-id_" + "0" * 64,
        lambda key: f"cgk__{key}",
    ],
    ids=["another secret", "short", "long", "no secret", "empty", "another id", "bare", "no id", "twice"],
)
async def test_what_is_not_the_whole_key_is_refused_and_told_nothing(office: Office, spoil: Any) -> None:
    key, made = await office.make()
    await office.revoke(made)
    with pytest.raises(ClientMistake) as raised:
        await office.server(f"Bearer {spoil(key)}")
    assert (raised.value.code, raised.value.message.text) == (ErrorCode.UNAUTHENTICATED, KEY_INVALID)


async def test_a_key_ends_at_its_moment(office: Office) -> None:
    key, _ = await office.make(days=1)
    office.clock.now = NOON + timedelta(days=1, seconds=-1)
    assert isinstance(await office.sign_in(key), Claims)
    office.clock.now = NOON + timedelta(days=1)
    with pytest.raises(ClientMistake) as raised:
        await office.server(f"Bearer {key}")
    assert raised.value.message.text == KEY_ENDED


async def test_a_revoked_key_ends_at_once_elsewhere_and_within_a_minute_where_it_is_remembered(office: Office) -> None:
    key, made = await office.make()
    await office.sign_in(key)
    await office.revoke(made)
    await office.revoke(made)
    with pytest.raises(NotAccepted):
        await office.another_server()(f"Bearer {key}")
    office.clock.now += CACHE_TIME - timedelta(seconds=1)
    assert isinstance(await office.sign_in(key), Claims)
    office.clock.now += timedelta(seconds=1)
    assert await office.sign_in(key) is Reason.API_KEY_ENDED


async def test_a_remembered_key_costs_no_statement(office: Office) -> None:
    key, _ = await office.make()
    first = await office.sign_in(key)
    await office.pool.close()
    assert await office.sign_in(key) is first


async def test_after_a_rotation_both_keys_are_the_same_caller_until_the_grace_ends(office: Office) -> None:
    old, made = await office.make()
    new = await office.succeed(made, hours=24)
    assert new != old
    assert await office.sign_in(old) == await office.sign_in(new)
    office.clock.now += timedelta(hours=24)
    assert await office.sign_in(old) is Reason.API_KEY_ENDED
    assert isinstance(await office.sign_in(new), Claims)


async def test_a_grace_makes_no_key_live_longer(office: Office) -> None:
    _, made = await office.make(days=1)
    await office.succeed(made, hours=48)
    assert (await office.kept(made)).expires_at == NOON + timedelta(days=1)


@pytest.mark.parametrize("ended", ["rotated", "revoked", "expired"])
async def test_a_key_that_ended_or_has_a_successor_gets_none(office: Office, ended: str) -> None:
    _, made = await office.make(days=1)
    if ended == "rotated":
        await office.succeed(made)
    elif ended == "revoked":
        await office.revoke(made)
    else:
        office.clock.now += timedelta(days=1)
    async with office.pool.acquire() as conn:
        before = len(await all_keys(conn))
        assert (await office.kept(made)).state(office.clock.now) == ended
    with pytest.raises(Refused):
        await office.succeed(made)
    async with office.pool.acquire() as conn:
        assert len(await all_keys(conn)) == before


async def test_neither_rotating_nor_revoking_finds_a_key_that_was_never_made(office: Office) -> None:
    for change in (office.succeed, office.revoke):
        with pytest.raises(Refused) as raised:
            await change(new_key())
        assert raised.value.refusals[0].code is ErrorCode.NOT_FOUND


async def test_when_a_key_was_used_is_written_down_once_an_hour(office: Office) -> None:
    key, made = await office.make()
    seen = []
    for minutes in (0, 30, 59, 60, 61):
        office.clock.now = NOON + timedelta(minutes=minutes)
        await office.sign_in(key)
        seen.append((await office.kept(made)).last_used_at)
    later = NOON + timedelta(minutes=60)
    assert seen == [NOON, NOON, NOON, later, later]


async def test_of_a_key_only_a_digest_is_kept(office: Office) -> None:
    key, made = await office.make()
    row = await office.pool.fetchrow("select api_key::text as row from api_key where id = $1", made)
    assert key.rpartition("_")[2] not in row["row"]
    assert key.rpartition("_")[2] not in repr(await office.kept(made))
    assert digest_of(key.rpartition("_")[2]) not in repr(await office.kept(made))


async def test_the_audit_trail_tells_of_every_key_made_rotated_and_revoked(office: Office) -> None:
    _, made = await office.make("Webshop")
    await office.succeed(made)
    await office.revoke(made)
    found = await office.pool.fetch(
        "select kind, actor_id, subject_kind, message->'values'->>'name' as name from audit_event"
        " where subject_id = $1 order by id",
        made,
    )
    told: list[Mapping[str, Any]] = [dict(row) for row in found]
    kinds = [AuditEventKind.API_KEY_CREATED, AuditEventKind.API_KEY_ROTATED, AuditEventKind.API_KEY_REVOKED]
    assert [row["kind"] for row in told] == kinds
    assert {(row["actor_id"], row["subject_kind"]) for row in told} == {(office.actor, "api_key")}


async def test_a_server_answers_a_key_and_writes_neither_it_nor_a_token_into_its_log(
    served: Served, pool: asyncpg.Pool
) -> None:
    async with pool.acquire() as conn:
        office = Office(pool, await actor_id(conn, "command-line:eva", "eva"))
    secret = new_secret()
    wanted = replace(office.wanted("Webshop", secret), expires_at=datetime.now(UTC) + timedelta(days=1))
    async with pool.acquire() as conn:
        await create(conn, wanted, office.actor, datetime.now(UTC))
    key = written(wanted.id, secret)
    asked = {"query": "{ viewer { actor { name } } }"}
    good = await served.client.post("/graphql", json=asked, headers={"Authorization": f"Bearer {key}"})
    assert good.json()["data"]["viewer"]["actor"] == {"name": "Webshop"}
    bad = await served.client.post(
        "/graphql", json=asked, headers={"Authorization": f"Bearer {key}0", "Accept-Language": "sv"}
    )
    assert (bad.status_code, bad.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert bad.json()["errors"][0]["message"] == "Denna API-nyckel gäller inte här. Be om en ny."
    assert bad.headers["www-authenticate"].startswith("Bearer")
    log = b"".join(served.told).decode()
    assert '"unauthenticated":"API_KEY"' in log
    assert secret not in log


async def test_an_auditor_of_every_company_reads_of_keys_in_the_trail(served: Served, office: Office) -> None:
    await office.make("Payroll")
    await office.pool.execute(
        "insert into company (id, code, name, country, currency, locale, time_zone)"
        " values ($1, 'SE01', 'Nordvik AB', 'SE', 'SEK', 'sv-SE', 'Europe/Stockholm')",
        new_key(),
    )
    query = "{ auditEvents(first: 100) { nodes { kindLabel message actor { name } subject { id } } } }"
    headers = {"Authorization": f"Bearer {served.token('AUDITOR')}", "Accept-Language": "sv"}
    answer = await served.client.post("/graphql", json={"query": query}, headers=headers)
    assert {
        "kindLabel": "API-nyckel skapad",
        "message": "API-nyckeln Payroll skapades.",
        "actor": {"name": "eva"},
        "subject": None,
    } in answer.json()["data"]["auditEvents"]["nodes"]
