"""Overdue items that are declared to whoever answers for them, and those that are to be."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from persistence.shapes.collateral import COLLATERAL
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.declaration import COLLATERAL_DECLARATION, DECLARATION_DUE
from persistence.shapes.open_item import OPEN_ITEM
from schema.fields import link, money, shaped, stored
from schema.types.money import Money
from schema.types.node import Node, Record

if TYPE_CHECKING:
    from schema.types.collateral import Collateral
    from schema.types.company import Company
    from schema.types.customer import Customer
    from schema.types.open_item import OpenItem


@shaped(COLLATERAL_DECLARATION, "That an overdue item was declared to the insurer or guarantor.")
class CollateralDeclaration(Record):
    """Rows of the declaration shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company whose item it is."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "Who owes it."
    )
    collateral: Annotated[Collateral, strawberry.lazy("schema.types.collateral")] = link(
        "collateral_id", COLLATERAL, "What it was declared under."
    )
    open_item: Annotated[OpenItem, strawberry.lazy("schema.types.open_item")] = link(
        "open_item_id", OPEN_ITEM, "The item."
    )
    amount: Money = money("What was open of it on the day it was recorded.", "amount")
    declared_on: date = stored("The day it was declared.")
    reference: str | None = stored("Its number at the insurer or guarantor.")


@shaped(DECLARATION_DUE, "An overdue item that is still to be declared to an insurer or guarantor.")
class DeclarationDue(Node):
    """Rows of the shape of what is to be declared."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company whose item it is."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "Who owes it."
    )
    collateral: Annotated[Collateral, strawberry.lazy("schema.types.collateral")] = link(
        "collateral_id", COLLATERAL, "What asks for it; of several the one with the earliest deadline."
    )
    open_item: Annotated[OpenItem, strawberry.lazy("schema.types.open_item")] = link(
        "open_item_id", OPEN_ITEM, "The item."
    )
    declare_by: date = stored("The last day to declare it.")
    days_left: int = stored("Days until then, today in the company; negative once it has passed.")
