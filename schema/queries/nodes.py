"""Reading any record by its id, or by a piece of text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, cast
from uuid import UUID

import strawberry

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.searching import hits, search
from persistence.selection import Found, Nothing, WorkedOut
from persistence.shapes.company import COMPANY
from persistence.shapes.picked import in_order
from persistence.shapes.shape import Shape
from schema.arguments import Companies
from schema.beside import read_all
from schema.context import Info
from schema.errors import ClientMistake
from schema.fields import TYPES, coded, read_as
from schema.given import Call, NotGiven
from schema.ids import parse_node_id, prefix_of
from schema.lists import LARGEST_PAGE, page_size
from schema.planned_arguments import Arguments, ByArguments
from schema.records import record_by_id
from schema.types.company import Company
from schema.types.node import Node

FIRST_HITS, MOST_HITS = 10, 100


class SearchKind(Enum):
    """What can be searched for; the value is the name of its shape."""

    CUSTOMER = "Customer"
    PARTY = "Party"
    CREDIT_GROUP = "CreditGroup"
    SALES_ORDER = "SalesOrder"
    OPEN_ITEM = "OpenItem"
    PAYMENT = "Payment"
    CREDIT_LIMIT_ADJUSTMENT = "CreditLimitAdjustment"


coded(
    SearchKind,
    "What can be searched for.",
    CUSTOMER="Customers, by number or name.",
    PARTY="Legal persons, by number, name or registration number.",
    CREDIT_GROUP="Credit groups, by number or name.",
    SALES_ORDER="Sales orders, by number.",
    OPEN_ITEM="Open items, by number.",
    PAYMENT="Payments, by number.",
    CREDIT_LIMIT_ADJUSTMENT="Limit adjustments, by number or description.",
)


def _by_prefix(asked: Arguments) -> Found | Nothing:
    """The prefix of an id, which the plan knows, tells the shape."""
    prefix = asked.known("id", prefix_of)
    shape = next((cls.shape for cls in TYPES.values() if cls.shape.prefix == prefix), None)
    return Nothing() if shape is None else Found(shape, {"id": asked.key(asked["id"], shape.prefix)})


def _by_prefixes(asked: Arguments) -> WorkedOut:
    """The prefixes of ids, which the plan knows, tell the shapes."""
    prefixes = asked.known_each("ids", prefix_of)
    shapes = [cls.shape for cls in TYPES.values() if cls.shape.prefix in prefixes]
    ids = asked["ids"]

    def keys(call: Call) -> list[UUID | None]:
        found = (parse_node_id(one) for one in _not_too_many(read_all(ids, call)))
        return [None if one is None else one[1] for one in found]

    told = asked.call(lambda call: [prefix_of(one) for one in read_all(ids, call)])
    return WorkedOut(in_order(shapes, told, asked.call(keys)), "nodes")


def _by_text(asked: Arguments) -> WorkedOut:
    if asked["kinds"] == []:
        raise NotGiven("kinds")
    text = asked.call(lambda call: read_all(asked["text"], call).strip())
    companies = None if asked["companies"] is None else asked.companies()
    first = asked.call(lambda call: _hits(read_all(asked["first"], call)))
    return WorkedOut(hits(_shapes(asked["kinds"]), text, companies, first), "hits")


def _shapes(kinds: Sequence[SearchKind] | None) -> list[Shape]:
    """What is searched: all of it unless said."""
    return [TYPES[kind.value].shape for kind in (SearchKind if kinds is None else dict.fromkeys(kinds))]


def _hits(first: int | None) -> int:
    """How many hits. Raises `ClientMistake`."""
    return page_size(FIRST_HITS if first is None else first, MOST_HITS)


def _not_too_many(ids: Sequence[str]) -> Sequence[str]:
    """The ids. Raises `ClientMistake` when there are too many."""
    if len(ids) > LARGEST_PAGE:
        raise ClientMistake(
            ErrorCode.BAD_USER_INPUT,
            Message(N_("At most {largest} ids can be asked for at once."), {"largest": LARGEST_PAGE}),
        )
    return ids


@strawberry.type(description="A record that was found.")
class SearchHit:
    """A hit."""

    node: Node = strawberry.field(description="The record.")
    title: str = strawberry.field(description="What it is called.")
    company: Company | None = strawberry.field(description="Its company; null when it belongs to none.")


@strawberry.type
class NodeQueries:
    """The fields of `Query` that give records of any type."""

    @strawberry.field(
        description="Any record by its id; null if there is none that you may see.",
        metadata=read_as(ByArguments(_by_prefix)),
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Node | None:
        found: Node | None = await record_by_id(info.context, id)
        return found

    @strawberry.field(
        description="Records by their ids, in their order; null where there is none that you may see.",
        metadata=read_as(ByArguments(_by_prefixes)),
    )
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids.")]
    ) -> list[Node | None]:
        return list(await asyncio.gather(*(record_by_id(info.context, one) for one in _not_too_many(ids))))

    @strawberry.field(
        description="Records whose number or name holds a text: an exact number first, then beginnings.",
        metadata=read_as(ByArguments(_by_text)),
    )
    async def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="What to look for, in capitals or not.")],
        kinds: Annotated[
            list[SearchKind] | None, strawberry.argument(description="Only these kinds; all of them unless said.")
        ] = None,
        companies: Companies = None,
        first: Annotated[
            int | None, strawberry.argument(description="So many of the best; 10 unless said, at most 100.")
        ] = None,
    ) -> list[SearchHit]:
        context = info.context
        wanted = _hits(first)
        shapes = _shapes(kinds)
        within = None if companies is None else context.company_ids(companies)
        hits = await search(context.reader, shapes, text, within, wanted)
        rows = await asyncio.gather(*(context.load(TYPES[hit.shape].shape, hit.key) for hit in hits))
        owners = await asyncio.gather(*(context.load(COMPANY, hit.company) for hit in hits))
        return [
            SearchHit(node=cast(Node, TYPES[hit.shape].of(row)), title=hit.title, company=Company.maybe(owner))
            for hit, row, owner in zip(hits, rows, owners, strict=True)
            if row is not None
        ]
