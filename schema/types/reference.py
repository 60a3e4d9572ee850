"""What everything else looks up: currencies, rates, labels, who acts, and what this installation is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain import role
from domain.role import Role
from persistence.selection import WorkedOut
from persistence.shapes.actor import ACTOR
from persistence.shapes.company import COMPANY
from persistence.shapes.exchange_rate import EXCHANGE_RATE
from persistence.shapes.known_actor import ACTOR_ROLES, ROLES
from schema.context import Info
from schema.fields import BY_NAME, Reckoned, labelled, read_as, reckoned, shaped, stored
from schema.records import record_of
from schema.scalars import CurrencyCode, Locale
from schema.types.node import Node, Record

if TYPE_CHECKING:
    from schema.types.company import Company


@reckoned(role.RoleIn, "What somebody is to a company.")
class ActorRole(Reckoned):
    """A role of `domain.role`."""

    role: Role = stored("What it is there.")
    role_label: str = labelled("role", Role)

    @strawberry.field(description="Where; null: in every company.", metadata=read_as(BY_NAME))
    async def company(self, info: Info) -> Annotated[Company, strawberry.lazy("schema.types.company")] | None:
        key = self.facts.company
        found: Company | None = await record_of(info.context, None if key is None else (COMPANY.table, key))
        return found


@shaped(ACTOR, "A person or program that acts.")
class Actor(Node):
    """Rows of the actor shape."""

    name: str = stored("Its name.")

    @strawberry.field(
        description="What it is where, as it last asked: in companies whose audit trail you may read.",
        metadata=read_as(WorkedOut(ACTOR_ROLES, "roles")),
    )
    async def roles(self, info: Info) -> list[ActorRole]:
        async def fetch(keys: list[UUID]) -> Sequence[list[ActorRole]]:
            found: Mapping[UUID, list[ActorRole]] = defaultdict(list)
            for each in await info.context.reader.run(ROLES, actors=keys):
                found[each["actor_id"]].append(ActorRole.of(role.RoleIn(Role(each["role"]), each["company_id"])))
            return [found[key] for key in keys]

        loaded: list[ActorRole] = await info.context.loader("actor roles", fetch).load(self.row["id"])
        return loaded


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
