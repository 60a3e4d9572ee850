"""Limits of parties over all companies, and of customers beside their credit limit, as they were saved."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.party_limits import PartyLimitReaction
from persistence.shapes.actor import ACTOR
from persistence.shapes.party_limits import PARTY_LIMITS
from schema.fields import coded, labelled, link, money, shaped, stored
from schema.types.money import Money
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.reference import Actor

coded(
    PartyLimitReaction,
    "What an order does that exceeds limits of its party or of its customer beside the credit limit.",
    WARN="It goes on with a warning.",
    HOLD="It is held.",
)


@shaped(
    PARTY_LIMITS,
    "Limits beside the credit limit, as they were saved: of a party over all its customers in all companies, or of a"
    " customer. Each that is set is tested.",
)
class PartyLimits(Node):
    """Rows of the party limits shape."""

    reaction: PartyLimitReaction = stored("What an order does that exceeds them.")
    reaction_label: str = labelled("reaction", PartyLimitReaction)
    ceiling: Money | None = money("What may be owed and ordered at most.", "ceiling")
    turnover_percent: Decimal | None = stored("So much of the turnover may be owed and ordered, 0 to 100 and above.")
    turnover_rolling: bool = stored(
        "Of the turnover of the twelve months up to today; otherwise of each company's last closed fiscal year."
    )
    turnover_net_of_tax: bool = stored("Of the turnover without the tax of items that say it.")
    turnover_with_orders: bool = stored("Orders not yet invoiced are turnover too.")
    max_days_overdue: int | None = stored("No item may be overdue for more days.")
    from_: date = stored("The first day they are in force, until the next are saved.", "from")
    saved_at: datetime = stored("When they were saved.")
    saved_by: Annotated[Actor, strawberry.lazy("schema.types.reference")] = link(
        "saved_by_id", ACTOR, "Who saved them."
    )
    version: int = stored("How many times limits were saved for the holder. Give it back as `expectedVersion`.")
