"""What a format reads from a file: its columns with their kinds, and the SQL that makes rows of nouns out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.importing.declaration import (
    Column,
    Constant,
    Dialect,
    Field,
    FieldType,
    First,
    Format,
    Mapped,
    Option,
    Rows,
    Together,
    Value,
)
from persistence.importing.nouns import NOUNS
from persistence.importing.values import BadValue, parser

CANONICAL = Dialect()
UNKNOWN_OPTION = N_("There is no option {option}. There are: {options}.")
BAD_OPTION = N_("Option {option} cannot be {value}.")


@dataclass(frozen=True)
class Layout:
    """A format with its options chosen: `columns` by their name in the file, in the order of the staging table."""

    format: Format
    options: Mapping[str, str]
    columns: Mapping[str, Field]

    def staged(self, column: str) -> str:
        """The column of the staging table."""
        return f"c{list(self.columns).index(column)}"

    @property
    def together(self) -> tuple[str, ...]:
        """The columns that name what several lines make up."""
        found: list[str] = []
        for rows in self.format.rows:
            for name in NOUNS[rows.noun].together:
                found.extend(_columns(rows.fields[name]))
        return tuple(found)

    def column_of(self, noun: str, field: str) -> str:
        """The column of the file that a field of a noun comes from; the field itself when the file has none."""
        for rows in self.format.rows:
            if rows.noun == noun and field in rows.fields:
                return next(_columns(rows.fields[field]), field)
        return field


def layout(format_: Format, options: Mapping[str, str]) -> Layout:
    """A format made ready. Raises `Refused` for an option it does not know."""
    for name in options:
        if name not in format_.options:
            known = ", ".join(format_.options) or "-"
            message = Message(UNKNOWN_OPTION, {"option": name, "options": known})
            raise Refused(Refusal(ErrorCode.INVALID_VALUE, message, ("options",)))
    chosen = {name: options.get(name, choice.default) for name, choice in format_.options.items()}
    columns: dict[str, Field] = {}
    for rows in format_.rows:
        noun = NOUNS[rows.noun]
        for name, value in rows.fields.items():
            _read(noun.field(name), value, columns)
    for rows in format_.rows:
        if rows.only_without is not None:
            columns.setdefault(rows.only_without, Field(rows.only_without, ""))
    made = Layout(format_, chosen, columns)
    for rows in format_.rows:
        for name, value in rows.fields.items():
            _sql(made, NOUNS[rows.noun].field(name), value)
    return made


def rows_sql(layout_: Layout, rows: Rows, source: int, staged: str) -> str:
    """The rows of a noun out of a staging table (alias s), as a select; texts of the key joined in `key`."""
    noun = NOUNS[rows.noun]
    listed = [
        f"{_sql(layout_, field, rows.fields[field.name]) if field.name in rows.fields else _default(field)} as"
        f' "{field.name}"'
        for field in noun.fields
    ]
    condition = "" if rows.only_without is None else f" where s.{layout_.staged(rows.only_without)} is null"
    inner = f"select {source} as file, s.line, {str(rows.ensure).lower()} as ensured, {', '.join(listed)}"
    key = ", chr(31), ".join(f'"{name}"' for name in noun.key)
    unique = "distinct on (key) " if rows.ensure else ""
    order = " order by key, line" if rows.ensure else ""
    keyed = f"select *, concat({key}) as key from ({inner} from {staged} s{condition}) i"
    return f"select {unique}* from ({keyed}) k{order}"


def _read(field: Field, value: Value, columns: dict[str, Field]) -> None:
    alone = isinstance(value, Column)
    for name in _columns(value):
        wanted = replace(field, default=None) if alone else Field(name, field.about, required=_needs(field, value))
        known = columns.get(name)
        if known is None or known.type is FieldType.TEXT:
            columns[name] = replace(wanted, required=wanted.required or (known is not None and known.required))
        elif wanted.required and not known.required:
            columns[name] = replace(known, required=True)


def _needs(field: Field, value: Value) -> bool:
    return field.required and not isinstance(value, First)


def _columns(value: Value) -> Iterator[str]:
    match value:
        case Column(name):
            yield name
        case Mapped(column):
            yield column
        case Together(parts) | First(parts):
            for part in parts:
                yield from _columns(part)


def _sql(layout_: Layout, field: Field, value: Value) -> str:
    match value:
        case Column(name):
            expression = f"s.{layout_.staged(name)}"
            return f"coalesce({expression}, {_default(field)})" if field.default is not None else expression
        case Constant(text):
            return _literal(field, text)
        case Option(name):
            try:
                return _literal(field, layout_.options[name])
            except BadValue as bad:
                message = Message(BAD_OPTION, {"option": name, "value": layout_.options[name]})
                raise Refused(Refusal(bad.code, message, ("options", name))) from bad
        case Mapped(column, values, otherwise):
            whens = " ".join(f"when {_text(code)} then {_literal(field, to)}" for code, to in values.items())
            return f"case s.{layout_.staged(column)} {whens} else {_literal(field, otherwise)} end"
        case Together(parts):
            return f"({' || '.join(_sql(layout_, Field('', ''), part) for part in parts)})"
        case First(parts):
            return f"coalesce({', '.join(_sql(layout_, field, part) for part in parts)})"


def _default(field: Field) -> str:
    return f"null::{field.sql_type}" if field.default is None else _literal(field, field.default)


def _literal(field: Field, text: str) -> str:
    """A value written as in the canonical layout, as SQL."""
    return f"{_text(parser(field, CANONICAL)(text))}::{field.sql_type}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
