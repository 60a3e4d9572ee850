"""Companies: the legal entities of the group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from persistence.selection import WorkedOut
from persistence.shapes.aging import COMPANY_AGING
from persistence.shapes.company import COMPANY
from persistence.shapes.fiscal_year import FISCAL_YEAR
from persistence.shapes.parameters import CREDIT_PARAMETERS
from persistence.shapes.position import COMPANY_EXPOSURE
from schema import sums
from schema.arguments import AsOf, IncludeIntercompany, InCurrency
from schema.connections import CUSTOMERS
from schema.context import Info
from schema.fields import link, read_as, shaped, stored
from schema.scalars import CountryCode, CurrencyCode, Locale, TimeZone
from schema.types.aging import Aging, Definition, chosen_definition
from schema.types.fiscal_year import FiscalYear, fiscal_year
from schema.types.node import Record
from schema.types.position import Exposure

if TYPE_CHECKING:
    from schema.types.parameters import CreditParameters


async def _above_limits(company: Company, info: Info) -> Sequence[UUID]:
    return (await sums.over_limits(info.context, company.row["id"])).above


@shaped(COMPANY, "A legal entity of the group.")
class Company(Record):
    """Rows of the company shape."""

    code: str = stored("Its short code in the ERP.")
    name: str = stored("Its name.")
    country: CountryCode = stored("Its country.")
    currency: CurrencyCode = stored("Its accounting currency, which its customers' limits are in.")
    locale: Locale = stored("The language it writes in.")
    time_zone: TimeZone = stored("Its days begin and end here.")
    customers: CUSTOMERS.connection = CUSTOMERS.field(  # type: ignore[name-defined]
        "Its customers.", {"company_id": "id"}
    )
    over_limit_customers: CUSTOMERS.connection = CUSTOMERS.field(  # type: ignore[name-defined]
        "Its customers that are above their own limit today, those of our own group left out; a limit that was never"
        " set counts as 0.",
        {"above_limits_of": "id"},
        among=_above_limits,
    )

    parameters: Annotated[CreditParameters, strawberry.lazy("schema.types.parameters")] = link(
        "id", CREDIT_PARAMETERS, "How it manages credit."
    )

    @strawberry.field(
        description="What its customers owe in all; companies of our own group are left out unless asked for.",
        metadata=read_as(WorkedOut(COMPANY_EXPOSURE)),
    )
    async def exposure(
        self,
        info: Info,
        as_of: AsOf = None,
        currency: InCurrency = None,
        include_intercompany: IncludeIntercompany = False,
    ) -> Exposure:
        own = bool(include_intercompany)
        found = await sums.company_sums(info.context, self.row["id"], as_of, currency, intercompany=own)
        return Exposure.of(found.exposure(sums.asked_currency(info.context, currency, found.currency)))

    @strawberry.field(
        description="What its customers owe by age; companies of our own group are left out unless asked for.",
        metadata=read_as(WorkedOut(COMPANY_AGING)),
    )
    async def aging(
        self,
        info: Info,
        definition: Definition = None,
        as_of: AsOf = None,
        currency: InCurrency = None,
        include_intercompany: IncludeIntercompany = False,
    ) -> Aging:
        own = bool(include_intercompany)
        columns = await chosen_definition(info.context, self.row["id"], definition)
        found = await sums.company_sums(info.context, self.row["id"], as_of, currency, intercompany=own)
        return Aging.of(found.aging(columns, sums.asked_currency(info.context, currency, found.currency)))

    @strawberry.field(
        description="Its fiscal year on a day, with the one closed before it, whose turnover counts for limits of"
        " parties.",
        metadata=read_as(WorkedOut(FISCAL_YEAR)),
    )
    async def fiscal_year(self, info: Info, as_of: AsOf = None) -> FiscalYear:
        return await fiscal_year(info.context, self.row["id"], as_of or info.context.today(self.row["time_zone"]))
