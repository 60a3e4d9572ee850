"""Seasonal factors and tolerances of limits, and the credit flags of customers as they were.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LIMITS = ("PERMANENT", "TEMPORARY")
MARGINS = ("SEASONAL", "TOLERANCE")
WITH_MARGINS = ("credit_limit_adjustment_line", "credit_limit_entry")
KINDS = ("credit_limit_adjustment", "credit_limit_entry")

COMMENTS = (
    (
        "table credit_limit_entry",
        "a limit as posted, never changed: a permanent one holds until the next begins, a temporary one between its days",
        "a limit as posted, never changed: a permanent one holds until the next begins, a temporary one between its"
        " days; seasonal factors and tolerances change whichever holds",
    ),
    (
        "column credit_limit_entry.kind",
        "permanent or temporary",
        "permanent or temporary, or what changes one of these",
    ),
    (
        "column credit_limit_entry.amount",
        "the limit",
        "the limit; of a seasonal factor or a tolerance what it came to when that was posted",
    ),
    (
        "column credit_limit_entry.until_day",
        "last day of a temporary limit; expiry date of a permanent one",
        "the last day; expiry date of a permanent limit",
    ),
    (
        "column credit_limit_adjustment.kind",
        "permanent or temporary limits",
        "permanent or temporary limits, or what changes these",
    ),
    (
        "column credit_limit_adjustment_line.amount",
        "the new limit",
        "the new limit; of a seasonal factor or a tolerance what it comes to",
    ),
)
"""What is said of tables and columns: before, and from now on."""


def upgrade() -> None:
    """Towards the tables of this version."""
    for table in WITH_MARGINS:
        op.add_column(
            table,
            sa.Column(
                "percent",
                sa.Numeric(precision=9, scale=4),
                nullable=True,
                comment="what a seasonal factor or a tolerance adds, of the limit",
            ),
        )
        op.add_column(
            table,
            sa.Column(
                "tolerance",
                sa.Numeric(precision=20, scale=4),
                nullable=True,
                comment="or the amount that a tolerance adds",
            ),
        )
    for what, _, now in COMMENTS:
        op.execute(f"comment on {what} is '{now}'")
    for table in KINDS:
        _known(table, (*LIMITS, *MARGINS))
    op.create_table(
        "customer_flags",
        sa.Column("customer_id", sa.Uuid(), nullable=False, comment="the customer"),
        sa.Column("until_day", sa.Date(), nullable=False, comment="the last day on which they were so"),
        sa.Column(
            "excluded_from_credit_management",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="no rule and no limit held its orders",
        ),
        sa.Column(
            "excluded_until",
            sa.Date(),
            nullable=True,
            comment="the last day of that; null: until somebody ended it",
        ),
        sa.Column(
            "unlimited_credit",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="no limit, also inside a group",
        ),
        sa.Column(
            "mandatory_credit_limit",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="no limit set meant no credit, also inside a group",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when they were changed"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_flags_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "until_day", name=op.f("pk_customer_flags")),
        comment="the credit flags of a customer as they were up to a day, kept when they changed; those of now stand at"
        " the customer",
    )
    # Of rows that there are none yet: limits are few beside facts, and are read once for it.
    op.create_index(
        "ix_credit_limit_entry_margin",
        "credit_limit_entry",
        ["holder_id", "kind", "from_day", "id"],
        postgresql_where=sa.text("kind in ('SEASONAL', 'TOLERANCE')"),
    )
    with op.get_context().autocommit_block():  # they read every row, so without the lock of the change
        for table in KINDS:
            op.execute(f"alter table {table} validate constraint ck_{table}_kind_known")


def downgrade() -> None:
    """Back to the version before, which cannot read seasonal factors and tolerances: they go."""
    op.drop_table("customer_flags")
    op.drop_index("ix_credit_limit_entry_margin", "credit_limit_entry")
    listed = ", ".join(f"'{kind}'" for kind in MARGINS)
    op.execute(f"delete from credit_limit_entry where kind in ({listed})")
    op.execute(
        "delete from credit_limit_adjustment_line where adjustment_id in"
        f" (select id from credit_limit_adjustment where kind in ({listed}))"
    )
    op.execute(f"delete from credit_limit_adjustment where kind in ({listed})")
    for table in KINDS:
        _known(table, LIMITS)
    for what, before, _ in COMMENTS:
        op.execute(f"comment on {what} is '{before}'")
    for table in WITH_MARGINS:
        op.drop_column(table, "tolerance")
        op.drop_column(table, "percent")


def _known(table: str, values: tuple[str, ...]) -> None:
    """Another closed list of kinds, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_kind_known"
    op.execute(
        f"alter table {table} drop constraint {name}, add constraint {name} check (kind in ({listed})) not valid"
    )
