"""Who approves new limits, and up to which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from domain.role import Role
from persistence.shapes.parameters import CREDIT_PARAMETERS
from persistence.writing.authorities import AuthorityToSave, save_authority
from schema.context import Info
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.words import VERSION
from schema.rights import Permission
from schema.types.money import MoneyInput

if TYPE_CHECKING:
    from schema.types.parameters import CreditParameters


@strawberry.input(description="Up to which limit a role approves in a company.")
class SaveAuthorityInput:
    """See `AuthorityToSave`."""

    company: str = strawberry.field(description="Code of the company.")
    role: Role = strawberry.field(description="CREDIT_CLERK or CREDIT_MANAGER.")
    up_to: MoneyInput | None = strawberry.field(
        default=None, description="It approves new limits up to this one, itself included; null: any limit."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> AuthorityToSave:
        """As persistence takes it."""
        up_to = None if self.up_to is None else self.up_to.to_domain()
        return AuthorityToSave(self.company, self.role, up_to, self.expected_version)


@strawberry.type(description="The credit parameters of a company after an authority was saved.")
class SaveAuthorityPayload(Payload):
    """With every authority."""

    credit_parameters: Annotated[CreditParameters, strawberry.lazy("schema.types.parameters")] | None = written(
        "credit_parameters", CREDIT_PARAMETERS, "The parameters as they now are."
    )


@strawberry.type
class AuthorityMutations:
    """Who sets up who approves."""

    @strawberry.mutation(description="Save up to which limit a role approves in a company.")
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
