"""Credit decisions as they were made and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain.decision import Decision
from domain.facts import Facts, Order
from persistence.decisions import decision_of, inputs_of
from persistence.selection import Linked
from persistence.shapes.actor import ACTOR
from persistence.shapes.decision import CREDIT_DECISION, INPUTS
from persistence.shapes.hold import CREDIT_HOLD
from schema.context import Info
from schema.fields import TYPES, link, read_as, shaped, stored
from schema.types.check import CreditCheckResult
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.hold import CreditHold
    from schema.types.reference import Actor


@shaped(CREDIT_DECISION, "Whether an order could go on, with everything that decided it.")
class CreditDecision(Node, CreditCheckResult):
    """Rows of the decision shape: the answer as it was given then, said in the language asked for now."""

    @strawberry.field(
        description="The hold it led to; null: it held nothing.",
        metadata=read_as(Linked("id", CREDIT_HOLD, by="decision_id")),
    )
    async def hold(self, info: Info) -> Annotated[CreditHold, strawberry.lazy("schema.types.hold")] | None:
        row = await info.context.load(CREDIT_HOLD, self.row["id"], by="decision_id")
        found: CreditHold | None = TYPES[CREDIT_HOLD.name].maybe(row)  # type: ignore[assignment]
        return found

    decided_at: datetime = stored("When.")
    decided_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link("decided_by_id", ACTOR, "Who asked.")
    override_reason: str | None = stored("Why a warning was passed over.")

    @cached_property
    def _decision(self) -> Decision:
        return decision_of(self.row["result"])

    def decided(self) -> Decision:
        """The decision out of its row."""
        return self._decision

    async def decided_on(self, info: Info) -> tuple[Facts, Order]:
        """Read only when it is needed: it is large."""

        async def fetch(keys: list[tuple[UUID, UUID]]) -> Sequence[tuple[Facts, Order]]:
            rows = await info.context.reader.run(
                INPUTS, customers=[customer for customer, _ in keys], decisions=[decision for _, decision in keys]
            )
            found = {each["id"]: inputs_of(each["inputs"]) for each in rows}
            return [found[decision] for _, decision in keys]

        key = (self.row["customer_id"], self.row["id"])
        loaded: tuple[Facts, Order] = await info.context.loader("decided on", fetch).load(key)
        return loaded

    def payer_id(self) -> UUID:
        """Whose limit was compared."""
        payer: UUID = self.row["customer_id"]
        return payer

    def order_id(self) -> UUID | None:
        """The order."""
        order: UUID = self.row["sales_order_id"]
        return order
