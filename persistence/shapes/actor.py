"""How the people and programs that act are read."""

from __future__ import annotations

import sqlalchemy as sa

from persistence.shapes.shape import Shape
from persistence.shapes.worked import Asked, Figures, LinkTo, Object, Row
from persistence.tables.running import actor

ACTOR = Shape(
    name="Actor",
    prefix="act",
    source=actor,
    id=actor.c.id,
    fields={"name": actor.c.name},
    visible=sa.true(),
    title=actor.c.name,
)


def _viewer(row: Row, asked: Asked) -> Object:
    return Object({"actor": LinkTo(sa.bindparam("viewer", type_=sa.Uuid()), ACTOR)})


VIEWER_ACTOR = Figures((), _viewer)
"""As who the viewer acts."""
