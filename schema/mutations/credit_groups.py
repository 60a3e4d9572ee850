"""Credit groups: made, changed, closed, joined and left."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.audit import AuditEventKind
from domain.exposure import CreditLimitType
from persistence.shapes.credit_group import CREDIT_GROUP
from persistence.shapes.customer import CUSTOMER
from persistence.writing.credit_groups import GroupChange, GroupToCreate, close_group, create_group, update_group
from persistence.writing.members import Joining, Leaving, add_member, remove_member
from schema.context import Info
from schema.ids import key_of
from schema.keys import CustomerKey
from schema.mutations.carry_out import carry_out, plain
from schema.mutations.credit_changes import MaybeAskedPayload
from schema.mutations.naming import customer_named
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY, ONLY_ASKED, VERSION
from schema.rights import Permission
from schema.scalars import CurrencyCode, TimeZone

if TYPE_CHECKING:
    from schema.types.credit_group import CreditGroup
    from schema.types.customer import Customer

NAME = "credit_group"
_COUNTS = "What counts as used credit of the group, whichever company asks."
_DISPUTED = "Whether the disputed part of items is taken off used credit."
_CLAIMED = "Whether the disputed part of items is taken off what is overdue."
_HORIZON = "Orders that ship more days from now do not count; null: all count."
_RATES = "How many days old an exchange rate may be."


@strawberry.input(description="A credit group: customers of any companies that share one limit.")
class CreateCreditGroupInput:
    """See `GroupToCreate`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    number: str = strawberry.field(description="Its number, one in the whole group of companies.")
    name: str = strawberry.field(description="Its name.")
    currency: CurrencyCode = strawberry.field(description="Of its limit.")
    time_zone: TimeZone = strawberry.field(description="Its limit and its rates go by the day there.")
    credit_limit_type: CreditLimitType = strawberry.field(default=CreditLimitType.ALL, description=_COUNTS)
    disputed_reduces_exposure: bool = strawberry.field(default=True, description=_DISPUTED)
    disputed_reduces_overdue: bool = strawberry.field(default=True, description=_CLAIMED)
    order_horizon_days: int | None = strawberry.field(default=None, description=_HORIZON)
    max_rate_age_days: int = strawberry.field(default=7, description=_RATES)


@strawberry.input(description="What to change about a credit group; what is left out stays as it is.")
class UpdateCreditGroupInput:
    """See `GroupChange`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_group: strawberry.ID = strawberry.field(description="The group.")
    name: str | None = strawberry.field(default=None, description="Its name.")
    credit_limit_type: CreditLimitType | None = strawberry.field(default=None, description=_COUNTS)
    disputed_reduces_exposure: bool | None = strawberry.field(default=None, description=_DISPUTED)
    disputed_reduces_overdue: bool | None = strawberry.field(default=None, description=_CLAIMED)
    order_horizon_days: int | None = strawberry.field(default=strawberry.UNSET, description=_HORIZON)
    max_rate_age_days: int | None = strawberry.field(default=None, description=_RATES)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> GroupChange:
        """As persistence takes it."""
        plainly = ("name", "disputed_reduces_exposure", "disputed_reduces_overdue", "max_rate_age_days")
        given = {name: getattr(self, name) for name in plainly}
        given["credit_limit_type"] = self.credit_limit_type and self.credit_limit_type.value
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.order_horizon_days is not strawberry.UNSET:
            values["order_horizon_days"] = self.order_horizon_days
        return GroupChange(key_of(self.credit_group, CREDIT_GROUP.prefix), values, self.expected_version)


@strawberry.input(description="Close a credit group: its members leave, and it keeps its history.")
class CloseCreditGroupInput:
    """One group."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_group: strawberry.ID = strawberry.field(description="The group.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="A customer joins a credit group.")
class AddCreditGroupMemberInput:
    """See `Joining`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_group: strawberry.ID = strawberry.field(description="The group.")
    customer: CustomerKey = strawberry.field(description="Who joins; it may be in one group at a time.")
    from_: date | None = strawberry.field(
        default=None, name="from", description="The first day; none: today at the customer's company."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="A customer leaves a credit group. Sent again, nothing changes.")
class RemoveCreditGroupMemberInput:
    """See `Leaving`."""

    credit_group: strawberry.ID = strawberry.field(description="The group.")
    customer: CustomerKey = strawberry.field(description="Who leaves.")
    until: date | None = strawberry.field(default=None, description="Its last day; none: yesterday, it is out at once.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="A credit group after something was done to it.")
class CreditGroupPayload(Payload):
    """The group as it now is, also when it was refused."""

    credit_group: Annotated[CreditGroup, strawberry.lazy("schema.types.credit_group")] | None = written(
        NAME, CREDIT_GROUP, "The group as it now is."
    )


@strawberry.type(description="The group that was made.")
class CreateCreditGroupPayload(CreditGroupPayload):
    """Without members."""


@strawberry.type(description="A group after it was changed.")
class UpdateCreditGroupPayload(CreditGroupPayload):
    """Its members' credit hangs off it."""


@strawberry.type(description="A group after it was closed.")
class CloseCreditGroupPayload(CreditGroupPayload, MaybeAskedPayload):
    """Without members, unless it waits."""


@strawberry.type(description="A group after somebody joined it.")
class AddCreditGroupMemberPayload(CreditGroupPayload, MaybeAskedPayload):
    """With who joined."""

    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = written(
        "customer", CUSTOMER, "Who joined."
    )


@strawberry.type(description="A group after somebody left it.")
class RemoveCreditGroupMemberPayload(CreditGroupPayload, MaybeAskedPayload):
    """With who left."""

    customer: Annotated[Customer, strawberry.lazy("schema.types.customer")] | None = written(
        "customer", CUSTOMER, "Who left."
    )


@strawberry.type
class CreditGroupMutations:
    """What people do with credit groups."""

    @strawberry.mutation(description="Make a credit group, for now of nobody.")
    async def create_credit_group(self, info: Info, input: CreateCreditGroupInput) -> CreateCreditGroupPayload:
        wanted = GroupToCreate(**plain(input))
        return await carry_out(
            info,
            input,
            CreateCreditGroupPayload,
            lambda tx: create_group(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.GROUP_SAVED,
        )

    @strawberry.mutation(description="Change what a credit group is called and what counts against its limit.")
    async def update_credit_group(self, info: Info, input: UpdateCreditGroupInput) -> UpdateCreditGroupPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            UpdateCreditGroupPayload,
            lambda tx: update_group(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.GROUP_SAVED,
            current={NAME: str(wanted.group)},
        )

    @strawberry.mutation(description="Close a credit group: its members leave, and it keeps its history." + ONLY_ASKED)
    async def close_credit_group(self, info: Info, input: CloseCreditGroupInput) -> CloseCreditGroupPayload:
        group = key_of(input.credit_group, CREDIT_GROUP.prefix)
        return await carry_out(
            info,
            input,
            CloseCreditGroupPayload,
            lambda tx: close_group(tx, group, input.expected_version),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.GROUP_SAVED,
            current={NAME: str(group)},
        )

    @strawberry.mutation(
        description="A customer joins a credit group and shares its limit; its own stays its own." + ONLY_ASKED
    )
    async def add_credit_group_member(
        self, info: Info, input: AddCreditGroupMemberInput
    ) -> AddCreditGroupMemberPayload:
        group = key_of(input.credit_group, CREDIT_GROUP.prefix)
        wanted = Joining(group, customer_named(input.customer), input.from_, input.expected_version)
        return await carry_out(
            info,
            input,
            AddCreditGroupMemberPayload,
            lambda tx: add_member(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.MEMBER_ADDED,
            current={NAME: str(group)},
        )

    @strawberry.mutation(description="A customer leaves a credit group." + ONLY_ASKED)
    async def remove_credit_group_member(
        self, info: Info, input: RemoveCreditGroupMemberInput
    ) -> RemoveCreditGroupMemberPayload:
        group = key_of(input.credit_group, CREDIT_GROUP.prefix)
        wanted = Leaving(group, customer_named(input.customer), input.until, input.expected_version)
        return await carry_out(
            info,
            input,
            RemoveCreditGroupMemberPayload,
            lambda tx: remove_member(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.MEMBER_REMOVED,
            current={NAME: str(group)},
        )
