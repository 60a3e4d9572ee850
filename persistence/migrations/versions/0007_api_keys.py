"""API keys are kept: what they grant, and a digest of each.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False, comment="the part of the key that may be known"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of its secret part, in hexadecimal"),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="whom it signs in, as in the tokens of others; the same after a rotation",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="its name"),
        sa.Column("kind", sa.Text(), server_default=sa.text("'INTEGRATION'"), nullable=False, comment="what it is"),
        sa.Column(
            "grants",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="companies by their codes, each with its roles",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="from when it is not accepted"),
        sa.Column(
            "revoked_at", sa.DateTime(timezone=True), nullable=True, comment="when it was revoked; null: it was not"
        ),
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was used, to the hour; null: never",
        ),
        sa.Column("successor_id", sa.Uuid(), nullable=True, comment="the key that takes its place; null: none yet"),
        sa.Column("created_by_id", sa.Uuid(), nullable=False, comment="who made it"),
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
        sa.CheckConstraint("kind in ('USER', 'INTEGRATION')", name=op.f("ck_api_key_kind_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["actor.id"], name=op.f("fk_api_key_created_by_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["api_key.id"], name=op.f("fk_api_key_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        comment="a key that a program signs in with; never the key itself",
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("api_key")
