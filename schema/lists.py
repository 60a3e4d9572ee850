"""Lists: Relay connections over shapes, with typed filters and orders made from what each shape declares.

No postponed annotations in this file: the types of arguments are made while it runs.
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.counting import CountPrecision
from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.reader import Asked, Page
from persistence.selection import Counted, Listed, Stored
from persistence.shapes.keyset import BadCursor
from persistence.shapes.shape import Shape
from schema.context import Info
from schema.errors import ClientMistake
from schema.fields import TYPES, coded, labelled, read_as
from schema.filters import graphql_name, made, plain_where, where_type
from schema.rights import Permission
from schema.shared import Shared

DEFAULT_PAGE, LARGEST_PAGE, COUNT_LIMIT = 25, 1000, 10_000
Among = Callable[[Any, Info], Awaitable[Sequence[UUID]]]
"""The keys of the records that hang off the one a list is a field of."""

OTHER_LIST = N_("The cursor does not belong to this list and order. Read the list from its beginning.")


class OrderDirection(enum.Enum):
    """Ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


coded(OrderDirection, "Which way a list is sorted.", ASC="Smallest first.", DESC="Largest first.")
coded(
    CountPrecision,
    "Whether a count is exact, or stopped at its limit.",
    EXACT="All were counted.",
    AT_LEAST="There are more than the limit.",
)


@strawberry.type(description="How many records there are.")
class Count:
    """A count with its precision."""

    value: int = strawberry.field(description="The number counted, never above the limit asked for.")
    precision: CountPrecision = strawberry.field(description="EXACT, or AT_LEAST when there are more than the limit.")
    precision_label: str = labelled("precision", CountPrecision)


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool = strawberry.field(description="More records follow.")
    has_previous_page: bool = strawberry.field(description="More records come before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first record of the page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last record of the page.")


class Found:
    """A list as it was asked for. Reads a page when edges are wanted, counts when a count is, and each only once."""

    def __init__(self, shape: Shape, info: Info, asked: Asked, within: Mapping[str, Any]) -> None:
        self.shape = shape
        self._reader = info.context.reader
        self._asked = asked
        self._within = within
        self._page = Shared(lambda: asyncio.ensure_future(self._reader.page(shape, asked, within)))

    async def page(self) -> Page:
        """The page. Raises `ClientMistake` BAD_CURSOR."""
        try:
            return await self._page.result()
        except BadCursor as error:
            raise ClientMistake(
                ErrorCode.BAD_CURSOR,
                Message(OTHER_LIST),
            ) from error

    async def counted(self, limit: int) -> Count:
        """The count."""
        found = await self._reader.count(self.shape, self._asked.where, limit, self._within)
        precision = CountPrecision.AT_LEAST if found > limit else CountPrecision.EXACT
        return Count(value=min(found, limit), precision=precision)


class Listing:
    """The GraphQL types of a list of one shape, and fields that give it.

    `module` is where the record's type is declared; it is looked up late, since types know each other.
    """

    def __init__(self, shape: Shape, module: str) -> None:
        name = shape.name
        node = Annotated[name, strawberry.lazy(module)]  # type: ignore[valid-type]
        self.shape = shape
        self.where = where_type(shape)
        self.order = _order_type(shape)
        self.edge = made(
            f"{name}Edge",
            "A record in its place in a list.",
            {
                "cursor": (str, strawberry.field(description="Where it stands; a list can go on after it.")),
                "node": (node, strawberry.field(description="The record.")),
            },
            strawberry.type,
        )
        self.connection = self._connection(name, node)

    def _connection(self, name: str, node: Any) -> Any:
        edge = self.edge

        async def edges(self: Any) -> Any:
            page = await self.found.page()
            cls = TYPES[name]
            return [edge(cursor=c, node=cls.of(row)) for c, row in zip(page.cursors, page.rows, strict=True)]

        async def nodes(self: Any) -> Any:
            return [TYPES[name].of(row) for row in (await self.found.page()).rows]

        async def page_info(self: Any) -> PageInfo:
            page = await self.found.page()
            return PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=page.cursors[0] if page.cursors else None,
                end_cursor=page.cursors[-1] if page.cursors else None,
            )

        async def count(
            self: Any, limit: Annotated[int | None, _described("Count no further than this.")] = COUNT_LIMIT
        ) -> Count:
            counted: Count = await self.found.counted(page_size(COUNT_LIMIT if limit is None else limit, COUNT_LIMIT))
            return counted

        for resolver in (edges, nodes):
            del resolver.__annotations__["return"]
        fields = {
            "edges": (list[edge], _part(edges, "The page, with cursors.")),  # type: ignore[valid-type]
            "nodes": (list[node], _part(nodes, "The page, records only.")),
            "page_info": (PageInfo, _part(page_info, "Where the page stands.")),
            "count": (Count, _part(count, "How many there are in all.", Counted())),
        }
        return made(f"{name}Connection", "A list that is read page by page.", fields, strawberry.type)

    def field(
        self,
        description: str,
        within: Mapping[str, str] | None = None,
        *,
        need: Permission | None = None,
        among: Among | None = None,
    ) -> Any:
        """A field that gives the list; `within` says which records hang off the one it is a field of.

        It names fields of those records, each with the field of this one that it equals. `need` is what the caller must
        be permitted somewhere to read any of it. `among`: the keys of those records as the domain finds them, where
        `within` has SQL work them out.
        """
        shape, connection_type, hanging = self.shape, self.connection, within or {}

        async def resolve(
            self: Any,
            info: Info,
            first: Annotated[int | None, _described("The first of the list; 25 unless said, at most 1000.")] = None,
            last: Annotated[int | None, _described("The last of the list, instead of the first.")] = None,
            after: Annotated[str | None, _described("Go on after this cursor.")] = None,
            before: Annotated[str | None, _described("Stop before this cursor.")] = None,
            where: Any = None,
            order_by: Any = None,
        ) -> Any:
            if need is not None:
                info.context.need(need)
            wanted = {} if where is None else plain_where(shape, where, info)
            within = {name: self.row[column] for name, column in hanging.items()}
            if among is not None:
                wanted, within = {"and": [wanted], "id": {"in": list(await among(self, info))}}, {}
            asked = Asked(
                *window(first, last),
                after,
                before,
                wanted,
                tuple((one.field.value, one.direction is OrderDirection.DESC) for one in order_by or ()),
                info.context.speech,
            )
            answer = connection_type.__new__(connection_type)
            answer.found = Found(shape, info, asked, within)
            return answer

        resolve.__annotations__ |= {
            "where": Annotated[self.where | None, _described("Only these records.")],
            "order_by": Annotated[list[self.order] | None, _described("Sorted so; ties by id.")],  # type: ignore[name-defined]
            "return": connection_type,
        }
        reading = Listed(shape, hanging, need)
        return strawberry.field(resolver=resolve, description=description, metadata=read_as(reading))


def _part(resolver: Any, description: str, reading: Any = None) -> Any:
    """A field of a connection; the planner of lists knows it by its name."""
    metadata = read_as(reading or Stored(resolver.__name__))
    return strawberry.field(resolver=resolver, description=description, metadata=metadata)


def _order_type(shape: Shape) -> Any:
    names = [*(name for name, field in shape.filters.items() if field.sort), "id"]
    members = enum.Enum(f"{shape.name}OrderField", {name.rstrip("_").upper(): name for name in names})  # type: ignore[misc]
    meanings = {member.name: f"By `{graphql_name(member.value)}`." for member in members}
    fields = coded(members, "What the list can be sorted by.", **meanings | {"ID": "In the order of recording."})
    direction = strawberry.field(default=OrderDirection.ASC, description="Which way.")
    return made(
        f"{shape.name}Order",
        "One thing a list is sorted by.",
        {"field": (fields, strawberry.field(description="By what.")), "direction": (OrderDirection, direction)},
        strawberry.input,
    )


def _described(description: str) -> Any:
    return strawberry.argument(description=description)


def window(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """How many from the beginning, or from the end. Raises `ClientMistake` when both are asked for."""
    if first is not None and last is not None:
        raise ClientMistake(
            ErrorCode.BAD_USER_INPUT, Message(N_("Ask for the first or the last records of a list, not for both."))
        )
    if last is not None:
        return None, page_size(last)
    return page_size(DEFAULT_PAGE if first is None else first), None


def page_size(wanted: int, largest: int = LARGEST_PAGE) -> int:
    """A size that may be asked for. Raises `ClientMistake`."""
    if not 0 <= wanted <= largest:
        raise ClientMistake(
            ErrorCode.BAD_USER_INPUT,
            Message(
                N_("{wanted} records cannot be asked for at once. Ask for 0 to {largest}."),
                {"wanted": wanted, "largest": largest},
            ),
        )
    return wanted
