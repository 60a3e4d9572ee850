"""Companies: the legal entities of the group."""

from __future__ import annotations

from persistence.shapes.company import COMPANY
from schema.connections import CUSTOMERS
from schema.fields import shaped, stored
from schema.scalars import CountryCode, CurrencyCode, Locale, TimeZone
from schema.types.node import Record


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
        "Its customers.", lambda self: {"company_id": self.row["id"]}
    )
