"""`creditgraph api-key`: keys for programs, made, listed, rotated and revoked."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import click

from domain.message import N_, Message
from domain.refusal import Refused
from domain.role import KINDS, Role
from persistence.api_keys import ApiKey, KeyToMake, all_keys, create, revoke, rotate
from persistence.database import Connection, open_pool
from persistence.keys import new_key
from persistence.scope import actor_id
from server.auth.api_keys import digest_of, new_secret, written
from server.auth.clock import utc_now
from server.commands import Group, Option
from server.opening import BAD_USAGE, database, settings, stop
from server.spoken import told

Done = TypeVar("Done")

Work = Callable[[Connection, UUID, datetime], Awaitable[Done]]
"""What is done on a connection by an actor at a moment."""

GOOD_UNTIL = N_("{name}: id {id}, good until {until}.")
SHOWN_ONCE = N_("This is shown once and kept nowhere: put it where the program finds it.")
LONGEST_NAME = 200


class Grant(click.ParamType[tuple[str, tuple[str, ...]]]):
    """A company with roles, as in SE01=VIEWER,AUDITOR."""

    name = "company=role"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """The company's code and the names of the roles."""
        company, separator, said = str(value).partition("=")
        roles = tuple(role.strip() for role in said.split(","))
        if not separator or not company.strip():
            text = N_("{given} should be COMPANY=ROLE, as in SE01=VIEWER or '*=VIEWER'.")
            self.fail(told(text, given=str(value)), param, ctx)
        for role in roles:
            if role not in [*Role]:
                text = N_("There is no role {role}. Roles: {roles}.")
                self.fail(told(text, role=role, roles=", ".join(Role)), param, ctx)
        return company.strip(), roles


DAYS = click.option(
    "--days",
    cls=Option,
    type=click.IntRange(1, 730),
    default=365,
    metavar="DAYS",
    about=N_("How many days it is good for."),
)
KEY = click.argument("key", type=click.UUID, metavar="ID")


@click.group(
    "api-key",
    cls=Group,
    order=("create", "list", "rotate", "revoke"),
    about=(
        N_("Make, list, rotate and revoke keys that programs sign in with."),
        N_(
            "A program sends its key as a person sends a token: Authorization: Bearer cgk_... A key is a long random "
            "text, and only a digest of it is kept, so nobody can read it again, here or in the database."
        ),
    ),
)
def key_commands() -> None:
    """What is done with API keys."""


@key_commands.command(
    "create",
    about=(
        N_("Make a key and print it, alone on standard output, this one time."),
        N_("What it grants and until when cannot be changed later: make another one and revoke this."),
    ),
)
@click.option(
    "--name", cls=Option, metavar="NAME", required=True, about=N_("What the program is called, in the audit trail too.")
)
@click.option(
    "--grant",
    "grants",
    cls=Option,
    type=Grant(),
    required=True,
    multiple=True,
    metavar="COMPANY=ROLE",
    about=Message(
        N_(
            "Company and roles, SE01=INTEGRATION or SE01=VIEWER,AUDITOR; '*' is every company. Repeat for more. "
            "Roles: {roles}."
        ),
        {"roles": ", ".join(Role)},
    ),
)
@click.option(
    "--kind",
    cls=Option,
    type=click.Choice(KINDS),
    default="INTEGRATION",
    about=N_("Whether a program or a person acts."),
)
@DAYS
def create_command(name: str, grants: Sequence[tuple[str, tuple[str, ...]]], kind: str, days: int) -> None:
    """Make a key."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        stop(Message(N_("A name has 1 to {longest} characters."), {"longest": LONGEST_NAME}), BAD_USAGE)
    granted: dict[str, tuple[str, ...]] = {}
    for company, roles in grants:
        granted[company] = (*granted.get(company, ()), *roles)
    secret = new_secret()

    async def work(conn: Connection, actor: UUID, now: datetime) -> KeyToMake:
        ends = now + timedelta(days=days)
        wanted = KeyToMake(new_key(), digest_of(secret), name.strip(), kind, granted, ends)
        await create(conn, wanted, actor, now)
        return wanted

    _print(_do(work), secret)


@key_commands.command(
    "list",
    about=(
        N_(
            "Print every key there ever was, one a line: id, state, name, what it grants, when it ends and was last "
            "used."
        ),
        N_("When a key was last used is known to the hour."),
    ),
)
def list_command() -> None:
    """Print all keys, in a form for programs."""

    async def work(conn: Connection, actor: UUID, now: datetime) -> tuple[list[ApiKey], datetime]:
        return await all_keys(conn), now

    keys, now = _do(work)
    for key in keys:
        click.echo(_line(key, now))
    if not keys:
        click.echo(told(N_("There are no API keys.")), err=True)


@key_commands.command(
    "rotate",
    about=(
        N_("Make a key that takes the place of another, and print it this one time."),
        N_(
            "The new key is the same to everybody: name, grants, its entries in the audit trail, and idempotency keys "
            "go on. The old one is good until the grace ends, so that the program can be given the new one meanwhile."
        ),
    ),
)
@KEY
@DAYS
@click.option(
    "--grace-hours",
    cls=Option,
    type=click.IntRange(0, 24 * 90),
    default=24,
    metavar="HOURS",
    about=N_("How long the old key is good beside the new one."),
)
def rotate_command(key: UUID, days: int, grace_hours: int) -> None:
    """Make the next key of a program."""
    secret = new_secret()

    async def work(conn: Connection, actor: UUID, now: datetime) -> KeyToMake:
        return await rotate(
            conn,
            key,
            lambda old: KeyToMake(
                new_key(), digest_of(secret), old.name, old.kind, old.grants, now + timedelta(days=days), old.subject
            ),
            now + timedelta(hours=grace_hours),
            actor,
            now,
        )

    _print(_do(work), secret)


@key_commands.command(
    "revoke",
    about=(
        N_("End a key. Servers accept it for at most another minute, in which they remember it."),
        N_("Its successors are keys of their own and stay. Revoking twice is revoking once."),
    ),
)
@KEY
def revoke_command(key: UUID) -> None:
    """End a key."""

    async def work(conn: Connection, actor: UUID, now: datetime) -> ApiKey:
        return await revoke(conn, key, actor, now)

    text = N_("Revoked: {name}. Servers that remember it accept it for at most 60 seconds more.")
    click.echo(told(text, name=_do(work).name), err=True)


def _do(work: Work[Done]) -> Done:
    """Run work as the person at this machine; a refusal ends the command with its sentence."""
    with database(settings()) as found:
        found.require_migrated()
        try:
            return asyncio.run(_on(found.url, work))
        except Refused as refused:
            stop(refused.refusals[0].message)


async def _on(url: str, work: Work[Done]) -> Done:
    user = getpass.getuser()
    async with await open_pool(url, max_size=1) as pool, pool.acquire() as conn:
        return await work(conn, await actor_id(conn, f"command-line:{user}", user), utc_now())


def _print(made: KeyToMake, secret: str) -> None:
    until = f"{made.expires_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"{told(GOOD_UNTIL, name=made.name, id=str(made.id), until=until)} {told(SHOWN_ONCE)}", err=True)
    click.echo(written(made.id, secret))


def _line(key: ApiKey, now: datetime) -> str:
    granted = " ".join(f"{company}={','.join(roles)}" for company, roles in sorted(key.grants.items()))
    used = f"{key.last_used_at:%Y-%m-%dT%H}h" if key.last_used_at else "never"
    return "  ".join(
        (str(key.id), key.state(now).ljust(7), key.name, key.kind, granted, f"until {key.expires_at:%Y-%m-%d}", used)
    )
