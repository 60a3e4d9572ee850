"""Movements, the sums of them and document numbers lose their foreign keys: facts have the same.

`reconcile` proves that they agree with the facts.

The law of migrations stands in script.py.mako.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Each cost a look-up and a lock on the company, the customer or the currency for every row appended.
GONE = (
    ("movement", "customer_id", "customer", "id"),
    ("movement", "company_id", "company", "id"),
    ("movement", "currency", "currency", "code"),
    ("balance", "customer_id", "customer", "id"),
    ("balance", "company_id", "company", "id"),
    ("balance", "currency", "currency", "code"),
    ("company_balance", "company_id", "company", "id"),
    ("company_balance", "currency", "currency", "code"),
    ("movement_tail", "company_id", "company", "id"),
    ("movement_tail", "currency", "currency", "code"),
    ("document_number", "company_id", "company", "id"),
)


def upgrade() -> None:
    """Towards the tables of this version."""
    for table, column, _, _ in GONE:
        op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")


def downgrade() -> None:
    """Back to the version before."""
    for table, column, to, key in GONE:
        op.create_foreign_key(f"fk_{table}_{column}", table, to, [column], [key])
