"""Money as it goes out and comes in: exact strings with the digits of their currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, get_args

import strawberry

from domain import money as domain
from locales.format import MoneyStyle as StyleName
from locales.format import format_money
from persistence.selection import Converted, Finished
from schema.context import Info
from schema.fields import BY_NAME, GIVEN, coded, read_as
from schema.rates import exchange
from schema.scalars import CurrencyCode, Locale


class MoneyStyle(Enum):
    """How an amount is written for people."""

    SYMBOL = "SYMBOL"
    ACCOUNTING = "ACCOUNTING"
    CODE = "CODE"
    NAME = "NAME"
    PLAIN = "PLAIN"


coded(
    MoneyStyle,
    "How an amount is written for people.",
    SYMBOL="With the currency's symbol: 1 234,50 kr.",
    ACCOUNTING="With the symbol, and in brackets when negative where that is the custom.",
    CODE="With the ISO code: 1 234,50 SEK.",
    NAME="With the currency's name: 1 234,50 svenska kronor.",
    PLAIN="The number alone: 1 234,50.",
)
_STYLES: dict[str, StyleName] = {name: name for name in get_args(StyleName)}


@strawberry.type(description="An exact amount in one currency.")
class Money:
    """`exact` may have more digits than its currency; it goes out rounded to them."""

    exact: strawberry.Private[Decimal]
    currency: CurrencyCode = strawberry.field(description="Of the amount.")

    @classmethod
    def of(cls, money: domain.Money) -> Money:
        """The domain's money as the graph gives it."""
        return cls(exact=money.amount, currency=CurrencyCode(money.currency))

    @classmethod
    def maybe(cls, money: domain.Money | None) -> Money | None:
        """The same, if there is any."""
        return None if money is None else cls.of(money)

    @strawberry.field(description="The amount, with the digits of its currency.", metadata=read_as(BY_NAME))
    def amount(self, info: Info) -> Decimal:
        return info.context.rounded(self.exact, self.currency)

    @strawberry.field(description="As people write it.", metadata=read_as(Finished("formatted", ("exact", "currency"))))
    def formatted(
        self,
        info: Info,
        style: Annotated[
            MoneyStyle | None, strawberry.argument(description="How; with the symbol unless said.")
        ] = MoneyStyle.SYMBOL,
        locale: Annotated[
            Locale | None, strawberry.argument(description="In another language than the request's.")
        ] = None,
    ) -> str:
        written_for = locale or info.context.language.locale
        return format_money(self.exact, self.currency, written_for, _STYLES[(style or MoneyStyle.SYMBOL).value])

    @strawberry.field(
        description="In another currency, at the last rate on or before a day; null with RATE_MISSING without one.",
        metadata=read_as(Converted()),
    )
    async def converted(
        self,
        info: Info,
        to: Annotated[CurrencyCode, strawberry.argument(description="The other currency.")],
        on: Annotated[date | None, strawberry.argument(description="The day of the rate; today unless said.")] = None,
    ) -> Money | None:
        context = info.context
        day = on or context.today(context.time_zone or "UTC")
        rates = await exchange(context, day, (self.currency, context.known(to)))
        return Money.of(rates.convert(domain.Money(self.exact, self.currency), to))


@strawberry.input(description="An exact amount in one currency.")
class MoneyInput:
    """As a client gives it."""

    amount: Decimal = strawberry.field(description="The amount, with no more digits than its currency has.")
    currency: CurrencyCode = strawberry.field(description="Of the amount.")

    def to_domain(self) -> domain.Money:
        """As the domain takes it, whatever its digits."""
        return domain.Money(self.amount, self.currency)


GIVEN[domain.Money] = Money.of
