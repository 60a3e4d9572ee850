"""An order that an account status holds says so.

The law of migrations stands in script.py.mako.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

REASONS = (
    "CUSTOMER_ON_HOLD",
    "FORCED",
    "GROUP_LIMIT_EXCEEDED",
    "CREDIT_LIMIT_EXCEEDED",
    "CREDIT_LIMIT_EXPIRED",
    "CREDIT_LIMIT_USED",
    "OVERDUE_DAYS",
)
MORE = ("CUSTOMER_ON_HOLD", "FORCED", "ACCOUNT_STATUS", *REASONS[2:])


def upgrade() -> None:
    """Towards the tables of this version."""
    _known(MORE)


def downgrade() -> None:
    """Back to the version before, which says it as CUSTOMER_ON_HOLD."""
    op.execute("update hold_reason set code = 'CUSTOMER_ON_HOLD' where code = 'ACCOUNT_STATUS'")
    _known(REASONS)


def _known(codes: tuple[str, ...]) -> None:
    """Another closed list. Reasons of holds are few beside facts, so that reading them all is quick."""
    listed = ", ".join(f"'{code}'" for code in codes)
    name = op.f("ck_hold_reason_code_known")
    op.drop_constraint(name, "hold_reason", type_="check")
    op.create_check_constraint(name, "hold_reason", f"code in ({listed})")
