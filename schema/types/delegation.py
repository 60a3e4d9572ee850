"""Delegations: who may approve for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.role import Role
from persistence.shapes.actor import ACTOR
from persistence.shapes.company import COMPANY
from persistence.shapes.delegation import DELEGATION
from schema.fields import labelled, link, money, shaped, stored
from schema.types.money import Money
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.reference import Actor


@shaped(DELEGATION, "Somebody's approval authority in a company, lent to somebody else for some days.")
class Delegation(Record):
    """Rows of the delegation shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company for which it is in force."
    )
    lender: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link(
        "lender_id", ACTOR, "Whose authority it is."
    )
    delegate: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link(
        "delegate_id", ACTOR, "Who may use it."
    )
    role: Role = stored("As what the lender has it.")
    role_label: str = labelled("role", Role)
    up_to: Money | None = money("No more than this of it; null: as much as the lender may.", "amount")
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date = stored("The last day.")
    note: str | None = stored("What was written about it.")
    in_force: bool = stored("It is in force today.")
    ended_at: datetime | None = stored("When it was ended early; null: it was not.")
    ended_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] | None = link(
        "ended_by_id", ACTOR, "Who ended it early."
    )
