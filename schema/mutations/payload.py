"""What every mutation answers: the record as it now is, refusals and warnings as data, and whether it was a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry

from domain.refusal import ErrorCode, Refusal
from persistence.selection import Constant, Finished
from persistence.shapes.shape import Shape
from schema.context import Info
from schema.fields import TYPES, read_as
from schema.planned_arguments import ByArguments, written_by
from schema.records import record_of
from schema.types.money import Money
from schema.types.node import Node


@strawberry.type(description="One thing in the way, or worth knowing.")
class UserError:
    """A refusal or a warning, said in the reader's language."""

    refusal: strawberry.Private[Refusal]

    @strawberry.field(description="Stable, for programs.")
    def code(self) -> ErrorCode:
        return self.refusal.code

    @strawberry.field(description="The name of the code in the reader's language.")
    def code_label(self, info: Info) -> str:
        return info.context.label("ErrorCode", self.refusal.code)

    @strawberry.field(description="Fit to be shown: what is wrong and what to do, in the reader's language.")
    def message(self, info: Info) -> str:
        return info.context.say(self.refusal.message)

    @strawberry.field(description="Where in the input: names and places.")
    def path(self) -> list[str]:
        return list(self.refusal.path)

    @strawberry.field(description="The record in the way.")
    async def node(self, info: Info) -> Node | None:
        found: Node | None = await record_of(info.context, self.refusal.node)
        return found

    @strawberry.field(description="The limit that was not kept.")
    def limit(self) -> Money | None:
        return Money.maybe(self.refusal.limit)

    @strawberry.field(description="What was asked for instead.")
    def actual(self) -> Money | None:
        return Money.maybe(self.refusal.actual)


NOTHING = Constant([])
"""How errors and warnings are read after a call without any; one with some is answered by the slow lane."""

REPLAYED = ByArguments(lambda asked: Finished("replayed", constant=asked.given.root))


@strawberry.interface(description="What every mutation answers.")
class Payload:
    """Errors mean that nothing was written."""

    result: strawberry.Private[Mapping[str, Any]]
    rows: strawberry.Private[Mapping[UUID, Mapping[str, Any]]]
    errors: list[UserError] = strawberry.field(
        description="What is in the way; when there is one, nothing was written.", metadata=read_as(NOTHING)
    )
    warnings: list[UserError] = strawberry.field(
        description="What is worth knowing; it was written all the same.", metadata=read_as(NOTHING)
    )
    replayed: bool = strawberry.field(
        description="Asked before with this key: nothing was written now.", metadata=read_as(REPLAYED)
    )


def written(name: str, shape: Shape, description: str) -> Any:
    """The record or records that a mutation wrote, as they now are."""

    async def resolve(self: Any, info: Info) -> Any:
        keys = self.result.get(name)
        cls = TYPES[shape.name]
        if isinstance(keys, list):
            rows = [await info.context.load(shape, UUID(key)) for key in keys]
            return [cls.of(row) for row in rows if row is not None]
        return None if keys is None else cls.maybe(await info.context.load(shape, UUID(keys)))

    del resolve.__annotations__["return"]
    return strawberry.field(resolver=resolve, description=description, metadata=read_as(written_by(shape, name)))
