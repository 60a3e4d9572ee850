"""What can be wrong with an amount that comes in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from domain.message import N_, Message, Value
from domain.money import Money
from domain.refusal import ErrorCode, Refusal

LARGEST = Decimal(10) ** 13
"""Ten million millions: sums of such amounts still fit 64 bits in minor units of every currency."""

UNKNOWN_CURRENCY = N_("Currency {currency} is unknown. Use an ISO 4217 code.")
TOO_FINE = N_("{amount} has more decimals than {currency}, which has {digits}.")
TOO_LARGE = N_("{amount} is more than any document comes to. Check the amount.")
NOT_ABOVE_ZERO = N_("The amount must be above zero.")
NEGATIVE = N_("The amount must not be negative.")


def amount_refusals(
    money: Money, digits: Mapping[str, int], path: tuple[str, ...], *, positive: bool = True
) -> list[Refusal]:
    """An unknown currency, more decimals than it has, or a negative; zero too unless `positive` is off.

    `digits`: the decimals of every currency there is, by ISO 4217.
    """
    if money.currency not in digits:
        return [Refusal(ErrorCode.CURRENCY_UNKNOWN, Message(UNKNOWN_CURRENCY, {"currency": money.currency}), path)]
    if money.amount != money.amount.quantize(Decimal(1).scaleb(-digits[money.currency])):
        values: dict[str, Value] = {
            "amount": f"{money.amount:f}",
            "currency": money.currency,
            "digits": digits[money.currency],
        }
        return [Refusal(ErrorCode.AMOUNT_PRECISION, Message(TOO_FINE, values), path)]
    if abs(money.amount) >= LARGEST:
        return [Refusal(ErrorCode.INVALID_VALUE, Message(TOO_LARGE, {"amount": money}), path, actual=money)]
    if money.amount < 0 or (positive and money.amount == 0):
        message = Message(NOT_ABOVE_ZERO if positive else NEGATIVE)
        return [Refusal(ErrorCode.AMOUNT_NEGATIVE, message, path, actual=money)]
    return []
