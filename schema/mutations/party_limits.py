"""Limits of parties over all companies, and of customers beside their credit limit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.party_limits import PartyLimitReaction, PartyLimits, TurnoverShare
from persistence.shapes.customer import CUSTOMER
from persistence.shapes.party import PARTY
from persistence.writing.holders import CustomerNamed
from persistence.writing.party_limits import PartyLimitsToSave, PartyNamed, save_party_limits
from schema.context import Info
from schema.ids import key_of
from schema.keys import AccountKey, CustomerKey
from schema.mutations.carry_out import carry_out
from schema.mutations.credit_changes import MaybeAskedPayload
from schema.mutations.payload import written
from schema.mutations.record_keys import as_it_is
from schema.mutations.words import ONLY_ASKED, VERSION
from schema.rights import Permission
from schema.scalars import CurrencyCode
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.customer import Customer
    from schema.types.party import Party


@strawberry.input(description="A party or a customer, in exactly one way.", one_of=True)
class PartyHolderKey:
    """By id or number."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id of a party or a customer."
    )
    party: str | None = strawberry.field(default=strawberry.UNSET, description="A party by its number.")
    customer: AccountKey | None = strawberry.field(
        default=strawberry.UNSET, description="A customer by its number in a company."
    )

    def named(self) -> PartyNamed | CustomerNamed:
        """As persistence takes it. Raises `ClientMistake` for an id of another type."""
        if self.customer:
            return CustomerNamed(company=self.customer.company, account=self.customer.account)
        if self.id:
            found = key_of(self.id, PARTY.prefix, CUSTOMER.prefix)
            return PartyNamed(found) if self.id.startswith(PARTY.prefix) else CustomerNamed(id=found)
        return PartyNamed(number=self.party or "")


@strawberry.input(description="A share of turnover that may be owed and ordered.")
class TurnoverShareInput:
    """See `TurnoverShare`."""

    percent: Decimal = strawberry.field(
        description="So much of the turnover may be owed and ordered, 0 to 100 and above."
    )
    currency: CurrencyCode | None = strawberry.field(
        default=None,
        description="In which turnover is counted; that of the ceiling, or of a customer's company, unless said.",
    )
    rolling: bool = strawberry.field(
        default=False,
        description="Of the turnover of the twelve months up to today; otherwise of each company's last closed fiscal"
        " year.",
    )
    net_of_tax: bool = strawberry.field(
        default=False, description="Of the turnover without the tax of items that say it."
    )
    with_orders: bool = strawberry.field(default=False, description="Orders not yet invoiced are turnover too.")

    def to_domain(self) -> TurnoverShare:
        """As the rules know it; without a currency until it is known whose it is."""
        return TurnoverShare(self.percent, self.currency or "", self.rolling, self.net_of_tax, self.with_orders)


@strawberry.input(
    description="All limits of a party or a customer beside the credit limit: what is left out is not limited. With"
    " `blocked` and none of them, they stay as they are."
)
class SavePartyLimitsInput:
    """See `PartyLimitsToSave`."""

    holder: PartyHolderKey = strawberry.field(
        description="A party, whose limits are over all its customers in all companies, or a customer."
    )
    ceiling: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What may be owed and ordered at most."
    )
    turnover: TurnoverShareInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="A share of turnover. Whoever was sold nothing in that time is not tested.",
    )
    max_days_overdue: int | None = strawberry.field(
        default=strawberry.UNSET, description="No item may be overdue for more days."
    )
    reaction: PartyLimitReaction | None = strawberry.field(
        default=strawberry.UNSET, description="What an order does that exceeds them; none: it warns."
    )
    blocked: bool | None = strawberry.field(
        default=None,
        description="Whether the party has no credit in any company: insolvent, fraud. Left out, it stays as it is.",
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> PartyLimitsToSave:
        """As persistence takes it."""
        sent = (self.ceiling, self.turnover, self.max_days_overdue, self.reaction)
        only_blocked = self.blocked is not None and all(one is strawberry.UNSET for one in sent)
        limits = None if only_blocked else self._limits()
        return PartyLimitsToSave(self.holder.named(), limits, self.blocked, self.expected_version)

    def _limits(self) -> PartyLimits:
        return PartyLimits(
            self.ceiling.to_domain() if self.ceiling else None,
            self.turnover.to_domain() if self.turnover else None,
            self.max_days_overdue if self.max_days_overdue is not strawberry.UNSET else None,
            self.reaction or PartyLimitReaction.WARN,
        )


@strawberry.type(description="The party or the customer after its limits were saved.")
class SavePartyLimitsPayload(MaybeAskedPayload):
    """Also when it was refused."""

    party: Annotated[Party, strawberry.lazy("schema.types.party")] | None = written("party", PARTY, "As it now is.")
    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = written(
        "customer", CUSTOMER, "As it now is."
    )


async def _as_it_is(info: Info, key: PartyHolderKey) -> Mapping[str, str]:
    named = key.named()
    if isinstance(named, CustomerNamed):
        return await as_it_is(info, customer=CustomerKey(id=key.id, number=key.customer))
    if named.id is not None:
        return {"party": str(named.id)}
    row = await info.context.reader.where(PARTY, {"number": named.number})
    return {} if row is None else {"party": str(row["id"])}


@strawberry.type
class PartyLimitMutations:
    """What a whole party may owe."""

    @strawberry.mutation(
        description="Save the limits of a party over all companies, or of a customer, beside the credit limit. Its"
        " orders on hold are checked again." + ONLY_ASKED
    )
    async def save_party_limits(self, info: Info, input: SavePartyLimitsInput) -> SavePartyLimitsPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            SavePartyLimitsPayload,
            lambda tx: save_party_limits(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.PARTY_LIMITS_SAVED,
            current=await _as_it_is(info, input.holder),
        )
