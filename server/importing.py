"""`creditgraph import`: files into the database, with progress for people and plain lines for logs."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from time import monotonic
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from domain.message import N_, NN_, Message, Percent, Trouble, Value
from domain.refusal import Refused
from locales.negotiate import Reader
from locales.say import reader, say, written
from persistence import importing
from persistence.database import open_pool
from persistence.importing import Imported, Step
from persistence.looking_again import look_again
from persistence.scope import actor_id
from server.auth import utc_now
from server.commands import Command, Option
from server.opening import BAD_USAGE, database, settings, stop
from server.spoken import here, told

PLAIN_EVERY = 5.0
"""Seconds between two plain lines of the same step."""

STEPS = {
    Step.READING: N_("{source}: reading"),
    Step.CHECKING: N_("{source}: checking"),
    Step.LOADING: N_("{source}: loading"),
}
CANONICAL = "canonical"

Watch = Callable[[importing.Progress], None]


def listed(entries: Mapping[str, str]) -> str:
    """Names with what they are, one a line, as help prints them. `entries`: a marked sentence for each name."""
    width = max(map(len, entries))
    return "\b\n" + "\n".join(f"  {name:<{width}}  {told(about)}" for name, about in entries.items())


def options_listed() -> str:
    """The options of every format, with their defaults."""
    found = {
        f"{name}: {option}": f"{told(choice.about)} ({choice.default!r})"
        for name in importing.formats()
        for option, choice in importing.options_of(name).items()
    }
    width = max(map(len, found))
    return "\b\n" + "\n".join(f"  {name:<{width}}  {about}" for name, about in found.items())


@click.command(
    "import",
    cls=Command,
    about=(
        N_("Load a file, all of it or nothing of it. The same file again changes nothing."),
        N_(
            "Bad rows are written beside the file with line, column, value and reason, and nothing is loaded, unless "
            "--skip-bad. Days and numbers are read as the format declares them; nothing is guessed. Ctrl-C leaves "
            "nothing behind."
        ),
        N_("Formats:"),
        lambda: listed(importing.formats()),
        N_("Kinds of rows of the canonical layout, as they are loaded from a folder:"),
        lambda: listed(importing.kinds()),
        N_("Options of formats, for --set:"),
        options_listed,
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_name", cls=Option, metavar="NAME", default=CANONICAL, about=N_("How it is written."))
@click.option(
    "--kind", cls=Option, metavar="KIND", about=N_("What the rows of a canonical file are; its name when not said.")
)
@click.option(
    "--set",
    "chosen",
    cls=Option,
    metavar="NAME=VALUE",
    multiple=True,
    about=N_("An option of the format. Repeat for more."),
)
@click.option("--skip-bad", cls=Option, is_flag=True, about=N_("Load the good rows and leave out the bad ones."))
@click.option(
    "--rejects",
    cls=Option,
    type=click.Path(path_type=Path),
    about=N_("Where bad rows are written; beside the file when not said."),
)
@click.option(
    "--locale", cls=Option, metavar="LOCALE", about=N_("The language of the reasons, as sv-SE; yours when not said.")
)
def import_command(
    path: Path,
    format_name: str,
    kind: str | None,
    chosen: Sequence[str],
    skip_bad: bool,
    rejects: Path | None,
    locale: str | None,
) -> None:
    """Load a file or a folder."""
    options = _options(chosen)
    to = here() if locale is None else reader(locale)
    if not path.exists():
        stop(Message(N_("There is no file or folder {path}."), {"path": str(path)}), BAD_USAGE)

    def said(message: Message) -> str:
        return say(message, to)

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
            stop(Trouble(*(refusal.message for refusal in refused.refusals)), BAD_USAGE)
        if any(imported.loaded for imported in done):
            asyncio.run(_look_again(found.url, {company for imported in done for company in imported.companies}))
    for imported in done:
        click.echo(summary(imported, to))
    if any(imported.cancelled or (imported.rejected and not skip_bad) for imported in done):
        raise click.exceptions.Exit(1)


def summary(imported: Imported, to: Reader) -> str:
    """What became of a file, in a line or two."""
    source: Mapping[str, Value] = {"source": imported.source}
    if imported.cancelled:
        return say(Message(N_("{source}: cancelled, nothing was loaded."), source), to)
    one, many = NN_(
        "{source}: {read} row read, {loaded} new, {unchanged} there already, {rejected} bad.",
        "{source}: {read} rows read, {loaded} new, {unchanged} there already, {rejected} bad.",
    )
    counts = {
        "read": imported.read,
        "loaded": imported.loaded,
        "unchanged": imported.unchanged,
        "rejected": imported.rejected,
    }
    text = say(Message(one, {**source, **counts}, many, "read"), to)
    if imported.rejects_path is not None:
        why = Message(N_("Why they were rejected: {path}"), {"path": str(imported.rejects_path)})
        text += f"\n  {say(why, to)}"
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
            TextColumn("{task.fields[rows]}"),
            TextColumn("{task.fields[rate]}"),
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
            self._tasks[key] = self._bars.add_task(_step(now), total=now.total, rows="", rate="", left="")
        self._bars.update(
            self._tasks[key], completed=now.done, total=now.total, rows=_rows(now), rate=_rate(now), left=left(now)
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
        percent = written(Percent(Decimal(100 * now.done // now.total if now.total else 0)), here())
        parts = (f"{_step(now)} {percent}", _rows(now), _rate(now), left(now))
        sys.stderr.write(", ".join(part for part in parts if part) + "\n")


def _step(now: importing.Progress) -> str:
    return told(STEPS[now.step], source=now.source)


def _rows(now: importing.Progress) -> str:
    one, many = NN_("{count} row", "{count} rows")
    return told(Message(one, {"count": now.rows}, many, "count"))


def _rate(now: importing.Progress) -> str:
    return told(N_("{rate}/s"), rate=now.rate)


def left(now: importing.Progress) -> str:
    """How long the step will take, at the rate so far."""
    if not now.remaining_seconds:
        return ""
    return told(N_("{time} left"), time=remaining(now.remaining_seconds))


def remaining(seconds: int) -> str:
    """Seconds as people say them: 45 s, 3 min 20 s, 1 h 5 min."""
    if seconds < 60:
        return told(N_("{seconds} s"), seconds=seconds)
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return told(N_("{minutes} min {seconds} s"), minutes=minutes, seconds=seconds)
    return told(N_("{hours} h {minutes} min"), hours=minutes // 60, minutes=minutes % 60)


def _options(chosen: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in chosen:
        name, separator, value = one.partition("=")
        if not separator or not name:
            stop(Message(N_("--set {given} should be NAME=VALUE."), {"given": one}), BAD_USAGE)
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
