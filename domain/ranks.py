"""Ranks of payment terms and cash discounts: an order on better ones than its payer usually has is held (D365 1.1).

A rank is a whole number that people give; the higher, the better for who pays. None at all, and one without a rank,
rank 0. Equal passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Ranked:
    """Payment terms or a cash discount, said by their `code`."""

    id: UUID
    code: str
    rank: int | None = None


@dataclass(frozen=True)
class Conditions:
    """How something is paid for: what a customer usually has, or what an order has of its own."""

    payment_terms: Ranked | None = None
    cash_discount: Ranked | None = None

    @property
    def payment_terms_id(self) -> UUID | None:
        """Which payment terms."""
        return None if self.payment_terms is None else self.payment_terms.id

    @property
    def cash_discount_id(self) -> UUID | None:
        """Which cash discount."""
        return None if self.cash_discount is None else self.cash_discount.id


UNSAID = Conditions()
"""Nothing in particular."""


def ranks_above(own: Ranked | None, usual: Ranked | None) -> bool:
    """Does what an order has of its own rank above what is usual? Nothing of its own is what is usual."""
    return own is not None and _rank(own) > _rank(usual)


def _rank(one: Ranked | None) -> int:
    return 0 if one is None else one.rank or 0
