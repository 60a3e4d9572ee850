"""Sums that came to zero are kept no longer, and customers of our own group are found at once.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STEP = 2000
"""Pages that are looked through in one transaction: 16 MB."""

# The program deletes them from this version on. Rows that a writer has in hand are left to it, and to the next one.
SETTLED = """
delete from {table} where ctid = any(array(
  select ctid from {table} where amount = 0 and ctid >= '({first},0)' and ctid < '({last},0)' for update skip locked
))
"""


def upgrade() -> None:
    """Towards the tables of this version."""
    # Built at once: a look through all customers takes a fraction of a second, and only changes of masters wait for it.
    op.create_index(
        "ix_customer_intercompany",
        "customer",
        ["company_id"],
        postgresql_where=sa.text("intercompany"),
        if_not_exists=True,
    )
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        for table in ("balance", "company_balance"):
            size = f"select pg_relation_size('{table}') / current_setting('block_size')::integer"
            for first in range(0, connection.exec_driver_sql(size).scalar_one() + 1, STEP):
                connection.exec_driver_sql(SETTLED.format(table=table, first=first, last=first + STEP))


def downgrade() -> None:
    """Back to the version before: rows of zero mean nothing to it."""
    op.drop_index("ix_customer_intercompany", "customer")
