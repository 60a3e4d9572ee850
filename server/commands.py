"""Commands, groups and options whose help is said in the reader's language, at the moment it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from server.click_sentences import said, speak
from server.spoken import Words, told

speak()

HELP = "Show this message and exit."
"""What click says of --help, once, when it makes the option."""


class Command(click.Command):
    """A command. `about`: the paragraphs of its help; the first is what the list of commands says of it."""

    def __init__(self, *arguments: Any, about: Sequence[Words] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._about = about

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option --help, which click makes once: its text is said anew, for whoever reads now."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = said(HELP)
        return option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the command does."""
        self.help = "\n\n".join(map(told, self._about))
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first paragraph, whole: where to cut a sentence is not known in every language."""
        return told(self._about[0])


class Option(click.Option):
    """An option. `about` is its help."""

    def __init__(self, *arguments: Any, about: Words, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._about = about

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """How it is written, and what it does."""
        self.help = told(self._about)
        return super().get_help_record(ctx)


class Group(Command, click.Group):
    """A group of commands in an order, those of `later` loaded when they are run or listed."""

    command_class = Command

    def __init__(
        self,
        *arguments: Any,
        order: Sequence[str],
        later: Mapping[str, Callable[[], click.Command]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._order, self._later = order, later or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(self._order)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None when there is none of that name."""
        if cmd_name in self._later and cmd_name not in self.commands:
            self.commands[cmd_name] = self._later[cmd_name]()
        return super().get_command(ctx, cmd_name)
