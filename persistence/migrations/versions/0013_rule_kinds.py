"""More kinds of blocking rules, what rules leave out as too small, and how far open items are dunned.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OVERDUE = ("CREDIT_LIMIT_EXPIRED", "CREDIT_LIMIT_USED", "OVERDUE_DAYS", "OVERDUE_AMOUNT")
ORDERS = ("ORDER_AMOUNT", "NEW_CUSTOMER_AMOUNT", "PAYMENT_TERMS")
KINDS = ("ACCOUNT_STATUS", *OVERDUE, *ORDERS)
MORE_OVERDUE, MORE = ("OVERDUE_PERCENT", "OLDEST_OPEN_ITEM"), ("DUNNING_LEVEL", "REVIEW_DUE", "EARLY_WARNING")
ALL_KINDS = ("ACCOUNT_STATUS", *OVERDUE, *MORE_OVERDUE, *ORDERS, *MORE)
BEFORE_RULES = ("CUSTOMER_ON_HOLD", "FORCED", "ACCOUNT_STATUS", "GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED")
LEFT_OUT = {
    "ignore_items_below": "items of less are left out",
    "ignore_balance_below": "customers who owe less are left out",
    "ignore_orders_below": "orders of less are left out",
}
WHOLE = {
    "dunning_level": "above this dunning level",
    "minimum_items": "so many items must be beyond the threshold; null: one",
}


def upgrade() -> None:
    """Towards the tables of this version."""
    for name, comment in WHOLE.items():
        op.add_column("blocking_rule", sa.Column(name, sa.Integer(), nullable=True, comment=comment))
    for name, comment in LEFT_OUT.items():
        amount = sa.Numeric(precision=20, scale=4)
        op.add_column("blocking_rule", sa.Column(name, amount, nullable=True, comment=comment))
    op.alter_column("blocking_rule", "currency", comment="of its amounts", existing_comment="of the amount")
    op.add_column(
        "open_item",
        sa.Column(
            "dunning_level",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="how far it has been dunned, as who dunns says; 0: not",
        ),
    )
    op.execute(
        "alter table open_item add constraint ck_open_item_dunning_level_known"
        " check (dunning_level between 0 and 9) not valid"
    )
    known = {
        ("blocking_rule", "kind"): ALL_KINDS,
        ("hold_reason", "code"): (*BEFORE_RULES, *ALL_KINDS[1:]),
    }
    for (table, column), values in known.items():
        _known(table, column, values)
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        for table, column in (*known, ("open_item", "dunning_level")):
            op.execute(f"alter table {table} validate constraint ck_{table}_{column}_known")


def downgrade() -> None:
    """Back to the version before, which cannot read rules of other kinds: they decide nothing there."""
    known = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute(f"update blocking_rule set active = false where kind not in ({known})")
    _known("hold_reason", "code", (*BEFORE_RULES, *KINDS[1:]))
    _known("blocking_rule", "kind", KINDS)
    op.drop_constraint("ck_open_item_dunning_level_known", "open_item")
    op.drop_column("open_item", "dunning_level")
    op.alter_column("blocking_rule", "currency", comment="of the amount", existing_comment="of its amounts")
    for name in (*WHOLE, *LEFT_OUT):
        op.drop_column("blocking_rule", name)


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    """Another closed list of a column, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_{column}_known"
    op.execute(
        f"alter table {table} drop constraint {name}, add constraint {name} check ({column} in ({listed})) not valid"
    )
