"""Releases that somebody asked for are approved by somebody else."""

from __future__ import annotations

import strawberry

from domain.audit import AuditEventKind
from persistence.shapes.hold import CREDIT_HOLD
from persistence.writing.release_approval import ReleaseDecision, approve_release, reject_release
from schema.context import Info
from schema.ids import key_of
from schema.mutations.carry_out import carry_out
from schema.mutations.holds import CreditHoldPayload
from schema.mutations.words import KEY, VERSION
from schema.rights import Permission

NAME = "credit_hold"


@strawberry.input(description="What is decided about the release of a credit hold.")
class ReleaseDecisionInput:
    """See `ReleaseDecision`."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)
    credit_hold: strawberry.ID = strawberry.field(description="The hold in approval.")
    note: str | None = strawberry.field(default=None, description="Why; kept on record.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def wanted(self) -> ReleaseDecision:
        """As persistence takes it."""
        return ReleaseDecision(key_of(self.credit_hold, CREDIT_HOLD.prefix), self.note, self.expected_version)


@strawberry.input(description="Approve a release that somebody else asked for.")
class ApproveCreditReleaseInput(ReleaseDecisionInput):
    """The order goes on."""


@strawberry.input(description="Reject a release that waits for approval.")
class RejectCreditReleaseInput(ReleaseDecisionInput):
    """The order stays on hold."""


@strawberry.type(description="A hold after its release was to be approved.")
class ApproveCreditReleasePayload(CreditHoldPayload):
    """Released."""


@strawberry.type(description="A hold after its release was to be rejected.")
class RejectCreditReleasePayload(CreditHoldPayload):
    """On hold again."""


@strawberry.type
class ReleaseApprovalMutations:
    """What people decide about releases that others asked for."""

    @strawberry.mutation(
        description="Approve a release that somebody else asked for: the order goes on at once, within the bounds that"
        " were asked for, and others of the same room are checked again."
    )
    async def approve_credit_release(self, info: Info, input: ApproveCreditReleaseInput) -> ApproveCreditReleasePayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            ApproveCreditReleasePayload,
            lambda tx: approve_release(tx, wanted, info.context.viewer.roles_in),
            needs=Permission.APPROVE_RELEASES,
            kind=AuditEventKind.RELEASE_APPROVED,
            current={NAME: str(wanted.hold)},
        )

    @strawberry.mutation(
        description="Reject a release that was asked for; who asked takes it back so. The order stays on hold."
    )
    async def reject_credit_release(self, info: Info, input: RejectCreditReleaseInput) -> RejectCreditReleasePayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            RejectCreditReleasePayload,
            lambda tx: reject_release(tx, wanted, info.context.viewer.roles_in),
            needs=Permission.APPROVE_RELEASES,
            kind=AuditEventKind.RELEASE_REJECTED,
            current={NAME: str(wanted.hold)},
        )
