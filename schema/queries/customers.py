"""Reading customers."""

from __future__ import annotations

import strawberry

from schema.connections import CUSTOMERS


@strawberry.type
class CustomerQueries:
    """The fields of `Query` about customers."""

    customers: CUSTOMERS.connection = CUSTOMERS.field("Customers.")  # type: ignore[name-defined]
