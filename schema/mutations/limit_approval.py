"""Limit adjustments are approved by somebody else than who wrote them."""

from __future__ import annotations

import strawberry

from domain.audit import AuditEventKind
from persistence.writing.limit_approval import (
    approve_adjustment,
    reject_adjustment,
    submit_adjustment,
    withdraw_adjustment,
)
from schema.context import Info
from schema.mutations.carry_out import carry_out
from schema.mutations.limits import NAME, AdjustmentStepInput, CreditLimitAdjustmentPayload
from schema.rights import Permission


@strawberry.input(description="Ask for the approval of drafted limits.")
class SubmitCreditLimitAdjustmentInput(AdjustmentStepInput):
    """From draft to in review."""


@strawberry.input(description="Approve limits that somebody else wrote.")
class ApproveCreditLimitAdjustmentInput(AdjustmentStepInput):
    """From in review to approved."""


@strawberry.input(description="Reject limits that wait for approval.")
class RejectCreditLimitAdjustmentInput(AdjustmentStepInput):
    """From in review to rejected."""


@strawberry.input(description="Take back limits that were neither posted nor rejected.")
class WithdrawCreditLimitAdjustmentInput(AdjustmentStepInput):
    """From a draft, in review or approved to withdrawn."""


@strawberry.type(description="An adjustment after it was submitted for approval.")
class SubmitCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """In review, unless some lines are left."""


@strawberry.type(description="An adjustment after it was approved.")
class ApproveCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """Approved, or posted where the company says so."""


@strawberry.type(description="An adjustment after it was rejected.")
class RejectCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """Rejected for good."""


@strawberry.type(description="An adjustment after it was withdrawn.")
class WithdrawCreditLimitAdjustmentPayload(CreditLimitAdjustmentPayload):
    """Withdrawn for good."""


@strawberry.type
class LimitApprovalMutations:
    """What people do until limits may be posted."""

    @strawberry.mutation(description="Ask for the approval of new limits. They are not changed meanwhile.")
    async def submit_credit_limit_adjustment(
        self, info: Info, input: SubmitCreditLimitAdjustmentInput
    ) -> SubmitCreditLimitAdjustmentPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            SubmitCreditLimitAdjustmentPayload,
            lambda tx: submit_adjustment(tx, wanted),
            needs=Permission.DRAFT_LIMITS,
            kind=AuditEventKind.LIMIT_SUBMITTED,
            current={NAME: str(wanted.adjustment)},
        )

    @strawberry.mutation(
        description="Approve new limits that you neither wrote nor submitted; posted at once where the company says so."
    )
    async def approve_credit_limit_adjustment(
        self, info: Info, input: ApproveCreditLimitAdjustmentInput
    ) -> ApproveCreditLimitAdjustmentPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            ApproveCreditLimitAdjustmentPayload,
            lambda tx: approve_adjustment(tx, wanted, info.context.viewer.roles_in),
            needs=Permission.APPROVE_LIMITS,
            kind=AuditEventKind.LIMIT_APPROVED,
            current={NAME: str(wanted.adjustment)},
        )

    @strawberry.mutation(description="Reject new limits for good. To ask again, a new adjustment is written.")
    async def reject_credit_limit_adjustment(
        self, info: Info, input: RejectCreditLimitAdjustmentInput
    ) -> RejectCreditLimitAdjustmentPayload:
        wanted = input.wanted()
        return await carry_out(
            info,
            input,
            RejectCreditLimitAdjustmentPayload,
            lambda tx: reject_adjustment(tx, wanted, info.context.viewer.roles_in),
            needs=Permission.APPROVE_LIMITS,
            kind=AuditEventKind.LIMIT_REJECTED,
            current={NAME: str(wanted.adjustment)},
        )

    @strawberry.mutation(
        description="Take back new limits that you wrote or submitted, or as who posts limits; they stay on record."
    )
    async def withdraw_credit_limit_adjustment(
        self, info: Info, input: WithdrawCreditLimitAdjustmentInput
    ) -> WithdrawCreditLimitAdjustmentPayload:
        wanted, posts_in = input.wanted(), set(info.context.granted(Permission.POST_LIMITS).values())
        return await carry_out(
            info,
            input,
            WithdrawCreditLimitAdjustmentPayload,
            lambda tx: withdraw_adjustment(tx, wanted, posts_in),
            needs=Permission.DRAFT_LIMITS,
            kind=AuditEventKind.LIMIT_WITHDRAWN,
            current={NAME: str(wanted.adjustment)},
        )
