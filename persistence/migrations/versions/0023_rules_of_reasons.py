"""A reason of a hold names the blocking rule that it comes of.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version. What is held already says its rule when it is looked at again."""
    op.add_column(
        "hold_reason", sa.Column("rule_id", sa.Uuid(), nullable=True, comment="the blocking rule it comes of")
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("hold_reason", "rule_id")
