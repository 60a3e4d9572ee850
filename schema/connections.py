"""Every list there is: its shape, and where the type of its records is declared."""

from __future__ import annotations

from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from schema.lists import Listing

COMPANIES = Listing(COMPANY, "schema.types.company")
CUSTOMERS = Listing(CUSTOMER, "schema.types.customer")
