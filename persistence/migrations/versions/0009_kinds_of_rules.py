"""More kinds of blocking rules, and the reasons that they give.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("CREDIT_LIMIT_EXPIRED", "CREDIT_LIMIT_USED", "OVERDUE_DAYS")
ALL_KINDS = ("ACCOUNT_STATUS", *KINDS, "OVERDUE_AMOUNT", "ORDER_AMOUNT", "NEW_CUSTOMER_AMOUNT", "PAYMENT_TERMS")
PERSONS = ("CUSTOMER_ON_HOLD", "FORCED")
LIMITS = ("GROUP_LIMIT_EXCEEDED", "CREDIT_LIMIT_EXCEEDED")
NAMED = {"account_status": "this credit standing", "payment_terms": "these terms of the order"}


def upgrade() -> None:
    """Towards the tables of this version."""
    for name, comment in NAMED.items():
        op.add_column("blocking_rule", sa.Column(f"{name}_id", sa.Uuid(), nullable=True, comment=comment))
        op.create_foreign_key(op.f(f"fk_blocking_rule_{name}_id"), "blocking_rule", name, [f"{name}_id"], ["id"])
    reasons = (*PERSONS, ALL_KINDS[0], *LIMITS, *ALL_KINDS[1:])
    known = {
        ("blocking_rule", "kind"): ALL_KINDS,
        ("blocking_rule", "type"): ("BLOCK", "WARN", "EXCLUDE"),
        ("hold_reason", "code"): reasons,
    }
    for (table, column), values in known.items():
        _known(table, column, values)
    with op.get_context().autocommit_block():  # reads every row, so without the lock of the change
        for table, column in known:
            op.execute(f"alter table {table} validate constraint ck_{table}_{column}_known")


def downgrade() -> None:
    """Back to the version before, which cannot read rules of other kinds: they decide nothing there."""
    known = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute(f"update blocking_rule set active = false where kind not in ({known}) or type = 'WARN'")
    _known("hold_reason", "code", (*PERSONS, *LIMITS, *KINDS))
    _known("blocking_rule", "type", ("BLOCK", "EXCLUDE"))
    _known("blocking_rule", "kind", KINDS)
    for name in NAMED:
        op.drop_column("blocking_rule", f"{name}_id")


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    """Another closed list of a column, for rows that come from now on."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_{column}_known"
    op.execute(
        f"alter table {table} drop constraint {name}, add constraint {name} check ({column} in ({listed})) not valid"
    )
