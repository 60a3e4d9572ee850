"""The kinds of column that every table is made of, so that a kind is decided once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

MONEY = sa.Numeric(20, 4)
RATE = sa.Numeric(24, 10)
PERCENT = sa.Numeric(9, 4)
INSTANT = sa.DateTime(timezone=True)

_CODE = "code"


def table(name: str, comment: str, *parts: Any) -> sa.Table:
    """A table with its comment, of columns and of lists of columns that belong together."""
    flat: list[Any] = []
    for part in parts:
        flat.extend(part) if isinstance(part, list | tuple) else flat.append(part)
    return sa.Table(name, metadata, *flat, comment=comment)


def key(comment: str = "UUIDv7 made by the application") -> sa.Column[Any]:
    """The identity of a row."""
    return sa.Column("id", sa.Uuid(), primary_key=True, comment=comment)


def fact_key() -> list[sa.Column[Any]]:
    """The identity of a fact about a customer. It begins with the customer, so that facts can be spread by customer."""
    return [
        sa.Column(
            "customer_id",
            sa.Uuid(),
            sa.ForeignKey("customer.id"),
            primary_key=True,
            comment="the payer at posting, whose limit is used",
        ),
        sa.Column("id", sa.Uuid(), primary_key=True, index=True, comment="UUIDv7 made by the application"),
    ]


def company() -> sa.Column[Any]:
    """The legal entity a row belongs to; row-level security goes by it."""
    return sa.Column(
        "company_id", sa.Uuid(), sa.ForeignKey("company.id"), nullable=False, comment="the legal entity it belongs to"
    )


def reference(name: str, to: str, comment: str, *, nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    """A reference to a row of another table with a one-column key."""
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{to}.id"), nullable=nullable, comment=comment, index=index)


def identity(name: str, comment: str, *, nullable: bool = False) -> sa.Column[Any]:
    """The id of a fact, whose key begins with its customer: no foreign key, so that facts can be distributed."""
    return sa.Column(name, sa.Uuid(), nullable=nullable, comment=comment)


def text(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """Words or a code without a closed list."""
    server_default = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment, server_default=server_default)


def choice(
    name: str, values: Iterable[str], comment: str, *, nullable: bool = False, default: str | None = None
) -> list[Any]:
    """A code out of a closed list, checked by the database: the values of a domain enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    column = text(name, comment, nullable=nullable, default=default)
    column.info[_CODE] = True
    return [column, sa.CheckConstraint(f"{name} in ({listed})", name=f"{name}_known")]


def currency(name: str = "currency", comment: str = "ISO 4217 code", *, nullable: bool = False) -> sa.Column[Any]:
    """A currency. VARCHAR, since CHAR pads."""
    to = sa.ForeignKey("currency.code")
    return sa.Column(name, sa.String(3), to, nullable=nullable, comment=comment, info={_CODE: True})


def is_code(column: sa.Column[Any]) -> bool:
    """Whether the database lets nothing in but codes of a closed list: letters, digits and underscores."""
    return _CODE in column.info


def amount(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """An exact amount; its currency stands in a column beside it."""
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, MONEY, nullable=nullable, comment=comment, server_default=server_default)


def minor(name: str, comment: str) -> sa.Column[Any]:
    """An amount in minor units of its currency, for sums."""
    return sa.Column(name, sa.BigInteger(), nullable=False, comment=comment)


def percent(name: str, comment: str, *, nullable: bool = True) -> sa.Column[Any]:
    """A share, 0 to 100."""
    return sa.Column(name, PERCENT, nullable=nullable, comment=comment)


def day(name: str, comment: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A business day in the company's time zone."""
    return sa.Column(name, sa.Date(), nullable=nullable, comment=comment)


def instant(name: str, comment: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A moment."""
    return sa.Column(name, INSTANT, nullable=nullable, comment=comment)


def flag(name: str, comment: str, *, default: bool = False) -> sa.Column[Any]:
    """Yes or no."""
    return sa.Column(
        name, sa.Boolean(), nullable=False, comment=comment, server_default=sa.true() if default else sa.false()
    )


def whole(name: str, comment: str, *, nullable: bool = True, default: str | None = None) -> sa.Column[Any]:
    """A whole number."""
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, sa.Integer(), nullable=nullable, comment=comment, server_default=server_default)


def document(name: str, comment: str, *, nullable: bool = False, default: Any = None) -> sa.Column[Any]:
    """A JSON value."""
    server_default = None if default is None else sa.text(f"'{json.dumps(default)}'")
    return sa.Column(name, JSONB(), nullable=nullable, comment=comment, server_default=server_default)


def record() -> list[sa.Column[Any]]:
    """What every record carries: its version, which rises when it is edited, and when it came and changed."""
    return [
        whole("version", "rises by one with every edit, not when a balance moves", nullable=False, default="1"),
        sa.Column(
            "created_at", INSTANT, nullable=False, server_default=sa.func.now(), comment="when it was first recorded"
        ),
        sa.Column(
            "updated_at",
            INSTANT,
            nullable=False,
            server_default=sa.func.now(),
            comment="when it was last changed; incremental readers go by it, overlapping a minute",
        ),
    ]
