"""Order life: deliveries and billing documents that are taken back, goods that come back, payments in advance.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "goods_return",
        sa.Column("customer_id", sa.Uuid(), nullable=False, comment="the payer at posting, whose limit is used"),
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the legal entity it belongs to"),
        sa.Column("sales_order_id", sa.Uuid(), nullable=False, comment="its document"),
        sa.Column("line_id", sa.Uuid(), nullable=False, comment="its line"),
        sa.Column("number", sa.Text(), nullable=False, comment="number of the return"),
        sa.Column(
            "amount",
            sa.Numeric(precision=20, scale=4),
            nullable=False,
            comment="value that came back, in the document's currency",
        ),
        sa.Column("returned_on", sa.Date(), nullable=False, comment="the business day"),
        sa.Column(
            "item_id", sa.Uuid(), nullable=True, comment="the credit note it became; null: not yet in the ledger"
        ),
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
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_goods_return_company_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_goods_return_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_goods_return")),
        sa.UniqueConstraint(
            "customer_id", "line_id", "number", name=op.f("uq_goods_return_customer_id_line_id_number")
        ),
        comment="goods that came back from a customer: first without, then with a credit note of the ledger",
    )
    op.create_index(
        op.f("ix_goods_return_customer_id_goods_return_sales_order_id"),
        "goods_return",
        ["customer_id", "sales_order_id"],
        unique=False,
    )
    op.create_index(op.f("ix_goods_return_id"), "goods_return", ["id"], unique=False)
    op.add_column(
        "billing",
        sa.Column(
            "reversed_on",
            sa.Date(),
            nullable=True,
            comment="it was cancelled before it came into the ledger; null: it stands",
        ),
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "check_invoices_without_order",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="free-text and project invoices are checked before they are posted",
        ),
    )
    op.add_column(
        "delivery",
        sa.Column("reversed_on", sa.Date(), nullable=True, comment="the goods had not left after all; null: they have"),
    )
    op.add_column(
        "payment",
        sa.Column(
            "sales_order_id", sa.Uuid(), nullable=True, comment="the order it was paid in advance for; null: none"
        ),
    )
    op.add_column(
        "sales_order",
        sa.Column(
            "admitting_decision_id",
            sa.Uuid(),
            nullable=True,
            comment="the decision from which on it counts as admitted or released: it was reopened, or got another payer",
        ),
    )
    op.add_column(
        "sales_order",
        sa.Column(
            "prepaid",
            sa.Numeric(precision=20, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="collected in advance for it and not settled with an item",
        ),
    )
    op.add_column(
        "sales_order_line",
        sa.Column(
            "returned",
            sa.Numeric(precision=20, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="of what was delivered, came back",
        ),
    )
    op.add_column(
        "sales_order_line",
        sa.Column(
            "credited",
            sa.Numeric(precision=20, scale=4),
            server_default=sa.text("0"),
            nullable=False,
            comment="of that, on credit notes of the ledger",
        ),
    )
    enable_company_scope(op.get_bind(), ("goods_return",))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("sales_order_line", "credited")
    op.drop_column("sales_order_line", "returned")
    op.drop_column("sales_order", "prepaid")
    op.drop_column("sales_order", "admitting_decision_id")
    op.drop_column("payment", "sales_order_id")
    op.drop_column("delivery", "reversed_on")
    op.drop_column("credit_parameters", "check_invoices_without_order")
    op.drop_column("billing", "reversed_on")
    op.drop_index(op.f("ix_goods_return_id"), table_name="goods_return")
    op.drop_index(op.f("ix_goods_return_customer_id_goods_return_sales_order_id"), table_name="goods_return")
    op.drop_table("goods_return")
