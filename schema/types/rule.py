"""Blocking rules, as people set them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.blocking.materiality import left_out
from domain.blocking.rule import BlockingRule as Rule
from domain.blocking.rule import ExposureCategory, RuleKind, RuleType, ValidFor
from domain.blocking.wording import condition
from persistence.facts import rule_of
from persistence.selection import Chosen, Finished
from persistence.shapes.company import COMPANY
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.named import ACCOUNT_STATUS, CREDIT_MANAGEMENT_GROUP, PAYMENT_TERMS, RISK_GROUP
from persistence.shapes.rule import BLOCKING_RULE
from schema.context import Info
from schema.fields import coded, labelled, link, money, read_as, shaped, stored
from schema.finishing import Finish, finisher, json
from schema.given import Call
from schema.types.money import Money
from schema.types.node import Record

if TYPE_CHECKING:
    from schema.types.company import Company
    from schema.types.customer import Customer
    from schema.types.named import AccountStatus, CreditManagementGroup, PaymentTerms, RiskGroup

coded(
    RuleKind,
    "What a blocking rule looks at.",
    ACCOUNT_STATUS="Which account status the customer has.",
    CREDIT_LIMIT_EXPIRED="How long ago a limit expired.",
    CREDIT_LIMIT_USED="The share of the limit that is used with the order.",
    OVERDUE_DAYS="For how long the oldest item is overdue, or in an exclusion also how much is overdue.",
    OVERDUE_AMOUNT="How much is overdue, together with the share of the limit that is used with the order.",
    OVERDUE_PERCENT="Which share of the receivables is overdue for longer than so many days.",
    OLDEST_OPEN_ITEM="How long ago the oldest open item was written.",
    ORDER_AMOUNT="What the order comes to.",
    NEW_CUSTOMER_AMOUNT="What the order of a new customer comes to.",
    PAYMENT_TERMS="Which payment terms the order has, its own or else its payer's.",
    DUNNING_LEVEL="How far an open item has been dunned.",
    COLLATERAL_TERMS="By how many days the payment terms are longer than what insurance covers.",
    REVIEW_DUE="How late the review of the customer's credit is.",
    SUB_LIMIT_EXCEEDED="What one part of the exposure comes to.",
    EARLY_WARNING="The share of the limit that is used with the order; it warns and never holds.",
)
coded(
    ExposureCategory,
    "A part of the exposure that may have a limit of its own.",
    RECEIVABLES="Open items, disputed ones included.",
    SPECIAL_LIABILITIES="Payment requests and bills of exchange, less down payments received.",
    OPEN_ORDERS="Ordered and not yet delivered, with the order that is checked.",
    OPEN_DELIVERIES="Delivered and not yet billed.",
    OPEN_BILLING="Billed and not yet in the ledger.",
    OVERDUE="What is claimed and overdue.",
)
coded(
    RuleType,
    "Whether a rule holds orders.",
    BLOCK="It holds them.",
    WARN="It says the same as a block, and holds nothing.",
    EXCLUDE="It lifts blocks and warnings of its own kind at wider levels.",
)
coded(
    ValidFor,
    "For whom a rule is, from narrow to wide.",
    CUSTOMER="For one customer.",
    GROUP="For a credit management group, or a class of risk in it.",
    ALL="For every customer of the company.",
)


_SAID: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("kind", "type", "valid_for", "currency", "account_status_code", "payment_terms_code"), str),
    "days": int,
    "percent": Decimal,
    "amount": Decimal,
    "dunning_level": int,
    "exposure_category": str,
    "at_or_above": "true".__eq__,
}
"""The fields of a rule that its sentence is made of, and how each is read from text."""

_SMALL: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("ignore_items_below", "ignore_balance_below", "ignore_orders_below"), Decimal),
    "minimum_items": int,
}
"""The fields of a rule that say what it leaves out; with `_SAID` before them."""

_UNSAID = dict.fromkeys(
    (
        "id",
        "customer_id",
        "credit_management_group_id",
        "risk_group_id",
        "account_status_id",
        "payment_terms_id",
        "release_all",
        *_SMALL,
    )
)


@finisher("condition")
def _condition(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """When a rule applies, in one sentence."""

    return lambda values: json(call.context.say(condition(_rule(_SAID, values))))


@finisher("leaves out")
def _leaves_out(call: Call, one: Chosen, arguments: Mapping[str, Any]) -> Finish:
    """What a rule leaves out, a sentence each."""
    fields = {**_SAID, **_SMALL}
    return lambda values: json([call.context.say(said) for said in left_out(_rule(fields, values))])


def _rule(fields: Mapping[str, Callable[[str], Any]], values: Sequence[str]) -> Rule:
    """A rule out of the texts of its fields."""
    said = {name: read(text) if text else None for (name, read), text in zip(fields.items(), values, strict=True)}
    return rule_of({**_UNSAID, **said})


@shaped(BLOCKING_RULE, "When an order is held although its limits have room, and when it is not.")
class BlockingRule(Record):
    """Rows of the rule shape. What is set of days, percent, amount and names is the threshold."""

    company: Annotated[Company, strawberry.lazy("schema.types.company")] = link(
        "company_id", COMPANY, "The company whose orders it is about."
    )
    kind: RuleKind = stored("What it looks at.")
    kind_label: str = labelled("kind", RuleKind)
    type: RuleType = stored("Whether it blocks, warns, or lifts a block.")
    type_label: str = labelled("type", RuleType)
    valid_for: ValidFor = stored("For whom it is.")
    valid_for_label: str = labelled("valid_for", ValidFor)
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = link(
        "customer_id", CUSTOMER, "The one customer it is for."
    )
    credit_management_group: Annotated[CreditManagementGroup, strawberry.lazy("schema.types.named")] | None = link(
        "credit_management_group_id", CREDIT_MANAGEMENT_GROUP, "The group it is for."
    )
    risk_group: Annotated[RiskGroup, strawberry.lazy("schema.types.named")] | None = link(
        "risk_group_id", RISK_GROUP, "Only for this class of risk in the group."
    )
    days: int | None = stored("More than so many days.")
    percent: Decimal | None = stored("Above this share: of the limit, or of the receivables.")
    amount: Money | None = money("Above this amount, or for an exclusion at most this amount.", "amount")
    account_status: Annotated[AccountStatus, strawberry.lazy("schema.types.named")] | None = link(
        "account_status_id", ACCOUNT_STATUS, "The credit standing that is looked for."
    )
    payment_terms: Annotated[PaymentTerms, strawberry.lazy("schema.types.named")] | None = link(
        "payment_terms_id", PAYMENT_TERMS, "The payment terms that are looked for."
    )
    exposure_category: ExposureCategory | None = stored("The part of the exposure that the threshold is for.")
    exposure_category_label: str | None = labelled("exposure_category", ExposureCategory)
    dunning_level: int | None = stored("Above this dunning level.")
    ignore_items_below: Money | None = money("Open items of less are left out.", "ignore_items_below")
    minimum_items: int | None = stored("So many items must be beyond the threshold; null: one.")
    ignore_balance_below: Money | None = money("Customers who owe less are left out.", "ignore_balance_below")
    ignore_orders_below: Money | None = money("Orders of less are left out.", "ignore_orders_below")
    at_or_above: bool = stored("Reaching the threshold is enough to block.")
    release_all: bool = stored("An exclusion that lifts every block, limits included.")
    active: bool = stored("In force.")

    @strawberry.field(
        description="When it applies, in one sentence.", metadata=read_as(Finished("condition", tuple(_SAID)))
    )
    def condition(self, info: Info) -> str:
        return info.context.say(condition(rule_of(self.row)))

    @strawberry.field(
        description="What it leaves out as too small, a sentence each.",
        metadata=read_as(Finished("leaves out", (*_SAID, *_SMALL))),
    )
    def leaves_out(self, info: Info) -> list[str]:
        return [info.context.say(said) for said in left_out(rule_of(self.row))]
