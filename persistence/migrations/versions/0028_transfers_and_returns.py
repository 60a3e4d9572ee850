"""What is open of an item goes to another payer, and a return is taken back.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TRANSFERRED = op.f("ix_open_item_transferred_from_id")
ONE_SOURCE = op.f("ck_settlement_one_source")
POSITIVE, SIGNED = op.f("ck_settlement_amount_positive"), op.f("ck_settlement_amount_signed")
BEFORE = "a payment or credit note that settles a part of an item of the same payer"
AFTER = "what settles a part of an item: a payment or credit note of the same payer, or a transfer to another payer"


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        "open_item",
        sa.Column(
            "transferred_from_id",
            sa.Uuid(),
            nullable=True,
            comment="the item of another payer whose rest it is; null: posted as it is",
        ),
    )
    op.add_column(
        "open_item",
        sa.Column(
            "transferred_on",
            sa.Date(),
            nullable=True,
            comment="the day since which it is with its payer; null: since its date",
        ),
    )
    op.add_column(
        "settlement",
        sa.Column(
            "transfer_item_id",
            sa.Uuid(),
            nullable=True,
            comment="or by its transfer: this item of the other payer",
        ),
    )
    op.add_column(
        "goods_return",
        sa.Column("reversed_on", sa.Date(), nullable=True, comment="the day it was taken back; null: it stands"),
    )
    op.alter_column(
        "settlement", "amount", comment="how much; of a transfer signed as the item is", existing_comment="how much"
    )
    op.create_table_comment("settlement", AFTER, existing_comment=BEFORE)
    op.create_check_constraint(
        op.f("ck_open_item_transferred_whole"),
        "open_item",
        "(transferred_from_id is null) = (transferred_on is null)",
        postgresql_not_valid=True,
    )
    op.drop_constraint(POSITIVE, "settlement")
    op.create_check_constraint(
        SIGNED, "settlement", "amount > 0 or (amount < 0 and transfer_item_id is not null)", postgresql_not_valid=True
    )
    op.drop_constraint(ONE_SOURCE, "settlement")
    op.create_check_constraint(
        ONE_SOURCE,
        "settlement",
        "num_nonnulls(payment_id, credit_item_id, transfer_item_id) = 1",
        postgresql_not_valid=True,
    )
    op.create_index(
        TRANSFERRED,
        "open_item",
        ["transferred_from_id"],
        unique=False,
        postgresql_where=sa.text("transferred_from_id is not null"),
    )
    with op.get_context().autocommit_block():  # these read every row, so without the lock of the change
        for table, constraint in (
            ("open_item", "ck_open_item_transferred_whole"),
            ("settlement", "ck_settlement_amount_signed"),
            ("settlement", "ck_settlement_one_source"),
        ):
            op.execute(f"alter table {table} validate constraint {constraint}")


def downgrade() -> None:
    """Back to the version before. Transferred items stay, with what settled them, and it knows not what they are; of
    returns that were taken back it must be told again, since lines say by themselves what came back.
    """
    op.execute("delete from goods_return where reversed_on is not null")
    op.drop_index(TRANSFERRED, table_name="open_item")
    op.drop_constraint(ONE_SOURCE, "settlement")
    op.create_check_constraint(
        ONE_SOURCE, "settlement", "(payment_id is null) <> (credit_item_id is null)", postgresql_not_valid=True
    )
    op.drop_constraint(SIGNED, "settlement")
    op.create_check_constraint(POSITIVE, "settlement", "amount > 0", postgresql_not_valid=True)
    op.drop_constraint(op.f("ck_open_item_transferred_whole"), "open_item")
    op.create_table_comment("settlement", BEFORE, existing_comment=AFTER)
    op.alter_column(
        "settlement", "amount", comment="how much", existing_comment="how much; of a transfer signed as the item is"
    )
    op.drop_column("goods_return", "reversed_on")
    op.drop_column("settlement", "transfer_item_id")
    op.drop_column("open_item", "transferred_on")
    op.drop_column("open_item", "transferred_from_id")
