"""The fiscal years of a company change from a day on.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# The month that companies have is that of their fiscal years since ever, until they change it.
WAS = "the month in which its fiscal year begins"
IS = "the month in which its fiscal years begin, until the first change of them"


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "fiscal_year_change",
        sa.Column("company_id", sa.Uuid(), nullable=False, comment="the company"),
        sa.Column(
            "from_day", sa.Date(), nullable=False, comment="the first day of a fiscal year, the first of a month"
        ),
        sa.Column(
            "long_year",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the fiscal year before lasts longer than twelve months; otherwise a shorter one comes between",
        ),
        sa.CheckConstraint("extract(day from from_day) = 1", name=op.f("ck_fiscal_year_change_first_of_a_month")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_fiscal_year_change_company_id")),
        sa.PrimaryKeyConstraint("company_id", "from_day", name=op.f("pk_fiscal_year_change")),
        comment="from when on the fiscal years of a company begin on the anniversaries of another day",
    )
    _comment(WAS, IS)
    enable_company_scope(op.get_bind(), ("fiscal_year_change",))


def downgrade() -> None:
    """Back to the version before, which knows one month for all time."""
    _comment(IS, WAS)
    op.drop_table("fiscal_year_change")


def _comment(before: str, after: str) -> None:
    op.alter_column(
        "credit_parameters",
        "fiscal_year_start",
        existing_type=sa.Integer(),
        existing_nullable=False,
        existing_server_default=sa.text("1"),
        existing_comment=before,
        comment=after,
    )
