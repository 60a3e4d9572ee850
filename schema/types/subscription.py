"""What may be followed. Each event is its number and the record as it is when the event is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from persistence import events
from persistence.selection import Finished, Found
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.hold import CREDIT_HOLD
from persistence.shapes.job import JOB
from persistence.shapes.shape import Shape
from schema.context import Info
from schema.fields import TYPES, read_as
from schema.finishing import finisher, json
from schema.planned_arguments import Arguments, ByArguments
from schema.scalars import BigInt
from schema.streaming.following import holds_of, records_of

if TYPE_CHECKING:
    from persistence.events import Event
    from persistence.selection import Chosen
    from schema.finishing import Finish
    from schema.given import Call
    from schema.types.customer import Customer
    from schema.types.hold import CreditHold
    from schema.types.job import Job

_AFTER = "The last sequence you have: what happened since is told first."


def _happened(shape: Shape, description: str) -> Any:
    """The record an event is about."""

    async def resolve(self: Event, info: Info) -> Any:
        return TYPES[shape.name].maybe(await info.context.load(shape, self.subject))

    def choose(asked: Arguments) -> Found:
        root = asked.given.root
        return Found(shape, {"id": asked.call(lambda call: call.written[root].subject)})

    del resolve.__annotations__["return"]
    return strawberry.field(resolver=resolve, description=description, metadata=read_as(ByArguments(choose)))


@finisher("sequence")
def _sequence(call: Call, one: Chosen, arguments: Any) -> Finish:
    """The number of the event that is told."""
    assert isinstance(one.reading, Finished)
    root = one.reading.constant
    return lambda values: json(str(call.written[root].sequence))


def _numbered() -> Any:
    """The field of an event's number."""
    return strawberry.field(
        description="Rises from event to event. Keep the last one, to go on after it.",
        metadata=read_as(ByArguments(lambda asked: Finished("sequence", constant=asked.given.root))),
    )


@strawberry.type(description="A credit hold was opened, evaluated, released, rejected or otherwise changed.")
class CreditHoldChanged:
    """An event of `events.CREDIT_HOLD`."""

    sequence: BigInt = _numbered()
    credit_hold: Annotated[CreditHold, strawberry.lazy("schema.types.hold")] = _happened(
        CREDIT_HOLD, "The hold as it is now."
    )


@strawberry.type(description="What a customer owes or has on order changed; changes within about a second are one.")
class CustomerExposureChanged:
    """An event of `events.CUSTOMER`."""

    sequence: BigInt = _numbered()
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = _happened(
        CUSTOMER, "The customer as it is now; ask for its `credit`."
    )


@strawberry.type(description="A job began, went on, was asked to stop, or ended.")
class JobChanged:
    """An event of `events.JOB`."""

    sequence: BigInt = _numbered()
    job: Annotated[Job, strawberry.lazy("schema.types.job")] = _happened(JOB, "The job as it is now.")


_Companies = Annotated[
    list[str] | None,
    strawberry.argument(description="Codes of companies you are granted; none: all of them, whichever they are."),
]
_Customers = Annotated[
    list[strawberry.ID], strawberry.argument(description="At most 250. Exposure is its payer's: follow the payer.")
]
_Job = Annotated[strawberry.ID, strawberry.argument(description="The job.")]
_After = Annotated[BigInt | None, strawberry.argument(description=_AFTER)]


@strawberry.type(description="What may be followed: over graphql-transport-ws, or as server-sent events.")
class Subscription:
    """Each field gives what is to be followed; `schema.streaming.streams` tells the events."""

    @strawberry.subscription(description="Credit holds that are opened or change.")
    async def credit_hold_changed(
        self, info: Info, companies: _Companies = None, after: _After = None
    ) -> AsyncGenerator[CreditHoldChanged, None]:
        return holds_of(info.context, companies, after)

    @strawberry.subscription(description="Customers whose receivables, payments or orders move.")
    async def customer_exposure_changed(
        self, info: Info, customers: _Customers, after: _After = None
    ) -> AsyncGenerator[CustomerExposureChanged, None]:
        return await records_of(info.context, CUSTOMER, events.CUSTOMER, customers, after)

    @strawberry.subscription(description="How a job goes on.")
    async def job_changed(self, info: Info, job: _Job, after: _After = None) -> AsyncGenerator[JobChanged, None]:
        return await records_of(info.context, JOB, events.JOB, [job], after)
