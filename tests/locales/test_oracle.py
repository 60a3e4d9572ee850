"""What ICU 78 (CLDR 48) prints, case by case, for nine locales."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from locales.format import currency_name, format_date, format_money, format_number, format_percent, plural_category

CASES = (
    Path(os.environ.get("CREDITGRAPH_SHARED", Path(__file__).parents[2] / ".." / "shared"))
    / "oracle"
    / "intl-cases.json"
)

NEWER_IN_CLDR_48 = {"de-CH": ("’", "'")}
"""Babel 2.18 carries CLDR 47, whose Swiss German groups with U+2019; CLDR 48 groups with an apostrophe."""

WRITERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "currency": lambda case: format_money(
        Decimal(case["value"]), case["currency"], case["locale"], "ACCOUNTING" if "opts" in case else "SYMBOL"
    ),
    "number": lambda case: format_number(Decimal(case["value"]), case["locale"]),
    "percent": lambda case: format_percent(Decimal(case["value"]) * 100, case["locale"]),
    "date": lambda case: format_date(date.fromisoformat(case["value"]), case["locale"], case["style"]),
    "plural": lambda case: plural_category(Decimal(case["value"]), case["locale"]),
    "currencyName": lambda case: currency_name(case["currency"], case["locale"]),
}


@pytest.mark.skipif(not CASES.exists(), reason=f"{CASES.name} is not on this machine")
def test_every_case_is_printed_as_icu_prints_it() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    wrong = [(case, found) for case in cases if (found := in_cldr_48(case)) != case["expected"]]
    assert len(cases) > 1800
    assert wrong == []


def in_cldr_48(case: dict[str, Any]) -> str:
    """What we print, with the known differences between the releases evened out."""
    found = WRITERS[case["kind"]](case)
    old, new = NEWER_IN_CLDR_48.get(case["locale"], ("", "")) if case["kind"] in ("currency", "number") else ("", "")
    return found.replace(old, new) if old else found
