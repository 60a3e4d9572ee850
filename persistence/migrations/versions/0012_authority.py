"""Up to which limit a role approves.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "approval_authority",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7 made by the application"),
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the legal entity it belongs to"),
        sa.Column("role", sa.Text(), nullable=False, comment="the role"),
        sa.Column(
            "amount",
            sa.Numeric(precision=20, scale=4),
            nullable=True,
            comment="up to this limit, itself included; null: any",
        ),
        sa.Column("currency", sa.String(length=3), nullable=True, comment="of that limit"),
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
        sa.CheckConstraint("role in ('CREDIT_CLERK', 'CREDIT_MANAGER')", name=op.f("ck_approval_authority_role_known")),
        sa.CheckConstraint(
            "(amount is null) = (currency is null)", name=op.f("ck_approval_authority_amount_with_currency")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_approval_authority_company_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_approval_authority_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_authority")),
        sa.UniqueConstraint("company_id", "role", name=op.f("uq_approval_authority_company_id_role")),
        comment="up to which credit limit a role approves adjustments in a company",
    )
    enable_company_scope(op.get_bind(), ("approval_authority",))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("approval_authority")
