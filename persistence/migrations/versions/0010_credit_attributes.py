"""Credit attributes of customers: reviews, rating, what they were judged good for, and an exclusion with a last day.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "customer", sa.Column("status_reason_id", sa.Uuid(), nullable=True, comment="why it was given that standing")
    )
    op.add_column(
        "customer",
        sa.Column(
            "excluded_until", sa.Date(), nullable=True, comment="the last day of that; null: until somebody ends it"
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "credit_rating", sa.Text(), nullable=True, comment="its rating, as an agency or the credit office writes it"
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "eligible_limit",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="the highest limit it was judged good for; information",
        ),
    )
    op.add_column(
        "customer", sa.Column("eligible_limit_currency", sa.String(length=3), nullable=True, comment="of that limit")
    )
    op.add_column("customer", sa.Column("eligible_limit_date", sa.Date(), nullable=True, comment="when it was judged"))
    op.add_column(
        "customer", sa.Column("last_review_date", sa.Date(), nullable=True, comment="when its credit was last reviewed")
    )
    op.add_column(
        "customer", sa.Column("next_review_date", sa.Date(), nullable=True, comment="when it is due to be reviewed")
    )
    op.add_column(
        "customer",
        sa.Column(
            "with_agency",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="its debts are with a collection agency; information",
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "title_held",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="goods are delivered with retention of title; information",
        ),
    )
    op.add_column(
        "customer", sa.Column("notes", sa.Text(), nullable=True, comment="what the credit office wrote about it")
    )
    op.create_index(
        "ix_customer_next_review_date",
        "customer",
        ["company_id", "next_review_date", "id"],
        unique=False,
        postgresql_where=sa.text("next_review_date is not null"),
    )
    op.create_foreign_key(op.f("fk_customer_status_reason_id"), "customer", "reason", ["status_reason_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_customer_eligible_limit_currency"), "customer", "currency", ["eligible_limit_currency"], ["code"]
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_constraint(op.f("fk_customer_eligible_limit_currency"), "customer", type_="foreignkey")
    op.drop_constraint(op.f("fk_customer_status_reason_id"), "customer", type_="foreignkey")
    op.drop_index(
        "ix_customer_next_review_date", table_name="customer", postgresql_where=sa.text("next_review_date is not null")
    )
    op.drop_column("customer", "notes")
    op.drop_column("customer", "title_held")
    op.drop_column("customer", "with_agency")
    op.drop_column("customer", "next_review_date")
    op.drop_column("customer", "last_review_date")
    op.drop_column("customer", "eligible_limit_date")
    op.drop_column("customer", "eligible_limit_currency")
    op.drop_column("customer", "eligible_limit")
    op.drop_column("customer", "credit_rating")
    op.drop_column("customer", "excluded_until")
    op.drop_column("customer", "status_reason_id")
