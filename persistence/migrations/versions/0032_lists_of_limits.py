"""Limits that expire soon are found by their last day.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

UNTIL = "ix_credit_limit_entry_until"


def upgrade() -> None:
    """Towards the tables of this version."""
    with op.get_context().autocommit_block():
        op.create_index(
            UNTIL,
            "credit_limit_entry",
            ["until_day"],
            postgresql_where=sa.text("until_day is not null"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index(UNTIL, "credit_limit_entry")
