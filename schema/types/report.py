"""The exposure report: flat rows, as tables and pivots want them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

import orjson
import strawberry

from domain.counting import CountPrecision
from domain.message import Message
from domain.refusal import ErrorCode
from persistence.exposure_dimensions import ExposureDimension
from persistence.exposure_report import ReportAsked, ReportPage, report_count, report_page
from persistence.exposure_rows import ReportRow
from persistence.level import NotPlanned
from persistence.selection import Chosen, Constant, Counted, Stored
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.keyset import BadCursor
from schema.beside import value_writer
from schema.context import Context
from schema.errors import ClientMistake
from schema.fields import BY_NAME, coded, read_as
from schema.given import Call
from schema.ids import node_id
from schema.lists import COUNT_LIMIT, OTHER_LIST, Count, PageInfo, page_size
from schema.scalars import CurrencyCode
from schema.shared import Shared

coded(
    ExposureDimension,
    "By what an exposure report is divided.",
    COMPANY="By company.",
    CUSTOMER="By customer.",
    CUSTOMER_GROUP="By the ordinary group of the customers.",
    CREDIT_GROUP="By the credit group the customers are in on the day.",
    RISK_GROUP="By class of risk.",
    COUNTRY="By the country of the customers.",
)


@dataclass(frozen=True)
class Report:
    """A report as it was asked for. Reads its page and its count each only when they are wanted, and once."""

    context: Context
    asked: ReportAsked

    @cached_property
    def _page(self) -> Shared[ReportPage]:
        return Shared(lambda: asyncio.ensure_future(self._read()))

    async def page(self) -> ReportPage:
        """The page. Raises `ClientMistake` BAD_CURSOR and `RateMissing`."""
        return await self._page.result()

    async def _read(self) -> ReportPage:
        async with self.context.house.pool.acquire() as conn:
            try:
                return await report_page(conn, self.asked, self.context.now)
            except BadCursor as error:
                raise ClientMistake(
                    ErrorCode.BAD_CURSOR,
                    Message(OTHER_LIST),
                ) from error

    async def edges(self) -> list[ExposureRowEdge]:
        """The rows of the page with their cursors."""
        found = zip((await self.page()).cursors, await self.nodes(), strict=True)
        return [ExposureRowEdge(cursor=cursor, node=node) for cursor, node in found]

    async def nodes(self) -> list[ExposureRow]:
        """The rows of the page."""
        page = await self.page()
        return [ExposureRow.of(row, page, self.asked.currency) for row in page.rows]

    async def page_info(self) -> PageInfo:
        """Where the page stands."""
        page = await self.page()
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )

    async def count(self, limit: int) -> Count:
        """How many rows there are, counted no further than one past the limit."""
        async with self.context.house.pool.acquire() as conn:
            found = await report_count(conn, self.asked, self.context.now, limit)
        precision = CountPrecision.AT_LEAST if found > limit else CountPrecision.EXACT
        return Count(value=min(found, limit), precision=precision)

    async def json(self, call: Call, chosen: Sequence[Chosen]) -> str:
        """What is chosen of it as JSON."""
        parts = []
        for one in chosen:
            match one.reading:
                case Counted():
                    found: Any = await self.count(one.arguments["limit"].read(call))
                case Stored(name):
                    found = await getattr(self, name)()
                case Constant(value):
                    found = value
                case _:
                    raise NotPlanned(one.name)
            parts.append(f"{orjson.dumps(one.response).decode()}:{value_writer(one, call)(found)}")
        return f"{{{','.join(parts)}}}"


@strawberry.type(description="One row of the exposure report. What it is not grouped by is null.")
class ExposureRow:
    """A row; all amounts are in its currency, each rounded once."""

    level: int = strawberry.field(description="By how many dimensions the row is divided; 0 is the total.")
    as_of: date = strawberry.field(description="The business day; the latest where companies are on different days.")
    currency: CurrencyCode = strawberry.field(description="Of all amounts.")
    customers: int = strawberry.field(description="How many customers are in it.")
    credit_limits: Decimal | None = strawberry.field(
        description="The sum of the limits of its customers that have one; null where none has."
    )
    total: Decimal = strawberry.field(description="What counts as used credit, as each company counts it.")
    receivables: Decimal = strawberry.field(description="Open items, disputed ones included.")
    special_liabilities: Decimal = strawberry.field(
        description="Down payments (negative), payment requests and bills of exchange."
    )
    open_orders: Decimal = strawberry.field(description="Ordered and admitted, not yet delivered.")
    open_deliveries: Decimal = strawberry.field(description="Delivered, not yet billed.")
    open_billing: Decimal = strawberry.field(description="On billing documents, not yet in the ledger.")
    unapplied_payments: Decimal = strawberry.field(
        description="Receipts and credit notes that have not settled an item."
    )
    disputed: Decimal = strawberry.field(description="The part of receivables that is disputed.")
    overdue: Decimal = strawberry.field(description="The part of receivables that fell due before the day.")
    held_orders: Decimal = strawberry.field(description="Orders on hold, which do not count.")
    insured: Decimal = strawberry.field(
        description="The part others answer for: of each customer at most what it owes."
    )
    net: Decimal = strawberry.field(description="The total less what is insured.")
    not_due: Decimal = strawberry.field(description="Receivables that are not due yet.")
    days_1_to_30: Decimal = strawberry.field(description="Receivables 1 to 30 days past due.")
    days_31_to_60: Decimal = strawberry.field(description="Receivables 31 to 60 days past due.")
    days_61_to_90: Decimal = strawberry.field(description="Receivables 61 to 90 days past due.")
    over_90: Decimal = strawberry.field(description="Receivables more than 90 days past due.")
    company_code: str | None = strawberry.field(default=None, description="Code of the company.")
    company_name: str | None = strawberry.field(default=None, description="Name of the company.")
    customer_id: str | None = strawberry.field(default=None, description="Id of the customer.")
    customer_account: str | None = strawberry.field(default=None, description="Number of the customer in its company.")
    customer_name: str | None = strawberry.field(default=None, description="Name of the customer.")
    customer_group: str | None = strawberry.field(
        default=None, description="Code of the customer group; null also for those in none."
    )
    credit_group: str | None = strawberry.field(
        default=None, description="Number of the credit group; null also for those in none."
    )
    risk_group: str | None = strawberry.field(
        default=None, description="Code of the class of risk; null also for those in none."
    )
    country: str | None = strawberry.field(
        default=None, description="Country of the customers; null also for those without."
    )

    @classmethod
    def of(cls, row: ReportRow, page: ReportPage, currency: str) -> ExposureRow:
        """A row of a page."""
        texts: dict[str, Any] = dict(row.named)
        if texts.get("customer_id") is not None:
            texts["customer_id"] = node_id(CUSTOMER.prefix, UUID(texts["customer_id"]))
        amounts: dict[str, Any] = dict(row.figures)
        return cls(
            level=row.level,
            as_of=page.as_of,
            currency=CurrencyCode(currency),
            customers=row.customers,
            credit_limits=row.credit_limits,
            **amounts,
            **texts,
        )


@strawberry.type(description="A row in its place in the report.")
class ExposureRowEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="Where it stands; the report can go on after it.")
    node: ExposureRow = strawberry.field(description="The row.")


@strawberry.input(description="Which customers a report is about.")
class ExposureRowWhere:
    """Its rows are reckoned, so nothing else of them is stored to filter by."""

    companies: list[str] | None = strawberry.field(default=None, description="Only these companies, by their codes.")


@strawberry.type(description="A report that is read page by page, each total before what it is made of.")
class ExposureRowConnection:
    """Relay's connection."""

    report: strawberry.Private[Report]

    @strawberry.field(description="The page, with cursors.", metadata=read_as(BY_NAME))
    async def edges(self) -> list[ExposureRowEdge]:
        return await self.report.edges()

    @strawberry.field(description="The page, rows only.", metadata=read_as(BY_NAME))
    async def nodes(self) -> list[ExposureRow]:
        return await self.report.nodes()

    @strawberry.field(description="Where the page stands.", metadata=read_as(BY_NAME))
    async def page_info(self) -> PageInfo:
        return await self.report.page_info()

    @strawberry.field(description="How many rows there are in all.", metadata=read_as(Counted()))
    async def count(
        self,
        limit: Annotated[int | None, strawberry.argument(description="Count no further than this.")] = COUNT_LIMIT,
    ) -> Count:
        return await self.report.count(page_size(COUNT_LIMIT if limit is None else limit, COUNT_LIMIT))
