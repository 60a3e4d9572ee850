"""Long work is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.job import JOB
from persistence.writing.jobs import cancel_job
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission

if TYPE_CHECKING:
    from schema.types.job import Job


@strawberry.input(description="Stop a job.")
class CancelJobInput:
    """One job."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    job: strawberry.ID = strawberry.field(description="The job.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="A job that was asked to stop.")
class CancelJobPayload(Payload):
    """The job as it now is, also when it was refused."""

    job: Annotated[Job, strawberry.lazy("schema.types.job")] | None = written(
        "job", JOB, "The job as it now is; one that runs stops within moments and leaves nothing behind."
    )


@strawberry.type
class JobMutations:
    """What people do with long work."""

    @strawberry.mutation(description="Stop a job: one that waits is cancelled, one that runs is asked to stop.")
    async def cancel_job(self, info: Info, input: CancelJobInput) -> CancelJobPayload:
        key = key_of(input.job, JOB.prefix)
        return await carry_out(
            info,
            input,
            CancelJobPayload,
            lambda tx: cancel_job(tx, key, input.expected_version),
            needs=Permission.RUN_JOBS,
            kind=AuditEventKind.JOB_CANCELLED,
            current={"job": str(key)},
        )
