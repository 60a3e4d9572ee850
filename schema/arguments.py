"""Arguments that many fields take, described once."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from schema.scalars import CurrencyCode, Locale

AsOf = Annotated[
    date | None,
    strawberry.argument(description="As it was at the end of this business day; today where it is kept, unless said."),
]
InCurrency = Annotated[
    CurrencyCode | None,
    strawberry.argument(description="The currency of the figures; that of the company or group unless said."),
]
InLocale = Annotated[Locale | None, strawberry.argument(description="In another language than the request's.")]
IncludeIntercompany = Annotated[
    bool | None, strawberry.argument(description="With customers that are companies of our own group.")
]
Companies = Annotated[
    list[str] | None, strawberry.argument(description="Only these companies, by code; all granted to you unless said.")
]
