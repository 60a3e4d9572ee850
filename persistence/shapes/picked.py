"""Records of any shapes by their keys, in the order of the keys."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from persistence.shapes.given import Parameter, bound
from persistence.shapes.shape import Shape
from persistence.shapes.worked import Asked, Expression, Figures, LinkToEither, Object, Row, Rows


def in_order(shapes: Sequence[Shape], prefixes: Parameter, keys: Parameter) -> Figures:
    """The records `nodes`: of each prefix and key, one beside the other, the record; null where there is none."""

    def build(row: Row, asked: Asked) -> Object:
        wanted = (
            sa.func.unnest(bound(prefixes, sa.ARRAY(sa.Text())), bound(keys, sa.ARRAY(sa.Uuid())))
            .table_valued(sa.column("prefix", sa.Text()), sa.column("key", sa.Uuid()), with_ordinality="place")
            .render_derived()
        )
        listed = sa.select(wanted.c.prefix, wanted.c.key, wanted.c.place)
        return Object({"nodes": Rows(listed, ("place",), lambda one: LinkToEither(tuple(_cases(shapes, one))))})

    return Figures((), build, of_a_call=True)


def _cases(shapes: Sequence[Shape], one: sa.FromClause) -> list[tuple[Expression, Shape]]:
    """The key for each shape, where the prefix is its own."""
    return [(sa.case((one.c.prefix == sa.literal_column(f"'{shape.prefix}'"), one.c.key)), shape) for shape in shapes]
