"""How a company's credit parameters are read, with the steps at which it checks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.facts import Checkpoint
from persistence.shapes.shape import Shape, record_fields, seen
from persistence.shapes.worked import Amount, Asked, Figures, Object, Row, Rows
from persistence.shapes.worth import constant
from persistence.statements import Statement, any_of
from persistence.tables.company import approval_authority, checkpoint_setting, credit_parameters, fiscal_year_change

CREDIT_PARAMETERS = Shape(
    name="CreditParameters",
    prefix="prm",
    source=credit_parameters,
    id=credit_parameters.c.company_id,
    fields={
        "company_id": credit_parameters.c.company_id,
        **{
            name: credit_parameters.c[name]
            for name in (
                "credit_limit_type",
                "check_credit_groups",
                "unset_limit_means_unlimited",
                "blank_expiry_means_expired",
                "disputed_reduces_exposure",
                "disputed_reduces_overdue",
                "due_rolls_to_bank_day",
                "pending_receipt_days",
                "check_invoices_without_order",
                "check_intercompany_orders",
                "approve_limit_adjustments",
                "post_approved_limits",
                "approve_releases",
                "approve_credit_changes",
                "escalate_after_days",
                "check_payment_terms_increase",
                "check_cash_discount_increase",
                "release_when_ready",
                "reason_when_ready_id",
                "reason_when_changed_id",
                "reason_when_cancelled_id",
                "order_horizon_days",
                "max_rate_age_days",
                "release_valid_days",
                "fiscal_year_start",
            )
        },
        **record_fields(credit_parameters),
    },
    visible=seen(credit_parameters.c.company_id),
    company=credit_parameters.c.company_id,
)

CHECKPOINTS = Statement(
    sa.select(checkpoint_setting)
    .where(any_of(checkpoint_setting.c.company_id, "wanted"), seen(checkpoint_setting.c.company_id))
    .order_by(checkpoint_setting.c.company_id, checkpoint_setting.c.checkpoint)
)
"""The steps at which the companies `wanted` check credit."""

AUTHORITIES = Statement(
    sa.select(approval_authority)
    .where(
        any_of(approval_authority.c.company_id, "wanted"),
        seen(approval_authority.c.company_id),
        approval_authority.c.role.is_not(None),
    )
    .order_by(approval_authority.c.company_id, approval_authority.c.role)
)
"""Up to which amount roles approve in the companies `wanted`."""

PERSONAL_AUTHORITIES = Statement(
    sa.select(approval_authority)
    .where(
        any_of(approval_authority.c.company_id, "wanted"),
        seen(approval_authority.c.company_id),
        approval_authority.c.actor_id.is_not(None),
    )
    .order_by(approval_authority.c.company_id, approval_authority.c.id)
)
"""Up to which amount single persons approve in the companies `wanted`."""


FISCAL_YEAR_CHANGES = Statement(
    sa.select(fiscal_year_change)
    .where(any_of(fiscal_year_change.c.company_id, "wanted"), seen(fiscal_year_change.c.company_id))
    .order_by(fiscal_year_change.c.company_id, fiscal_year_change.c.from_day)
)
"""How the fiscal years of the companies `wanted` changed."""


def _ticked(row: Row, asked: Asked) -> Object:
    step = checkpoint_setting.alias()
    place = sa.case({each.value: constant(number) for number, each in enumerate(Checkpoint)}, value=step.c.checkpoint)
    found = (
        sa.select(place.label("place"), step.c.checkpoint, step.c.grace_days)
        .where(step.c.company_id == row[credit_parameters.c.company_id])
        .correlate(row.source)
    )
    fields = ("checkpoint", "grace_days")
    saved = approval_authority.alias()
    authorities = (
        sa.select(saved.c.role, saved.c.amount, saved.c.currency)
        .where(saved.c.company_id == row[credit_parameters.c.company_id], saved.c.role.is_not(None))
        .correlate(row.source)
    )
    own = approval_authority.alias()
    personal = (
        sa.select(own.c.id, own.c.actor_id, own.c.amount, own.c.currency)
        .where(own.c.company_id == row[credit_parameters.c.company_id], own.c.actor_id.is_not(None))
        .correlate(row.source)
    )
    turn = fiscal_year_change.alias()
    turns = sa.select(turn.c.from_day, turn.c.long_year).where(turn.c.company_id == row[credit_parameters.c.company_id])
    return Object(
        {
            "checkpoints": Rows(found, ("place",), lambda one: {name: one.c[name] for name in fields}),
            "authorities": Rows(authorities, ("role",), lambda one: _authority(one.c)),
            "personal_authorities": Rows(personal, ("id",), lambda one: _personal(one.c)),
            "fiscal_year_changes": Rows(
                turns.correlate(row.source),
                ("from_day",),
                lambda one: {"from_": one.c.from_day, "long_year": one.c.long_year},
            ),
        }
    )


def _authority(of: Any) -> dict[str, Any]:
    return {"role": of.role, "up_to": Amount(of.amount, of.currency)}


def _personal(of: Any) -> dict[str, Any]:
    return {"actor_id": of.actor_id, "amount": of.amount, "currency": of.currency}


TICKED = Figures((credit_parameters.c.company_id,), _ticked)
"""The steps at which a company checks credit, in the order in which they come, up to which amount who approves, and how
its fiscal years changed.
"""
