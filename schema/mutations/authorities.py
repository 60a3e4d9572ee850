"""Who approves limits and releases, and up to which amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.role import Role
from persistence.shapes.actor import ACTOR
from persistence.shapes.parameters import CREDIT_PARAMETERS
from persistence.writing.authorities import AuthorityToSave, Whose, remove_authority, save_authority
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.words import VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.parameters import CreditParameters


@strawberry.input(description="Whose approval authority in a company: a role's or one person's.")
class WhoseAuthorityInput:
    """See `Whose`."""

    company: str = strawberry.field(description="Code of the company.")
    role: Role | None = strawberry.field(default=None, description="CREDIT_CLERK or CREDIT_MANAGER; or name `actor`.")
    actor: strawberry.ID | None = strawberry.field(
        default=None, description="The person: their authority takes the place of what their roles have."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def whose(self) -> Whose:
        """As persistence takes it."""
        person = None if self.actor is None else key_of(self.actor, ACTOR.prefix)
        return Whose(self.company, self.role, person, self.expected_version)


@strawberry.input(description="Up to which amount a role or a person approves in a company.")
class SaveAuthorityInput(WhoseAuthorityInput):
    """See `AuthorityToSave`."""

    up_to: MoneyInput | None = strawberry.field(
        default=None, description="Limits and releases are approved up to this amount, itself included; null: any."
    )

    def wanted(self) -> AuthorityToSave:
        """As persistence takes it."""
        return AuthorityToSave(self.whose(), None if self.up_to is None else self.up_to.to_domain())


@strawberry.input(description="The approval authority of a role or a person that is not to be any more.")
class RemoveAuthorityInput(WhoseAuthorityInput):
    """One authority."""


@strawberry.type(description="The credit parameters of a company after something was done about who approves.")
class AuthorityPayload(Payload):
    """With every authority."""

    credit_parameters: Annotated[CreditParameters, strawberry.lazy("schema.types.parameters")] | None = written(
        "credit_parameters", CREDIT_PARAMETERS, "The parameters as they now are."
    )


@strawberry.type(description="The credit parameters of a company after an authority was saved.")
class SaveAuthorityPayload(AuthorityPayload):
    """With the one that was saved."""


@strawberry.type(description="The credit parameters of a company after an authority was removed.")
class RemoveAuthorityPayload(AuthorityPayload):
    """Without the one that was removed."""


@strawberry.type
class AuthorityMutations:
    """Who sets up who approves."""

    @strawberry.mutation(description="Save up to which amount a role or a person approves in a company.")
    async def save_authority(self, info: Info, input: SaveAuthorityInput) -> SaveAuthorityPayload:
        wanted = input.wanted()
        company = info.context.granted(Permission.SET_AUTHORITY).get(input.company)
        return await carry_out(
            info,
            input,
            SaveAuthorityPayload,
            lambda tx: save_authority(tx, wanted),
            needs=Permission.SET_AUTHORITY,
            kind=AuditEventKind.AUTHORITY_SAVED,
            current=None if company is None else {"credit_parameters": str(company)},
        )

    @strawberry.mutation(
        description="Remove the approval authority of a role or a person in a company. A person then has what their"
        " roles have; without one, credit managers approve any amount, and clerks none."
    )
    async def remove_authority(self, info: Info, input: RemoveAuthorityInput) -> RemoveAuthorityPayload:
        whose = input.whose()
        company = info.context.granted(Permission.SET_AUTHORITY).get(input.company)
        return await carry_out(
            info,
            input,
            RemoveAuthorityPayload,
            lambda tx: remove_authority(tx, whose),
            needs=Permission.SET_AUTHORITY,
            kind=AuditEventKind.AUTHORITY_REMOVED,
            current=None if company is None else {"credit_parameters": str(company)},
        )
