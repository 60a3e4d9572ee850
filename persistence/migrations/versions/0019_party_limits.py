"""Limits of parties over all companies, and of customers beside their credit limit.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PERSONS = ("CUSTOMER_ON_HOLD", "FORCED", "ACCOUNT_STATUS")
GROUP, CUSTOMER = "GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED"
RULES = (
    "CREDIT_LIMIT_EXPIRED",
    "CREDIT_LIMIT_USED",
    "OVERDUE_DAYS",
    "OVERDUE_AMOUNT",
    "OVERDUE_PERCENT",
    "OLDEST_OPEN_ITEM",
    "ORDER_AMOUNT",
    "NEW_CUSTOMER_AMOUNT",
    "PAYMENT_TERMS",
    "PAYMENT_TERMS_RANK",
    "CASH_DISCOUNT_RANK",
    "DUNNING_LEVEL",
    "REVIEW_DUE",
    "COLLATERAL_TERMS",
    "EARLY_WARNING",
)


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "party_limits",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("holder_id", sa.Uuid(), nullable=False, comment="the party or the customer they are of"),
        sa.Column("party_id", sa.Uuid(), nullable=True, comment="its party"),
        sa.Column("customer_id", sa.Uuid(), nullable=True, comment="or its customer"),
        sa.Column(
            "reaction", sa.Text(), nullable=False, comment="whether an order that exceeds them waits or is warned of"
        ),
        sa.Column(
            "ceiling",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="what may be owed and ordered at most; null: no ceiling",
        ),
        sa.Column(
            "turnover_percent",
            sa.Numeric(precision=9, scale=4),
            nullable=True,
            comment="so much of the turnover may be used; null: no such limit",
        ),
        sa.Column("currency", sa.String(length=3), nullable=True, comment="of the ceiling and the turnover"),
        sa.Column(
            "turnover_rolling",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="of the twelve months up to today; otherwise of the fiscal year closed last",
        ),
        sa.Column(
            "turnover_net_of_tax",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="without the tax of items that say it",
        ),
        sa.Column(
            "turnover_with_orders",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="orders not yet invoiced are turnover too",
        ),
        sa.Column(
            "max_days_overdue",
            sa.Integer(),
            nullable=True,
            comment="no item may be overdue for longer; null: no such limit",
        ),
        sa.Column(
            "from_day",
            sa.Date(),
            nullable=False,
            comment="the day they were saved: the latest of the party's companies, or the customer's company's",
        ),
        sa.Column("saved_by_id", sa.Uuid(), nullable=False, comment="who saved them"),
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
        sa.CheckConstraint("reaction in ('WARN', 'HOLD')", name=op.f("ck_party_limits_reaction_known")),
        sa.CheckConstraint("(party_id is null) <> (customer_id is null)", name=op.f("ck_party_limits_one_holder")),
        sa.CheckConstraint("ceiling >= 0", name=op.f("ck_party_limits_ceiling_not_negative")),
        sa.CheckConstraint(
            "currency is not null or (ceiling is null and turnover_percent is null)",
            name=op.f("ck_party_limits_amounts_with_currency"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_limits_party_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_party_limits_customer_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_party_limits_currency")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["actor.id"], name=op.f("fk_party_limits_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_limits")),
        sa.UniqueConstraint("holder_id", "version", name=op.f("uq_party_limits_holder_id_version")),
        comment="limits of a party or a customer as saved, never changed: they hold until the next are saved",
    )
    op.add_column(
        "party",
        sa.Column(
            "limits_id", sa.Uuid(), nullable=True, comment="its limits in force, over all its customers; null: none"
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "limits_id", sa.Uuid(), nullable=True, comment="its limits in force beside its credit limit; null: none"
        ),
    )
    op.add_column(
        "credit_parameters",
        sa.Column(
            "fiscal_year_start",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="the month in which its fiscal year begins",
        ),
    )
    op.create_check_constraint(
        op.f("ck_credit_parameters_fiscal_year_start_month"), "credit_parameters", "fiscal_year_start between 1 and 12"
    )
    op.add_column(
        "open_item",
        sa.Column(
            "tax_amount",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="the tax in it, signed as it is; null: not said",
        ),
    )
    _known((*PERSONS, GROUP, "PARTY_LIMIT_EXCEEDED", CUSTOMER, "TURNOVER_LIMIT_EXCEEDED", *RULES))
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        op.execute("alter table hold_reason validate constraint ck_hold_reason_code_known")


def downgrade() -> None:
    """Back to the version before, which knows no such reasons and reads none that are kept."""
    _known((*PERSONS, GROUP, CUSTOMER, *RULES))
    op.drop_column("open_item", "tax_amount")
    op.drop_constraint(op.f("ck_credit_parameters_fiscal_year_start_month"), "credit_parameters", type_="check")
    op.drop_column("credit_parameters", "fiscal_year_start")
    op.drop_column("customer", "limits_id")
    op.drop_column("party", "limits_id")
    op.drop_table("party_limits")


def _known(values: tuple[str, ...]) -> None:
    """Another closed list of reasons, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute(
        "alter table hold_reason drop constraint ck_hold_reason_code_known, "
        f"add constraint ck_hold_reason_code_known check (code in ({listed})) not valid"
    )
