"""A sentence to be said later, in the reader's language.

The domain never formats anything: it returns a `Message`, whose text is marked for the catalogs with `N_`
and whose values keep their types, and `locales.say` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.money import Money

Value = str | int | Decimal | Money | date
"""What a message may carry. A string is a code, a number or a name and is printed as it is."""


@dataclass(frozen=True)
class Percent:
    """A share between 0 and 100 or above, as in `80.5 %`."""

    of_hundred: Decimal


@dataclass(frozen=True)
class Message:
    """One whole sentence with named values, `{like_this}`.

    `plural` is the sentence for a `count` that is not one; `count` names the integer value that decides.
    """

    text: str
    values: Mapping[str, Value | Percent] = field(default_factory=dict)
    plural: str | None = None
    count: str | None = None


class Trouble(Exception):
    """What stands in somebody's way, as sentences to be said to them. As text it is English, for traceback and log."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = messages

    def __str__(self) -> str:
        """The sentences in English, one after the other, their values as Python writes them."""
        return " ".join(message.text.format_map(message.values) for message in self.messages)


def N_(text: str) -> str:  # the name every gettext tool knows
    """Mark a sentence for the catalogs and give it back unchanged."""
    return text


def NN_(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence and its plural for the catalogs."""
    return one, many
