"""Limit adjustments are approved by somebody else than who wrote them.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "credit_limit_adjustment",
        sa.Column(
            "author_ids",
            sa.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="who wrote, changed or submitted it; none of them approves it",
        ),
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "approve_limit_adjustments",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="limit adjustments are approved before they are posted",
        ),
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "post_approved_limits",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a limit adjustment is posted as soon as it is approved",
        ),
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("credit_parameters", "post_approved_limits")
    op.drop_column("credit_parameters", "approve_limit_adjustments")
    op.drop_column("credit_limit_adjustment", "author_ids")
