"""`./run conformance`: installs foreign suites, starts a server with a few facts, and prints what each suite found."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx2
import psycopg

from bench import node
from domain.role import Role
from persistence import embedded, migrate, roles
from schema import export
from schema.context import Claims
from server.auth import DevelopmentIssuer, development_key
from tests.acceptance.processes import HttpAsker, serving
from tests.acceptance.story import Story
from tests.conformance.suites import CLIENTS, FOLDER, SUITES, Found, SuiteBroke

PURPOSE, DATABASE = "conformance", "conformance"
CUSTOMERS = ("c1", "c2", "c3", "c4", "c5")


def main() -> int:
    """Run the suites; 0 when nothing failed and nothing was left out."""
    parser = argparse.ArgumentParser(prog="./run conformance", description=__doc__)
    parser.add_argument("--only", choices=list(SUITES), action="append", help="this suite; repeat for more")
    chosen = parser.parse_args().only or list(SUITES)
    try:
        install()
    except node.NodeMissing as error:
        say(str(error))
        return 1
    found: dict[str, Found] = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        try:
            url = fresh_database()
            with serving(url, data, 1) as (address,):
                asyncio.run(facts(address, data))
                told = {"CONFORMANCE_URL": f"{address}/graphql", "CONFORMANCE_TOKEN": token(data)}
                for name in chosen:
                    say(f"{name} ...")
                    found[name] = attempt(name, told)
        finally:
            embedded.stop(PURPOSE)
    show(found)
    return 1 if any(each.failed for each in found.values()) else 0


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{text}\n")


def install() -> None:
    """The packages of npm, the Python clients in an environment of their own, the schema for the code generators."""
    say("installing the suites ...")
    node.install(FOLDER)
    wanted = (FOLDER / "clients.lock").read_text()
    marker = CLIENTS / "installed"
    if not marker.exists() or marker.read_text() != wanted:
        venv.create(CLIENTS, clear=True, with_pip=True)
        pip = [str(CLIENTS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(FOLDER / "clients.lock")], check=True)
        marker.write_text(wanted)
    build = FOLDER / "build"
    build.mkdir(exist_ok=True)
    (build / "schema.graphql").write_text(export.FILE.read_text("utf-8"), "utf-8")


def fresh_database() -> str:
    """An empty, migrated database on a server of our own."""
    server = embedded.start(PURPOSE)
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f"drop database if exists {DATABASE} with (force)")
        admin.execute(f"create database {DATABASE} owner {roles.OWNER}")
    url = server.url_of(DATABASE)
    migrate.upgrade(url)
    return url


async def facts(address: str, data: Path) -> None:
    """A company with five customers who may each owe 100,000 kr, and an invoice."""
    async with httpx2.AsyncClient(timeout=60) as client:
        story = Story(HttpAsker.of(client, [address], data))
        await story.companies(("SE01", "SE", "SEK", "sv-SE", "Europe/Stockholm"))
        for account in CUSTOMERS:
            await story.customer("SE01", account)
            await story.own_limit("SE01", account, "100000")
        await story.invoice("SE01", "c1", "INV-1", "2500", "2026-10-01", date="2026-09-01")


def token(data: Path) -> str:
    """Of somebody who may do everything, so that nothing is refused before it is tried."""
    claims = Claims("conformance", "Conformance", {"*": tuple(Role)})
    return DevelopmentIssuer(development_key(data)).issue(claims, timedelta(hours=4))


def attempt(name: str, told: Mapping[str, str]) -> Found:
    """What a suite found; one that broke has failed."""
    try:
        return SUITES[name](told)
    except (SuiteBroke, subprocess.TimeoutExpired) as error:
        return Found("?", 1, 0, [str(error)])


def show(found: Mapping[str, Found]) -> None:
    """The table, then whatever failed."""
    rows = [("suite", "version", "checks", "passed")]
    rows += [(name, each.version, f"{each.checks:,}", f"{each.passed:,}") for name, each in found.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for suite, version, checks, passed in rows:
        line = f"{suite:{widths[0]}}  {version:{widths[1]}}  {checks:>{widths[2]}}  {passed:>{widths[3]}}"
        sys.stdout.write(f"{line}\n")
    for name, each in found.items():
        for failure in each.failed:
            sys.stdout.write(f"\n{name} failed: {failure}\n")


if __name__ == "__main__":
    raise SystemExit(main())
