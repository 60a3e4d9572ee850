"""What click says of itself, in the reader's language.

Click asks gettext for its sentences, by functions that its modules import by name, and gettext looks for compiled
catalogs in folders. Ours are compiled in memory and have their own placeholders, so the names are bound anew: a
sentence of click's is looked up here, and said by our catalogs. `tests/server/test_spoken.py` holds the table against
the installed click.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from domain.message import N_, NN_, Message
from locales.say import template
from server.spoken import here

MODULES: tuple[ModuleType, ...] = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.types,
)

SENTENCES: Mapping[str, str] = {
    "Usage:": N_("Usage:"),
    "Options": N_("Options"),
    "Commands": N_("Commands"),
    "Show this message and exit.": N_("Show this text and end."),
    "default: {default}": N_("default: {default}"),
    "env var: {var}": N_("variable: {var}"),
    "required": N_("required"),
    "Error: {message}": N_("Error: {message}"),
    "Try '{command} {option}' for help.": N_("Try '{command} {option}' for help."),
    "Missing command.": N_("A command is missing."),
    "Missing argument": N_("An argument is missing:"),
    "Missing option": N_("An option is missing:"),
    "Invalid value: {message}": N_("Invalid value: {message}"),
    "Invalid value for {param_hint}: {message}": N_("Invalid value for {param_hint}: {message}"),
    "{value} is not in the range {range}.": N_("{value} is not in the range {range}."),
    "{value!r} is not a valid {number_type}.": N_("{value} is not a number."),
    "{value!r} is not a valid UUID.": N_("{value} is no id."),
    "No such option {name!r}.": N_("There is no option {name}."),
    "No such command {name!r}.": N_("There is no command {name}."),
    "Option {name!r} does not take a value.": N_("The option {name} takes no value."),
    "Aborted!": N_("Stopped."),
}
"""Click's English to ours. Ours is filled in by click, so its placeholders are click's without their conversions."""

PLURALS: Mapping[str, tuple[str, str]] = {
    "Got unexpected extra argument ({args})": NN_("One argument is too many: {args}", "Arguments are too many: {args}"),
    "Option {name!r} requires an argument.": NN_("The option {name} needs a value.", "The option {name} needs values."),
    "{value!r} is not {choice}.": NN_("{value} is not {choices}.", "{value} is none of {choices}."),
    "Did you mean {possibility}?": NN_("Did you mean {possibilities}?", "Did you mean one of {possibilities}?"),
}
"""The same for sentences with a plural, by click's singular."""


def said(text: str) -> str:
    """A sentence of click's, not filled in; as it is when it is none of the table."""
    ours = SENTENCES.get(text)
    return text if ours is None else template(Message(ours), here().catalog)


def said_of(one: str, many: str, count: int) -> str:
    """The same for a sentence with a plural."""
    if one not in PLURALS:
        return said(one if count == 1 else many)
    singular, plural = PLURALS[one]
    return template(Message(singular, {"count": count}, plural, "count"), here().catalog)


def speak() -> None:
    """Let click say its sentences by our catalogs. Which language is decided each time it says one."""
    for module in MODULES:
        for name, ours in (("_", said), ("ngettext", said_of)):
            if hasattr(module, name):
                setattr(module, name, ours)
