"""What can be wrong with an amount that comes in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal

UNKNOWN = N_("Currency {currency} is unknown. Use an ISO 4217 code.")
TOO_FINE = N_("{amount} has more decimals than {currency}, which has {digits}.")
NOT_ABOVE_ZERO = N_("The amount must be above zero.")
NEGATIVE = N_("The amount must not be negative.")


def amount_refusals(
    money: Money, digits: Mapping[str, int], path: tuple[str, ...], *, positive: bool = True
) -> list[Refusal]:
    """An unknown currency, more decimals than it has, or a negative; zero too unless `positive` is off.

    `digits`: the decimals of every currency there is, by ISO 4217.
    """
    if money.currency not in digits:
        return [Refusal(ErrorCode.CURRENCY_UNKNOWN, Message(UNKNOWN, {"currency": money.currency}), path)]
    if money.amount != money.amount.quantize(Decimal(1).scaleb(-digits[money.currency])):
        values = {"amount": f"{money.amount:f}", "currency": money.currency, "digits": digits[money.currency]}
        return [Refusal(ErrorCode.AMOUNT_PRECISION, Message(TOO_FINE, values), path)]
    if money.amount < 0 or (positive and money.amount == 0):
        message = Message(NOT_ABOVE_ZERO if positive else NEGATIVE)
        return [Refusal(ErrorCode.AMOUNT_NEGATIVE, message, path, actual=money)]
    return []
