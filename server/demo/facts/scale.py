"""How much of the demo group is made, and how it is shared out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """How many of each there are, the story of the README among them.

    `items`: those of the past; an order that is delivered and invoiced at once brings one more.
    """

    name: str
    parties: int
    customers: int
    credit_groups: int
    items: int
    orders: int


FULL = Scale("full", parties=500, customers=600, credit_groups=30, items=20_000, orders=2_000)
SMALL = Scale("small", parties=240, customers=270, credit_groups=8, items=1_200, orders=300)
"""Everybody who has a part in a story is in it, and hardly anybody else: for checks."""

SCALES = {scale.name: scale for scale in (FULL, SMALL)}


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """A total in whole parts by weight, whose sum is the total: the largest remainders get the rest."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
