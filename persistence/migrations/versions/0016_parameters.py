"""More parameters of a company: due days that move to banking days, and why holds end by themselves.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FLAGS = {"due_rolls_to_bank_day": "a due day on which banks are closed moves to the next day they are open"}


REASONS = {
    "reason_when_ready_id": "why a hold is released by itself",
    "reason_when_changed_id": "the same where its order was changed",
    "reason_when_cancelled_id": "why a hold ends with its order",
}


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "closed_day",
        sa.Column("country", sa.Text(), nullable=False, comment="ISO 3166 code"),
        sa.Column("day", sa.Date(), nullable=False, comment="a day on which they are closed"),
        sa.Column("open_before", sa.Date(), nullable=False, comment="the last day before it on which they are open"),
        sa.Column("open_after", sa.Date(), nullable=False, comment="the first day after it on which they are open"),
        sa.PrimaryKeyConstraint("country", "day", name=op.f("pk_closed_day")),
        comment="the days on which the banks of a country are closed, weekends too; of countries whose banking days"
        " move due days",
    )
    op.add_column(
        "company",
        sa.Column(
            "bank_days_of",
            sa.Text(),
            nullable=True,
            comment="the country whose banking days move due days, worked out of its country and parameters;"
            " null: none move",
        ),
    )
    for name, comment in FLAGS.items():
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), server_default=sa.text("false"), nullable=False, comment=comment
        )
        op.add_column("credit_parameters", column)
    for name, comment in REASONS.items():
        _add_reason("credit_parameters", name, comment)
    _add_reason("credit_hold", "end_reason_id", "why it ended without anybody deciding on it")


def _add_reason(table: str, name: str, comment: str) -> None:
    op.add_column(table, sa.Column(name, sa.Uuid(), nullable=True, comment=comment))
    op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, "reason", [name], ["id"])


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("credit_hold", "end_reason_id")
    for name in REASONS:
        op.drop_column("credit_parameters", name)
    for name in FLAGS:
        op.drop_column("credit_parameters", name)
    op.drop_column("company", "bank_days_of")
    op.drop_table("closed_day")
