"""Coded names that people give, for drop-downs."""

from __future__ import annotations

import strawberry

from domain.reason import AccountStatusEffect, ReasonKind
from persistence.selection import WorkedOut
from persistence.shapes import named as shapes
from persistence.shapes.aging import DEFINITION_COLUMNS
from schema.fields import coded, labelled, read_as, shaped, stored
from schema.types.aging import AgingBucketSetting, definition_of
from schema.types.node import Named

coded(
    ReasonKind,
    "What a reason is given for.",
    HOLD="Putting an order on hold.",
    RELEASE="Releasing an order.",
    STATUS="Giving a customer an account status.",
)
coded(
    AccountStatusEffect,
    "What an account status does.",
    NONE="Nothing.",
    HOLD_INVOICING="Orders are held when they are invoiced.",
    HOLD_ALL="No orders go on.",
)


@shaped(shapes.REASON, "Why something was held, released or given a status.")
class Reason(Named):
    """Rows of the reason shape."""

    kind: ReasonKind = stored("What it is given for.")
    kind_label: str = labelled("kind", ReasonKind)


@shaped(shapes.ACCOUNT_STATUS, "The credit standing of a customer.")
class AccountStatus(Named):
    """Rows of the account status shape."""

    effect: AccountStatusEffect = stored("What it does.")
    effect_label: str = labelled("effect", AccountStatusEffect)


@shaped(shapes.PAYMENT_TERMS, "When an invoice falls due.")
class PaymentTerms(Named):
    """Rows of the payment terms shape."""

    days: int | None = stored("Days from the document date.")
    rank: int | None = stored("The higher, the better for who pays; null ranks 0.")


@shaped(shapes.CASH_DISCOUNT, "What may be taken off for paying early.")
class CashDiscount(Named):
    """Rows of the cash discount shape."""

    rank: int | None = stored("The higher, the better for who pays; null ranks 0.")


@shaped(shapes.CUSTOMER_GROUP, "The ordinary grouping of customers, as for posting.")
class CustomerGroup(Named):
    """Rows of the customer group shape."""


@shaped(
    shapes.CREDIT_MANAGEMENT_GROUP, "Selects customers for blocking rules; not the group that shares a credit limit."
)
class CreditManagementGroup(Named):
    """Rows of the credit management group shape."""


@shaped(shapes.RISK_GROUP, "A class of risk.")
class RiskGroup(Named):
    """Rows of the risk group shape."""


@shaped(shapes.COLLATERAL_TYPE, "What kind of insurance, guarantee or thing pledged secures a debt.")
class CollateralType(Named):
    """Rows of the collateral type shape."""


@shaped(shapes.COVERAGE_TYPE, "What an insurance policy covers.")
class CoverageType(Named):
    """Rows of the coverage type shape."""


@shaped(shapes.AGING_DEFINITION, "The columns of an aging, by days after the due day.")
class AgingDefinition(Named):
    """Rows of the aging definition shape."""

    @strawberry.field(
        description="Its columns, from young to old.", metadata=read_as(WorkedOut(DEFINITION_COLUMNS, "buckets"))
    )
    def buckets(self) -> list[AgingBucketSetting]:
        return [AgingBucketSetting.of(bucket) for bucket in definition_of(self.row["buckets"]).buckets]
