"""Reading what is owed, company by company and as a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.message import N_, Message
from domain.refusal import ErrorCode
from persistence.exposure_dimensions import ExposureDimension
from persistence.exposure_report import ReportAsked
from persistence.selection import Chosen, Collected, Local, Reading
from persistence.shapes.company import COMPANY
from schema import sums
from schema.arguments import AsOf, Companies, IncludeIntercompany, InCurrency
from schema.context import Context, Info
from schema.errors import ClientMistake
from schema.fields import read_as
from schema.given import Call
from schema.lists import window
from schema.planned_arguments import Arguments, ByArguments
from schema.scalars import CurrencyCode
from schema.types.company_exposure import CompanyExposure
from schema.types.report import ExposureRowConnection, ExposureRowWhere, Report

GroupBy = Annotated[
    list[ExposureDimension],
    strawberry.argument(description="By what, from wide to narrow; nothing gives the total alone."),
]


def _of_companies(asked: Arguments) -> Reading:
    return asked.in_a_currency(Collected(COMPANY, asked.companies(), "code"))


def _report(
    context: Context,
    group_by: Sequence[ExposureDimension],
    currency: str,
    companies: tuple[UUID, ...],
    subtotals: bool | None,
    as_of: date | None,
    first: int | None,
    last: int | None,
    after: str | None,
    before: str | None,
    include_intercompany: bool | None,
) -> Report:
    """A report as it is asked for. Raises `ClientMistake`."""
    if len(set(group_by)) != len(group_by):
        text = N_("A report is grouped by each dimension at most once.")
        raise ClientMistake(ErrorCode.BAD_USER_INPUT, Message(text))
    from_start, from_end = window(first, last)
    asked = ReportAsked(
        group_by=tuple(group_by),
        companies=companies,
        currency=context.known(currency),
        subtotals=bool(subtotals),
        as_of=as_of,
        first=from_start,
        last=from_end,
        after=after,
        before=before,
        intercompany=bool(include_intercompany),
    )
    return Report(context, asked)


async def _report_as_json(call: Call, one: Chosen, asked: Mapping[str, Any]) -> str:
    """The report in the fast lane: its rows are written as they were read."""
    companies = call.context.company_ids((asked["where"] or {}).get("companies"))
    names = ("subtotals", "asOf", "first", "last", "after", "before", "includeIntercompany")
    given = (asked[name] for name in names)
    report = _report(call.context, asked["groupBy"], asked["currency"], companies, *given)
    return await report.json(call, one.under())


@strawberry.type
class ReportQueries:
    """The fields of `Query` about exposures of many."""

    @strawberry.field(
        description="What the customers of each company owe, by the companies' codes; companies of our own group are"
        " left out unless asked for.",
        metadata=read_as(ByArguments(_of_companies)),
    )
    async def exposure_by_company(
        self,
        info: Info,
        companies: Companies = None,
        as_of: AsOf = None,
        currency: InCurrency = None,
        include_intercompany: IncludeIntercompany = False,
    ) -> list[CompanyExposure]:
        context = info.context
        rows = [await context.load(COMPANY, key) for key in context.company_ids(companies)]
        found = sorted((row for row in rows if row is not None), key=lambda row: str(row["code"]))
        currencies = {row["currency"] for row in found}
        if not found:
            return []
        wanted = sums.asked_currency(context, currency, currencies.pop() if len(currencies) == 1 else None)
        own = bool(include_intercompany)
        return [CompanyExposure(company_id=row["id"], as_of=as_of, currency=wanted, intercompany=own) for row in found]

    @strawberry.field(
        description="Exposures as flat rows, grouped and sorted by what is asked for. Customers of our own group of "
        "companies are left out unless asked for; only companies granted to you count.",
        metadata=read_as(Local(_report_as_json)),
    )
    async def exposure_report(
        self,
        info: Info,
        group_by: GroupBy,
        currency: Annotated[CurrencyCode, strawberry.argument(description="Of all amounts.")],
        subtotals: Annotated[
            bool | None,
            strawberry.argument(description="With a row for each wider group, and for all, before its parts."),
        ] = False,
        as_of: AsOf = None,
        first: Annotated[
            int | None, strawberry.argument(description="The first rows; 25 unless said, at most 1000.")
        ] = None,
        last: Annotated[int | None, strawberry.argument(description="The last rows, instead of the first.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Go on after this cursor.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Stop before this cursor.")] = None,
        where: Annotated[ExposureRowWhere | None, strawberry.argument(description="Only about these.")] = None,
        include_intercompany: IncludeIntercompany = False,
    ) -> ExposureRowConnection:
        context = info.context
        companies = context.company_ids(None if where is None else where.companies)
        given = (as_of, first, last, after, before, include_intercompany)
        return ExposureRowConnection(report=_report(context, group_by, currency, companies, subtotals, *given))
