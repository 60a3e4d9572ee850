"""Our own layout: one CSV a noun, its columns named as the noun's fields, days as 2026-03-31, numbers as 1234.50.

In a folder each file is named after its noun: companies.csv, customers.csv, open-items.csv and so on.
"""

from __future__ import annotations

from persistence.importing.declaration import Column, Constant, First, Format, Rows, Together, Value
from persistence.importing.nouns import NOUNS

CANONICAL = "canonical"

_PARTY = First((Column("party"), Together((Column("company"), Constant("-"), Column("account")))))


def canonical(noun: str) -> Format:
    """The layout of a noun. Columns of fields that are not required may be left out."""
    fields: dict[str, Value] = {field.name: Column(field.name) for field in NOUNS[noun].fields}
    rows = [Rows(noun, fields)]
    if noun == "customers":
        fields["party"] = _PARTY
        own: dict[str, Value] = {"number": _PARTY, "name": Column("name"), "country": Column("country")}
        rows.append(Rows("parties", own, ensure=True, only_without="party"))
    return Format(CANONICAL, NOUNS[noun].about, tuple(rows), strict=False)
