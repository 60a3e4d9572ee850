"""What it costs to write amounts: ours one by one, ours a list at once, and Babel's: `python -m bench.formatting`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal

from babel.numbers import format_currency

from locales.format import format_every, format_money

ROWS = 1000
ROUNDS = 30
LOCALES = (("sv-SE", "SEK"), ("de-DE", "EUR"), ("en-IN", "INR"), ("ar-EG", "EGP"))
"""Groups of three, the same with points, groups of two sizes (not for C), and digits of their own."""


def main() -> int:
    """Print microseconds for an amount, the best of some rounds over a thousand."""
    amounts = [Decimal(number * 7919 % 10_000_019) / 100 * (-1 if number % 9 == 0 else 1) for number in range(ROWS)]
    lines = ["| locale | a list at once | one by one | Babel |", "|---|---|---|---|"]
    lines += [_row(amounts, locale, currency) for locale, currency in LOCALES]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _row(amounts: Sequence[Decimal], locale: str, currency: str) -> str:
    texts, currencies, babel = [f"{amount:f}" for amount in amounts], [currency] * ROWS, locale.replace("-", "_")
    at_once = _best(lambda: format_every(texts, currencies, locale))
    each = _best(lambda: [format_money(amount, currency, locale) for amount in amounts])
    other = _best(lambda: [format_currency(amount, currency, locale=babel) for amount in amounts])
    return f"| {locale} | {at_once:.1f} | {each:.1f} | {other:.1f} |"


def _best(work: Callable[[], object]) -> float:
    """Microseconds for a row."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1_000_000 / ROWS


if __name__ == "__main__":
    raise SystemExit(main())
