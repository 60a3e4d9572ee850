"""How the audit trail is read.

An event belongs to a company, whose trail the viewer must be allowed to read. One without a company is about what
companies share: a credit group, a party or a change of one of them that was asked for, which the viewer must see, or
what is everybody's, such as a rate. A refusal
or a job without a company may speak of any of them: it is for who did it, and for those who may read every trail.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.audit import AuditEventKind
from persistence.shapes.credit_change import CREDIT_CHANGE_REQUEST
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.document import each, field_change
from persistence.shapes.job import VIEWER
from persistence.shapes.party import PARTY
from persistence.shapes.shape import Filterable, Kind, Shape
from persistence.shapes.worked import Asked, Figures, Object, Row, Rows
from persistence.tables.company import company_table
from persistence.tables.reference import NAMED, exchange_rate
from persistence.tables.running import audit_event

AUDITED = sa.bindparam("audited", type_=sa.ARRAY(sa.Uuid()))
"""The companies whose audit trail the viewer may read."""

_SHARED = (CREDIT_GROUP, PARTY, CREDIT_CHANGE_REQUEST)


def _sees(shape: Shape) -> sa.ColumnElement[bool]:
    """The event is about a shared record of this shape that the viewer sees."""
    found = (
        sa.select(sa.literal(1))
        .select_from(shape.source)
        .where(shape.id == audit_event.c.subject_id, shape.visible)
        .correlate(audit_event)
    )
    return sa.and_(audit_event.c.subject_kind == shape.table, sa.exists(found))


def _without_company() -> sa.ColumnElement[bool]:
    """An event without a company that the viewer may read of."""
    kinds = sa.literal([exchange_rate.name, *NAMED], sa.ARRAY(sa.Text()))
    everybodys = audit_event.c.subject_kind == sa.func.any(kinds)
    elsewhere = sa.select(sa.literal(1)).where(company_table.c.id != sa.func.all(AUDITED)).correlate()
    return sa.or_(
        audit_event.c.actor_id == VIEWER,
        sa.not_(sa.exists(elsewhere)),
        sa.and_(sa.not_(audit_event.c.refused), sa.or_(everybodys, *(_sees(shape) for shape in _SHARED))),
    )


AUDIT_EVENT = Shape(
    name="AuditEvent",
    prefix="aud",
    source=audit_event,
    id=audit_event.c.id,
    fields={
        "company_id": audit_event.c.company_id,
        "happened_at": audit_event.c.happened_at,
        "actor_id": audit_event.c.actor_id,
        "kind": audit_event.c.kind,
        "refused": audit_event.c.refused,
        "subject_kind": audit_event.c.subject_kind,
        "subject_id": audit_event.c.subject_id,
        "message": audit_event.c.message,
        "changes": audit_event.c.changes,
    },
    visible=sa.case(
        (audit_event.c.company_id.is_not(None), audit_event.c.company_id == sa.func.any(AUDITED)),
        else_=sa.and_(sa.func.cardinality(AUDITED) > 0, _without_company()),
    ),
    company=audit_event.c.company_id,
    filters={
        "happened_at": Filterable(Kind.INSTANT, audit_event.c.happened_at, sort=True),
        "actor": Filterable(Kind.ID, audit_event.c.actor_id),
        "kind": Filterable(Kind.CODE, audit_event.c.kind, enum=AuditEventKind),
        "refused": Filterable(Kind.FLAG, audit_event.c.refused),
        "subject": Filterable(Kind.ID, audit_event.c.subject_id),
    },
    order=(("happened_at", True),),
)


def _worked_out(row: Row, asked: Asked) -> Object:
    changes = row[audit_event.c.changes]
    return Object({"changes": Rows(each(changes, row.source), ("place",), field_change, present=changes.is_not(None))})


EVENT_FIGURES = Figures((audit_event.c.changes,), _worked_out)
"""What an event changed, values as they were written down in JSON; null where nothing was edited."""
