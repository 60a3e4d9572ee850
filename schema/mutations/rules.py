"""How a company decides: its blocking rules and its credit parameters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain.audit import AuditEventKind
from domain.blocking.rule import ExposureCategory, RuleKind, RuleType, ValidFor
from domain.exposure import CreditLimitType
from domain.facts import Checkpoint
from domain.fiscal_year import FiscalYearChange
from persistence.shapes.named import ACCOUNT_STATUS, CREDIT_MANAGEMENT_GROUP, PAYMENT_TERMS, REASON, RISK_GROUP
from persistence.shapes.parameters import CREDIT_PARAMETERS
from persistence.shapes.rule import BLOCKING_RULE
from persistence.writing.parameters import ParametersToSave, Step, save_parameters
from persistence.writing.rules import RuleToSave, remove_rule, save_rule
from schema.context import Info
from schema.ids import key_of, node_id
from schema.keys import CustomerKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.naming import customer_named
from schema.mutations.payload import Payload, written
from schema.mutations.words import VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.parameters import CreditParameters
    from schema.types.rule import BlockingRule

NAME = "blocking_rule"

_AS_GIVEN = (
    "company",
    "kind",
    "type",
    "valid_for",
    "days",
    "percent",
    "dunning_level",
    "exposure_category",
    "minimum_items",
    "at_or_above",
    "release_all",
    "active",
    "confirmed",
    "expected_version",
)
"""What a rule is saved with as it came."""


@strawberry.input(description="A blocking rule as it is to be.")
class SaveBlockingRuleInput:
    """See `RuleToSave`."""

    id: strawberry.ID | None = strawberry.field(
        default=None, description="The rule to change; none: a new one, unless there is one just like it."
    )
    company: str = strawberry.field(description="Code of the company it decides for.")
    kind: RuleKind = strawberry.field(description="What it looks at.")
    type: RuleType = strawberry.field(description="Whether it blocks, warns, or lifts a block.")
    valid_for: ValidFor = strawberry.field(description="One customer, a credit management group, or all.")
    customer: CustomerKey | None = strawberry.field(default=None, description="The one customer.")
    credit_management_group: strawberry.ID | None = strawberry.field(default=None, description="The group.")
    risk_group: strawberry.ID | None = strawberry.field(
        default=None, description="Within the group only customers of this class of risk."
    )
    days: int | None = strawberry.field(default=None, description="Threshold in days.")
    percent: Decimal | None = strawberry.field(
        default=None, description="Threshold as a share: of the limit, or of the receivables."
    )
    amount: MoneyInput | None = strawberry.field(default=None, description="Threshold as an amount.")
    account_status: strawberry.ID | None = strawberry.field(
        default=None, description="The credit standing that is looked for."
    )
    payment_terms: strawberry.ID | None = strawberry.field(
        default=None, description="The payment terms that are looked for."
    )
    exposure_category: ExposureCategory | None = strawberry.field(
        default=None, description="The part of the exposure that the threshold is for."
    )
    dunning_level: int | None = strawberry.field(default=None, description="Threshold as a dunning level, 0 to 9.")
    ignore_items_below: MoneyInput | None = strawberry.field(
        default=None, description="Open items of less are left out, by what is claimed of each."
    )
    minimum_items: int | None = strawberry.field(
        default=None, description="So many items must be beyond the threshold; one unless said."
    )
    ignore_balance_below: MoneyInput | None = strawberry.field(
        default=None, description="Customers who owe less are left out, by what is open less what was paid on account."
    )
    ignore_orders_below: MoneyInput | None = strawberry.field(
        default=None, description="Orders of less are left out. All amounts of a rule are in one currency."
    )
    at_or_above: bool = strawberry.field(default=False, description="Reaching the threshold is enough.")
    release_all: bool = strawberry.field(
        default=False, description="An exclusion that lifts every block, credit limits included."
    )
    active: bool = strawberry.field(default=True, description="Whether it is in force.")
    confirmed: bool = strawberry.field(
        default=False, description="You know that an exclusion with `releaseAll` waives credit limits too."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> RuleToSave:
        """As persistence takes it."""
        group, risk = self.credit_management_group, self.risk_group
        status, terms = self.account_status, self.payment_terms
        amounts = ("amount", "ignore_items_below", "ignore_balance_below", "ignore_orders_below")
        given: dict[str, Any] = {name: plain(getattr(self, name)) for name in amounts}
        return RuleToSave(
            **{name: getattr(self, name) for name in _AS_GIVEN},
            **given,
            id=None if self.id is None else key_of(self.id, BLOCKING_RULE.prefix),
            customer=None if self.customer is None else customer_named(self.customer),
            credit_management_group=None if group is None else key_of(group, CREDIT_MANAGEMENT_GROUP.prefix),
            risk_group=None if risk is None else key_of(risk, RISK_GROUP.prefix),
            account_status=None if status is None else key_of(status, ACCOUNT_STATUS.prefix),
            payment_terms=None if terms is None else key_of(terms, PAYMENT_TERMS.prefix),
        )


@strawberry.input(description="Remove a blocking rule: it stays on record and decides nothing any more.")
class RemoveBlockingRuleInput:
    """One rule."""

    blocking_rule: strawberry.ID = strawberry.field(description="The rule.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="A step at which a company checks credit.")
class CheckpointInput:
    """See `Step`."""

    checkpoint: Checkpoint = strawberry.field(description="The step.")
    grace_days: int | None = strawberry.field(
        default=None,
        description="How many days after a release an order is not checked again at this step; "
        "none: as long as the release holds.",
    )


@strawberry.input(description="The first day of a fiscal year, from which on they begin on its anniversaries.")
class FiscalYearChangeInput:
    """See `FiscalYearChange`."""

    from_: date = strawberry.field(name="from", description="The day, the first of a month.")
    long_year: bool = strawberry.field(
        default=False,
        description="Whether the fiscal year before lasts longer than twelve months; otherwise a shorter one comes"
        " between.",
    )


@strawberry.input(description="How a company manages credit; what is left out stays as it is.")
class SaveCreditParametersInput:
    """See `ParametersToSave`."""

    company: str = strawberry.field(description="Code of the company.")
    credit_limit_type: CreditLimitType | None = strawberry.field(
        default=None, description="What counts as used credit of its customers."
    )
    check_credit_groups: bool | None = strawberry.field(
        default=None, description="Whether the shared limit of a customer's credit group is tested."
    )
    unset_limit_means_unlimited: bool | None = strawberry.field(
        default=None, description="Whether a customer outside a group with no limit has unlimited credit."
    )
    blank_expiry_means_expired: bool | None = strawberry.field(
        default=None, description="Whether a limit without an expiry date counts as expired."
    )
    disputed_reduces_exposure: bool | None = strawberry.field(
        default=None, description="Whether the disputed part of items is taken off used credit."
    )
    disputed_reduces_overdue: bool | None = strawberry.field(
        default=None, description="Whether the disputed part of items is taken off overdue."
    )
    due_rolls_to_bank_day: bool | None = strawberry.field(
        default=None,
        description="Whether a due day on which banks of the company's country are closed moves to the next day they "
        "are open: what is overdue, for how long, and aging.",
    )
    pending_receipt_days: int | None = strawberry.field(
        default=None,
        description="For how many days, the day it came included, a receipt that has not settled an item covers what "
        "is overdue longest; 0: it covers nothing.",
    )
    check_invoices_without_order: bool | None = strawberry.field(
        default=None,
        description="Whether free-text and project invoices are checked before they are posted, also where the step"
        " INVOICE is not ticked.",
    )
    check_intercompany_orders: bool | None = strawberry.field(
        default=None,
        description="Whether orders of customers that are companies of our own group are checked too.",
    )
    approve_limit_adjustments: bool | None = strawberry.field(
        default=None, description="Whether limit adjustments are approved before they are posted."
    )
    post_approved_limits: bool | None = strawberry.field(
        default=None, description="Whether a limit adjustment is posted as soon as it is approved."
    )
    approve_releases: bool | None = strawberry.field(
        default=None,
        description="Whether a release beyond the authority of who wants it is approved by somebody else.",
    )
    approve_credit_changes: bool | None = strawberry.field(
        default=None,
        description="Whether what widens a customer's credit beside its limit is approved by somebody else.",
    )
    escalate_after_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="What waits for approval for more days is escalated; null: nothing is; left out: as it is.",
    )
    check_payment_terms_increase: bool | None = strawberry.field(
        default=None, description="Whether an order whose payment terms rank above its payer's is held."
    )
    check_cash_discount_increase: bool | None = strawberry.field(
        default=None, description="Whether an order whose cash discount ranks above its payer's is held."
    )
    release_when_ready: bool | None = strawberry.field(
        default=None, description="Whether a hold without reasons left is released by itself."
    )
    reason_when_ready: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The reason put on record when a hold is released by itself, one of the kind RELEASE; null: none; "
        "left out: as it is.",
    )
    reason_when_changed: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same where the order has another amount than when it was held.",
    )
    reason_when_cancelled: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The reason put on record when an order on hold is cancelled, one of the kind RELEASE; null: "
        "none; left out: as it is.",
    )
    order_horizon_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Orders that ship more days from now do not count; null: all count; left out: as it is.",
    )
    max_rate_age_days: int | None = strawberry.field(
        default=None, description="How many days old an exchange rate may be."
    )
    release_valid_days: int | None = strawberry.field(
        default=None, description="How many days a release without bounds holds."
    )
    fiscal_year_start: int | None = strawberry.field(
        default=None,
        description="The month in which its fiscal years begin, 1 to 12, until the first of `fiscalYearChanges`.",
    )
    fiscal_year_changes: list[FiscalYearChangeInput] | None = strawberry.field(
        default=None,
        description="All days from which on its fiscal years begin on their anniversaries instead, in order; none of"
        " them: they always begin in the same month. Left out, they stay as they are.",
    )
    checkpoints: list[CheckpointInput] | None = strawberry.field(
        default=None, description="All the steps at which credit is checked; none of them: every order goes on."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> ParametersToSave:
        """As persistence takes it."""
        nullable = ("order_horizon_days", "escalate_after_days")
        reasons = ("reason_when_ready", "reason_when_changed", "reason_when_cancelled")
        apart = ("company", "checkpoints", "fiscal_year_changes", "expected_version", *nullable, *reasons)
        values: dict[str, Any] = {
            name: value for name, value in vars(self).items() if name not in apart and value is not None
        }
        if self.credit_limit_type is not None:
            values["credit_limit_type"] = self.credit_limit_type.value
        values |= {name: getattr(self, name) for name in nullable if getattr(self, name) is not strawberry.UNSET}
        for name in reasons:
            given = getattr(self, name)
            if given is not strawberry.UNSET:
                values[f"{name}_id"] = None if given is None else key_of(given, REASON.prefix)
        steps = self.checkpoints
        ticked = None if steps is None else tuple(Step(step.checkpoint, step.grace_days) for step in steps)
        turns = self.fiscal_year_changes
        years = None if turns is None else tuple(FiscalYearChange(one.from_, one.long_year) for one in turns)
        return ParametersToSave(self.company, values, ticked, self.expected_version, years)


@strawberry.type(description="A blocking rule after it was saved.")
class SaveBlockingRulePayload(Payload):
    """The rule as it now is, also when it was refused."""

    blocking_rule: Annotated[BlockingRule, strawberry.lazy("schema.types.rule")] | None = written(
        NAME, BLOCKING_RULE, "The rule as it now is."
    )


@strawberry.type(description="A blocking rule after it was removed.")
class RemoveBlockingRulePayload(SaveBlockingRulePayload):
    """The rule stays on record, inactive."""

    @strawberry.field(description="The id of the rule that was removed.")
    def deleted_id(self) -> strawberry.ID | None:
        if self.errors:
            return None
        return strawberry.ID(node_id(BLOCKING_RULE.prefix, UUID(self.result[NAME])))


@strawberry.type(description="The parameters of a company after they were saved.")
class SaveCreditParametersPayload(Payload):
    """With a warning when credit is checked at no step."""

    credit_parameters: Annotated[CreditParameters, strawberry.lazy("schema.types.parameters")] | None = written(
        "credit_parameters", CREDIT_PARAMETERS, "The parameters as they now are."
    )


@strawberry.type
class RuleMutations:
    """What people decide about decisions."""

    @strawberry.mutation(description="Save a blocking rule; orders on hold in its company are checked again.")
    async def save_blocking_rule(self, info: Info, input: SaveBlockingRuleInput) -> SaveBlockingRulePayload:
        wanted = input.wanted()
        waivers = frozenset(info.context.granted(Permission.CHANGE_CREDIT).values())
        return await carry_out(
            info,
            input,
            SaveBlockingRulePayload,
            lambda tx: save_rule(tx, wanted, waivers),
            needs=Permission.SET_RULES,
            kind=AuditEventKind.RULE_SAVED,
            current=None if wanted.id is None else {NAME: str(wanted.id)},
        )

    @strawberry.mutation(description="Remove a blocking rule; orders on hold in its company are checked again.")
    async def remove_blocking_rule(self, info: Info, input: RemoveBlockingRuleInput) -> RemoveBlockingRulePayload:
        key = key_of(input.blocking_rule, BLOCKING_RULE.prefix)
        return await carry_out(
            info,
            input,
            RemoveBlockingRulePayload,
            lambda tx: remove_rule(tx, key, input.expected_version),
            needs=Permission.SET_RULES,
            kind=AuditEventKind.RULE_REMOVED,
            current={NAME: str(key)},
        )

    @strawberry.mutation(description="Save how a company manages credit; its orders on hold are checked again.")
    async def save_credit_parameters(self, info: Info, input: SaveCreditParametersInput) -> SaveCreditParametersPayload:
        wanted = input.wanted()
        company = info.context.granted(Permission.SET_RULES).get(input.company)
        return await carry_out(
            info,
            input,
            SaveCreditParametersPayload,
            lambda tx: save_parameters(tx, wanted),
            needs=Permission.SET_RULES,
            kind=AuditEventKind.PARAMETERS_SAVED,
            current=None if company is None else {"credit_parameters": str(company)},
        )
