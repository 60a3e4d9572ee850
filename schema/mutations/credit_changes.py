"""Changes of credit that somebody asked for are approved by somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.credit_change import CREDIT_CHANGE_REQUEST
from persistence.writing.credit_change_approval import ChangeDecision, approve_change, reject_change
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.payload import Payload, written
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission

if TYPE_CHECKING:
    from schema.types.credit_change import CreditChangeRequest

NAME = "credit_change_request"


@strawberry.input(description="What is decided about a change of credit that waits for approval.")
class ChangeDecisionInput:
    """See `ChangeDecision`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_change_request: strawberry.ID = strawberry.field(description="The change that was asked for.")
    note: str | None = strawberry.field(default=None, description="Why; kept on record.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> ChangeDecision:
        """As persistence takes it. Raises `ClientMistake` for an id of another type."""
        key = key_of(self.credit_change_request, CREDIT_CHANGE_REQUEST.prefix)
        return ChangeDecision(key, self.note, self.expected_version)


@strawberry.input(description="Approve a change of credit that somebody else asked for.")
class ApproveCreditChangeInput(ChangeDecisionInput):
    """It is made."""


@strawberry.input(description="Reject a change of credit that waits for approval.")
class RejectCreditChangeInput(ChangeDecisionInput):
    """It is not made."""


@strawberry.type(description="What changes credit, or waits for somebody else to approve it.")
class MaybeAskedPayload(Payload):
    """With a warning APPROVAL_REQUIRED while it waits."""

    credit_change_request: Annotated[CreditChangeRequest, strawberry.lazy("schema.types.credit_change")] | None = (
        written(NAME, CREDIT_CHANGE_REQUEST, "What now waits for approval; null: nothing does.")
    )


@strawberry.type(description="A change of credit after it was to be decided about.")
class CreditChangePayload(Payload):
    """As it now is, also when that was refused."""

    credit_change_request: Annotated[CreditChangeRequest, strawberry.lazy("schema.types.credit_change")] | None = (
        written(NAME, CREDIT_CHANGE_REQUEST, "The change that was asked for, as it now stands.")
    )


@strawberry.type(description="A change of credit after it was to be approved.")
class ApproveCreditChangePayload(CreditChangePayload):
    """Made."""


@strawberry.type(description="A change of credit after it was to be rejected.")
class RejectCreditChangePayload(CreditChangePayload):
    """Not made."""


@strawberry.type
class CreditChangeMutations:
    """What people decide about changes of credit that others asked for."""

    @strawberry.mutation(
        description="Approve a change of credit that somebody else asked for: it is made at once, and orders on hold"
        " are checked again."
    )
    async def approve_credit_change(self, info: Info, input: ApproveCreditChangeInput) -> ApproveCreditChangePayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            ApproveCreditChangePayload,
            lambda tx: approve_change(tx, wanted),
            needs=Permission.CHANGE_CREDIT,
            kind=AuditEventKind.CREDIT_CHANGE_APPROVED,
            current={NAME: str(wanted.request)},
        )

    @strawberry.mutation(description="Reject a change of credit that was asked for; who asked takes it back so.")
    async def reject_credit_change(self, info: Info, input: RejectCreditChangeInput) -> RejectCreditChangePayload:
        wanted = input.wanted()
        deciding = frozenset(info.context.granted(Permission.CHANGE_CREDIT).values())
        return await carry_out(
            info,
            input,
            RejectCreditChangePayload,
            lambda tx: reject_change(tx, wanted, deciding),
            needs=Permission.REVIEW_CUSTOMERS,
            kind=AuditEventKind.CREDIT_CHANGE_REJECTED,
            current={NAME: str(wanted.request)},
        )
