"""Releases are approved, single persons have authority, and somebody stands in for somebody else.

The law of migrations stands in script.py.mako.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "credit_parameters",
        sa.Column(
            "approve_releases",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a release beyond the authority of who asks is approved by somebody else",
        ),
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "escalate_after_days",
            sa.Integer(),
            nullable=True,
            comment="what waits for approval longer is escalated; null: never",
        ),
    )
    op.add_column(
        "credit_limit_adjustment",
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it is in review; null: it never was",
        ),
    )
    op.add_column(
        "credit_hold",
        sa.Column("release_request_id", sa.Uuid(), nullable=True, comment="the release that was asked for last"),
    )
    _authority_of_persons()
    _delegation()
    _release_request()
    enable_company_scope(op.get_bind(), ("delegation", "release_request"))


def _authority_of_persons() -> None:
    op.add_column(
        "approval_authority",
        sa.Column(
            "actor_id",
            sa.Uuid(),
            nullable=True,
            comment="or the one person, in place of what their roles have",
        ),
    )
    op.alter_column("approval_authority", "role", existing_type=sa.Text(), nullable=True)
    op.alter_column(
        "approval_authority",
        "amount",
        existing_type=sa.Numeric(precision=20, scale=4),
        comment="up to this amount, itself included; null: any",
        existing_comment="up to this limit, itself included; null: any",
    )
    op.alter_column(
        "approval_authority",
        "currency",
        existing_type=sa.String(length=3),
        comment="of that amount",
        existing_comment="of that limit",
    )
    op.create_table_comment(
        "approval_authority",
        "up to which amount a role or a person approves limits and releases in a company",
        existing_comment="up to which credit limit a role approves adjustments in a company",
    )
    op.create_foreign_key(op.f("fk_approval_authority_actor_id"), "approval_authority", "actor", ["actor_id"], ["id"])
    op.create_unique_constraint(
        op.f("uq_approval_authority_company_id_actor_id"), "approval_authority", ["company_id", "actor_id"]
    )
    op.create_check_constraint(
        op.f("ck_approval_authority_role_or_actor"), "approval_authority", "(role is null) <> (actor_id is null)"
    )


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises by one with every edit, not when a balance moves",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when it was first recorded",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when it was last changed; incremental readers go by it, overlapping a minute",
        ),
    ]


def _delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the legal entity it belongs to"),
        sa.Column("lender_id", sa.Uuid(), nullable=False, comment="whose authority it is"),
        sa.Column("delegate_id", sa.Uuid(), nullable=False, comment="who may use it"),
        sa.Column("role", sa.Text(), nullable=False, comment="as what the lender has it"),
        sa.Column(
            "amount",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="no more than this of it; null: all of it",
        ),
        sa.Column("currency", sa.String(length=3), nullable=True, comment="of that amount"),
        sa.Column("from_day", sa.Date(), nullable=False, comment="the first day"),
        sa.Column("until_day", sa.Date(), nullable=False, comment="the last day"),
        sa.Column("note", sa.Text(), nullable=True, comment="what was written about it"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="when somebody ended it early"),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True, comment="who ended it early"),
        *_record(),
        sa.CheckConstraint("role in ('CREDIT_CLERK', 'CREDIT_MANAGER')", name=op.f("ck_delegation_role_known")),
        sa.CheckConstraint("(amount is null) = (currency is null)", name=op.f("ck_delegation_amount_with_currency")),
        sa.CheckConstraint("from_day <= until_day", name=op.f("ck_delegation_days_in_order")),
        sa.CheckConstraint("lender_id <> delegate_id", name=op.f("ck_delegation_two_people")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_delegation_company_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_delegation_currency")),
        sa.ForeignKeyConstraint(["delegate_id"], ["actor.id"], name=op.f("fk_delegation_delegate_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["actor.id"], name=op.f("fk_delegation_ended_by_id")),
        sa.ForeignKeyConstraint(["lender_id"], ["actor.id"], name=op.f("fk_delegation_lender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        comment="somebody's approval authority in other hands for some days",
    )
    op.create_index(
        op.f("ix_delegation_company_id_delegation_delegate_id"), "delegation", ["company_id", "delegate_id"]
    )


def _release_request() -> None:
    op.create_table(
        "release_request",
        sa.Column("customer_id", sa.Uuid(), nullable=False, comment="the payer at posting, whose limit is used"),
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the legal entity it belongs to"),
        sa.Column("hold_id", sa.Uuid(), nullable=False, comment="the hold"),
        sa.Column("sales_order_id", sa.Uuid(), nullable=False, comment="the order"),
        sa.Column("reason_id", sa.Uuid(), nullable=False, comment="why"),
        sa.Column(
            "with_posting",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the step that was held is to be posted at once",
        ),
        sa.Column(
            "amount",
            sa.Numeric(precision=20, scale=4),
            nullable=False,
            comment="of the order when it was asked for",
        ),
        sa.Column(
            "highest",
            sa.Numeric(precision=20, scale=4),
            nullable=False,
            comment="the most the order may come to by it: what is approved",
        ),
        sa.Column(
            "ceiling",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="the most the order may come to; null: no bound of its own",
        ),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217 code"),
        sa.Column(
            "deviation_percent",
            sa.Numeric(precision=9, scale=4),
            nullable=True,
            comment="how much it may grow over the released amount",
        ),
        sa.Column("last_date", sa.Date(), nullable=True, comment="the last day it is to hold"),
        sa.Column("note", sa.Text(), nullable=True, comment="what the one who asked wrote"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False, comment="who asked"),
        sa.Column("decision", sa.Text(), nullable=True, comment="what was decided; null: nothing yet"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="when it was decided"),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True, comment="who decided"),
        sa.Column("decided_for_id", sa.Uuid(), nullable=True, comment="by whose authority; null: by their own"),
        sa.Column("decision_note", sa.Text(), nullable=True, comment="what the one who decided wrote"),
        sa.CheckConstraint("decision in ('APPROVED', 'REJECTED')", name=op.f("ck_release_request_decision_known")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["actor.id"], name=op.f("fk_release_request_asked_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_release_request_company_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_release_request_currency")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_release_request_customer_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["actor.id"], name=op.f("fk_release_request_decided_by_id")),
        sa.ForeignKeyConstraint(["decided_for_id"], ["actor.id"], name=op.f("fk_release_request_decided_for_id")),
        sa.ForeignKeyConstraint(["reason_id"], ["reason.id"], name=op.f("fk_release_request_reason_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_release_request")),
        comment="a release that somebody asked for and somebody else decides about",
    )
    op.create_index(
        op.f("ix_release_request_customer_id_release_request_hold_id"), "release_request", ["customer_id", "hold_id"]
    )
    op.create_index(op.f("ix_release_request_id"), "release_request", ["id"])


def downgrade() -> None:
    """Back to the version before. The authority of persons is lost: nothing of the version before knows them."""
    op.drop_table("release_request")
    op.drop_table("delegation")
    op.execute("delete from approval_authority where role is null")
    op.drop_constraint(op.f("ck_approval_authority_role_or_actor"), "approval_authority", type_="check")
    op.drop_constraint(op.f("uq_approval_authority_company_id_actor_id"), "approval_authority", type_="unique")
    op.drop_constraint(op.f("fk_approval_authority_actor_id"), "approval_authority", type_="foreignkey")
    op.create_table_comment(
        "approval_authority",
        "up to which credit limit a role approves adjustments in a company",
        existing_comment="up to which amount a role or a person approves limits and releases in a company",
    )
    op.alter_column(
        "approval_authority",
        "currency",
        existing_type=sa.String(length=3),
        comment="of that limit",
        existing_comment="of that amount",
    )
    op.alter_column(
        "approval_authority",
        "amount",
        existing_type=sa.Numeric(precision=20, scale=4),
        comment="up to this limit, itself included; null: any",
        existing_comment="up to this amount, itself included; null: any",
    )
    op.alter_column("approval_authority", "role", existing_type=sa.Text(), nullable=False)
    op.drop_column("approval_authority", "actor_id")
    op.drop_column("credit_hold", "release_request_id")
    op.drop_column("credit_limit_adjustment", "submitted_at")
    op.drop_column("credit_parameters", "escalate_after_days")
    op.drop_column("credit_parameters", "approve_releases")
