"""What every command begins with: the settings, a database that answers, and sentences instead of tracebacks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import click

from domain.message import N_, Message, Trouble
from persistence import embedded, revisions
from persistence.database import NOT_ANSWERING, database_urls
from server.settings import Settings, WrongSetting
from server.spoken import told

BAD_USAGE = 2


def stop(what: Message | Trouble, status: int = 1) -> NoReturn:
    """End the command with a sentence for people, one a line."""
    for message in what.messages if isinstance(what, Trouble) else (what,):
        click.echo(told(message), err=True)
    raise click.exceptions.Exit(status)


def settings() -> Settings:
    """The settings from the environment; ends the command when a variable cannot be read."""
    try:
        return Settings.read()
    except WrongSetting as error:
        stop(Trouble(Message(N_("The environment has settings that cannot be used.")), *error.messages), BAD_USAGE)


@contextlib.contextmanager
def database(chosen: Settings) -> Iterator[Database]:
    """The database of the settings. Our own server is started, and stopped when nobody else uses it."""
    try:
        try:
            url = database_urls(chosen).owner
            found = revisions.current(url)
        except NOT_ANSWERING as error:
            stop(Message(N_("The database does not answer: {reason}"), {"reason": str(error)}))
        except Trouble as trouble:
            stop(trouble)
        except ValueError as error:
            stop(Message(N_("DATABASE_URL cannot be read: {reason}"), {"reason": str(error)}))
        yield Database(url, found)
    finally:
        if chosen.database_url is None:
            embedded.stop(chosen.embedded_purpose)


@dataclass(frozen=True)
class Database:
    """A database that answers, and the migration it is at."""

    url: str = field(repr=False)
    revision: str | None

    @property
    def behind(self) -> bool:
        """Whether this version of the program needs a migration that is not there."""
        return self.revision is None or self.revision < revisions.head()

    def require_migrated(self) -> None:
        """End the command unless the tables are as this version needs them."""
        if self.behind:
            stop(
                Message(
                    N_("The database is not at migration {wanted}, which this version needs. Run: creditgraph migrate"),
                    {"wanted": revisions.head()},
                )
            )
