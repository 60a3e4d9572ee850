"""`creditgraph reconcile`: every kept sum computed again from the facts, and what does not agree."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from domain.message import N_
from locales.negotiate import Reader
from locales.say import reader, say
from persistence.database import open_pool
from persistence.reconcile import Finding, reconcile
from server.commands import Command, Option
from server.opening import database, settings
from server.spoken import here, told


@click.command(
    "reconcile",
    cls=Command,
    about=(
        N_("Compute every kept sum again from the facts, and list what does not agree."),
        N_(
            "Nothing is changed. It reads one moment, so it may run while others work. The exit status is 1 when "
            "something was found: that is a fault of the program or of a hand in the tables, never of the users."
        ),
    ),
)
@click.option(
    "--locale", cls=Option, metavar="LOCALE", about=N_("The language of the findings, as sv-SE; yours when not said.")
)
def reconcile_command(locale: str | None) -> None:
    """Look for sums that do not agree with the facts."""
    to = here() if locale is None else reader(locale)
    with database(settings()) as found:
        found.require_migrated()
        findings = asyncio.run(_findings(found.url))
    for finding in findings:
        click.echo(line(finding, to))
    if findings:
        click.echo(told(N_("Found: {count}."), count=len(findings)), err=True)
        raise click.exceptions.Exit(1)
    click.echo(told(N_("Everything agrees with the facts.")))


def line(finding: Finding, to: Reader) -> str:
    """A finding on a line: its code, where it is, and what is wrong."""
    where = " ".join(f"{name}={value}" for name, value in finding.keys.items())
    return f"{finding.code} {where}: {say(finding.message, to)}"


async def _findings(url: str) -> Sequence[Finding]:
    async with await open_pool(url, max_size=1) as pool, pool.acquire() as connection:
        return await reconcile(connection)
