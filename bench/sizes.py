"""How much is generated. What is open does not grow with history; what is settled does, as in real life."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_ITEMS = 2_000_000
MOST_CUSTOMERS = 200_000
ITEMS_A_CUSTOMER = 10
"""Until there are as many customers as there may be; from then on their history grows."""


@dataclass(frozen=True)
class Size:
    """How many rows of each kind. `items` is a multiple of `customers`."""

    companies: int
    customers: int
    groups: int
    items: int
    orders: int

    @property
    def history(self) -> int:
        """Open items ever posted for each customer."""
        return self.items // self.customers

    @property
    def database(self) -> str:
        """The name of the database on our own server."""
        return f"bench_{self.items}"


def size_of(items: int = DEFAULT_ITEMS) -> Size:
    """20 companies; 200,000 customers from 2 million items on, fewer below; a group for every 40 customers.

    Raises `ValueError` when `items` cannot be spread evenly.
    """
    customers = min(MOST_CUSTOMERS, items // ITEMS_A_CUSTOMER)
    if customers < 200 or items % customers:
        raise ValueError(f"{items} items cannot be spread over {customers} customers; take 2000, 200000, 2000000, …")
    return Size(
        companies=20, customers=customers, groups=max(2, customers // 40), items=items, orders=customers * 3 // 2
    )
