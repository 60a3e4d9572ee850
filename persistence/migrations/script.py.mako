"""${message[0].upper() + message[1:]}

THE LAW OF MIGRATIONS (every author sees it; keep it)

1. A released migration is never edited. A mistake is mended by the next one.
2. The program of the version before runs while this one is applied: first add (nullable, or with a constant default),
   then fill in steps, then use, and drop only in a later release.
3. No statement holds a lock for long: lock_timeout is 5 s, so a migration gives up instead of queueing everybody.
   Indexes of large tables: `with op.get_context().autocommit_block():` and `postgresql_concurrently=True`;
   constraints of large tables: `postgresql_not_valid=True` now, validate in the next migration.
4. It goes down again, and up after that; `./run check` does both on PostgreSQL and compares with the tables.
5. It names its own columns and values. It imports no table and no rule of the program, which will have moved on.
   (Row-level security of `persistence.roles` takes names, so it may be called.)
6. Money is moved by migrations never; amounts are corrected by posting, which leaves a trace.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back to the version before."""
    ${downgrades if downgrades else "pass"}
