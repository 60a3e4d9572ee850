"""`Query`, composed of one mixin a noun."""

from __future__ import annotations

import strawberry

from schema.queries.companies import CompanyQueries
from schema.queries.customers import CustomerQueries


@strawberry.type(description="Everything that can be read.")
class Query(CompanyQueries, CustomerQueries):
    """The root of reading."""
