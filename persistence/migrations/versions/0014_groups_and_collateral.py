"""Memberships of credit groups can be named; insurance says its terms, and what was declared to insurers is kept.

The law of migrations stands in script.py.mako.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAMES = {
    "collateral_type": "what kind of insurance, guarantee or thing pledged secures a debt",
    "coverage_type": "what an insurance policy covers",
}
REFERENCES = {
    "type_id": ("collateral_type", "what kind of security it is"),
    "coverage_type_id": ("coverage_type", "what a policy covers"),
}
DAYS = {
    "maximum_terms_days": ("maximum_terms", "days of payment terms that it covers at most; null: any"),
    "declare_within_days": (
        "declare_within",
        "days after its due day in which an overdue item is to be declared; null: never",
    ),
}
OVERDUE = ("CREDIT_LIMIT_EXPIRED", "CREDIT_LIMIT_USED", "OVERDUE_DAYS", "OVERDUE_AMOUNT", "OVERDUE_PERCENT")
ITEMS = ("OLDEST_OPEN_ITEM", "ORDER_AMOUNT", "NEW_CUSTOMER_AMOUNT", "PAYMENT_TERMS", "DUNNING_LEVEL", "REVIEW_DUE")
KINDS = (*OVERDUE, *ITEMS, "COLLATERAL_TERMS", "EARLY_WARNING")
BEFORE_RULES = ("CUSTOMER_ON_HOLD", "FORCED", "ACCOUNT_STATUS", "GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED")
DECLARATION = "collateral_declaration"
SCOPED = (*NAMES, DECLARATION)


def upgrade() -> None:
    """Towards the tables of this version."""
    # Groups are few, so that the table is written anew in a moment.
    op.add_column(
        "credit_group_member",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False, comment="its id"),
    )
    op.create_unique_constraint(op.f("uq_credit_group_member_id"), "credit_group_member", ["id"])
    _names()
    _policies()
    _declarations()
    enable_company_scope(op.get_bind(), SCOPED)
    known = {("blocking_rule", "kind"): ("ACCOUNT_STATUS", *KINDS), ("hold_reason", "code"): (*BEFORE_RULES, *KINDS)}
    for (table, column), values in known.items():
        _known(table, column, values)
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        for table, column in known:
            op.execute(f"alter table {table} validate constraint ck_{table}_{column}_known")


def downgrade() -> None:
    """Back to the version before, which cannot read rules of the kind that is new here: they decide nothing there."""
    op.execute("update blocking_rule set active = false where kind = 'COLLATERAL_TERMS'")
    before = [kind for kind in KINDS if kind != "COLLATERAL_TERMS"]
    _known("hold_reason", "code", (*BEFORE_RULES, *before))
    _known("blocking_rule", "kind", ("ACCOUNT_STATUS", *before))
    op.drop_table(DECLARATION)
    op.drop_index(op.f("ix_collateral_declared"), table_name="collateral")
    for name in (*DAYS, *REFERENCES):
        op.drop_column("collateral", name)
    for name in NAMES:
        op.drop_table(name)
    op.drop_constraint(op.f("uq_credit_group_member_id"), "credit_group_member")
    op.drop_column("credit_group_member", "id")


def _names() -> None:
    for name, comment in NAMES.items():
        op.create_table(
            name,
            sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
            sa.Column(
                "company_id", sa.Uuid(), nullable=True, comment="the company that alone uses it; null: every company"
            ),
            sa.Column("code", sa.Text(), nullable=False, comment="short and stable"),
            sa.Column("name", sa.Text(), nullable=False, comment="its name, where no translation fits the reader"),
            sa.Column(
                "active", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="offered in drop-downs"
            ),
            *_record(),
            sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f(f"fk_{name}_company_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            sa.UniqueConstraint(
                "company_id", "code", name=op.f(f"uq_{name}_company_id_code"), postgresql_nulls_not_distinct=True
            ),
            comment=comment,
        )


def _policies() -> None:
    for name, (to, comment) in REFERENCES.items():
        op.add_column("collateral", sa.Column(name, sa.Uuid(), nullable=True, comment=comment))
        op.create_foreign_key(op.f(f"fk_collateral_{name}"), "collateral", to, [name], ["id"])
    for name, (short, comment) in DAYS.items():
        op.add_column("collateral", sa.Column(name, sa.Integer(), nullable=True, comment=comment))
        op.create_check_constraint(op.f(f"ck_collateral_{short}_not_negative"), "collateral", f"{name} >= 0")
    op.create_index(
        op.f("ix_collateral_declared"),
        "collateral",
        ["company_id", "customer_id"],
        unique=False,
        postgresql_where=sa.text("declare_within_days is not null"),
    )


def _declarations() -> None:
    op.create_table(
        DECLARATION,
        sa.Column("customer_id", sa.Uuid(), nullable=False, comment="the payer at posting, whose limit is used"),
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the legal entity it belongs to"),
        sa.Column("collateral_id", sa.Uuid(), nullable=False, comment="the policy or document it was declared under"),
        sa.Column("open_item_id", sa.Uuid(), nullable=False, comment="the item"),
        sa.Column("amount", sa.Numeric(precision=20, scale=4), nullable=False, comment="what was open of it then"),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217 code"),
        sa.Column("declared_on", sa.Date(), nullable=False, comment="the day it was declared"),
        sa.Column("reference", sa.Text(), nullable=True, comment="the number of the declaration there"),
        *_record(),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f(f"fk_{DECLARATION}_company_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f(f"fk_{DECLARATION}_currency")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f(f"fk_{DECLARATION}_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f(f"pk_{DECLARATION}")),
        sa.UniqueConstraint(
            "customer_id",
            "open_item_id",
            "collateral_id",
            name=op.f(f"uq_{DECLARATION}_customer_id_open_item_id_collateral_id"),
        ),
        comment="that an overdue item was declared to whoever answers for it",
    )
    op.create_index(op.f(f"ix_{DECLARATION}_id"), DECLARATION, ["id"], unique=False)


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    """Another closed list of a column, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_{column}_known"
    op.execute(
        f"alter table {table} drop constraint {name}, add constraint {name} check ({column} in ({listed})) not valid"
    )


def _record() -> list[sa.Column[Any]]:
    return [
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
    ]
