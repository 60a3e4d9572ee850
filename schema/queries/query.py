"""`Query`, composed of one mixin a noun."""

from __future__ import annotations

import strawberry

from schema.queries.check import CheckQueries
from schema.queries.collaterals import CollateralQueries
from schema.queries.companies import CompanyQueries
from schema.queries.customers import CustomerQueries
from schema.queries.documents import DocumentQueries
from schema.queries.names import NameQueries
from schema.queries.nodes import NodeQueries
from schema.queries.report import ReportQueries
from schema.queries.running import RunningQueries
from schema.queries.viewers import ViewerQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    ViewerQueries,
    NodeQueries,
    NameQueries,
    CompanyQueries,
    CustomerQueries,
    CollateralQueries,
    DocumentQueries,
    ReportQueries,
    RunningQueries,
    CheckQueries,
):
    """The root of reading."""
