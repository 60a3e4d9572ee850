"""Overdue items are declared to whoever answers for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.collateral import COLLATERAL
from persistence.shapes.declaration import COLLATERAL_DECLARATION
from persistence.shapes.open_item import OPEN_ITEM
from persistence.writing.declarations import DeclarationToRecord, record_declaration
from schema.context import Info
from schema.ids import key_of
from schema.keys import OpenItemKey
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.record_keys import as_it_is, record_key
from schema.mutations.words import KEY
from schema.rights import Permission

if TYPE_CHECKING:
    from schema.types.declaration import CollateralDeclaration
    from schema.types.open_item import OpenItem


@strawberry.input(description="That an overdue item was declared to the insurer or guarantor.")
class RecordDeclarationInput:
    """See `DeclarationToRecord`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    open_item: OpenItemKey = strawberry.field(description="The item.")
    collateral: strawberry.ID = strawberry.field(description="The insurance or guarantee it is declared under.")
    declared_on: date | None = strawberry.field(default=None, description="The day; none: today at the company.")
    reference: str | None = strawberry.field(default=None, description="Its number at the insurer or guarantor.")


@strawberry.type(description="A declaration that was recorded.")
class RecordDeclarationPayload(Payload):
    """With a warning when it came after its deadline."""

    collateral_declaration: Annotated[CollateralDeclaration, strawberry.lazy("schema.types.declaration")] | None = (
        written("collateral_declaration", COLLATERAL_DECLARATION, "As it was recorded.")
    )
    open_item: Annotated[OpenItem, strawberry.lazy("schema.types.open_item")] | None = written(
        "open_item", OPEN_ITEM, "The item as it now is."
    )


@strawberry.type
class DeclarationMutations:
    """What is told to insurers and guarantors."""

    @strawberry.mutation(description="Record that an overdue item was declared; it is no longer due to be.")
    async def record_declaration(self, info: Info, input: RecordDeclarationInput) -> RecordDeclarationPayload:
        wanted = DeclarationToRecord(
            record_key(input.open_item),
            key_of(input.collateral, COLLATERAL.prefix),
            input.declared_on,
            input.reference,
        )
        return await carry_out(
            info,
            input,
            RecordDeclarationPayload,
            lambda tx: record_declaration(tx, wanted),
            needs=Permission.REVIEW_CUSTOMERS,
            kind=AuditEventKind.DECLARATION_RECORDED,
            current=await as_it_is(info, open_item=input.open_item),
        )
