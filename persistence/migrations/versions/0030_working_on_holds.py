"""Holds say why somebody set them by hand, customers who looks after them, and actors what they are where.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ROLES = ("VIEWER", "CREDIT_CLERK", "CREDIT_MANAGER", "COLLECTIONS_AGENT", "INTEGRATION", "AUDITOR", "ADMIN")
AMOUNT, AMOUNT_BEFORE = "of the order as it was checked last while it was held", "of the order when it was held"
REPRESENTATIVES = "ix_customer_credit_representative"


def upgrade() -> None:
    """Towards the tables of this version."""
    _refer("credit_hold", "forced_reason_id", "reason", "why somebody held it by hand")
    op.alter_column("credit_hold", "amount", comment=AMOUNT, existing_comment=AMOUNT_BEFORE)
    _refer("customer", "credit_representative_id", "actor", "who looks after its credit")
    listed = ", ".join(f"'{role}'" for role in ROLES)
    op.create_table(
        "actor_role",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("actor_id", sa.Uuid(), nullable=False, comment="who"),
        sa.Column("company_id", sa.Uuid(), nullable=True, comment="where; null: in every company"),
        sa.Column("role", sa.Text(), nullable=False, comment="what it is there"),
        sa.CheckConstraint(f"role in ({listed})", name=op.f("ck_actor_role_role_known")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_actor_role_actor_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_actor_role_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor_role")),
        comment="what somebody is where, as the last token said that it asked with",
    )
    op.create_index(op.f("ix_actor_role_actor_id"), "actor_role", ["actor_id"])
    op.create_index(op.f("ix_actor_role_company_id"), "actor_role", ["company_id"])
    enable_company_scope(op.get_bind(), ["actor_role"])
    op.create_index(
        REPRESENTATIVES,
        "customer",
        ["company_id", "credit_representative_id"],
        postgresql_where=sa.text("credit_representative_id is not null"),
    )
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        for table, column in (("credit_hold", "forced_reason_id"), ("customer", "credit_representative_id")):
            op.execute(f"alter table {table} validate constraint fk_{table}_{column}")


def _refer(table: str, column: str, to: str, comment: str) -> None:
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True, comment=comment))
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, to, [column], ["id"], postgresql_not_valid=True)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index(REPRESENTATIVES, "customer")
    op.drop_table("actor_role")
    op.drop_column("customer", "credit_representative_id")
    op.alter_column("credit_hold", "amount", comment=AMOUNT_BEFORE, existing_comment=AMOUNT)
    op.drop_column("credit_hold", "forced_reason_id")
