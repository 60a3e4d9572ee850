"""How an import is declared: nouns (kinds of rows we keep) and formats (files of others, column by column).

A format says everything that could be guessed wrongly: delimiter, encoding, how days and numbers are written. A noun
says what its rows need, how they are found again, what is checked and what is written, as SQL over whole tables.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.refusal import ErrorCode


class FieldType(StrEnum):
    """What stands in a field; with what it becomes in the staging table."""

    TEXT = "text"
    CHOICE = "choice"
    AMOUNT = "amount"
    RATE = "rate"
    PERCENT = "percent"
    WHOLE = "whole"
    DAY = "day"
    FLAG = "flag"
    CURRENCY = "currency"
    COUNTRY = "country"
    LOCALE = "locale"
    TIME_ZONE = "time zone"


SQL_TYPES = {
    FieldType.AMOUNT: "numeric",
    FieldType.RATE: "numeric",
    FieldType.PERCENT: "numeric",
    FieldType.WHOLE: "integer",
    FieldType.DAY: "date",
    FieldType.FLAG: "boolean",
}
"""The rest is text."""


@dataclass(frozen=True)
class Field:
    """One field of a noun. `default` and `choices` are written as in the canonical layout.

    `money`: the SQL of the currency an amount is in, over the resolved row `r`. `zero`: an amount may be zero.
    """

    name: str
    about: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    default: str | None = None
    choices: Sequence[str] = ()
    money: str | None = None
    zero: bool = False

    @property
    def sql_type(self) -> str:
        """Its type in PostgreSQL."""
        return SQL_TYPES.get(self.type, "text")


@dataclass(frozen=True)
class Check:
    """What is wrong with a row where `where` (SQL over the resolved row `r`) is true.

    `values`: the SQL of each value of the sentence, as JSON (`said`, `said_day`, `said_money`). `again`: it reads what
    others may change, so it is repeated once the locks are held. `join`: tables joined to `r`; a query for each row
    costs far more.
    """

    field: str
    code: ErrorCode
    text: str
    where: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    again: bool = False
    join: str = ""


@dataclass(frozen=True)
class Noun:
    """A kind of row that can be imported.

    `key`: the fields that name a row within a file. `resolve`: SQL that finds what the rows of `{rows}` (alias r) speak
    of; it yields r.*, `id`, `fresh` (not kept yet) and `was_<field>` for each field of `compared`. `load`: statements
    over `{new}`, the resolved rows that stood every check; they append only, so no lock is needed. `moves`: SQL of the
    movements of fresh rows. `touches`: SQL of the customers and groups whose rooms change, `parties`: of the parties
    that become rooms. Inside the locks: `numbers` are statements that give numbers away, `late` ones change what is
    kept and insert what that moves into `late`. `payer_day`: the field whose day decides who pays. `together`: fields
    that name what several rows make up, which is loaded whole or not at all.
    """

    name: str
    about: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    resolve: str
    compared: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    load: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    moves: str | None = None
    late: tuple[str, ...] = ()
    touches: str | None = None
    parties: str | None = None
    payer_day: str | None = None
    together: tuple[str, ...] = ()

    @property
    def rows(self) -> str:
        """The table of its rows as they stand in the files."""
        return "rows_" + self.name.replace("-", "_")

    @property
    def new(self) -> str:
        """The table of its rows with what they speak of."""
        return "new_" + self.name.replace("-", "_")

    def field(self, name: str) -> Field:
        """One of its fields."""
        return next(found for found in self.fields if found.name == name)

    def sql(self, text: str) -> str:
        """A statement of its own with its tables named."""
        return text.replace("{rows}", self.rows).replace("{new}", self.new)


@dataclass(frozen=True)
class Column:
    """The value that stands in a column of the file."""

    name: str


@dataclass(frozen=True)
class Constant:
    """The same value in every row, since the file has none; written as in the canonical layout."""

    value: str


@dataclass(frozen=True)
class Option:
    """The same value in every row, chosen by whoever imports; the declaration has a default."""

    name: str


@dataclass(frozen=True)
class Mapped:
    """A value that follows from the code in a column."""

    column: str
    values: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True)
class Together:
    """Texts joined without a space."""

    parts: tuple[Column | Constant | Option, ...]


@dataclass(frozen=True)
class First:
    """The first that is not empty."""

    parts: tuple[Column | Together, ...]


Value = Column | Constant | Option | Mapped | Together | First


@dataclass(frozen=True)
class Rows:
    """Each row of the file is a row of this noun.

    `ensure`: it is made when nothing of its key is kept yet, and otherwise left as it is. `only_without`: only where
    this column is empty.
    """

    noun: str
    fields: Mapping[str, Value]
    ensure: bool = False
    only_without: str | None = None


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `days`: of YYYY, MM, DD, M, D and separators. `groups`: allowed thousands separators."""

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    days: str = "YYYY-MM-DD"
    decimal: str = "."
    groups: str = "\u00a0\u202f"
    yes: str = "true"
    no: str = "false"
    nothing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Choice:
    """An option of a format, with its default."""

    default: str
    about: str


@dataclass(frozen=True)
class Unpivot:
    """Every column that is not declared is a row of its own: its heading and what stands there."""

    heading: str
    value: str


@dataclass(frozen=True)
class Format:
    """A kind of file. `ignored`: columns that are not read, with why. `strict`: every column read must be there."""

    name: str
    about: str
    rows: tuple[Rows, ...]
    dialect: Dialect = Dialect()
    options: Mapping[str, Choice] = dataclasses.field(default_factory=dict)
    ignored: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unpivot: Unpivot | None = None
    strict: bool = True


def said(sql: str) -> str:
    """A text, code or number as a value of a sentence."""
    return f"to_jsonb({sql})"


def said_day(sql: str) -> str:
    """A day as a value of a sentence."""
    return f"jsonb_build_object('date', ({sql})::text)"


def said_number(sql: str) -> str:
    """An exact number as a value of a sentence."""
    return f"jsonb_build_object('decimal', ({sql})::text)"


def said_money(amount: str, currency: str) -> str:
    """An amount with its currency as a value of a sentence."""
    return f"jsonb_build_object('money', jsonb_build_array(({amount})::text, {currency}))"
