"""Amounts that know their currency, and what currencies are worth on a day. No float gets in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property

EURO = "EUR"

# Products of amounts and rates are exact far below a minor unit before the one rounding at the end.
_EXACT = Context(prec=60)

_NOTHING = Decimal(0)

_UNITS = tuple(Decimal(1).scaleb(-digits) for digits in range(10))


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed without a rate")
        return other


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Rounded half away from zero. What comes to nothing has no sign."""
    return _EXACT.plus(amount.quantize(_UNITS[digits], ROUND_HALF_UP, _EXACT))


def per_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """The sum of each currency, those of zero left out: they need no rate."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, _NOTHING) + money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()) if amount)


@dataclass(frozen=True)
class Rate:
    """A published rate: one unit of `base` is worth `rate` units of `quote` from `day` on.

    An irrevocable rate (a currency that joined the euro) never grows too old.
    """

    base: str
    quote: str
    rate: Decimal
    day: date
    irrevocable: bool = False


@dataclass(frozen=True)
class RateUsed:
    """A rate as published, in its published direction, that a figure was converted with."""

    from_: str
    to: str
    rate: Decimal
    day: date


class RateMissing(Exception):
    """No rate, or none young enough, leads from one currency to another on a day."""

    def __init__(self, base: str, quote: str, day: date, too_old: Rate | None = None) -> None:
        super().__init__(f"no rate from {base} to {quote} on {day}")
        self.base = base
        self.quote = quote
        self.day = day
        self.too_old = too_old


@dataclass(frozen=True)
class Exchange:
    """Currencies and their worth on one day.

    `rates` holds, for each published pair, the last rate on or before `day`. The other direction divides; crosses go
    through the euro without rounding in between (docs/decisions: currency). A rate older than `max_age_days` does not
    count unless it is irrevocable.
    """

    day: date
    digits: Mapping[str, int]
    rates: tuple[Rate, ...] = ()
    max_age_days: int = 7

    def rounded(self, amount: Decimal, currency: str) -> Money:
        """Rounded once to the digits ISO 4217 gives the currency."""
        return Money(rounded(amount, self.digits[currency]), currency)

    def unit(self, currency: str) -> Decimal:
        """The smallest amount of a currency: 0.01 for SEK, 1 for JPY."""
        return _UNITS[self.digits[currency]]

    def path(self, base: str, quote: str) -> tuple[tuple[Rate, bool], ...]:
        """The rates that lead from one currency to another, each with whether it divides. Raises `RateMissing`."""
        if base == quote:
            return ()
        found = self._paths.get((base, quote))
        if found is None:
            found = self._paths[base, quote] = self._path(base, quote)
        return found

    @cached_property
    def _paths(self) -> dict[tuple[str, str], tuple[tuple[Rate, bool], ...]]:
        """The paths that were found: what is decided together is converted the same ways."""
        return {}

    @cached_property
    def _used(self) -> dict[tuple[frozenset[str], str], tuple[RateUsed, ...]]:
        """The same for the rates of some currencies."""
        return {}

    def _path(self, base: str, quote: str) -> tuple[tuple[Rate, bool], ...]:
        step = self._step(base, quote)
        if step is not None:
            return (step,)
        if EURO not in (base, quote):
            first, last = self._step(base, EURO), self._step(EURO, quote)
            if first is not None and last is not None:
                return (first, last)
        raise RateMissing(base, quote, self.day, self._too_old(base, quote))

    def exactly(self, money: Money, to: str) -> Decimal:
        """The amount in another currency, unrounded. Raises `RateMissing`."""
        amount = money.amount
        for rate, divides in self.path(money.currency, to):
            amount = _EXACT.divide(amount, rate.rate) if divides else _EXACT.multiply(amount, rate.rate)
        return amount

    def total(self, amounts: Iterable[Money], to: str) -> Money:
        """Sums per currency, each converted, added, and rounded once. Raises `RateMissing`."""
        return self.rounded(self.exact_total(amounts, to), to)

    def exact_total(self, amounts: Iterable[Money], to: str) -> Decimal:
        """The same before the rounding."""
        sums = per_currency(amounts)
        if all(money.currency == to for money in sums):  # nothing to convert: at most one sum
            return sums[0].amount if sums else Decimal(0)
        total = _NOTHING
        for money in sums:
            total = _EXACT.add(total, self.exactly(money, to))
        return total

    def convert(self, money: Money, to: str) -> Money:
        """One amount in another currency, rounded. Raises `RateMissing`."""
        return self.total((money,), to)

    def rates_used(self, currencies: Iterable[str], to: str) -> tuple[RateUsed, ...]:
        """The published rates that lead from some currencies to one, each once. Raises `RateMissing`."""
        asked = (frozenset(currencies), to)
        if asked not in self._used:
            rates = {rate for currency in asked[0] for rate, _ in self.path(currency, to)}
            used = (RateUsed(r.base, r.quote, r.rate, r.day) for r in rates)
            self._used[asked] = tuple(sorted(used, key=lambda r: (r.from_, r.to)))
        return self._used[asked]

    def _step(self, base: str, quote: str) -> tuple[Rate, bool] | None:
        """The last rate of the pair, in whichever direction it was published; of the same day the direct one."""
        pair = ((base, quote), (quote, base))
        steps = [(r, r.base != base) for r in self.rates if (r.base, r.quote) in pair and self._young(r)]
        return max(steps, key=lambda step: (step[0].day, not step[1]), default=None)

    def _young(self, rate: Rate) -> bool:
        return rate.irrevocable or (self.day - rate.day).days <= self.max_age_days

    def _too_old(self, base: str, quote: str) -> Rate | None:
        pairs = {(base, quote), (quote, base), (base, EURO), (EURO, base), (quote, EURO), (EURO, quote)}
        return next((r for r in self.rates if (r.base, r.quote) in pairs and not self._young(r)), None)
