"""Memberships of credit groups can be named; insurance says its terms, and what was declared to insurers is kept.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    _memberships()


def downgrade() -> None:
    """Back to the version before."""
    op.drop_constraint(op.f("uq_credit_group_member_id"), "credit_group_member")
    op.drop_column("credit_group_member", "id")


def _memberships() -> None:
    """Each membership gets an id; groups are few, so that the table is written anew in a moment."""
    op.add_column(
        "credit_group_member",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False, comment="its id"),
    )
    op.create_unique_constraint(op.f("uq_credit_group_member_id"), "credit_group_member", ["id"])
