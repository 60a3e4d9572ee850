"""Rules that limit one part of the exposure.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SUB_LIMIT = "SUB_LIMIT_EXCEEDED"
CATEGORIES = ("RECEIVABLES", "SPECIAL_LIABILITIES", "OPEN_ORDERS", "OPEN_DELIVERIES", "OPEN_BILLING", "OVERDUE")
BEFORE = ("CUSTOMER_ON_HOLD", "FORCED", "ACCOUNT_STATUS", "GROUP_LIMIT_EXCEEDED", "PARTY_LIMIT_EXCEEDED")
LIMIT, TURNOVER = "CREDIT_LIMIT_EXCEEDED", "TURNOVER_LIMIT_EXCEEDED"
KINDS = (
    "CREDIT_LIMIT_EXPIRED",
    "CREDIT_LIMIT_USED",
    "OVERDUE_DAYS",
    "OVERDUE_AMOUNT",
    "OVERDUE_PERCENT",
    "OLDEST_OPEN_ITEM",
    "ORDER_AMOUNT",
    "NEW_CUSTOMER_AMOUNT",
    "PAYMENT_TERMS",
)
RANKS = ("PAYMENT_TERMS_RANK", "CASH_DISCOUNT_RANK")
LATE = ("DUNNING_LEVEL", "REVIEW_DUE", "COLLATERAL_TERMS", "EARLY_WARNING")


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "blocking_rule", sa.Column("exposure_category", sa.Text(), nullable=True, comment="this part of the exposure")
    )
    listed = ", ".join(f"'{category}'" for category in CATEGORIES)
    op.create_check_constraint(
        op.f("ck_blocking_rule_exposure_category_known"), "blocking_rule", f"exposure_category in ({listed})"
    )
    _known("blocking_rule", "kind", ("ACCOUNT_STATUS", SUB_LIMIT, *KINDS, *LATE))
    _known("hold_reason", "code", (*BEFORE, LIMIT, SUB_LIMIT, TURNOVER, *KINDS, *RANKS, *LATE))
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        op.execute("alter table hold_reason validate constraint ck_hold_reason_code_known")
        op.execute("alter table blocking_rule validate constraint ck_blocking_rule_kind_known")


def downgrade() -> None:
    """Back to the version before, which cannot read rules of this kind: they decide nothing there."""
    op.execute(f"update blocking_rule set active = false where kind = '{SUB_LIMIT}'")
    _known("hold_reason", "code", (*BEFORE, LIMIT, TURNOVER, *KINDS, *RANKS, *LATE))
    _known("blocking_rule", "kind", ("ACCOUNT_STATUS", *KINDS, *LATE))
    op.drop_constraint(op.f("ck_blocking_rule_exposure_category_known"), "blocking_rule")
    op.drop_column("blocking_rule", "exposure_category")


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    """Another closed list of a column, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_{column}_known"
    op.execute(
        f"alter table {table} drop constraint {name}, add constraint {name} check ({column} in ({listed})) not valid"
    )
