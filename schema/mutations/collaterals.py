"""Insurance, guarantees and collateral that customers bring."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.audit import AuditEventKind
from domain.collateral import CollateralKind
from persistence.shapes.collateral import COLLATERAL
from persistence.shapes.named import COLLATERAL_TYPE, COVERAGE_TYPE
from persistence.writing.collaterals import (
    CollateralChange,
    CollateralEnd,
    CollateralToRecord,
    end_collateral,
    record_collateral,
    update_collateral,
)
from schema.context import Info
from schema.ids import key_of
from schema.keys import CustomerKey
from schema.mutations.carry_out import carry_out
from schema.mutations.credit_changes import MaybeAskedPayload
from schema.mutations.naming import customer_named
from schema.mutations.payload import written
from schema.mutations.words import KEY, ONLY_ASKED, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.collateral import Collateral

NAME = "collateral"
_TYPE = "What kind of security it is."
_COVERAGE = "What the policy covers."
_TERMS = "Days of payment terms that it covers at most; none: any."
_DECLARE = "Days after its due day in which an overdue item is to be declared; none: none is."
_REFERENCES = {"type": ("type_id", COLLATERAL_TYPE), "coverage_type": ("coverage_type_id", COVERAGE_TYPE)}


@strawberry.input(description="What somebody answers for on behalf of a customer.")
class SecurityInput:
    """What insurance, guarantees and collateral have in common."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    customer: CustomerKey = strawberry.field(description="The customer.")
    provider: str = strawberry.field(description="The insurer, guarantor or bank.")
    number: str = strawberry.field(description="The number of the policy or document.")
    value: MoneyInput = strawberry.field(description="What it is worth.")
    percent: Decimal = strawberry.field(description="How much of its value is added to the limit, 0 to 100.")
    from_: date = strawberry.field(name="from", description="The first day.")
    until: date | None = strawberry.field(default=None, description="The last day; none: open-ended.")
    included_in_exposure: bool = strawberry.field(
        default=False, description="Its full value is taken off the limit as a part of its own."
    )
    type: strawberry.ID | None = strawberry.field(default=None, description=_TYPE)
    maximum_terms_days: int | None = strawberry.field(default=None, description=_TERMS)
    declare_within_days: int | None = strawberry.field(default=None, description=_DECLARE)

    def wanted(self, kind: CollateralKind) -> CollateralToRecord:
        """As persistence takes it."""
        return CollateralToRecord(
            kind=kind,
            customer=customer_named(self.customer),
            provider=self.provider,
            number=self.number,
            value=self.value.to_domain(),
            percent=self.percent,
            from_=self.from_,
            until=self.until,
            included_in_exposure=self.included_in_exposure,
            details=_columns(
                {
                    "type": self.type,
                    "coverage_type": getattr(self, "coverage_type", None),
                    "maximum_terms_days": self.maximum_terms_days,
                    "declare_within_days": self.declare_within_days,
                }
            ),
        )


@strawberry.input(description="Credit insurance of a customer.")
class RecordInsuranceInput(SecurityInput):
    """An insurer answers."""

    coverage_type: strawberry.ID | None = strawberry.field(default=None, description=_COVERAGE)


@strawberry.input(description="A guarantee for a customer.")
class RecordGuaranteeInput(SecurityInput):
    """A guarantor or bank answers."""


@strawberry.input(
    description="Collateral of a customer: a pledge, a deposit or a mortgage; `provider` is who gives it."
)
class RecordCollateralInput(SecurityInput):
    """A thing answers, whoever owns it."""


@strawberry.input(
    description="What is to be different about insurance, a guarantee or collateral; what is left out stays as it is."
    " Over another value it is another one: end it and record the new one."
)
class UpdateCollateralInput:
    """See `CollateralChange`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    collateral: strawberry.ID = strawberry.field(description="The insurance, guarantee or collateral.")
    provider: str | None = strawberry.field(default=None, description="The insurer, guarantor or bank.")
    type: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=_TYPE)
    coverage_type: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=_COVERAGE)
    maximum_terms_days: int | None = strawberry.field(default=strawberry.UNSET, description=_TERMS)
    declare_within_days: int | None = strawberry.field(default=strawberry.UNSET, description=_DECLARE)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> CollateralChange:
        """As persistence takes it."""
        names = ("type", "coverage_type", "maximum_terms_days", "declare_within_days")
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not strawberry.UNSET}
        values = _columns(given) | ({} if self.provider is None else {"provider": self.provider})
        return CollateralChange(key_of(self.collateral, COLLATERAL.prefix), values, self.expected_version)


@strawberry.input(description="Give insurance, a guarantee or collateral its last day.")
class EndCollateralInput:
    """See `CollateralEnd`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    collateral: strawberry.ID = strawberry.field(description="The insurance, guarantee or collateral.")
    until: date | None = strawberry.field(
        default=None,
        description="Its last day; none: today at the company. The day before its first: it never was in force.",
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="Insurance, a guarantee or collateral after something was done to it.")
class CollateralPayload(MaybeAskedPayload):
    """As it now is, also when it was refused; the customer's credit hangs off it."""

    collateral: Annotated[Collateral, strawberry.lazy("schema.types.collateral")] | None = written(
        NAME, COLLATERAL, "As it now is; null: it waits for approval to be recorded."
    )


@strawberry.type(description="Insurance that was recorded.")
class RecordInsurancePayload(CollateralPayload):
    """With a warning when it leaves less limit than no policy would."""


@strawberry.type(description="A guarantee that was recorded.")
class RecordGuaranteePayload(CollateralPayload):
    """With a warning when it leaves less limit than no guarantee would."""


@strawberry.type(description="Collateral that was recorded.")
class RecordCollateralPayload(CollateralPayload):
    """With a warning when it leaves less limit than no collateral would."""


@strawberry.type(description="Insurance, a guarantee or collateral after it was changed.")
class UpdateCollateralPayload(CollateralPayload):
    """As it now is."""


@strawberry.type(description="Insurance, a guarantee or collateral with its last day.")
class EndCollateralPayload(CollateralPayload):
    """With its last day."""


@strawberry.type
class CollateralMutations:
    """What people do with insurance, guarantees and collateral."""

    @strawberry.mutation(
        description="Record credit insurance of a customer; its orders on hold are checked again." + ONLY_ASKED
    )
    async def record_insurance(self, info: Info, input: RecordInsuranceInput) -> RecordInsurancePayload:
        wanted = input.wanted(CollateralKind.INSURANCE)
        return await carry_out(
            info,
            input,
            RecordInsurancePayload,
            lambda tx: record_collateral(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.COLLATERAL_RECORDED,
        )

    @strawberry.mutation(
        description="Record a guarantee for a customer; its orders on hold are checked again." + ONLY_ASKED
    )
    async def record_guarantee(self, info: Info, input: RecordGuaranteeInput) -> RecordGuaranteePayload:
        wanted = input.wanted(CollateralKind.GUARANTEE)
        return await carry_out(
            info,
            input,
            RecordGuaranteePayload,
            lambda tx: record_collateral(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.COLLATERAL_RECORDED,
        )

    @strawberry.mutation(
        description="Record collateral of a customer; its orders on hold are checked again." + ONLY_ASKED
    )
    async def record_collateral(self, info: Info, input: RecordCollateralInput) -> RecordCollateralPayload:
        wanted = input.wanted(CollateralKind.COLLATERAL)
        return await carry_out(
            info,
            input,
            RecordCollateralPayload,
            lambda tx: record_collateral(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.COLLATERAL_RECORDED,
        )

    @strawberry.mutation(
        description="Change what kind of security it is and what it asks for; orders on hold are checked again."
        + ONLY_ASKED
    )
    async def update_collateral(self, info: Info, input: UpdateCollateralInput) -> UpdateCollateralPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            UpdateCollateralPayload,
            lambda tx: update_collateral(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.COLLATERAL_UPDATED,
            current={NAME: str(wanted.collateral)},
        )

    @strawberry.mutation(description="Give insurance, a guarantee or collateral its last day." + ONLY_ASKED)
    async def end_collateral(self, info: Info, input: EndCollateralInput) -> EndCollateralPayload:
        wanted = CollateralEnd(key_of(input.collateral, COLLATERAL.prefix), input.until, input.expected_version)
        return await carry_out(
            info,
            input,
            EndCollateralPayload,
            lambda tx: end_collateral(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.COLLATERAL_ENDED,
            current={NAME: str(wanted.collateral)},
        )


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, by columns; names by their keys. Raises `ClientMistake` for an id of another type."""
    found = {}
    for name, value in given.items():
        column, shape = _REFERENCES.get(name, (name, None))
        found[column] = value if shape is None or value is None else key_of(value, shape.prefix)
    return found
