"""Reading a file by its layout: records ready for COPY, and what could not be taken, line by line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.importing.declaration import Field
from persistence.importing.layout import Layout
from persistence.importing.values import MISSING, BadValue, parser

BATCH = 20_000
TOGETHER = "\x1f"

EMPTY = N_("The file is empty: its first line must name the columns.")
COLUMN_MISSING = N_("The file has no column {column}.")
COLUMN_UNKNOWN = N_("Column {column} is not known here. There are: {columns}.")
COLUMN_TWICE = N_("Column {column} is there twice.")
NOT_CSV = N_("The file is not readable as CSV from here on: {problem}.")
NOT_ENCODED = N_("The line is not text in the encoding {encoding}.")
OTHER_LENGTH = N_("The line has {found} values, but there are {expected} columns.")

Record = tuple[int | str | None, ...]


@dataclass(frozen=True)
class Reject:
    """One thing wrong with a line of a file. `together`: what the line is a part of, when that is known."""

    line: int
    column: str | None
    value: str | None
    code: ErrorCode
    message: Message
    together: str | None = None


@dataclass
class Batch:
    """Some lines of a file. `fatal`: what follows cannot be read, so nothing of the file may be loaded."""

    records: list[Record] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    lines: int = 0
    bytes: int = 0
    fatal: bool = False


def read(path: Path, layout: Layout) -> Iterator[Batch]:
    """The file in batches: records are (line, values in the order of the layout's columns)."""
    with path.open("rb") as file:
        yield from _Reader(file, layout).batches()


class _Reader:
    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._layout = layout
        self._dialect = layout.format.dialect
        self._file = file
        self._together = layout.together
        self._bytes = 0
        self._undecodable = False
        self._rows = csv.reader(self._text(), delimiter=self._dialect.delimiter, strict=True)

    def _text(self) -> Iterator[str]:
        encoding = self._dialect.encoding.removesuffix("-sig")
        for raw in self._file:
            if self._bytes == 0 and encoding == "utf-8":
                self._bytes += len(raw)
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            else:
                self._bytes += len(raw)
            line = raw.decode(encoding, "surrogateescape")
            if not line.isascii() or "\x00" in line:
                self._undecodable |= "\x00" in line or any("\udc80" <= one <= "\udcff" for one in line)
            yield line

    def batches(self) -> Iterator[Batch]:
        batch = Batch()
        try:
            header = [name.strip() for name in next(self._rows, [])]
            batch.rejects = self._wrong_header(header)
            if batch.rejects:
                batch.fatal = True
                yield batch
                return
            take = self._taker(header)
            line = self._rows.line_num
            for cells in self._rows:
                line, began = self._rows.line_num, line + 1
                if not cells:
                    continue
                batch.lines += 1
                self._row(batch, began, cells, header, take)
                if batch.lines == BATCH:
                    batch.bytes = self._bytes
                    yield batch
                    batch = Batch()
        except csv.Error as error:
            problem = Message(NOT_CSV, {"problem": str(error)})
            batch.rejects.append(Reject(self._rows.line_num, None, None, ErrorCode.BAD_USER_INPUT, problem))
            batch.fatal = True
        batch.bytes = self._bytes
        yield batch

    def _row(self, batch: Batch, line: int, cells: list[str], header: list[str], take: Taker) -> None:
        if self._undecodable:
            self._undecodable = False
            message = Message(NOT_ENCODED, {"encoding": self._dialect.encoding.removesuffix("-sig")})
        elif len(cells) != len(header):
            message = Message(OTHER_LENGTH, {"found": len(cells), "expected": len(header)})
        else:
            before = len(batch.rejects)
            take(batch, line, cells)
            if self._together and len(batch.rejects) > before:
                whole = TOGETHER.join(cells[header.index(name)].strip() for name in self._together)
                batch.rejects[before:] = [replace(one, together=whole) for one in batch.rejects[before:]]
            return
        batch.rejects.append(Reject(line, None, None, ErrorCode.INVALID_VALUE, message))
        # Whatever this line was a part of cannot be told, so no part of it may be loaded.
        batch.fatal |= bool(self._together)

    def _wrong_header(self, header: list[str]) -> list[Reject]:
        if not any(header):
            return [Reject(1, None, None, ErrorCode.BAD_USER_INPUT, Message(EMPTY))]
        form, columns = self._layout.format, self._layout.columns
        wrong = []
        for name, wanted in columns.items():
            made = form.unpivot is not None and name in (form.unpivot.heading, form.unpivot.value)
            if name not in header and not made and (form.strict or wanted.required):
                wrong.append((name, Message(COLUMN_MISSING, {"column": name})))
        for place, name in enumerate(header):
            if name and name in header[:place]:
                wrong.append((name, Message(COLUMN_TWICE, {"column": name})))
            elif form.unpivot is None and name not in columns and name not in form.ignored:
                known = ", ".join((*columns, *form.ignored))
                wrong.append((name, Message(COLUMN_UNKNOWN, {"column": name, "columns": known})))
        return [Reject(1, name, None, ErrorCode.BAD_USER_INPUT, message) for name, message in wrong]

    def _taker(self, header: list[str]) -> Taker:
        form = self._layout.format
        if form.unpivot is None:
            cells = [_cell(self._layout, header, name, found) for name, found in self._layout.columns.items()]
            return lambda batch, line, row: _take(batch, line, row, cells)
        made = (form.unpivot.heading, form.unpivot.value)
        fixed = [name for name in self._layout.columns if name not in made]
        order = list(self._layout.columns)
        layouts = []
        for place, name in enumerate(header):
            if not name or name in fixed:
                continue
            cells = []
            for column in order:
                found = self._layout.columns[column]
                cell = _cell(self._layout, header, column, found)
                if column == form.unpivot.heading:
                    cell = _Cell(name, None, found, cell.parse, form.dialect.nothing, constant=name)
                elif column == form.unpivot.value:
                    cell = _Cell(name, place, found, cell.parse, form.dialect.nothing)
                cells.append(cell)
            layouts.append((place, cells))
        nothing = form.dialect.nothing | {""}

        def take(batch: Batch, line: int, row: list[str]) -> None:
            for place, cells in layouts:
                if row[place].strip() not in nothing:
                    _take(batch, line, row, cells)

        return take


Taker = Callable[[Batch, int, list[str]], None]


@dataclass(frozen=True)
class _Cell:
    column: str
    place: int | None
    field: Field
    parse: Callable[[str], str]
    nothing: frozenset[str]
    constant: str | None = None


def _cell(layout: Layout, header: list[str], name: str, found: Field) -> _Cell:
    place = header.index(name) if name in header else None
    return _Cell(name, place, found, parser(found, layout.format.dialect), layout.format.dialect.nothing)


def _take(batch: Batch, line: int, row: list[str], cells: list[_Cell]) -> None:
    """One record, or everything that is wrong with it."""
    record: list[int | str | None] = [line]
    bad = False
    for cell in cells:
        text = cell.constant or ("" if cell.place is None else row[cell.place].strip())
        if not text or text in cell.nothing:
            record.append(None)
            if cell.field.required:
                bad = True
                batch.rejects.append(Reject(line, cell.column, None, ErrorCode.INVALID_VALUE, Message(MISSING)))
            continue
        try:
            record.append(cell.parse(text))
        except BadValue as wrong:
            bad = True
            batch.rejects.append(Reject(line, cell.column, text, wrong.code, wrong.message))
    if not bad:
        batch.records.append(tuple(record))
