"""Insurance, guarantees and other collateral."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import collateral as domain
from domain.money import Money as Exactly
from persistence.selection import WorkedOut
from persistence.shapes.collateral import COLLATERAL, LIMIT_PART
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.named import COLLATERAL_TYPE, COVERAGE_TYPE
from schema.connections import COLLATERAL_DECLARATIONS
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.types.money import Money
from schema.types.named import CollateralType, CoverageType
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.customer import Customer

coded(
    domain.CollateralKind,
    "Who answers for a customer.",
    INSURANCE="An insurer.",
    GUARANTEE="A guarantor.",
    COLLATERAL="A thing pledged.",
)


@shaped(COLLATERAL, "Insurance, a guarantee or other collateral of a customer.")
class Collateral(Record):
    """Rows of the collateral shape."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company it is given to."
    )
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] = link(
        "customer_id", CUSTOMER, "The customer it is given for."
    )
    kind: domain.CollateralKind = stored("Who answers.")
    kind_label: str = labelled("kind", domain.CollateralKind)
    provider: str = stored("The insurer, guarantor or bank.")
    number: str = stored("The number of the policy or document.")
    value: Money = money("What it is worth.", "value")
    percent: Decimal = stored("How much of its value is added to the limit, 0 to 100.")
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date | None = stored("The last day; null: open-ended.")
    included_in_exposure: bool = stored("Its full value is taken off the limit as a part of its own.")
    type: CollateralType | None = link("type_id", COLLATERAL_TYPE, "What kind of security it is.")
    coverage_type: CoverageType | None = link("coverage_type_id", COVERAGE_TYPE, "What a policy covers.")
    maximum_terms_days: int | None = stored("Days of payment terms that it covers at most; null: any.")
    declare_within_days: int | None = stored(
        "Days after its due day in which an overdue item is to be declared; null: none is."
    )
    declarations: COLLATERAL_DECLARATIONS.connection = COLLATERAL_DECLARATIONS.field(  # type: ignore[name-defined]
        "Overdue items that were declared under it, the latest first.", {"collateral_id": "id"}
    )

    @strawberry.field(
        description="What it changes in the limit while it is valid; negative where it takes away.",
        metadata=read_as(WorkedOut(LIMIT_PART, "limit_part")),
    )
    def limit_part(self) -> Money:
        value = Exactly(self.row["value"], self.row["currency"])
        added = Exactly(value.amount * self.row["percent"] / 100, value.currency)
        return Money.of(added - value if self.row["included_in_exposure"] else added)
