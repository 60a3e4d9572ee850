"""Every mutation, tried by anybody on what belongs to a company: inputs are written from the schema."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.schema.asking import Answer, Asker
from tests.schema.everything import SCHEMA_READ, Operation, Taste, Writer, plainly
from tests.schema.inputs import Leaf, Path, filled, leaves, plain
from tests.schema.references import reference
from tests.schema.scene import Scene
from tests.schema.two_companies import OTHER, OWN, Firm
from tests.schema.world import TODAY

assert SCHEMA_READ.mutation_type is not None
MUTATIONS = dict(SCHEMA_READ.mutation_type.fields)

OUT_OF_SCOPE = {"NOT_FOUND", "FORBIDDEN", "COMPANY_NOT_AVAILABLE"}

EVERYWHERE = {"upsertCompanies", "setExchangeRates"}
"""What belongs to all companies together, and is only for those who may do it in all of them."""

_PEOPLE = {"actor", "delegate", "creditRepresentative"}
"""Fields that name a person, who belongs to no company."""

_MANY = {"forceCreditHolds": "salesOrders", "evaluateCreditHolds": "creditHolds"}
"""Mutations of many that are named, or found by a filter: the field that names them."""

_fresh = count()


def references(scene: Scene, name: str) -> list[Path]:
    """The places of a mutation's input at which something of a company is named."""
    kind = MUTATIONS[name].args["input"].type
    named = [(path, within, reference(scene.world, OTHER, path, within, leaf)) for path, within, leaf in leaves(kind)]
    return [path for path, _, value in named if value is not None]


def identities(scene: Scene, name: str) -> list[tuple[Path, str]]:
    """The places of a mutation's input at which a company's record is named by its id, with that of the other's."""
    kind = MUTATIONS[name].args["input"].type
    named = [(path, reference(scene.world, OTHER, path, within, leaf)) for path, within, leaf in leaves(kind)]
    ids = {path for path, _, leaf in leaves(kind) if leaf.name == "ID"}
    return [(path, value) for path, value in named if value is not None and path in ids]


def names(scene: Scene, firm: Firm, theirs: Path | None = None, identity: str | None = None) -> Leaf:
    """Everything of one company; at `theirs` of the other, or what has the id that is given."""

    def leaf(path: Path, within: str, kind: Any) -> Any:
        if path == theirs and identity is not None:
            return identity
        whose = OTHER if path == theirs else firm
        if kind.name == "ID" and path[-1] in _PEOPLE:
            return f"act_{scene.world.ids['actor Bo'].hex}"
        said = reference(scene.world, whose, path, within, kind)
        return said if said is not None else plain(kind, firm.currency, TODAY.isoformat(), f"fresh {next(_fresh)}")

    return leaf


def operation(name: str, leaf: Leaf, *wanted: Path) -> Operation:
    if name in ("settle", "unsettle") and not {path[0] for path in wanted} & {"payment", "creditNote"}:
        wanted = (*wanted, ("payment", "id"))
    if name in _MANY and not {path[0] for path in wanted} & {_MANY[name], "where"}:
        wanted = (*wanted, (_MANY[name],))
    writer = Writer(SCHEMA_READ, Taste(plainly, frozenset({"timeline"})), "mutation")
    writer.root(name, 0, input=filled(MUTATIONS[name].args["input"].type, leaf, *wanted))
    return writer.operation()


def refusals(answer: Answer) -> set[str]:
    """The codes of everything that was refused."""
    found = set(answer.codes)
    for payload in (answer.body.get("data") or {}).values():
        for part in (payload or {}, *((payload or {}).get("results") or ())):
            found |= {error["code"] for error in part.get("errors") or ()}
    return found


async def tried(ask: Asker, asked: Operation, role: str, *companies: str) -> Answer:
    return await ask(asked.text, asked.variables, as_=role, companies=companies or [OWN.code], language="en")
