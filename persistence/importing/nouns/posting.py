"""What documents of the ledger share: who pays on a day, no business day in the future, and what a kind moves."""

from __future__ import annotations

from domain.receivables import LOWERS, SALES, OpenItemKind, category_of
from domain.refusal import ErrorCode
from persistence.importing.declaration import Check, said_day
from persistence.writing.finding import IN_FUTURE


def payer_of(customer: str, day: str) -> str:
    """SQL of who pays for a customer on a day: the last payer that had begun, or the customer itself."""
    return (
        f"coalesce((select d.payer_id from customer_payer d where d.customer_id = {customer} and d.from_day <= {day}"
        f" order by d.from_day desc limit 1), {customer})"
    )


def not_in_future(field: str, when: str = "true") -> Check:
    """Business days lie in the past or are today, at the company."""
    return Check(
        field,
        ErrorCode.DAY_IN_FUTURE,
        IN_FUTURE,
        f"r.{field} > r.today and {when}",
        {"day": said_day(f"r.{field}"), "today": said_day("r.today")},
    )


TODAY = "(i.now at time zone c.time_zone)::date as today"
"""Today at the company `c`, by the moment of the import `i`."""

CATEGORY = " ".join(("case r.kind", *(f"when '{kind}' then '{category_of(kind)}'" for kind in OpenItemKind), "end"))
"""SQL of the kind of exposure that an open item is."""


def listed(kinds: frozenset[OpenItemKind]) -> str:
    """Kinds as SQL writes a list."""
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))


LOWERING, SELLING = listed(LOWERS), listed(SALES)
