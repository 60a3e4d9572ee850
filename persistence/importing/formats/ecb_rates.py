"""Reference rates of the European Central Bank: eurofxref-hist.csv, a day a line, a currency a column."""

from __future__ import annotations

from domain.message import N_
from persistence.importing.declaration import Column, Constant, Dialect, Format, Rows, Unpivot

ECB_RATES = Format(
    name="ecb-rates",
    about=N_(
        "Euro reference rates of the European Central Bank (eurofxref-hist.csv): units of each currency for a euro."
    ),
    rows=(
        Rows(
            "rates",
            {
                "day": Column("Date"),
                "base": Constant("EUR"),
                "quote": Column("currency"),
                "rate": Column("rate"),
                "source": Constant("European Central Bank"),
            },
        ),
    ),
    dialect=Dialect(nothing=frozenset({"N/A"}), groups=""),
    unpivot=Unpivot(heading="currency", value="rate"),
)
