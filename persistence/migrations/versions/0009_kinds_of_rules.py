"""More kinds of blocking rules, and the reasons that they give.

The law of migrations stands in script.py.mako.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("CREDIT_LIMIT_EXPIRED", "CREDIT_LIMIT_USED", "OVERDUE_DAYS")
MORE = ("ORDER_AMOUNT",)
REASONS = ("CUSTOMER_ON_HOLD", "FORCED", "GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED")


def upgrade() -> None:
    """Towards the tables of this version."""
    known = {("blocking_rule", "kind"): (*KINDS, *MORE), ("hold_reason", "code"): (*REASONS, *KINDS, *MORE)}
    for (table, column), values in known.items():
        _known(table, column, values)
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        for table, column in known:
            op.execute(f"alter table {table} validate constraint ck_{table}_{column}_known")


def downgrade() -> None:
    """Back to the version before, which cannot read rules of other kinds: they decide nothing there."""
    known = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute(f"update blocking_rule set active = false where kind not in ({known})")
    _known("hold_reason", "code", (*REASONS, *KINDS))
    _known("blocking_rule", "kind", KINDS)


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    """Another closed list of a column, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_{column}_known"
    op.execute(
        f"alter table {table} drop constraint {name}, add constraint {name} check ({column} in ({listed})) not valid"
    )
