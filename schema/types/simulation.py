"""What a blocking rule would do to open orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain.decision import CreditOutcome
from domain.dry_run import RuleEffect
from domain.facts import Checkpoint
from persistence.shapes.company import COMPANY
from persistence.shapes.sales_order import SALES_ORDER
from persistence.simulating import Affected, Simulation, TriedOrder
from schema.context import Info
from schema.fields import coded, labelled
from schema.records import record_of
from schema.types.check import BlockReason
from schema.types.money import Money

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.sales_order import SalesOrder

coded(
    RuleEffect,
    "What a blocking rule would do to an order.",
    HOLDS="It would be held.",
    FREES="It would not be held any more.",
    WARNS="It would go on with a warning.",
)


@strawberry.type(description="An open order that a rule would answer otherwise: both answers are of today.")
class SimulatedOrder:
    """A `TriedOrder`."""

    order: strawberry.Private[UUID]
    checkpoint: Checkpoint = strawberry.field(description="The step at which it is asked next.")
    checkpoint_label: str = labelled("checkpoint", Checkpoint)
    outcome_now: CreditOutcome = strawberry.field(description="What it is answered today.")
    outcome_now_label: str = labelled("outcome_now", CreditOutcome)
    outcome_then: CreditOutcome = strawberry.field(description="What it would be answered.")
    outcome_then_label: str = labelled("outcome_then", CreditOutcome)
    effect: RuleEffect | None = strawberry.field(
        description="What the rule would do to it; null where it goes on either way, without a new warning."
    )
    effect_label: str | None = labelled("effect", RuleEffect)
    reasons_now: list[BlockReason] = strawberry.field(
        description="Everything that speaks against it today, most serious first."
    )
    reasons_then: list[BlockReason] = strawberry.field(
        description="Everything that would speak against it, most serious first."
    )

    @strawberry.field(description="The order.")
    async def sales_order(self, info: Info) -> Annotated[SalesOrder, strawberry.lazy("schema.types.sales_order")]:
        found: SalesOrder = await record_of(info.context, (SALES_ORDER.table, self.order))
        return found

    @classmethod
    def of(cls, one: TriedOrder) -> SimulatedOrder:
        """The order with its two answers."""
        now, then = one.tried.now, one.tried.then
        return cls(
            order=one.order,
            checkpoint=then.checkpoint,
            outcome_now=now.outcome,
            outcome_then=then.outcome,
            effect=one.tried.effect,
            reasons_now=[BlockReason.of(reason) for reason in now.reasons],
            reasons_then=[BlockReason.of(reason) for reason in then.reasons],
        )


@strawberry.type(description="So many orders, and what they come to.")
class SimulatedOrders:
    """An `Affected`."""

    orders: int = strawberry.field(description="How many.")
    amount: Money = strawberry.field(description="What they come to, in the company's currency.")

    @classmethod
    def of(cls, affected: Affected) -> SimulatedOrders:
        """Number and amount."""
        return cls(orders=affected.orders, amount=Money.of(affected.amount))


@strawberry.type(description="What a rule would do in a company.")
class SimulatedCompany:
    """A `Simulation`."""

    id_of_company: strawberry.Private[UUID]
    open_orders: int = strawberry.field(
        description="The orders that were looked at: they count or wait on hold, and the rule may be for them."
    )
    not_decided: int = strawberry.field(description="Those of them that a missing exchange rate leaves undecided.")
    held: SimulatedOrders = strawberry.field(description="Those that would be held and are not today.")
    freed: SimulatedOrders = strawberry.field(description="Those that are held today and would not be.")
    warned: SimulatedOrders = strawberry.field(description="Those that would go on with a warning and do not today.")

    @strawberry.field(description="The company.")
    async def company(self, info: Info) -> Annotated[Company, strawberry.lazy("schema.types.company")]:
        found: Company = await record_of(info.context, (COMPANY.table, self.id_of_company))
        return found

    @classmethod
    def of(cls, found: Simulation) -> SimulatedCompany:
        """Its counts and sums."""
        return cls(
            id_of_company=found.company,
            open_orders=found.open_orders,
            not_decided=found.not_decided,
            held=SimulatedOrders.of(found.affected[RuleEffect.HOLDS]),
            freed=SimulatedOrders.of(found.affected[RuleEffect.FREES]),
            warned=SimulatedOrders.of(found.affected[RuleEffect.WARNS]),
        )
