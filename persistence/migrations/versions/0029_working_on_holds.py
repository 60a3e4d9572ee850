"""Holds say why somebody set them by hand.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "credit_hold",
        sa.Column("forced_reason_id", sa.Uuid(), nullable=True, comment="why somebody held it by hand"),
    )
    op.create_foreign_key(
        op.f("fk_credit_hold_forced_reason_id"), "credit_hold", "reason", ["forced_reason_id"], ["id"]
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("credit_hold", "forced_reason_id")
