"""Customers: a party as a customer of one company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from schema.fields import link, shaped, stored
from schema.scalars import CountryCode, CurrencyCode, Locale
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company


@shaped(CUSTOMER, "A party as a customer of one company.")
class Customer(Record):
    """Rows of the customer shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company whose customer it is."
    )
    account: str = stored("Its number in the company.")
    name: str = stored("Its name in the company's ledger.")
    country: CountryCode | None = stored("Its country.")
    currency: CurrencyCode = stored("The currency it is usually invoiced in.")
    locale: Locale = stored("The language it reads.")
