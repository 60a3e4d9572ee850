"""Lists: Relay connections over shapes, with typed filters and orders made from what each shape declares.

No postponed annotations in this file: the types of arguments are made while it runs.
"""

import asyncio
import enum
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Optional

import strawberry

from domain.message import Message, N_
from domain.refusal import ErrorCode
from persistence.reader import Asked, Page
from persistence.shapes.keyset import BadCursor
from persistence.shapes.shape import Filterable, Kind, Shape
from schema.context import Info
from schema.errors import ClientMistake
from schema.fields import TYPES
from schema.ids import key_of

DEFAULT_PAGE, LARGEST_PAGE, COUNT_LIMIT = 25, 1000, 10_000


@strawberry.enum(description="Which way a list is sorted.")
class OrderDirection(enum.Enum):
    """Ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum(description="Whether a count is exact, or stopped at its limit.")
class CountPrecision(enum.Enum):
    """How to read a count."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"


@strawberry.type(description="How many records there are.")
class Count:
    """A count with its precision."""

    value: int = strawberry.field(description="The number counted, never above the limit asked for.")
    precision: CountPrecision = strawberry.field(description="EXACT, or AT_LEAST when there are more than the limit.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool = strawberry.field(description="More records follow.")
    has_previous_page: bool = strawberry.field(description="More records come before.")
    start_cursor: Optional[str] = strawberry.field(description="Cursor of the first record of the page.")  # noqa: UP045
    end_cursor: Optional[str] = strawberry.field(description="Cursor of the last record of the page.")  # noqa: UP045


class Found:
    """A list as it was asked for. Reads a page when edges are wanted, counts when a count is, and each only once."""

    def __init__(self, shape: Shape, info: Info, asked: Asked, within: Mapping[str, Any]) -> None:
        self.shape = shape
        self._reader = info.context.reader
        self._asked = asked
        self._within = within
        self._page: asyncio.Task[Page] | None = None

    async def page(self) -> Page:
        """The page. Raises `ClientMistake` BAD_CURSOR."""
        if self._page is None:
            self._page = asyncio.ensure_future(self._reader.page(self.shape, self._asked, self._within))
        try:
            return await self._page
        except BadCursor as error:
            raise ClientMistake(
                ErrorCode.BAD_CURSOR,
                Message(N_("The cursor does not belong to this list and order. Read the list from its beginning.")),
            ) from error

    async def counted(self, limit: int) -> Count:
        """The count."""
        found = await self._reader.count(self.shape, self._asked.where, limit, self._within)
        return Count(
            value=min(found, limit),
            precision=CountPrecision.AT_LEAST if found > limit else CountPrecision.EXACT,
        )


def _described(description: str) -> Any:
    return strawberry.argument(description=description)


def _made(name: str, description: str, fields: Mapping[str, tuple[Any, Any]], decorate: Callable[..., Any]) -> Any:
    """A strawberry type out of names, types and fields."""
    body: dict[str, Any] = {"__annotations__": {key: kind for key, (kind, _) in fields.items()}, "__module__": __name__}
    body.update({key: value for key, (_, value) in fields.items()})
    return decorate(type(name, (), body), name=name, description=description)


def _optional(description: str) -> Any:
    return strawberry.field(default=None, description=description)


def _range(name: str, kind: Any) -> Any:
    bounds = {
        "from_": (Optional[kind], strawberry.field(default=None, name="from", description="This or more.")),
        "until": (Optional[kind], _optional("This or less.")),
    }
    return _made(f"{name}Range", "A range; both ends are inside it, and either may be left open.", bounds, _input)


def _input(cls: type, name: str, description: str, one_of: bool = False) -> Any:
    return strawberry.input(cls, name=name, description=description, one_of=one_of)


def _one_of(cls: type, name: str, description: str) -> Any:
    return _input(cls, name, description, one_of=True)


def _filter(name: str, kind: Any, *, text: bool = False, ranged: bool = False) -> Any:
    fields: dict[str, tuple[Any, Any]] = {
        "eq": (Optional[kind], strawberry.field(default=strawberry.UNSET, description="Equal to it.")),
        "in_": (
            Optional[list[kind]],
            strawberry.field(default=strawberry.UNSET, name="in", description="Equal to one of them."),
        ),
        "is_null": (Optional[bool], strawberry.field(default=strawberry.UNSET, description="Without a value, or with.")),
    }
    if text:
        fields["starts_with"] = (
            Optional[str],
            strawberry.field(default=strawberry.UNSET, description="Begins so, in capitals or not."),
        )
        fields["contains"] = (
            Optional[str],
            strawberry.field(default=strawberry.UNSET, description="Has it somewhere, in capitals or not."),
        )
    if ranged:
        fields["range"] = (
            Optional[_range(name.removesuffix("Filter"), kind)],
            strawberry.field(default=strawberry.UNSET, description="Within a range."),
        )
    return _made(name, "How a field is compared: exactly one way.", fields, _one_of)


_FILTERS: dict[Any, Any] = {
    Kind.ID: _filter("IDFilter", strawberry.ID),
    Kind.TEXT: _filter("StringFilter", str, text=True),
    Kind.FLAG: _filter("BooleanFilter", bool),
    Kind.WHOLE: _filter("IntFilter", int, ranged=True),
    Kind.NUMBER: _filter("DecimalFilter", Decimal, ranged=True),
    Kind.DAY: _filter("DateFilter", date, ranged=True),
    Kind.INSTANT: _filter("DateTimeFilter", datetime, ranged=True),
}
_FILTERS[Kind.MONEY] = _made(
    "MoneyFilter",
    "An amount, compared in the reporting currency at the rate of the record's day.",
    {"range": (Optional[_FILTERS[Kind.NUMBER].__annotations__["range"].__args__[0]], _optional("Within a range."))},
    _one_of,
)


def _filter_of(field: Filterable) -> Any:
    if field.kind is not Kind.CODE:
        return _FILTERS[field.kind]
    assert field.enum is not None, "a code says which enum it is of"
    if field.enum not in _FILTERS:
        _FILTERS[field.enum] = _filter(f"{field.enum.__name__}Filter", field.enum)
    return _FILTERS[field.enum]


class Listing:
    """The GraphQL types of a list of one shape, and fields that give it.

    `module` is where the record's type is declared; it is looked up late, since types know each other.
    """

    def __init__(self, shape: Shape, module: str) -> None:
        name = shape.name
        node = Annotated[name, strawberry.lazy(module)]  # type: ignore[valid-type]
        self.shape = shape
        self.where = self._where(shape)
        self.order = self._order(shape)
        self.edge = _made(
            f"{name}Edge",
            "A record in its place in a list.",
            {
                "cursor": (str, strawberry.field(description="Where it stands; a list can go on after it.")),
                "node": (node, strawberry.field(description="The record.")),
            },
            strawberry.type,
        )
        self.connection = self._connection(name, node)

    @staticmethod
    def _where(shape: Shape) -> Any:
        name = f"{shape.name}Where"
        itself = Annotated[name, strawberry.lazy(__name__)]  # type: ignore[valid-type]
        fields: dict[str, tuple[Any, Any]] = {
            "and_": (Optional[list[itself]], strawberry.field(default=None, name="and", description="All of these.")),
            "or_": (Optional[list[itself]], strawberry.field(default=None, name="or", description="Any of these.")),
            "not_": (Optional[itself], strawberry.field(default=None, name="not", description="Not this.")),
            "companies": (Optional[list[str]], _optional("Only records of these companies, by their codes.")),
            "search": (Optional[str], _optional("Only records whose numbers or names contain it.")),
        }
        for field, filterable in shape.filters.items():
            fields[field] = (Optional[_filter_of(filterable)], _optional(f"By {field.replace('_', ' ')}."))
        made = _made(name, "Which records are wanted: all that is said must hold.", fields, _input)
        globals()[name] = made
        return made

    @staticmethod
    def _order(shape: Shape) -> Any:
        names = [name for name, field in shape.filters.items() if field.sort]
        members = enum.Enum(f"{shape.name}OrderField", {name.upper(): name for name in (*names, "id")})  # type: ignore[misc]
        fields = strawberry.enum(members, description="What the list can be sorted by.")
        return _made(
            f"{shape.name}Order",
            "One thing a list is sorted by.",
            {
                "field": (fields, strawberry.field(description="By what.")),
                "direction": (
                    OrderDirection,
                    strawberry.field(default=OrderDirection.ASC, description="Which way."),
                ),
            },
            _input,
        )

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
            self: Any, limit: Annotated[int, _described("Count no further than this.")] = COUNT_LIMIT
        ) -> Count:
            return await self.found.counted(_size(limit, COUNT_LIMIT))  # type: ignore[no-any-return]

        for resolver in (edges, nodes):
            del resolver.__annotations__["return"]
        fields = {
            "edges": (list[edge], strawberry.field(resolver=edges, description="The page, with cursors.")),
            "nodes": (list[node], strawberry.field(resolver=nodes, description="The page, records only.")),
            "page_info": (PageInfo, strawberry.field(resolver=page_info, description="Where the page stands.")),
            "count": (Count, strawberry.field(resolver=count, description="How many there are in all.")),
        }
        return _made(f"{name}Connection", "A list that is read page by page.", fields, strawberry.type)

    def field(
        self, description: str, within: Callable[[Any], Mapping[str, Any]] | None = None, *, need: Any = None
    ) -> Any:
        """A field that gives the list; `within` says which records hang off the one it is a field of.

        `need` is called with the request before anything is read, to refuse those who may not.
        """
        where_type, order_type, connection_type = self.where, self.order, self.connection
        shape = self.shape

        async def resolve(
            self: Any,
            info: Info,
            first: Annotated[Optional[int], _described("So many from the beginning; 25 unless said, at most 1000.")] = None,
            last: Annotated[Optional[int], _described("So many from the end, instead of first.")] = None,
            after: Annotated[Optional[str], _described("Go on after this cursor.")] = None,
            before: Annotated[Optional[str], _described("Stop before this cursor.")] = None,
            where: Annotated[Optional[where_type], _described("Only these records.")] = None,
            order_by: Annotated[Optional[list[order_type]], _described("Sorted so; ties by id.")] = None,
        ) -> connection_type:
            if need is not None:
                need(info.context)
            asked = Asked(
                *_window(first, last),
                after,
                before,
                {} if where is None else plain_where(shape, where, info),
                tuple((one.field.value, one.direction is OrderDirection.DESC) for one in order_by or ()),
            )
            made = connection_type.__new__(connection_type)
            made.found = Found(shape, info, asked, within(self) if within else {})
            return made

        return strawberry.field(resolver=resolve, description=description)


def _window(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if first is not None and last is not None:
        raise ClientMistake(
            ErrorCode.BAD_USER_INPUT, Message(N_("Ask for the first or the last records of a list, not for both."))
        )
    if last is not None:
        return None, _size(last)
    return _size(DEFAULT_PAGE if first is None else first), None


def _size(wanted: int, largest: int = LARGEST_PAGE) -> int:
    if not 0 <= wanted <= largest:
        raise ClientMistake(
            ErrorCode.BAD_USER_INPUT,
            Message(
                N_("{wanted} records cannot be asked for at once. Ask for 0 to {largest}."),
                {"wanted": wanted, "largest": largest},
            ),
        )
    return wanted


def plain_where(shape: Shape, where: Any, info: Info, depth: int = 0) -> dict[str, Any]:
    """A filter as a tree of names, operators and values; company codes become ids, node ids keys."""
    if depth > 5:
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(N_("The filter is nested too deeply.")))
    tree: dict[str, Any] = {}
    for python_name, value in vars(where).items():
        name = python_name.rstrip("_")
        if value is None or value is strawberry.UNSET:
            continue
        if name in ("and", "or"):
            tree[name] = [plain_where(shape, part, info, depth + 1) for part in value]
        elif name == "not":
            tree[name] = plain_where(shape, value, info, depth + 1)
        elif name == "companies":
            tree[name] = list(info.context.company_ids(value))
        elif name == "search":
            tree[name] = value
        else:
            compared = _plain_filter(shape.filters[name], value)
            if compared:
                tree[name] = compared
    return tree


def _plain_filter(field: Filterable, value: Any) -> dict[str, Any]:
    ((operator, wanted),) = ((k.rstrip("_"), v) for k, v in vars(value).items() if v is not strawberry.UNSET)
    if operator == "range":
        wanted = {k.rstrip("_"): v for k, v in vars(wanted).items()}
    elif operator == "is_null":
        pass
    elif field.kind is Kind.ID:
        wanted = _key(wanted) if operator == "eq" else [_key(one) for one in wanted]
    elif field.kind is Kind.CODE:
        wanted = wanted.value if operator == "eq" else [one.value for one in wanted]
    return {operator: wanted}


def _key(text: str) -> Any:
    return key_of(text, *(cls.shape.prefix for cls in TYPES.values()))
