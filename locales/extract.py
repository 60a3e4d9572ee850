"""Finds what is to be translated: sentences marked with `N_` and `NN_`, and the enums of the domain."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import domain

PACKAGES = ("domain", "persistence", "schema", "locales", "server")
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Found:
    """Something to translate: a sentence, perhaps with its plural, or the value (`text`) of an enum (`context`)."""

    text: str
    where: str
    plural: str | None = None
    context: str | None = None
    note: str = ""


class NotMarkable(Exception):
    """A mark that no catalog can follow, such as an f-string."""


def found(root: Path = ROOT) -> list[Found]:
    """Everything to translate, sentences in the order of the files, then enums by name."""
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    sentences = [each for path in files for each in marked(path.read_text("utf-8"), path.relative_to(root).as_posix())]
    return [*sentences, *enum_values()]


def marked(source: str, where: str) -> Iterator[Found]:
    """The marked sentences of one file, in its order."""
    calls = [node for node in ast.walk(ast.parse(source, where)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else None
        if name == "N_":
            yield Found(_texts(call, 1, where)[0], where)
        elif name == "NN_":
            one, many = _texts(call, 2, where)
            yield Found(one, where, plural=many)


def enum_values() -> Iterator[Found]:
    """The values of every `StrEnum` that a module of the domain defines."""
    enums: dict[str, type[StrEnum]] = {}
    for module_info in pkgutil.walk_packages(domain.__path__, "domain."):
        module = importlib.import_module(module_info.name)
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, StrEnum) and kind.__module__ == module.__name__:
                if name in enums:
                    raise NotMarkable(f"two enums are called {name}")
                enums[name] = kind
    for name, kind in sorted(enums.items()):
        where = kind.__module__.replace(".", "/") + ".py"
        for member in kind:
            yield Found(member.value, where, context=name, note=_first_line(kind))


def _texts(call: ast.Call, count: int, where: str) -> list[str]:
    texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    sentences = [text for text in texts if isinstance(text, str) and text]
    if call.keywords or not len(call.args) == len(sentences) == count:
        raise NotMarkable(f"{where}:{call.lineno}: only whole literal sentences can be marked")
    return sentences


def _first_line(kind: type[StrEnum]) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]
