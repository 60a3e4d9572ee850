"""The answer of a credit check, what-if or kept: outcome, reasons, tests, ways out, and one sentence that says it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain import decision as domain
from domain import money as domain_money
from domain import unblock as ways
from domain.decision import BlockReasonCode, CreditOutcome, Decision, LimitTestKind
from domain.facts import Checkpoint, Facts, Order
from domain.unblock import UnblockKind
from persistence.checking import Checked
from persistence.selection import Finished, InMoney, Linked, Stored, WorkedOut
from persistence.shapes.answer import DECIDED
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.decision import CREDIT_DECISION
from persistence.shapes.rule import BLOCKING_RULE
from persistence.shapes.sales_order import SALES_ORDER
from schema.arguments import InLocale
from schema.context import Info
from schema.fields import BY_NAME, Reckoned, coded, labelled, read_as, reckoned, stored, told
from schema.planned_arguments import ByType
from schema.records import record_of
from schema.scalars import CurrencyCode
from schema.types.money import Money
from schema.types.node import CreditHolder
from schema.ways_out import WAYS_OUT

if TYPE_CHECKING:
    from schema.types.customer import Customer
    from schema.types.rule import BlockingRule
    from schema.types.sales_order import SalesOrder

coded(
    CreditOutcome,
    "What a credit check answers. Everything but HELD lets the order go on, and makes it count.",
    PASSED="There is room.",
    WARNED="It goes on in spite of what speaks against it.",
    HELD="It must wait for a person, or for facts to change.",
    EXEMPT="It is excluded from credit management.",
    NOT_CHECKED="It is not checked at this step.",
)
coded(
    Checkpoint,
    "The step of an order at which it is checked.",
    CONFIRMATION="When the order is confirmed.",
    PICKING_LIST="When it is picked.",
    RELEASE_TO_WAREHOUSE="When it is released to the warehouse.",
    PACKING_SLIP="When it is delivered.",
    INVOICE="When it is invoiced.",
)
coded(
    BlockReasonCode,
    "Why an order is held, most serious first.",
    CUSTOMER_ON_HOLD="The customer's party is blocked.",
    FORCED="Somebody held it by hand.",
    ACCOUNT_STATUS="The customer's account status holds it, by itself at this step or by a rule.",
    GROUP_LIMIT_EXCEEDED="The limit of the credit group has no room for it.",
    PARTY_LIMIT_EXCEEDED="The ceiling of the party over all companies, or of the customer, has no room for it.",
    CREDIT_LIMIT_EXCEEDED="The customer's own limit has no room for it.",
    SUB_LIMIT_EXCEEDED="One part of the exposure comes to more than a rule allows.",
    TURNOVER_LIMIT_EXCEEDED="More would be used than the share of turnover that the party or the customer may use.",
    CREDIT_LIMIT_EXPIRED="The limit has expired, and a rule minds.",
    CREDIT_LIMIT_USED="More of the limit would be used than a rule allows.",
    OVERDUE_DAYS="Something is overdue for longer than a rule, or a limit of the party or the customer, allows.",
    OVERDUE_AMOUNT="More is overdue, and more of the limit would be used, than a rule allows.",
    OVERDUE_PERCENT="More of the receivables is overdue for long than a rule allows.",
    OLDEST_OPEN_ITEM="An item has been open for longer than a rule allows.",
    ORDER_AMOUNT="The order comes to more than a rule allows.",
    NEW_CUSTOMER_AMOUNT="The customer is new, and the order comes to more than a rule allows.",
    PAYMENT_TERMS="The order has payment terms that a rule minds.",
    PAYMENT_TERMS_RANK="The payment terms of the order rank above those that its payer usually has.",
    CASH_DISCOUNT_RANK="The cash discount of the order ranks above the one that its payer usually has.",
    DUNNING_LEVEL="An open item is dunned further than a rule allows.",
    COLLATERAL_TERMS="The payment terms of the order are longer than what secures the debt covers.",
    REVIEW_DUE="The review of the customer's credit is later than a rule allows.",
    EARLY_WARNING="More of the limit would be used than a rule watches for.",
)
coded(
    LimitTestKind,
    "What kind of limit was compared.",
    CREDIT_LIMIT="The credit limit of the credit group or the customer.",
    CEILING="The ceiling of the party over all companies, or of the customer.",
    TURNOVER="The share of turnover that the party or the customer may use.",
)
coded(
    UnblockKind,
    "A way to let a held order pass.",
    PAY="The customer pays.",
    LESS="The order is made smaller.",
    WAIT="It waits for a day.",
    RAISE="A limit is raised.",
)


@reckoned(domain.BlockReason, "Why an order is held.")
class BlockReason(Reckoned):
    """A reason of `domain.decision`."""

    code: BlockReasonCode = stored("The reason.")
    code_label: str = labelled("code", BlockReasonCode)
    active: bool = stored("Still true.")

    @strawberry.field(
        description="The blocking rule that it comes of; null: it comes of none, or the rule is gone.",
        metadata=read_as(BY_NAME),
    )
    async def rule(self, info: Info) -> Annotated[BlockingRule, strawberry.lazy("schema.types.rule")] | None:
        found: BlockingRule | None = await record_of(
            info.context, self.facts.rule and (BLOCKING_RULE.table, self.facts.rule)
        )
        return found

    @strawberry.field(description="The reason with its figures, in one sentence.", metadata=read_as(BY_NAME))
    def message(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(self.facts.message, locale)


@reckoned(domain_money.RateUsed, "A published rate that a figure was converted with, in its published direction.")
class RateUsed(Reckoned):
    """One unit of `from` is worth `rate` units of `to`."""

    from_: CurrencyCode = stored("What one unit is of.", "from")
    to: CurrencyCode = stored("What it is worth in.")

    @strawberry.field(description="How many of them.", metadata=read_as(BY_NAME))
    def rate(self) -> Decimal:
        rate: Decimal = self.facts.rate
        return rate.normalize()

    date: datetime.date = told("day", "The day it was published for.")


@reckoned(domain.LimitTest, "One limit compared with what is used of it and the order. Equal passes.")
class LimitTest(Reckoned):
    """All amounts are in the currency of the holder's limit."""

    kind: LimitTestKind = stored("What kind of limit it is.")
    kind_label: str = labelled("kind", LimitTestKind)

    @strawberry.field(
        description="Whose limit it is: the credit group's, the customer's or the party's.", metadata=read_as(BY_NAME)
    )
    async def holder(self, info: Info) -> CreditHolder:
        found: CreditHolder = await record_of(info.context, self.facts.holder)
        return found

    passed: bool = stored("Exposure and order together are not above the limit.")
    limit: Money | None = stored("The limit; null where it does not bind.")
    exposure: Money = stored("What is used of it without the order.")
    amount: Money = stored("What the order takes.")
    available: Money | None = stored("The limit less the exposure, before the order.")
    used_percent: Decimal | None = stored("The share of the limit that is used with the order, 0 to 100 and above.")
    rates: list[RateUsed] = stored("The rates it was converted with.")
    day: datetime.date = stored("The day it was compared on, where the holder is.")


@reckoned(ways.Raised, "A limit that would have to be raised.")
class RaisedLimit(Reckoned):
    """A raise of `domain.unblock`."""

    @strawberry.field(description="Whose limit it is: the credit group's, the customer's or the party's.")
    async def holder(self, info: Info) -> CreditHolder:
        found: CreditHolder = await record_of(info.context, self.facts.holder)
        return found

    limit: Money = stored("What it would be, without what insurance and guarantees add.")


@reckoned(ways.UnblockOption, "The smallest change that would let a held order pass, verified by checking again.")
class UnblockOption(Reckoned):
    """A way out of `domain.unblock`."""

    kind: UnblockKind = stored("What would have to happen.")
    kind_label: str = labelled("kind", UnblockKind)
    amount: Money | None = stored("To be paid, of the largest order that passes, or of the new limit.")
    date: datetime.date | None = stored("The first day on which it passes.")

    @strawberry.field(description="Every limit that must be raised; empty but for `RAISE`.")
    def limits(self) -> list[RaisedLimit]:
        return [RaisedLimit.of(each) for each in self.facts.limits]

    @strawberry.field(description="The same in one sentence.", metadata=read_as(BY_NAME))
    def message(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(self.facts.message, locale)


def _kept(reading: Any) -> dict[str, Any]:
    """How the fast lane reads a field of a decision that was kept. What was only asked is for the slow lane."""
    return read_as(ByType({CREDIT_DECISION.name: reading}))


@strawberry.interface(description="What a credit check answers.")
class CreditCheckResult:
    """Read from the decision that `decided` gives; what it was decided on is only looked at for the ways out."""

    def decided(self) -> Decision:
        """The decision."""
        raise NotImplementedError

    async def decided_on(self, info: Info) -> tuple[Facts, Order]:
        """The facts and the order it was made on."""
        raise NotImplementedError

    def payer_id(self) -> UUID:
        """Whose limit was compared."""
        raise NotImplementedError

    def order_id(self) -> UUID | None:
        """The order it is about, when it is known."""
        raise NotImplementedError

    @strawberry.field(description="The decision.", metadata=_kept(Stored("outcome")))
    def outcome(self) -> CreditOutcome:
        return self.decided().outcome

    @strawberry.field(
        description="What `outcome` is called in your language.",
        metadata=_kept(Finished("label", ("outcome",), "CreditOutcome")),
    )
    def outcome_label(self, info: Info) -> str:
        return info.context.label("CreditOutcome", self.decided().outcome)

    @strawberry.field(description="The step at which it was checked.", metadata=_kept(Stored("checkpoint")))
    def checkpoint(self) -> Checkpoint:
        return self.decided().checkpoint

    @strawberry.field(
        description="What `checkpoint` is called in your language.",
        metadata=_kept(Finished("label", ("checkpoint",), "Checkpoint")),
    )
    def checkpoint_label(self, info: Info) -> str:
        return info.context.label("Checkpoint", self.decided().checkpoint)

    @strawberry.field(description="The company's day.", metadata=_kept(Stored("as_of")))
    def as_of(self) -> datetime.date:
        return self.decided().as_of

    @strawberry.field(description="Of the order.", metadata=_kept(InMoney("amount")))
    def amount(self) -> Money:
        return Money.of(self.decided().amount)

    @strawberry.field(
        description="Who pays, whose limit was compared.",
        metadata=_kept(Linked("customer_id", CUSTOMER)),
    )
    async def customer(self, info: Info) -> Annotated[Customer, strawberry.lazy("schema.types.customer")]:
        found: Customer = await record_of(info.context, (CUSTOMER.table, self.payer_id()))
        return found

    @strawberry.field(
        description="The order it is about, when there is one.",
        metadata=_kept(Linked("sales_order_id", SALES_ORDER)),
    )
    async def order(self, info: Info) -> Annotated[SalesOrder, strawberry.lazy("schema.types.sales_order")] | None:
        order = self.order_id()
        found: SalesOrder | None = await record_of(info.context, None if order is None else (SALES_ORDER.table, order))
        return found

    @strawberry.field(
        description="Everything that speaks against it, most serious first.",
        metadata=_kept(WorkedOut(DECIDED, "reasons")),
    )
    def reasons(self) -> list[BlockReason]:
        return [BlockReason.of(reason) for reason in self.decided().reasons]

    @strawberry.field(
        description="Every limit that was compared: the credit group's, the customer's, then those beside it of the"
        " party and of the customer.",
        metadata=_kept(WorkedOut(DECIDED, "tests")),
    )
    def tests(self) -> list[LimitTest]:
        return [LimitTest.of(test) for test in self.decided().tests]

    @strawberry.field(
        description="What would let it pass: pay, order less, wait, raise a limit. Older holds of the same room that"
        " are released by themselves come first.",
        metadata=_kept(WAYS_OUT),
    )
    async def unblock(self, info: Info) -> list[UnblockOption]:
        facts, order = await self.decided_on(info)
        return [UnblockOption.of(option) for option in ways.unblock(facts, order)]

    @strawberry.field(
        description="The decision in one sentence.",
        metadata=_kept(Finished("said", ("explanation",), figures=DECIDED)),
    )
    def explanation(self, info: Info, locale: InLocale = None) -> str:
        return info.context.say(self.decided().explanation, locale)


@strawberry.type(description="What a credit check would answer. Nothing of it is kept.")
class CreditCheck(CreditCheckResult):
    """A decision fresh from the rules."""

    decision: strawberry.Private[Decision]
    facts: strawberry.Private[Facts]
    asked: strawberry.Private[Order]
    sales_order: strawberry.Private[UUID | None] = None

    @classmethod
    def maybe(cls, checked: Checked | None) -> CreditCheck | None:
        """What persistence checked, or nothing."""
        if checked is None:
            return None
        return cls(decision=checked.decision, facts=checked.facts, asked=checked.asks, sales_order=checked.order)

    def decided(self) -> Decision:
        """What the rules said."""
        return self.decision

    async def decided_on(self, info: Info) -> tuple[Facts, Order]:
        """What the rules were told."""
        return self.facts, self.asked

    def payer_id(self) -> UUID:
        """Whose limit was compared."""
        return self.facts.customer.id

    def order_id(self) -> UUID | None:
        """The order whose credit was not counted twice."""
        return self.sales_order
