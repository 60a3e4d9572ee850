"""How the people and programs that act are read."""

from __future__ import annotations

import sqlalchemy as sa

from persistence.shapes.shape import Shape
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
