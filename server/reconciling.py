"""`creditgraph reconcile`: every kept sum computed again from the facts, and what does not agree."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from locales.say import say
from persistence.database import open_pool
from persistence.reconcile import Finding, reconcile
from server.opening import database, settings


@click.command("reconcile")
@click.option("--locale", default="en", help="The language of the findings, as sv-SE.")
def reconcile_command(locale: str) -> None:
    """Compute every kept sum again from the facts, and list what does not agree.

    Nothing is changed. It reads one moment, so it may run while others work. The exit status is 1 when something was
    found: that is a fault of the program or of a hand in the tables, never of the users.
    """
    with database(settings()) as found:
        found.require_migrated()
        findings = asyncio.run(_findings(found.url))
    for finding in findings:
        click.echo(told(finding, locale))
    if findings:
        click.echo(f"Found: {len(findings)}.", err=True)
        raise click.exceptions.Exit(1)
    click.echo("Everything agrees with the facts.")


def told(finding: Finding, locale: str) -> str:
    """A finding on a line: its code, where it is, and what is wrong."""
    where = " ".join(f"{name}={value}" for name, value in finding.keys.items())
    return f"{finding.code} {where}: {say(finding.message, locale)}"


async def _findings(url: str) -> Sequence[Finding]:
    async with await open_pool(url, max_size=1) as pool, pool.acquire() as connection:
        return await reconcile(connection)
