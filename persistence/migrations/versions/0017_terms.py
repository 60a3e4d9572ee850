"""Ranks of payment terms, cash discounts with theirs, and what was agreed when an order was released.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PERSONS = ("CUSTOMER_ON_HOLD", "FORCED", "ACCOUNT_STATUS")
LIMITS = ("GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED")
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
LATE = ("DUNNING_LEVEL", "REVIEW_DUE", "COLLATERAL_TERMS", "EARLY_WARNING")
RANKS = ("PAYMENT_TERMS_RANK", "CASH_DISCOUNT_RANK")
SWITCHES = {
    "check_payment_terms_increase": "payment terms that rank above the payer's usual ones hold an order",
    "check_cash_discount_increase": "a cash discount that ranks above the payer's usual one holds an order",
}
NAMED = (
    ("customer", "cash_discount", "what it usually takes off for paying early"),
    ("sales_order", "cash_discount", "its own cash discount"),
    ("credit_release", "payment_terms", "the order's own terms when it was released"),
    ("credit_release", "cash_discount", "the order's own cash discount then"),
)


def upgrade() -> None:
    """Towards the tables of this version."""
    _discounts()
    for table, name, comment in NAMED:
        op.add_column(table, sa.Column(f"{name}_id", sa.Uuid(), nullable=True, comment=comment))
        op.create_foreign_key(
            op.f(f"fk_{table}_{name}_id"), table, name, [f"{name}_id"], ["id"], postgresql_not_valid=True
        )
    op.add_column(
        "payment_terms",
        sa.Column("rank", sa.Integer(), nullable=True, comment="the higher, the better for who pays; null: 0"),
    )
    for name, comment in SWITCHES.items():
        op.add_column(
            "credit_parameters",
            sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False, comment=comment),
        )
    _reasons((*PERSONS, *LIMITS, *KINDS, *RANKS, *LATE))
    op.execute(
        "update credit_release r set payment_terms_id = o.payment_terms_id from sales_order o"
        " where o.customer_id = r.customer_id and o.id = r.sales_order_id and o.payment_terms_id is not null"
    )
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        for table, name, _ in NAMED:
            op.execute(f"alter table {table} validate constraint fk_{table}_{name}_id")
        op.execute("alter table hold_reason validate constraint ck_hold_reason_code_known")


def _discounts() -> None:
    op.create_table(
        "cash_discount",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column(
            "company_id", sa.Uuid(), nullable=True, comment="the company that alone uses it; null: every company"
        ),
        sa.Column("code", sa.Text(), nullable=False, comment="short and stable"),
        sa.Column("name", sa.Text(), nullable=False, comment="its name, where no translation fits the reader"),
        sa.Column(
            "active", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="offered in drop-downs"
        ),
        sa.Column("rank", sa.Integer(), nullable=True, comment="the higher, the better for who pays; null: 0"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises by one with every edit, not when a balance moves",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when it was first recorded",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when it was last changed; incremental readers go by it, overlapping a minute",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_cash_discount_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_discount")),
        sa.UniqueConstraint(
            "company_id", "code", name=op.f("uq_cash_discount_company_id_code"), postgresql_nulls_not_distinct=True
        ),
        comment="what may be taken off for paying early",
    )
    enable_company_scope(op.get_bind(), ("cash_discount",))


def downgrade() -> None:
    """Back to the version before, which knows no ranks: what only they hold has no reason there."""
    _reasons((*PERSONS, *LIMITS, *KINDS, *LATE))
    for name in SWITCHES:
        op.drop_column("credit_parameters", name)
    op.drop_column("payment_terms", "rank")
    for table, name, _ in NAMED:
        op.drop_column(table, f"{name}_id")
    op.drop_table("cash_discount")


def _reasons(codes: tuple[str, ...]) -> None:
    """Another closed list of reasons, for rows that come from now on."""
    listed = ", ".join(f"'{code}'" for code in codes)
    name = "ck_hold_reason_code_known"
    op.execute(
        f"alter table hold_reason drop constraint {name}, add constraint {name} check (code in ({listed})) not valid"
    )
