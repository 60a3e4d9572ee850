"""Standing in for somebody who approves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.actor import ACTOR
from persistence.shapes.delegation import DELEGATION
from persistence.writing.delegations import DelegationWanted, delegate_authority, end_delegation
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.delegation import Delegation

NAME = "delegation"


@strawberry.input(description="Lend your approval authority in a company to somebody else for some days.")
class DelegateAuthorityInput:
    """See `DelegationWanted`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    company: str = strawberry.field(description="Code of the company.")
    delegate: strawberry.ID = strawberry.field(description="Who may approve for you.")
    up_to: MoneyInput | None = strawberry.field(
        default=None, description="No more than this, itself included, and never more than your own; null: all of it."
    )
    from_: date | None = strawberry.field(
        name="from", default=None, description="The first day; none: today at the company."
    )
    until: date = strawberry.field(description="The last day.")
    note: str | None = strawberry.field(default=None, description="What there is to say about it.")

    def wanted(self) -> DelegationWanted:
        """As persistence takes it."""
        delegate = key_of(self.delegate, ACTOR.prefix)
        up_to = None if self.up_to is None else self.up_to.to_domain()
        return DelegationWanted(self.company, delegate, self.until, self.from_, up_to, self.note)


@strawberry.input(description="End a delegation at once.")
class EndDelegationInput:
    """One delegation."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    delegation: strawberry.ID = strawberry.field(description="The delegation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.type(description="A delegation after something was done to it.")
class DelegationPayload(Payload):
    """As it now is, also when it was refused."""

    delegation: Annotated[Delegation, strawberry.lazy("schema.types.delegation")] | None = written(
        NAME, DELEGATION, "The delegation as it now is."
    )


@strawberry.type(description="A delegation that was made.")
class DelegateAuthorityPayload(DelegationPayload):
    """With its days."""


@strawberry.type(description="A delegation that was ended.")
class EndDelegationPayload(DelegationPayload):
    """Nobody approves by it any more."""


@strawberry.type
class DelegationMutations:
    """What those who approve do before they are away."""

    @strawberry.mutation(
        description="Lend your approval authority in a company to somebody else for some days. It is your own that you"
        " lend, not what others lent you, and your own work it does not approve."
    )
    async def delegate_authority(self, info: Info, input: DelegateAuthorityInput) -> DelegateAuthorityPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            DelegateAuthorityPayload,
            lambda tx: delegate_authority(tx, wanted, info.context.viewer.roles_in),
            needs=Permission.DELEGATE_AUTHORITY,
            kind=AuditEventKind.AUTHORITY_DELEGATED,
        )

    @strawberry.mutation(description="End a delegation at once: yours, or anybody's where you set up who approves.")
    async def end_delegation(self, info: Info, input: EndDelegationInput) -> EndDelegationPayload:
        key = key_of(input.delegation, DELEGATION.prefix)
        administered = frozenset(info.context.granted(Permission.SET_AUTHORITY).values())
        return await carry_out(
            info,
            input,
            EndDelegationPayload,
            lambda tx: end_delegation(tx, key, input.expected_version, administered),
            needs=Permission.DELEGATE_AUTHORITY,
            kind=AuditEventKind.DELEGATION_ENDED,
            current={NAME: str(key)},
        )
