"""Limits are ended and taken away, and adjustments are withdrawn.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATUSES = ("DRAFT", "IN_REVIEW", "APPROVED", "REJECTED", "POSTED")
WITH_STATUS = ("credit_limit_adjustment", "credit_limit_adjustment_line")

COMMENTS = (
    (
        "credit_limit_entry.amount",
        "the limit; of a seasonal factor or a tolerance what it came to when that was posted",
        "the limit; of a seasonal factor or a tolerance what it came to when that was posted; null: it ends the one it"
        " replaces, or takes the limit away",
    ),
    (
        "credit_limit_entry.replaces_id",
        "the temporary limit that ends the day before this one begins",
        "what ends the day before this one begins",
    ),
    (
        "credit_limit_adjustment_line.amount",
        "the new limit; of a seasonal factor or a tolerance what it comes to",
        "the new limit; what it comes to by a seasonal factor, a tolerance, or without what ends",
    ),
    (
        "credit_limit_adjustment_line.replaces_id",
        "the temporary limit it replaces or ends early",
        "what it replaces or ends",
    ),
)
"""What is said of columns: before, and from now on."""


def upgrade() -> None:
    """Towards the tables of this version."""
    op.alter_column("credit_limit_entry", "amount", nullable=True)
    op.add_column(
        "credit_limit_adjustment_line",
        sa.Column(
            "action",
            sa.Text(),
            server_default=sa.text("'SET'"),
            nullable=False,
            comment="whether it sets a limit, ends one or takes it away",
        ),
    )
    _known("credit_limit_adjustment_line", "action", ("SET", "END", "UNSET"))
    for table in WITH_STATUS:
        _other(table, "status", (*STATUSES, "WITHDRAWN"))
    for column, _, now in COMMENTS:
        op.execute(f"comment on column {column} is '{now}'")
    with op.get_context().autocommit_block():  # it reads every row, so without the lock of the change
        op.execute(
            "alter table credit_limit_adjustment_line validate constraint ck_credit_limit_adjustment_line_action_known"
        )
        for table in WITH_STATUS:
            op.execute(f"alter table {table} validate constraint ck_{table}_status_known")


def downgrade() -> None:
    """Back to the version before, which knows limits by amounts only: what ended or took one away goes. What was
    withdrawn was rejected there.
    """
    for table in WITH_STATUS:
        op.execute(f"update {table} set status = 'REJECTED' where status = 'WITHDRAWN'")
        _other(table, "status", STATUSES)
    op.execute("delete from credit_limit_entry where amount is null")
    op.execute("delete from credit_limit_adjustment_line where action <> 'SET'")
    for column, before, _ in COMMENTS:
        op.execute(f"comment on column {column} is '{before}'")
    op.drop_column("credit_limit_adjustment_line", "action")
    op.alter_column("credit_limit_entry", "amount", nullable=False)


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    """A closed list of codes, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute(f"alter table {table} add constraint ck_{table}_{column}_known check ({column} in ({listed})) not valid")


def _other(table: str, column: str, values: tuple[str, ...]) -> None:
    """Another closed list of codes, for rows that come from now on."""
    op.execute(f"alter table {table} drop constraint ck_{table}_{column}_known")
    _known(table, column, values)
