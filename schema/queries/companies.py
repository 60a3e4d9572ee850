"""Reading companies."""

from __future__ import annotations

from typing import Annotated

import strawberry

from persistence.selection import Found
from persistence.shapes.company import COMPANY
from schema.connections import COMPANIES
from schema.context import Info
from schema.fields import read_as
from schema.planned_arguments import ByArguments
from schema.types.company import Company


@strawberry.type
class CompanyQueries:
    """The fields of `Query` about companies."""

    companies: COMPANIES.connection = COMPANIES.field("The companies granted to you.")  # type: ignore[name-defined]

    @strawberry.field(
        description="One company by its code; COMPANY_NOT_AVAILABLE unless it is granted to you.",
        metadata=read_as(ByArguments(lambda asked: Found(COMPANY, {"id": asked.company(asked["code"])}))),
    )
    async def company(
        self, info: Info, code: Annotated[str, strawberry.argument(description="Its short code.")]
    ) -> Company | None:
        return Company.maybe(await info.context.load(COMPANY, info.context.company_id(code)))
