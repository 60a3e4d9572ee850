"""Importing files: rates, our canonical layout, and named formats of others, each a small declaration.

Files are copied into staging, checked set-based, and loaded in one transaction: all rows, or none when any is bad
(`skip_bad` leaves the bad ones out). The same file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal, Refused
from persistence.importing.declaration import Choice, Format
from persistence.importing.formats import NAMED
from persistence.importing.formats.canonical import CANONICAL, canonical
from persistence.importing.layout import layout
from persistence.importing.nouns import NOUNS
from persistence.importing.rejects import Say
from persistence.importing.running import Imported, Progress, Source, Step, import_files

FORMAT_UNKNOWN = N_("There is no format {format}. There are: {formats}.")
KIND_UNKNOWN = N_("There is no kind of row {kind}. There are: {kinds}.")
KIND_NEEDED = N_("A file in the canonical layout needs its kind: {kinds}.")
NO_FILE = N_("There is no file {path}.")
EMPTY_FOLDER = N_("The folder {path} has none of: {files}.")


def formats() -> dict[str, str]:
    """The names of the formats with what they are."""
    about = N_("Our own layout: one CSV for each kind of row, or a folder of them.")
    return {CANONICAL: about} | {name: found.about for name, found in NAMED.items()}


def options_of(format_name: str) -> Mapping[str, Choice]:
    """The options of a format, with their defaults."""
    return NAMED[format_name].options if format_name in NAMED else {}


def kinds() -> dict[str, str]:
    """The kinds of rows of the canonical layout with what they are, in the order in which they are loaded."""
    return {name: noun.about for name, noun in NOUNS.items()}


def import_file(
    url: str,
    path: Path,
    format_name: str,
    *,
    actor: UUID,
    say: Say,
    kind: str | None = None,
    options: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    progress: Callable[[Progress], None] = lambda progress: None,
    rejects_path: Path | None = None,
    now: datetime | None = None,
) -> Imported:
    """Load a file, or nothing of it.

    `actor`: who imports, a row of `actor`. `kind`: for the canonical layout, what the rows are. `say` writes a sentence
    in the reader's language. Bad rows go to `rejects_path`, or beside the file. Raises `Refused` when there is no such
    file, format, kind or option; whatever is wrong with the file itself is in its rejects.
    """
    source = _source(path, _format(format_name, kind, path), options or {}, rejects_path)
    moment = now or datetime.now(UTC)
    (imported,) = import_files(url, [source], actor=actor, now=moment, skip_bad=skip_bad, progress=progress, say=say)
    return imported


def import_folder(
    url: str,
    folder: Path,
    *,
    actor: UUID,
    say: Say,
    skip_bad: bool = False,
    progress: Callable[[Progress], None] = lambda progress: None,
    rejects_folder: Path | None = None,
    now: datetime | None = None,
) -> tuple[Imported, ...]:
    """Load every file of a folder in the canonical layout together, or nothing of any of them."""
    found = [(kind, folder / f"{kind}.csv") for kind in NOUNS if (folder / f"{kind}.csv").is_file()]
    if not found:
        files = ", ".join(f"{kind}.csv" for kind in NOUNS)
        raise _refused(ErrorCode.NOT_FOUND, Message(EMPTY_FOLDER, {"path": str(folder), "files": files}), "path")
    sources = [
        _source(path, canonical(kind), {}, rejects_folder and rejects_folder / f"{kind}.rejects.csv")
        for kind, path in found
    ]
    moment = now or datetime.now(UTC)
    return import_files(url, sources, actor=actor, now=moment, skip_bad=skip_bad, progress=progress, say=say)


def _source(path: Path, format_: Format, options: Mapping[str, str], rejects_path: Path | None) -> Source:
    if not path.is_file():
        raise _refused(ErrorCode.NOT_FOUND, Message(NO_FILE, {"path": str(path)}), "path")
    return Source(path, layout(format_, options), rejects_path or path.with_suffix(".rejects.csv"))


def _format(name: str, kind: str | None, path: Path) -> Format:
    if name in NAMED:
        return NAMED[name]
    if name != CANONICAL:
        message = Message(FORMAT_UNKNOWN, {"format": name, "formats": ", ".join(formats())})
        raise _refused(ErrorCode.NOT_FOUND, message, "format")
    kind = kind or (path.stem if path.stem in NOUNS else None)
    if kind is None:
        raise _refused(ErrorCode.INVALID_VALUE, Message(KIND_NEEDED, {"kinds": ", ".join(NOUNS)}), "kind")
    if kind not in NOUNS:
        message = Message(KIND_UNKNOWN, {"kind": kind, "kinds": ", ".join(NOUNS)})
        raise _refused(ErrorCode.NOT_FOUND, message, "kind")
    return canonical(kind)


def _refused(code: ErrorCode, message: Message, at: str) -> Refused:
    return Refused(Refusal(code, message, (at,)))


__all__ = [
    "Choice",
    "Imported",
    "Progress",
    "Say",
    "Step",
    "formats",
    "import_file",
    "import_folder",
    "kinds",
    "options_of",
]
