"""Long work with its progress, and the rows of a file that it could not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.job import JobKind, JobStatus
from persistence.frozen import thaw_message
from persistence.selection import Finished
from persistence.shapes.actor import ACTOR
from persistence.shapes.job import JOB, REJECTED_ROW
from schema.arguments import InLocale
from schema.connections import REJECTED_ROWS
from schema.context import Info
from schema.error_codes import ErrorCode
from schema.fields import coded, labelled, link, read_as, shaped, stored
from schema.types.node import Node, Record

if TYPE_CHECKING:
    from schema.types.reference import Actor

coded(
    JobKind,
    "What a job does.",
    IMPORT="It reads a file.",
)
coded(
    JobStatus,
    "Where a job stands. SUCCEEDED, FAILED and CANCELLED are final.",
    WAITING="It has not begun.",
    RUNNING="It is at work.",
    SUCCEEDED="It did what it should.",
    FAILED="It could not, and changed nothing.",
    CANCELLED="Somebody stopped it.",
)


@shaped(REJECTED_ROW, "A row of a file that could not be taken.")
class RejectedRow(Node):
    """Rows of the rejected row shape."""

    line: int = stored("Its line in the file.")
    column: str | None = stored("The column concerned.")
    value: str | None = stored("What stood there.")
    code: ErrorCode = stored("Why, for programs.")
    code_label: str = labelled("code", ErrorCode)

    @strawberry.field(description="Why, in one sentence.", metadata=read_as(Finished("said", ("message",))))
    def message(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(thaw_message(self.row["message"]), locale)


@shaped(JOB, "Long work with its progress.")
class Job(Record):
    """Rows of the job shape."""

    kind: JobKind = stored("What it does.")
    kind_label: str = labelled("kind", JobKind)
    status: JobStatus = stored("Where it stands.")
    status_label: str = labelled("status", JobStatus)
    source: str | None = stored("What it reads.")
    done: int = stored("Rows done.")
    total: int | None = stored("Rows in all, when known.")
    remaining_seconds: int | None = stored("How long it will take at the rate so far.")
    started_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link("started_by_id", ACTOR, "Who.")
    rejects: REJECTED_ROWS.connection = REJECTED_ROWS.field(  # type: ignore[name-defined]
        "The rows it could not take.", {"job_id": "id"}
    )
