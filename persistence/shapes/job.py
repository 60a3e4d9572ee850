"""How long work and the rows it could not take are read.

The rows of a file may be of any company, so a job is for who started it, and for those who may run jobs in every
company there is.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.job import JobKind, JobStatus
from domain.refusal import ErrorCode
from persistence.shapes.shape import Filterable, Kind, Shape, record_fields, record_filters
from persistence.tables.company import company_table
from persistence.tables.running import job, rejected_row

WORKING = sa.bindparam("working", type_=sa.ARRAY(sa.Uuid()))
"""The companies in which the viewer may run jobs."""

VIEWER = sa.bindparam("viewer", type_=sa.Uuid())
"""The actor who asks."""


def _visible() -> sa.ColumnElement[bool]:
    elsewhere = sa.select(sa.literal(1)).where(company_table.c.id != sa.func.all(WORKING)).correlate()
    everywhere = sa.and_(sa.func.cardinality(WORKING) > 0, sa.not_(sa.exists(elsewhere)))
    return sa.or_(job.c.started_by_id == VIEWER, everywhere)


JOB = Shape(
    name="Job",
    prefix="job",
    source=job,
    id=job.c.id,
    fields={
        "kind": job.c.kind,
        "status": job.c.status,
        "source": job.c.source,
        "done": job.c.done,
        "total": job.c.total,
        "remaining_seconds": job.c.remaining_seconds,
        "started_by_id": job.c.started_by_id,
        **record_fields(job),
    },
    visible=_visible(),
    filters={
        "kind": Filterable(Kind.CODE, job.c.kind, enum=JobKind),
        "status": Filterable(Kind.CODE, job.c.status, enum=JobStatus),
        "source": Filterable(Kind.TEXT, job.c.source),
        "started_by": Filterable(Kind.ID, job.c.started_by_id),
        **record_filters(job),
    },
    search=(job.c.source,),
    order=(("created_at", True),),
)

REJECTED_ROW = Shape(
    name="RejectedRow",
    prefix="rej",
    source=rejected_row.join(job, job.c.id == rejected_row.c.job_id),
    id=rejected_row.c.id,
    fields={
        "job_id": rejected_row.c.job_id,
        "line": rejected_row.c.line,
        "column": rejected_row.c.column_name,
        "value": rejected_row.c.value,
        "code": rejected_row.c.code,
        "message": rejected_row.c.message,
    },
    visible=_visible(),
    filters={
        "line": Filterable(Kind.WHOLE, rejected_row.c.line, sort=True),
        "column": Filterable(Kind.TEXT, rejected_row.c.column_name),
        "code": Filterable(Kind.CODE, rejected_row.c.code, enum=ErrorCode),
    },
    search=(rejected_row.c.value,),
    order=(("line", False),),
)
