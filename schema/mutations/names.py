"""Coded names for drop-downs, and what they are called in other languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry

from domain.audit import AuditEventKind
from domain.reason import AccountStatusEffect, ReasonKind
from domain.refusal import Refusal
from persistence.shapes import named as shapes
from persistence.writing.aging_buckets import Bucket, as_kept, bucket_refusals
from persistence.writing.names import NameToSave, save_name
from persistence.writing.records import count_refusals
from schema.context import Info
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.words import VERSION
from schema.rights import Permission

if TYPE_CHECKING:
    from schema.types.named import (
        AccountStatus,
        AgingDefinition,
        CashDiscount,
        CollateralType,
        CoverageType,
        CreditManagementGroup,
        CustomerGroup,
        PaymentTerms,
        Reason,
        RiskGroup,
    )

P = TypeVar("P", bound=Payload)

_TYPES = strawberry.lazy("schema.types.named")
_NOW = "As it now is."


@strawberry.input(description="A coded name.")
class NameInput:
    """What all coded names have; see `NameToSave`."""

    code: str = strawberry.field(description="Short and stable: what is saved again under it is changed.")
    name: str = strawberry.field(description="Its name, where no translation fits the reader.")
    company: str | None = strawberry.field(
        default=None, description="Code of the company that alone uses it; none: every company does."
    )
    active: bool | None = strawberry.field(
        default=None, description="Whether drop-downs offer it; none: as it is, a new one is offered."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="Why something is held, released or given a status.")
class SaveReasonInput(NameInput):
    """A reason."""

    kind: ReasonKind = strawberry.field(description="What it is given for.")


@strawberry.input(description="A credit standing of customers.")
class SaveAccountStatusInput(NameInput):
    """An account status."""

    effect: AccountStatusEffect = strawberry.field(
        default=AccountStatusEffect.NONE, description="What it does to invoicing and delivery."
    )


@strawberry.input(description="When invoices fall due.")
class SavePaymentTermsInput(NameInput):
    """Terms of payment."""

    days: int | None = strawberry.field(default=None, description="Days from the document date.")
    rank: int | None = strawberry.field(default=None, description="The higher, the better for who pays; null ranks 0.")


@strawberry.input(description="What may be taken off for paying early.")
class SaveCashDiscountInput(NameInput):
    """A cash discount."""

    rank: int | None = strawberry.field(default=None, description="The higher, the better for who pays; null ranks 0.")


@strawberry.input(description="An ordinary group of customers, as for posting.")
class SaveCustomerGroupInput(NameInput):
    """A customer group."""


@strawberry.input(description="A group that selects customers for blocking rules.")
class SaveCreditManagementGroupInput(NameInput):
    """A credit management group."""


@strawberry.input(description="A class of risk.")
class SaveRiskGroupInput(NameInput):
    """A risk group."""


@strawberry.input(description="A kind of insurance, guarantee or thing pledged.")
class SaveCollateralTypeInput(NameInput):
    """A collateral type."""


@strawberry.input(description="What insurance policies cover.")
class SaveCoverageTypeInput(NameInput):
    """A coverage type."""


@strawberry.input(description="A column of an aging, by days past due, both inclusive.")
class AgingBucketInput:
    """See `Bucket`."""

    title: str | None = strawberry.field(default=None, description="What it is called; none: by its days.")
    from_day: int | None = strawberry.field(default=None, description="The first day; none for the first column.")
    until_day: int | None = strawberry.field(default=None, description="The last day; none for the last column.")


@strawberry.input(description="The columns of an aging.")
class SaveAgingDefinitionInput(NameInput):
    """An aging definition."""

    buckets: list[AgingBucketInput] = strawberry.field(
        description="From young to old; each begins on the day after the one before it ends."
    )


@strawberry.type(description="A reason after it was saved.")
class SaveReasonPayload(Payload):
    """The reason."""

    reason: Annotated[Reason, _TYPES] | None = written("reason", shapes.REASON, _NOW)


@strawberry.type(description="An account status after it was saved.")
class SaveAccountStatusPayload(Payload):
    """The status."""

    account_status: Annotated[AccountStatus, _TYPES] | None = written("account_status", shapes.ACCOUNT_STATUS, _NOW)


@strawberry.type(description="Terms of payment after they were saved.")
class SavePaymentTermsPayload(Payload):
    """The terms."""

    payment_terms: Annotated[PaymentTerms, _TYPES] | None = written("payment_terms", shapes.PAYMENT_TERMS, _NOW)


@strawberry.type(description="A cash discount after it was saved.")
class SaveCashDiscountPayload(Payload):
    """The discount."""

    cash_discount: Annotated[CashDiscount, _TYPES] | None = written("cash_discount", shapes.CASH_DISCOUNT, _NOW)


@strawberry.type(description="A customer group after it was saved.")
class SaveCustomerGroupPayload(Payload):
    """The group."""

    customer_group: Annotated[CustomerGroup, _TYPES] | None = written("customer_group", shapes.CUSTOMER_GROUP, _NOW)


@strawberry.type(description="A credit management group after it was saved.")
class SaveCreditManagementGroupPayload(Payload):
    """The group."""

    credit_management_group: Annotated[CreditManagementGroup, _TYPES] | None = written(
        "credit_management_group", shapes.CREDIT_MANAGEMENT_GROUP, _NOW
    )


@strawberry.type(description="A class of risk after it was saved.")
class SaveRiskGroupPayload(Payload):
    """The class."""

    risk_group: Annotated[RiskGroup, _TYPES] | None = written("risk_group", shapes.RISK_GROUP, _NOW)


@strawberry.type(description="A kind of security after it was saved.")
class SaveCollateralTypePayload(Payload):
    """The type."""

    collateral_type: Annotated[CollateralType, _TYPES] | None = written("collateral_type", shapes.COLLATERAL_TYPE, _NOW)


@strawberry.type(description="A kind of coverage after it was saved.")
class SaveCoverageTypePayload(Payload):
    """The type."""

    coverage_type: Annotated[CoverageType, _TYPES] | None = written("coverage_type", shapes.COVERAGE_TYPE, _NOW)


@strawberry.type(description="An aging definition after it was saved.")
class SaveAgingDefinitionPayload(Payload):
    """The definition."""

    aging_definition: Annotated[AgingDefinition, _TYPES] | None = written(
        "aging_definition", shapes.AGING_DEFINITION, _NOW
    )


async def _save(
    info: Info,
    input: NameInput,
    payload: type[P],
    table: str,
    values: Mapping[str, Any] | None = None,
    refusals: Sequence[Refusal] = (),
) -> P:
    """Save a name of a table. `values`: what it has beside what all names have; `refusals`: what is wrong with them."""
    wanted = NameToSave(
        table, input.code, input.name, input.company, input.active, values or {}, input.expected_version
    )
    return await carry_out(
        info,
        input,
        payload,
        lambda tx: save_name(tx, wanted, refusals),
        needs=Permission.SET_NAMES,
        kind=AuditEventKind.NAME_SAVED,
    )


@strawberry.type
class NameMutations:
    """What people call things."""

    @strawberry.mutation(description="Save why something is held, released or given a status.")
    async def save_reason(self, info: Info, input: SaveReasonInput) -> SaveReasonPayload:
        return await _save(info, input, SaveReasonPayload, "reason", {"kind": input.kind.value})

    @strawberry.mutation(
        description="Save a credit standing; orders on hold of customers who have it are checked again."
    )
    async def save_account_status(self, info: Info, input: SaveAccountStatusInput) -> SaveAccountStatusPayload:
        values = {"effect": input.effect.value}
        return await _save(info, input, SaveAccountStatusPayload, "account_status", values)

    @strawberry.mutation(
        description="Save when invoices fall due; orders on hold that the terms may hold are checked again."
    )
    async def save_payment_terms(self, info: Info, input: SavePaymentTermsInput) -> SavePaymentTermsPayload:
        values = {"days": input.days, "rank": input.rank}
        refusals = [*count_refusals(input.days, ("days",)), *count_refusals(input.rank, ("rank",))]
        return await _save(info, input, SavePaymentTermsPayload, "payment_terms", values, refusals)

    @strawberry.mutation(
        description="Save what may be taken off for paying early; orders on hold that it may hold are checked again."
    )
    async def save_cash_discount(self, info: Info, input: SaveCashDiscountInput) -> SaveCashDiscountPayload:
        refusals = count_refusals(input.rank, ("rank",))
        return await _save(info, input, SaveCashDiscountPayload, "cash_discount", {"rank": input.rank}, refusals)

    @strawberry.mutation(description="Save an ordinary group of customers.")
    async def save_customer_group(self, info: Info, input: SaveCustomerGroupInput) -> SaveCustomerGroupPayload:
        return await _save(info, input, SaveCustomerGroupPayload, "customer_group")

    @strawberry.mutation(description="Save a group that selects customers for blocking rules.")
    async def save_credit_management_group(
        self, info: Info, input: SaveCreditManagementGroupInput
    ) -> SaveCreditManagementGroupPayload:
        return await _save(info, input, SaveCreditManagementGroupPayload, "credit_management_group")

    @strawberry.mutation(description="Save a class of risk.")
    async def save_risk_group(self, info: Info, input: SaveRiskGroupInput) -> SaveRiskGroupPayload:
        return await _save(info, input, SaveRiskGroupPayload, "risk_group")

    @strawberry.mutation(description="Save a kind of insurance, guarantee or thing pledged.")
    async def save_collateral_type(self, info: Info, input: SaveCollateralTypeInput) -> SaveCollateralTypePayload:
        return await _save(info, input, SaveCollateralTypePayload, "collateral_type")

    @strawberry.mutation(description="Save what insurance policies cover.")
    async def save_coverage_type(self, info: Info, input: SaveCoverageTypeInput) -> SaveCoverageTypePayload:
        return await _save(info, input, SaveCoverageTypePayload, "coverage_type")

    @strawberry.mutation(description="Save the columns of an aging.")
    async def save_aging_definition(self, info: Info, input: SaveAgingDefinitionInput) -> SaveAgingDefinitionPayload:
        buckets = [Bucket(one.from_day, one.until_day, one.title) for one in input.buckets]
        values, refusals = {"buckets": as_kept(buckets)}, bucket_refusals(buckets)
        return await _save(info, input, SaveAgingDefinitionPayload, "aging_definition", values, refusals)
