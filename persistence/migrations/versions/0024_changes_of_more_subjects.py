"""Insurance, members of credit groups and limits of parties wait for a second person, too.

The law of migrations stands in script.py.mako.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE = "credit_change_request"
KINDS = (
    "'ATTRIBUTES', 'INSURANCE', 'GUARANTEE', 'COLLATERAL_CHANGE', 'COLLATERAL_END', 'JOINING', 'LEAVING',"
    " 'GROUP_CLOSING', 'PARTY_LIMITS'"
)
SUBJECTS = {
    "credit_group_id": ("credit_group", "who joins it, leaves it or closes it"),
    "party_id": ("party", "whose limits they are"),
}
COMMENTS = {
    "company_id": ("the legal entity it belongs to", "the customer's; null: it is about a credit group or a party"),
    "customer_id": ("whose credit it is", "whose credit it is"),
}
TEXTS = {
    "table": (
        "a change of a customer's credit that somebody asked for and somebody else decides about",
        "a change of credit that somebody asked for and somebody else decides about",
    ),
    "asked": (
        "what is to be written: for each column what stood there and what is to",
        "what is to be written: of attributes what stood in each column and what is to, else the call",
    ),
}


def upgrade() -> None:
    """Towards the tables of this version."""
    op.add_column(
        TABLE,
        sa.Column(
            "kind", sa.Text(), server_default=sa.text("'ATTRIBUTES'"), nullable=False, comment="what is to be done"
        ),
    )
    op.create_check_constraint(op.f("ck_credit_change_request_kind_known"), TABLE, f"kind in ({KINDS})")
    for name, (of, comment) in SUBJECTS.items():
        op.add_column(TABLE, sa.Column(name, sa.Uuid(), nullable=True, comment=comment))
        op.create_foreign_key(op.f(f"fk_credit_change_request_{name}"), TABLE, of, [name], ["id"])
        op.create_index(op.f(f"ix_credit_change_request_{name}"), TABLE, [name])
    op.add_column(
        TABLE,
        sa.Column(
            "collateral_id", sa.Uuid(), nullable=True, comment="the insurance or guarantee that is to change or end"
        ),
    )
    op.add_column(
        TABLE,
        sa.Column(
            "message",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("""'{"text": "Change credit attributes.", "values": {}}'"""),
            nullable=False,
            comment="the same in a sentence",
        ),
    )
    for name, (before, after) in COMMENTS.items():
        op.alter_column(TABLE, name, existing_type=sa.Uuid(), nullable=True, comment=after, existing_comment=before)
    _say(1)
    op.create_check_constraint(
        op.f("ck_credit_change_request_customer_with_company"), TABLE, "(customer_id is null) = (company_id is null)"
    )
    op.create_check_constraint(
        op.f("ck_credit_change_request_about_somebody"),
        TABLE,
        "num_nonnulls(coalesce(customer_id, credit_group_id), party_id) = 1",
    )


def downgrade() -> None:
    """Back to the version before. What it does not know is lost: other changes than of attributes."""
    op.execute(f"delete from {TABLE} where kind <> 'ATTRIBUTES'")
    for name in ("about_somebody", "customer_with_company", "kind_known"):
        op.drop_constraint(op.f(f"ck_credit_change_request_{name}"), TABLE)
    for name, (before, after) in COMMENTS.items():
        op.alter_column(TABLE, name, existing_type=sa.Uuid(), nullable=False, comment=before, existing_comment=after)
    _say(0)
    for name in ("message", "collateral_id", *SUBJECTS, "kind"):
        op.drop_column(TABLE, name)


def _say(version: int) -> None:
    texts = {name: pair[version] for name, pair in TEXTS.items()}
    op.create_table_comment(TABLE, texts["table"])
    op.alter_column(TABLE, "asked", existing_type=postgresql.JSONB(), comment=texts["asked"])
