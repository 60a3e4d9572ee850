"""How persons are found who were here: by name, company and role, for those who may read who did what there."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from domain.role import Role
from persistence.shapes.actor import ACTOR
from persistence.shapes.audit import AUDITED
from persistence.shapes.company import COMPANY
from persistence.shapes.shape import Filterable, Kind
from persistence.shapes.worked import Asked, Figures, LinkTo, Object, Row, Rows
from persistence.statements import Statement, any_of
from persistence.tables.running import actor, actor_role

_TOLD = sa.case(
    (actor_role.c.company_id.is_not(None), actor_role.c.company_id == sa.func.any(AUDITED)),
    else_=sa.func.cardinality(AUDITED) > 0,
)
"""Where the viewer may read who did what, it may know who is what."""


def _with_role(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    found = sa.select(sa.literal(1)).where(actor_role.c.actor_id == actor.c.id, _TOLD, *conditions)
    return found.correlate(actor).exists()


def _in_companies(wanted: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    return _with_role(sa.or_(actor_role.c.company_id.is_(None), actor_role.c.company_id == sa.func.any(wanted)))


KNOWN_ACTOR = replace(
    ACTOR,
    visible=sa.and_(actor.c.kind == sa.literal_column("'USER'"), _with_role()),
    in_companies=_in_companies,
    filters={
        "name": Filterable(Kind.TEXT, actor.c.name, sort=True, spoken=actor.c.name),
        "role": Filterable(Kind.CODE, actor_role.c.role, enum=Role, of_any=_with_role),
    },
    search=(actor.c.name,),
    order=(("name", False),),
)
"""Persons who share a company with the viewer. By any link an actor is read as `ACTOR`."""

ROLES = Statement(
    sa.select(actor_role.c.actor_id, actor_role.c.company_id, actor_role.c.role)
    .where(any_of(actor_role.c.actor_id, "actors"), _TOLD)
    .order_by(actor_role.c.actor_id, actor_role.c.company_id.nulls_first(), actor_role.c.role)
)
"""What `actors` are where."""


def _roles(row: Row, asked: Asked) -> Object:
    mine = (
        sa.select(actor_role.c.company_id, actor_role.c.role, actor_role.c.company_id.is_not(None).label("in_one"))
        .where(actor_role.c.actor_id == row[actor.c.id], _TOLD)
        .correlate(row.source)
    )
    order = ("in_one", "company_id", "role")
    return Object(
        {
            "roles": Rows(
                mine,
                order,
                lambda found: {"role": found.c.role, "company": LinkTo(found.c.company_id, COMPANY)},
            )
        }
    )


ACTOR_ROLES = Figures((actor.c.id,), _roles)
"""The same of one actor, as `ROLES` reads them."""
