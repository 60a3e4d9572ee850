"""How schemathesis makes values of our scalars, and what it takes for a server's own failure."""

from __future__ import annotations

import string
from datetime import UTC, timedelta, timezone
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

WORDS = st.text(string.ascii_letters + string.digits + " -_åäöß漢字'\"\\%", max_size=30)
ZONES = st.timezones() | st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))

SCALARS: dict[str, st.SearchStrategy[str]] = {
    "Decimal": st.decimals(-(10**12), 10**12, places=2, allow_nan=False).map(lambda value: f"{value:f}"),
    "BigInt": st.integers(-(2**62), 2**62).map(str),
    "Date": st.dates().map(lambda day: day.isoformat()),
    "DateTime": st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    "CurrencyCode": st.sampled_from(["SEK", "EUR", "JPY", "BHD", "XXX", "ZZZ"]),
    "CountryCode": st.sampled_from(["SE", "FI", "JP", "ZZ"]),
    "Locale": st.sampled_from(["sv", "sv-FI", "en", "ja", "de-CH", "zz"]),
    "TimeZone": st.sampled_from(["Europe/Stockholm", "Asia/Tokyo", "UTC", "Mars/Olympus"]),
}

for name, values in SCALARS.items():
    schemathesis.graphql.scalar(name, (values | WORDS).map(nodes.String))


@schemathesis.check
def answers(ctx: Any, response: Any, case: Any) -> None:
    """It answers JSON; each error has a code, and none is a failure of its own."""
    assert response.status_code < 500, f"status {response.status_code}"
    for error in response.json().get("errors") or ():
        code = error.get("extensions", {}).get("code")
        assert code, f"no code: {error}"
        assert code not in ("INTERNAL_SERVER_ERROR", "DEADLINE_EXCEEDED"), error
