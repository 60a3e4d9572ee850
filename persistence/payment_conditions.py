"""Payment terms and cash discounts by their codes, with their ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.message import N_, Message
from domain.ranks import Conditions, Ranked
from domain.refusal import ErrorCode, Refusal
from persistence.statements import Row, Statement, any_of
from persistence.tables.reference import cash_discount, payment_terms

NO_TERMS = N_("Payment terms {code} are unknown.")
NO_DISCOUNT = N_("Cash discount {code} is unknown.")

_TERMS, _DISCOUNT = payment_terms.name, cash_discount.name


def _by_code(table: sa.Table, codes: str) -> sa.Select[Any]:
    return sa.select(
        sa.literal_column(f"'{table.name}'", sa.Text()).label("kind"),
        table.c.id,
        table.c.code,
        table.c.company_id,
        table.c.rank,
    ).where(any_of(table.c.code, codes))


CONDITIONS = Statement(sa.union_all(_by_code(payment_terms, "codes"), _by_code(cash_discount, "discounts")))
"""Payment terms of `codes` and cash discounts of `discounts`: those of any company, and those that all share."""


@dataclass(frozen=True)
class Codes:
    """What an order says of how it is paid for, by codes. None: nothing of its own."""

    payment_terms: str | None = None
    cash_discount: str | None = None

    @property
    def findable(self) -> Codes:
        """What can be looked for: no code that is kept holds a zero character, and the database takes none."""
        return Codes(
            *(None if code is None or "\0" in code else code for code in (self.payment_terms, self.cash_discount))
        )

    def found(self, rows: Iterable[Row], company: UUID, path: tuple[str, ...] = ()) -> tuple[Conditions, list[Refusal]]:
        """What it is in a company: its own before those that all share. Refusals of codes that are unknown there."""
        known = {(row["kind"], row["company_id"], row["code"]): row for row in rows}
        terms = _found(known, _TERMS, company, self.payment_terms)
        discount = _found(known, _DISCOUNT, company, self.cash_discount)
        refusals = []
        if self.payment_terms is not None and terms is None:
            refusals.append(_unknown(NO_TERMS, self.payment_terms, (*path, "paymentTerms")))
        if self.cash_discount is not None and discount is None:
            refusals.append(_unknown(NO_DISCOUNT, self.cash_discount, (*path, "cashDiscount")))
        return Conditions(terms, discount), refusals

    def instead_of(self, kept: Conditions, found: Conditions) -> Conditions:
        """What is kept with what is named; what is not named stays."""
        return Conditions(
            kept.payment_terms if self.payment_terms is None else found.payment_terms,
            kept.cash_discount if self.cash_discount is None else found.cash_discount,
        )


NO_CODES = Codes()
"""Nothing in particular."""


def _found(known: Mapping[tuple[str, UUID | None, str], Row], kind: str, company: UUID, code: str | None) -> Any:
    if code is None:
        return None
    row = known.get((kind, company, code), known.get((kind, None, code)))
    return None if row is None else Ranked(row["id"], row["code"], row["rank"])


def _unknown(text: str, code: str, path: tuple[str, ...]) -> Refusal:
    return Refusal(ErrorCode.NOT_FOUND, Message(text, {"code": code}), path)


def ranked(row: Row, kind: str) -> Ranked | None:
    """Payment terms or a cash discount out of the columns of a row that are called after it."""
    key = row[f"{kind}_id"]
    return None if key is None else Ranked(key, row[f"{kind}_code"], row[f"{kind}_rank"])


def conditions_of(row: Row) -> Conditions:
    """What an order has of its own, out of its row."""
    return Conditions(ranked(row, _TERMS), ranked(row, _DISCOUNT))
