"""Who was in which credit group, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.credit_group_membership import CREDIT_GROUP_MEMBERSHIP
from persistence.shapes.customer import CUSTOMER
from schema.fields import link, shaped, stored
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.credit_group import CreditGroup
    from schema.types.customer import Customer


@shaped(CREDIT_GROUP_MEMBERSHIP, "That a customer shares the limit of a credit group, from a day until a day.")
class CreditGroupMembership(Node):
    """Rows of the membership shape."""

    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "The member."
    )
    credit_group: Annotated[CreditGroup, strawberry.lazy("schema.types.credit_group")] = link(
        "credit_group_id", CREDIT_GROUP, "The group.", seen=True
    )
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date | None = stored("The last day; null: it goes on.")
    recorded_at: datetime = stored("When it was last recorded.")
