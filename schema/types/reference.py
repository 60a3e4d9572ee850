"""What everything else looks up: currencies, rates, labels, who acts, and what this installation is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from persistence.shapes.actor import ACTOR
from persistence.shapes.exchange_rate import EXCHANGE_RATE
from schema.fields import shaped, stored
from schema.scalars import CurrencyCode, Locale
from schema.types.node import Node, Record


@shaped(ACTOR, "A person or program that acts.")
class Actor(Node):
    """Rows of the actor shape."""

    name: str = stored("Its name.")


@shaped(EXCHANGE_RATE, "A published rate: one unit of `from` is worth `rate` units of `to` from its day on.")
class ExchangeRate(Record):
    """Rows of the exchange rate shape."""

    from_: CurrencyCode = stored("What one unit is of.", "from")
    to: CurrencyCode = stored("What it is worth in.")
    rate: Decimal = stored("Units of `to` for one unit of `from`, as published.")
    date: date = stored("The first day it holds.")
    irrevocable: bool = stored("A currency that joined the euro; never too old.")
    source: str = stored("Who published it.")


@strawberry.type(description="A currency of ISO 4217.")
class Currency:
    """A currency with its name in the reader's language."""

    code: CurrencyCode = strawberry.field(description="Its code.")
    name: str = strawberry.field(description="Its name in your language.")
    digits: int = strawberry.field(description="Decimals of its minor unit: 2 for SEK, 0 for JPY.")


@strawberry.type(description="What a person calls a value of an enum.")
class EnumLabel:
    """A label."""

    enum: str = strawberry.field(description="The name of the enum.")
    value: str = strawberry.field(description="The value.")
    label: str = strawberry.field(description="Its label in the language.")


@strawberry.type(description="What this installation is.")
class SystemInfo:
    """Facts about the installation."""

    locales: list[Locale] = strawberry.field(description="The languages it speaks.")
    reporting_currency: CurrencyCode = strawberry.field(
        description="The currency in which amounts of different currencies are sorted and compared."
    )
    warnings: list[str] = strawberry.field(description="What is not as it should be, in your language.")
