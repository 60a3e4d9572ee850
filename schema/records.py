"""Any record, by its id or by its table and key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from schema.context import Context
from schema.fields import TYPES, Shaped
from schema.ids import parse_node_id


async def record_of(context: Context, kept: tuple[str, UUID] | None) -> Any:
    """The record of a table and key, if the viewer may see it."""
    if kept is None:
        return None
    table, key = kept
    return await _loaded(context, next((cls for cls in TYPES.values() if cls.shape.table == table), None), key)


async def record_by_id(context: Context, node_id: str) -> Any:
    """The record of a node id, if there is one that the viewer may see."""
    found = parse_node_id(node_id)
    if found is None:
        return None
    prefix, key = found
    return await _loaded(context, next((cls for cls in TYPES.values() if cls.shape.prefix == prefix), None), key)


async def _loaded(context: Context, cls: type[Shaped] | None, key: UUID) -> Any:
    return None if cls is None else cls.maybe(await context.load(cls.shape, key))
