"""Events are numbered once they can be seen; the outbox is a queue, and the tail says whose sums changed.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

from persistence.roles import enable_company_scope

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards the tables of this version."""
    op.create_table(
        "event",
        sa.Column(
            "sequence",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="rises; whoever sees a number will never see a lower one appear",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="what happened"),
        sa.Column("company_id", sa.Uuid(), nullable=True, comment="the company concerned"),
        sa.Column("subject_kind", sa.Text(), nullable=False, comment="the table of the record concerned"),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="the record concerned"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when it was written"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_event")),
        comment="what others may hear of, taken out of the outbox and numbered once it could be seen; kept for some days",
    )
    op.create_index(
        "ix_event_holds", "event", ["sequence"], unique=False, postgresql_where=sa.text("subject_kind = 'credit_hold'")
    )
    op.create_index(op.f("ix_event_subject_id_event_sequence"), "event", ["subject_id", "sequence"], unique=False)
    enable_company_scope(op.get_bind(), ("event",))
    op.add_column(
        "movement_tail",
        sa.Column(
            "customers",
            sa.ARRAY(sa.Uuid()),
            nullable=True,
            comment="the payers whose sums the transaction changed, in one of its rows; the folder tells of them",
        ),
    )
    op.drop_index(op.f("ix_outbox_subject_id"), table_name="outbox")
    op.drop_constraint(op.f("fk_outbox_company_id"), "outbox", type_="foreignkey")
    op.create_table_comment(
        "outbox",
        "what others must hear of, written with the change itself and taken out when it is numbered",
        existing_comment="what others must hear of, written with the change itself",
    )


def downgrade() -> None:
    """Back to the version before."""
    op.create_table_comment(
        "outbox",
        "what others must hear of, written with the change itself",
        existing_comment="what others must hear of, written with the change itself and taken out when it is numbered",
    )
    op.create_foreign_key(op.f("fk_outbox_company_id"), "outbox", "company", ["company_id"], ["id"])
    op.create_index(op.f("ix_outbox_subject_id"), "outbox", ["subject_id"], unique=False)
    op.drop_column("movement_tail", "customers")
    op.drop_index(op.f("ix_event_subject_id_event_sequence"), table_name="event")
    op.drop_index("ix_event_holds", table_name="event", postgresql_where=sa.text("subject_kind = 'credit_hold'"))
    op.drop_table("event")
