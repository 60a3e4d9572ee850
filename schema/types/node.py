"""What records have in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from domain import limits
from persistence.selection import Identity, Stored, WorkedOut
from persistence.shapes.company import COMPANY
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.named import TRANSLATED, TRANSLATIONS
from persistence.shapes.party import PARTY
from persistence.shapes.position import CUSTOMER_POSITION, GROUP_POSITION, PARTY_POSITION
from schema.arguments import AsOf, InCurrency
from schema.connections import AUDIT_EVENTS, LIMIT_ENTRIES
from schema.context import Info
from schema.fields import Shaped, given, link, read_as, stored
from schema.ids import node_id
from schema.planned_arguments import ByType
from schema.rights import Permission
from schema.scalars import Locale

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.position import CreditPosition


@strawberry.interface(description="Anything that can be read again by its id.")
class Node(Shaped):
    """Relay's node."""

    @strawberry.field(description="Its id, the same everywhere; a prefix names the type.", metadata=read_as(Identity()))
    def id(self) -> strawberry.ID:
        return strawberry.ID(node_id(self.shape.prefix, self.row["id"]))


@strawberry.interface(description="A record that is kept and edited.")
class Record(Node):
    """What every record carries."""

    version: int = stored("Rises when it is edited, not when a balance moves. Give it back as `expectedVersion`.")
    created_at: datetime = stored("When it was first recorded.")
    updated_at: datetime = stored("When it was last changed; incremental readers go by it, overlapping a minute.")
    timeline: AUDIT_EVENTS.connection = AUDIT_EVENTS.field(  # type: ignore[name-defined]
        "What was done with it or refused, the latest first.",
        {"subject_id": "id"},
        need=Permission.READ_AUDIT,
    )


@strawberry.type(description="A text in one language.")
class LocalizedText:
    """One translation."""

    locale: Locale = strawberry.field(description="The language.")
    value: str = strawberry.field(description="The text.")


@strawberry.interface(description="A coded name that people give, for drop-downs.")
class Named(Record):
    """Its name comes in the reader's language, with fallback."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] | None = link(
        "company_id", COMPANY, "The company that alone uses it; null: every company does."
    )
    code: str = stored("Short and stable.")
    name: str = stored("Its name in your language; where it has none, as it was first given.")
    active: bool = stored("Whether it is offered; one that is not stays readable.")

    @strawberry.field(
        description="Its name in every language it was given in.",
        metadata=read_as(
            ByType({name: WorkedOut(figures, "translations") for name, figures in TRANSLATED.items()}),
        ),
    )
    async def translations(self, info: Info) -> list[LocalizedText]:
        context = info.context

        async def fetch(keys: list[UUID]) -> list[list[LocalizedText]]:
            found: dict[UUID, list[LocalizedText]] = {key: [] for key in keys}
            for row in await context.reader.run(TRANSLATIONS, subjects=keys):
                found[row["subject_id"]].append(LocalizedText(locale=row["locale"], value=row["value"]))
            return [found[key] for key in keys]

        texts: list[LocalizedText] = await context.loader("translations", fetch).load(self.row["id"])
        return texts


@strawberry.interface(description="Whoever has a credit limit: a customer, a credit group, or a party with a ceiling.")
class CreditHolder(Record):
    """A customer, a credit group or a party."""

    credit_limit_history: LIMIT_ENTRIES.connection = LIMIT_ENTRIES.field(  # type: ignore[name-defined]
        "Its limits as they were posted, the latest first; none of a party, whose ceilings were saved.",
        {"holder_id": "id"},
    )

    @strawberry.field(description="What it is called.", metadata=read_as(Stored("name")))
    def display_name(self) -> str:
        return str(self.row["name"])

    @strawberry.field(
        description="Its limit, what is used of it and what is left.",
        metadata=read_as(
            ByType(
                {
                    CUSTOMER.name: WorkedOut(CUSTOMER_POSITION),
                    CREDIT_GROUP.name: WorkedOut(GROUP_POSITION),
                    PARTY.name: WorkedOut(PARTY_POSITION),
                }
            )
        ),
    )
    async def credit(
        self, info: Info, as_of: AsOf = None, currency: InCurrency = None
    ) -> Annotated[CreditPosition, strawberry.lazy("schema.types.position")]:
        found: CreditPosition = given(await self.position(info, as_of, currency))
        return found

    async def position(self, info: Info, as_of: date | None, currency: str | None) -> limits.CreditPosition:
        """The domain's position; each kind of holder works out its own."""
        raise NotImplementedError
