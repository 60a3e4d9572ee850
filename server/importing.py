"""`creditgraph import`: files into the database, with progress for people and plain lines for logs."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from domain.message import Message
from domain.refusal import Refused
from locales.format import format_number
from locales.say import say
from persistence import importing
from persistence.database import open_pool
from persistence.importing import Imported, Step
from persistence.looking_again import look_again
from persistence.scope import actor_id
from server.auth import utc_now
from server.opening import BAD_USAGE, database, settings, stop

PLAIN_EVERY = 5.0
"""Seconds between two plain lines of the same step."""

STEPS = {Step.READING: "reading", Step.CHECKING: "checking", Step.LOADING: "loading"}
CANONICAL = "canonical"

Watch = Callable[[importing.Progress], None]


def listed(entries: Mapping[str, str]) -> str:
    """Names with what they are, one a line, as help prints them."""
    width = max(map(len, entries))
    return "\b\n" + "\n".join(f"  {name:<{width}}  {about}" for name, about in entries.items())


def options_listed() -> str:
    """The options of every format, with their defaults."""
    found = {
        f"{name}: {option}": f"{choice.about} ({choice.default!r})"
        for name in importing.formats()
        for option, choice in importing.options_of(name).items()
    }
    return listed(found)


HELP = f"""Load a file, all of it or nothing of it. The same file again changes nothing.

Bad rows are written beside the file with line, column, value and reason, and nothing is loaded, unless --skip-bad.
Days and numbers are read as the format declares them; nothing is guessed. Ctrl-C leaves nothing behind.

Formats:

{listed(importing.formats())}

Kinds of rows of the canonical layout, in the order in which a folder of them is loaded:

{listed(importing.kinds())}

Options of formats, for --set:

{options_listed()}
"""


@click.command("import", help=HELP)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_name", metavar="NAME", default=CANONICAL, help="How it is written.")
@click.option("--kind", help="What the rows of a canonical file are; its name when not said.")
@click.option("--set", "chosen", metavar="NAME=VALUE", multiple=True, help="An option of the format. Repeat for more.")
@click.option("--skip-bad", is_flag=True, help="Load the good rows and leave out the bad ones.")
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="Where bad rows are written; beside the file when not said."
)
@click.option("--locale", default="en", help="The language of the reasons, as sv-SE.")
def import_command(
    path: Path,
    format_name: str,
    kind: str | None,
    chosen: Sequence[str],
    skip_bad: bool,
    rejects: Path | None,
    locale: str,
) -> None:
    """Load a file or a folder (the help of the command is `HELP`)."""
    options = _options(chosen)

    def said(message: Message) -> str:
        return say(message, locale)

    with database(settings()) as found:
        found.require_migrated()
        actor = asyncio.run(_actor(found.url))
        try:
            with watching() as watch:
                if path.is_dir():
                    done: Sequence[Imported] = importing.import_folder(
                        found.url,
                        path,
                        actor=actor,
                        say=said,
                        skip_bad=skip_bad,
                        progress=watch,
                        rejects_folder=rejects,
                    )
                else:
                    done = [
                        importing.import_file(
                            found.url,
                            path,
                            format_name,
                            actor=actor,
                            say=said,
                            kind=kind,
                            options=options,
                            skip_bad=skip_bad,
                            progress=watch,
                            rejects_path=rejects,
                        )
                    ]
        except Refused as refused:
            stop("\n".join(said(refusal.message) for refusal in refused.refusals), BAD_USAGE)
        if any(imported.loaded for imported in done):
            asyncio.run(_look_again(found.url, {company for imported in done for company in imported.companies}))
    for imported in done:
        click.echo(summary(imported, locale))
    if any(imported.cancelled or (imported.rejected and not skip_bad) for imported in done):
        raise click.exceptions.Exit(1)


def summary(imported: Imported, locale: str) -> str:
    """What became of a file, in a line or two."""
    if imported.cancelled:
        return f"{imported.source}: cancelled, nothing was loaded."
    read, loaded, unchanged, rejected = (
        format_number(number, locale)
        for number in (imported.read, imported.loaded, imported.unchanged, imported.rejected)
    )
    text = f"{imported.source}: {read} rows read, {loaded} new, {unchanged} there already, {rejected} rejected."
    if imported.rejects_path is not None:
        text += f"\n  Why they were rejected: {imported.rejects_path}"
    return text


@contextmanager
def watching() -> Iterator[Watch]:
    """Shows progress: a bar with rate and remaining time on a terminal, a plain line now and then elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]:,} rows"),
            TextColumn("{task.fields[rate]:,}/s"),
            TextColumn("{task.fields[left]}"),
            console=console,
        ) as bars:
            yield _Bars(bars)
    else:
        yield _Lines()


class _Bars:
    """A bar for each file and step."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, Step], TaskID] = {}

    def __call__(self, now: importing.Progress) -> None:
        key = (now.source, now.step)
        if key not in self._tasks:
            text = f"{now.source}: {STEPS[now.step]}"
            self._tasks[key] = self._bars.add_task(text, total=now.total, rows=0, rate=0, left="")
        self._bars.update(
            self._tasks[key], completed=now.done, total=now.total, rows=now.rows, rate=now.rate, left=left(now)
        )


class _Lines:
    """A line when a step begins and then every few seconds."""

    def __init__(self) -> None:
        self._last: tuple[str, Step] | None = None
        self._at = 0.0

    def __call__(self, now: importing.Progress) -> None:
        key = (now.source, now.step)
        if key == self._last and monotonic() - self._at < PLAIN_EVERY:
            return
        self._last, self._at = key, monotonic()
        percent = 100 * now.done // now.total if now.total else 0
        text = f"{now.source}: {STEPS[now.step]} {percent} %, {now.rows:,} rows, {now.rate:,}/s {left(now)}"
        sys.stderr.write(text.rstrip() + "\n")


def left(now: importing.Progress) -> str:
    """How long the step will take, at the rate so far."""
    if not now.remaining_seconds:
        return ""
    return f"{remaining(now.remaining_seconds)} left"


def remaining(seconds: int) -> str:
    """Seconds as people say them: 45 s, 3 min 20 s, 1 h 5 min."""
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _options(chosen: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in chosen:
        name, separator, value = one.partition("=")
        if not separator or not name:
            stop(f"--set {one} should be NAME=VALUE.", BAD_USAGE)
        found[name] = value
    return found


async def _look_again(url: str, companies: set[UUID]) -> None:
    """Open holds are checked again on what was loaded; rates are of every company."""
    async with await open_pool(url, max_size=2) as pool:
        await look_again(pool, utc_now(), sorted(companies) or None)


async def _actor(url: str) -> UUID:
    """The person at this machine, for the audit trail."""
    name = getpass.getuser()
    async with await open_pool(url, max_size=1) as pool, pool.acquire() as connection:
        return await actor_id(connection, f"command-line:{name}", name)
