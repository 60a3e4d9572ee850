"""Parts of the JSON documents that rows keep, as SQL reads them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from persistence.shapes.worked import Expression
from persistence.shapes.worth import constant


def part(of: Expression, name: str | int) -> Expression:
    """A part of a JSON value; NULL where it has none."""
    found: Expression = of.op("->", return_type=JSONB())(constant(name))
    return found


def text(of: Expression, name: str | int) -> Expression:
    """The same as text."""
    found: Expression = of.op("->>", return_type=sa.Text())(constant(name))
    return found


def each(listed: Expression, of: sa.FromClause) -> sa.Select[tuple[object, ...]]:
    """The values of a JSON array of the row `of`, each with its `place`; none of NULL."""
    found = (
        sa.func.jsonb_array_elements(listed)
        .table_valued(sa.column("value", JSONB()), with_ordinality="place")
        .render_derived()
    )
    return sa.select(found.c.place, found.c.value).correlate(of)


def field_change(found: sa.FromClause) -> dict[str, object]:
    """A field that changed, as it was written down."""
    change = found.c.value
    return {"field": text(change, "field"), "before": part(change, "before"), "after": part(change, "after")}
