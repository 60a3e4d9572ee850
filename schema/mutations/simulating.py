"""A blocking rule tried before it is saved. Nothing is written, not even on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.refusal import Refused
from persistence.shapes.rule import BLOCKING_RULE
from persistence.shapes.sales_order import SALES_ORDER
from persistence.simulating import Simulation, simulate
from persistence.take import Taken
from schema.context import Info
from schema.ids import key_of
from schema.lists import DEFAULT_PAGE, page_size
from schema.mutations.carry_out import answer
from schema.mutations.long_texts import too_long
from schema.mutations.payload import Payload, written
from schema.mutations.rules import NAME, SaveBlockingRuleInput
from schema.rights import Permission
from schema.types.simulation import SimulatedCompany, SimulatedOrder

if TYPE_CHECKING:
    from schema.types.rule import BlockingRule


@strawberry.input(description="A blocking rule as it would be: what `saveBlockingRule` takes.")
class SimulateBlockingRuleInput(SaveBlockingRuleInput):
    """With `id` a rule is changed, and with `active: false` beside it removed."""

    idempotency_key: strawberry.ID | None = strawberry.field(
        default=None, description="Not needed: nothing is written, and asked again it is answered anew."
    )


@strawberry.type(description="What a blocking rule would do to the open orders of its company. Nothing was written.")
class SimulateBlockingRulePayload(Payload):
    """Each order is checked by itself: what one would take or free is not counted for another."""

    simulation: strawberry.Private[Simulation | None] = None
    blocking_rule: Annotated[BlockingRule, strawberry.lazy("schema.types.rule")] | None = written(
        NAME, BLOCKING_RULE, "The rule as it is; null for a new one."
    )

    @strawberry.field(description="Counts and sums of each company that the rule is for.")
    def companies(self) -> list[SimulatedCompany]:
        return [] if self.simulation is None else [SimulatedCompany.of(self.simulation)]

    @strawberry.field(description="The open orders that it would answer otherwise, the oldest first.")
    def orders(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="The first of them; 25 unless said, at most 1000.")
        ] = None,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Go on after this order, the last one of before.")
        ] = None,
    ) -> list[SimulatedOrder]:
        size = page_size(DEFAULT_PAGE if first is None else first)
        found = () if self.simulation is None else self.simulation.orders
        if after is not None:
            last = key_of(after, SALES_ORDER.prefix)
            found = tuple(one for one in found if one.order > last)
        return [SimulatedOrder.of(one) for one in found[:size]]


@strawberry.type
class SimulatingMutations:
    """What decisions would be."""

    @strawberry.mutation(
        description="Try a blocking rule, new, changed or removed, on the open orders of its company: "
        "which of them it would hold, free or warn of. Writes nothing."
    )
    async def simulate_blocking_rule(self, info: Info, input: SimulateBlockingRuleInput) -> SimulateBlockingRulePayload:
        context, wanted = info.context, input.wanted()
        context.need(Permission.SET_RULES)
        current = {} if wanted.id is None else {NAME: str(wanted.id)}
        refusals = too_long(input)
        if refusals:
            return answer(context, Taken({}, refusals), SimulateBlockingRulePayload, current)
        granted = context.granted(Permission.SET_RULES)
        try:
            found = await simulate(
                context.house.pool,
                wanted,
                actor=context.viewer.actor,
                now=context.now,
                granted=granted,
                readable=context.viewer.companies(),
            )
        except Refused as refused:
            return answer(context, Taken({}, refused.refusals), SimulateBlockingRulePayload, current)
        made = answer(context, Taken(current, warnings=found.warnings), SimulateBlockingRulePayload)
        made.simulation = found
        return made
