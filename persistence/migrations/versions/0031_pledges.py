"""Collateral beside insurance and guarantees waits for a second person, too.

The law of migrations stands in script.py.mako.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLE = "credit_change_request"
NAME = f"ck_{TABLE}_kind_known"
KINDS = (
    *("ATTRIBUTES", "INSURANCE", "GUARANTEE", "COLLATERAL", "COLLATERAL_CHANGE", "COLLATERAL_END", "JOINING"),
    *("LEAVING", "GROUP_CLOSING", "PARTY_LIMITS"),
)


def upgrade() -> None:
    """Towards the tables of this version."""
    _other(KINDS)
    with op.get_context().autocommit_block():  # it reads every row, so without the lock of the change
        op.execute(f"alter table {TABLE} validate constraint {NAME}")


def downgrade() -> None:
    """Back to the version before. What it does not know is lost: collateral that was asked for."""
    op.execute(f"delete from {TABLE} where kind = 'COLLATERAL'")
    _other(tuple(kind for kind in KINDS if kind != "COLLATERAL"))


def _other(kinds: tuple[str, ...]) -> None:
    """Another closed list of kinds, for rows that come from now on."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"alter table {TABLE} drop constraint {NAME}")
    op.execute(f"alter table {TABLE} add constraint {NAME} check (kind in ({listed})) not valid")
