"""Documents that are written to keep a server busy, each with what it should be answered.

`python -m bench.hostile` tells how long each takes; tests/schema/test_hostile_documents.py that it is refused for what
it is, without being looked at more than once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Hostile:
    """A request. `limit` is what it is refused for, as `extensions.limit` names it; `wrong`: it is no valid document.

    One that is neither is answered.
    """

    name: str
    query: str
    limit: str = ""
    wrong: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What is posted."""
        return {"query": self.query, "variables": self.variables, "operationName": self.operation}


def nested_fragments(levels: int, leaf: str = "locale", spread: str = "...F{0} ...F{0}") -> str:
    """Fragments that each spread the next twice: two to the power of `levels` fields."""
    chain = [f"fragment F{level} on Viewer {{ {spread.format(level + 1)} }}" for level in range(levels)]
    return "\n".join(["{ viewer { ...F0 } }", *chain, f"fragment F{levels} on Viewer {{ {leaf} }}"])


def many(part: str, times: int) -> str:
    """A part again and again, numbered where it holds `@`."""
    return " ".join(part.replace("@", str(number)) for number in range(times))


PAGE = "{ edges { node { id company { id } } } }"


def _chained(length: int) -> str:
    links = " ".join(f"fragment F{at} on Viewer {{ ...F{at + 1} }}" for at in range(length))
    return f"{{ viewer {{ ...F0 }} }} {links} fragment F{length} on Viewer {{ locale }}"


def _to_and_fro(levels: int) -> str:
    return "{ viewer { companies { " + "customers { nodes { company { " * levels + "id" + " } } }" * levels + " } } }"


def _deep(levels: int) -> Any:
    found: Any = "x"
    for _ in range(levels):
        found = {"and": [found]}
    return found


_WHERE = "query ($where: CustomerWhere) { customers(where: $where) { nodes { id } } }"

DOCUMENTS: tuple[Hostile, ...] = (
    *(
        Hostile(f"{levels} levels of fragments, each spreading the next twice", nested_fragments(levels), "fields")
        for levels in (16, 22, 30)
    ),
    Hostile("30 levels of fragments around nothing", nested_fragments(30, ""), "fields"),
    Hostile(
        "30 levels, spread within inline fragments",
        nested_fragments(30, spread="...{{...F{0}}} ...{{...F{0}}}"),
        "fields",
    ),
    Hostile("30 levels of fragments with aliases", nested_fragments(30, spread="a: locale ...F{0} ...F{0}"), "fields"),
    Hostile(
        "fragments in a circle",
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A ...A }",
        wrong=True,
    ),
    Hostile("a chain of 200 fragments", _chained(200), "comparisons"),
    Hostile("a chain of 700 fragments", _chained(700), "tokens"),
    Hostile("400 aliases of one list", "{" + many(f"c@: customers {PAGE}", 400) + "}", "tokens"),
    Hostile("60 aliases of one field", "{ viewer {" + many("c@: locale", 60) + "} }", "aliases"),
    Hostile(
        "50 aliases of a list of 1000",
        "{" + many("c@: customers(first: 1000) { nodes { id company { id } } }", 50) + "}",
        "cost",
    ),
    Hostile("2000 directives on a field", "{ viewer { locale " + "@skip(if: false) " * 2000 + " } }", "tokens"),
    Hostile("1000 unknown directives on an operation", "query " + "@a " * 1000 + "{ viewer { locale } }", "directives"),
    Hostile(
        "200 directives in nested fragments",
        nested_fragments(6, spread="...F{0} @include(if: true) ...F{0} @include(if: true)"),
        "directives",
    ),
    Hostile("3000 times the same field", "{ viewer {" + "locale " * 3000 + "} }", "tokens"),
    Hostile("2000 times the same field", "{ viewer {" + "locale " * 2000 + "} }", "fields"),
    Hostile("400 times the same list", "{" + f"customers {PAGE} " * 400 + "}", "tokens"),
    Hostile("120 times the same list", "{" + f"customers {PAGE} " * 120 + "}", "fields"),
    Hostile("80 times the same list", "{" + f"customers {PAGE} " * 80 + "}", "comparisons"),
    Hostile("490 times the same field", "{ viewer {" + "locale " * 490 + "} }", "comparisons"),
    Hostile("45 times the same list", "{" + f"customers {PAGE} " * 45 + "}"),
    *(
        Hostile(
            f"{times} fragments with the same list",
            "{" + many("...F@", times) + "}" + many("fragment F@ on Query { customers { nodes { id } } }", times),
            limit,
        )
        for times, limit in ((100, "comparisons"), (50, ""))
    ),
    Hostile("100,000 braces", "{" * 100_000, "characters"),
    Hostile("2000 braces", "{" * 2000, "nesting"),
    Hostile("1000 nested fields", "{ a" * 1000 + "}" * 1000, "tokens"),
    Hostile("60 nested fields", "{ a" * 60 + "}" * 60, "nesting"),
    Hostile("from company to customer and back, 6 times", _to_and_fro(6), "depth"),
    Hostile("from company to customer and back, 4 times", _to_and_fro(4), "cost"),
    Hostile(
        "1000 nested lists",
        "{ customers(where: {companies: " + "[" * 1000 + "]" * 1000 + "}) { nodes { id } } }",
        "nesting",
    ),
    Hostile("40 nested filters", "{ customers(where: " + "{not: " * 40 + "{}" + "}" * 40 + ") { nodes { id } } }"),
    Hostile("a string of 1 MB", '{ customer(by: {id: "' + "x" * 1_000_000 + '"}) { id } }', "characters"),
    Hostile("a string of 40 kB", '{ party(number: "' + "x" * 40_000 + '") { id } }'),
    Hostile("a block string of 40 kB of quotes", '{ party(number: """' + '\\"""' * 10_000 + '""") { id } }'),
    Hostile("20,000 quotes that are never closed", "{ a(b: " + '\\"' * 20_000, wrong=True),
    Hostile("a number of 40,000 digits", "{ customers(first: " + "9" * 40_000 + ") { nodes { id } } }", wrong=True),
    Hostile(
        "a list of 3000 codes",
        "{ customers(where: {companies: [" + '"SE01" ' * 3000 + "]}) { nodes { id } } }",
        "tokens",
    ),
    Hostile("20,000 comments", "#\n" * 20_000 + "{ viewer { locale } }", "tokens"),
    Hostile(
        "introspection in circles",
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        wrong=True,
    ),
    Hostile(
        "introspection of every argument's fields",
        "{ __schema { types { fields { args { type { inputFields { name } } } } } } }",
    ),
    Hostile(
        "introspection in circles, 4 deep",
        "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }",
        wrong=True,
    ),
    Hostile(
        "introspection of what is in what 20 times",
        '{ __type(name: "Query") { ' + "ofType { " * 20 + "name" + " }" * 20 + " } }",
    ),
    Hostile("200 operations", many("query Q@ { viewer { locale } }", 200), operation="Q7"),
    Hostile("400 operations", many("query Q@ { viewer { locale } }", 400), "tokens"),
    Hostile("300 variables", "query (" + many("$v@: Int", 300) + ") { viewer { locale } }", wrong=True),
    Hostile(
        "a thousand of a thousand",
        "{ companies(first: 1000) { nodes { customers(first: 1000) { nodes { id } } } } }",
        "cost",
    ),
    Hostile(
        "the same in variables",
        "query ($n: Int) { companies(first: $n) { nodes { customers(first: $n) { nodes { id } } } } }",
        "cost",
        variables={"n": 1000},
    ),
    Hostile("variables nested 500 deep", _WHERE, "valueDepth", variables={"where": _deep(250)}),
    Hostile("60,000 values in a variable", _WHERE, "values", variables={"where": {"companies": ["S"] * 60_000}}),
)
