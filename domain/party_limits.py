"""Limits beside the credit limit, on a party over all its customers in all companies, or on one customer (QAD).

A fixed ceiling, a share of turnover, a longest time overdue: each that is set is tested, whatever else limits credit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.calendar import DAY, months_back
from domain.fiscal_year import FiscalCalendar
from domain.message import N_, Message
from domain.money import Money
from domain.refusal import ErrorCode, Refusal

PARTY = "party"
"""The kind of a holder of such limits, beside a customer."""

HIGHEST_PERCENT = Decimal(1000)
"""Ten years' turnover: more is a mistake."""

LONGEST_OVERDUE = 3650


class PartyLimitReaction(StrEnum):
    """What an order does that exceeds such a limit."""

    WARN = "WARN"
    HOLD = "HOLD"


@dataclass(frozen=True)
class TurnoverShare:
    """So much of the turnover may be used. `currency`: what both are compared in.

    Turnover is gross, each company's in its own last closed fiscal year. `rolling`: in the twelve months up to today
    instead. `net_of_tax`: without the tax of items that say it. `with_orders`: and what is ordered and not invoiced.
    """

    percent: Decimal
    currency: str
    rolling: bool = False
    net_of_tax: bool = False
    with_orders: bool = False


@dataclass(frozen=True)
class PartyLimits:
    """What is set; nothing set limits nothing. An item may be overdue for `max_days_overdue` days, not longer."""

    ceiling: Money | None = None
    turnover: TurnoverShare | None = None
    max_days_overdue: int | None = None
    reaction: PartyLimitReaction = PartyLimitReaction.WARN

    @property
    def limits(self) -> bool:
        """Whether anything is set."""
        return (self.ceiling, self.turnover, self.max_days_overdue) != (None, None, None)


def turnover_window(rolling: bool, fiscal: FiscalCalendar, day: date) -> tuple[date, date]:
    """The first and the last document day that count: of the fiscal year closed last, be it a short or a long one, or
    of the year up to `day`.
    """
    if rolling:
        return months_back(day, 12) + DAY, day
    closed = fiscal.closed_before(day)
    return (date.min, date.min) if closed is None else (closed.first, closed.last)


def party_limit_refusals(limits: PartyLimits) -> list[Refusal]:
    """Figures that cannot be meant. Amounts are looked at where the digits of currencies are known."""
    refusals = []
    turnover, days = limits.turnover, limits.max_days_overdue
    if turnover is not None and not 0 < turnover.percent <= HIGHEST_PERCENT:
        message = Message(PERCENT, {"highest": int(HIGHEST_PERCENT)})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("turnover", "percent")))
    if turnover is not None and turnover.percent != turnover.percent.quantize(Decimal("0.0001")):
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, Message(FINE), ("turnover", "percent")))
    if turnover is not None and limits.ceiling is not None and turnover.currency != limits.ceiling.currency:
        message = Message(OTHER_CURRENCY, {"currency": limits.ceiling.currency})
        refusals.append(Refusal(ErrorCode.CURRENCY_MISMATCH, message, ("turnover", "currency")))
    if days is not None and not 0 <= days <= LONGEST_OVERDUE:
        message = Message(DAYS, {"most": LONGEST_OVERDUE})
        refusals.append(Refusal(ErrorCode.INVALID_VALUE, message, ("maxDaysOverdue",)))
    return refusals


PERCENT = N_("The share of turnover must be above 0 and at most {highest} percent.")
FINE = N_("A share has at most four decimals.")
OTHER_CURRENCY = N_("The share of turnover and the ceiling must be in one currency, {currency}.")
DAYS = N_("The number of days must be between 0 and {most}.")
