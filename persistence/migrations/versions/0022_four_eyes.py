"""Changes of credit beside the limit wait for a second person.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from persistence.roles import enable_company_scope

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "credit_change_request",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the legal entity it belongs to"),
        sa.Column("customer_id", sa.Uuid(), nullable=False, comment="whose credit it is"),
        sa.Column(
            "status", sa.Text(), server_default=sa.text("'IN_REVIEW'"), nullable=False, comment="where it stands"
        ),
        sa.Column(
            "asked",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what is to be written: for each column what stood there and what is to",
        ),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the same for people: field, before, after",
        ),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False, comment="who asked"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="when it was decided"),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True, comment="who decided"),
        sa.Column("decision_note", sa.Text(), nullable=True, comment="what the one who decided wrote"),
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
        sa.CheckConstraint(
            "(status = 'IN_REVIEW') = (decided_at is null)",
            name=op.f("ck_credit_change_request_decided_when_not_in_review"),
        ),
        sa.CheckConstraint(
            "status in ('IN_REVIEW', 'APPROVED', 'REJECTED')", name=op.f("ck_credit_change_request_status_known")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["actor.id"], name=op.f("fk_credit_change_request_asked_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_credit_change_request_company_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_credit_change_request_customer_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["actor.id"], name=op.f("fk_credit_change_request_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_change_request")),
        comment="a change of a customer's credit that somebody asked for and somebody else decides about",
    )
    op.create_index(
        op.f("ix_credit_change_request_company_id_credit_change_request_status"),
        "credit_change_request",
        ["company_id", "status"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_change_request_customer_id"), "credit_change_request", ["customer_id"], unique=False
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "approve_credit_changes",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="what widens a customer's credit beside its limit is approved by somebody else",
        ),
    )
    enable_company_scope(op.get_bind(), ("credit_change_request",))


def downgrade() -> None:
    """Back to the version before. What waited for approval is lost: nothing of the version before knows it."""
    op.drop_column("credit_parameters", "approve_credit_changes")
    op.drop_index(op.f("ix_credit_change_request_customer_id"), table_name="credit_change_request")
    op.drop_index(
        op.f("ix_credit_change_request_company_id_credit_change_request_status"), table_name="credit_change_request"
    )
    op.drop_table("credit_change_request")
