"""Billing documents take other amounts of their orders than they bill; orders are excluded; intercompany orders pass.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "billing",
        sa.Column(
            "consumes",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="what it takes of the line; null: as much as it bills",
        ),
    )
    op.alter_column(
        "billing",
        "amount",
        existing_type=sa.Numeric(precision=20, scale=4),
        existing_nullable=False,
        comment="what is billed, in the document's currency",
        existing_comment="value of the line it takes over, in the document's currency",
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "check_intercompany_orders",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="orders of customers that are companies of our own group are checked too",
        ),
    )
    op.add_column(
        "sales_order_line",
        sa.Column(
            "consumed_more",
            sa.Numeric(precision=20, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="taken of it by billing documents beyond what they bill; below zero: they bill more",
        ),
    )
    op.add_column(
        "sales_order_line",
        sa.Column(
            "never_billed",
            sa.Numeric(precision=20, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="of what was delivered, will not be billed",
        ),
    )


def downgrade() -> None:
    """Back to the version before. What was never to be billed, or billed for more or less, waits to be billed again."""
    op.drop_column("credit_parameters", "check_intercompany_orders")
    op.drop_column("sales_order_line", "never_billed")
    op.drop_column("sales_order_line", "consumed_more")
    op.alter_column(
        "billing",
        "amount",
        existing_type=sa.Numeric(precision=20, scale=4),
        existing_nullable=False,
        comment="value of the line it takes over, in the document's currency",
        existing_comment="what is billed, in the document's currency",
    )
    op.drop_column("billing", "consumes")
