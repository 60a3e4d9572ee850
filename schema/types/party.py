"""Parties: legal persons, who may be customers of several companies."""

from __future__ import annotations

import strawberry

from domain import limits
from persistence.selection import WorkedOut
from persistence.shapes.party import PARTY
from persistence.shapes.party_limits import PARTY_LIMITS
from persistence.shapes.position import PARTY_POSITION
from schema import sums
from schema.arguments import AsOf, InCurrency
from schema.connections import CUSTOMERS, PARTY_LIMITS_LIST
from schema.context import Info
from schema.fields import link, read_as, shaped, stored
from schema.scalars import CountryCode
from schema.types.node import CreditHolder
from schema.types.party_limits import PartyLimits
from schema.types.position import CreditPosition, WithoutLimit


@shaped(PARTY, "A legal person, who may be a customer of several companies.")
class Party(CreditHolder):
    """Rows of the party shape."""

    number: str = stored("Its number in the group of companies.")
    name: str = stored("Its name.")
    registration_number: str | None = stored("Its company registration number.")
    country: CountryCode | None = stored("Its country.")
    blocked: bool = stored("No credit in any company: insolvent, fraud.")
    customers: CUSTOMERS.connection = CUSTOMERS.field(  # type: ignore[name-defined]
        "Its customers that you may see, one a company.", {"party_id": "id"}
    )

    party_limits: PartyLimits | None = link("limits_id", PARTY_LIMITS, "Its limits in force, over all its customers.")
    party_limits_history: PARTY_LIMITS_LIST.connection = PARTY_LIMITS_LIST.field(  # type: ignore[name-defined]
        "All that were ever saved, the latest first.", {"holder_id": "id"}
    )

    @strawberry.field(
        description="Its ceiling, and what it owes all companies. Without a ceiling the currency must be said.",
        metadata=read_as(WorkedOut(PARTY_POSITION)),
    )
    async def credit(self, info: Info, as_of: AsOf = None, currency: InCurrency = None) -> CreditPosition:
        limit, owed = await sums.party_position(info.context, self.row["id"], as_of, currency)
        return CreditPosition.of(WithoutLimit(owed) if limit is None else limits.CreditPosition(limit, owed))
