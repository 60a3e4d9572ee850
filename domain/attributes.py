"""Credit attributes of a customer: what of them makes sense together, and on which days an exclusion holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.message import N_, Message
from domain.refusal import ErrorCode, Refusal

EXCLUDES_NOBODY = N_("Only an exclusion from credit management has a last day. Exclude the customer too.")
EXCLUSION_PAST = N_("The exclusion would have ended on {until}: today is {today}. Give it a later last day, or none.")
REVIEW_BEFORE = N_("The next review, on {next}, cannot be before the last one, on {last}.")
NO_ELIGIBLE_LIMIT = N_("A day on which a limit was judged needs the limit. Send the eligible limit too.")


@dataclass(frozen=True)
class CreditAttributes:
    """The attributes that must make sense together, as they are to be. `has_eligible_limit`: somebody judged one."""

    excluded: bool = False
    excluded_until: date | None = None
    has_eligible_limit: bool = False
    eligible_limit_date: date | None = None
    last_review_date: date | None = None
    next_review_date: date | None = None


def excluded_on(excluded: bool, until: date | None, day: date) -> bool:
    """Whether an exclusion from credit management holds on a day; its last day is inside."""
    return excluded and (until is None or day <= until)


def attribute_refusals(after: CreditAttributes, changed: Collection[str], today: date) -> list[Refusal]:
    """What is wrong with attributes as they are to be, on the company's day.

    `changed`: the fields that are set to something else, by their names here. What stays is in nobody's way: an
    exclusion that ended long ago does not keep a clerk from writing notes.
    """
    refusals = []
    if after.excluded_until is not None and {"excluded", "excluded_until"} & set(changed):
        if not after.excluded:
            refusals.append(_invalid(EXCLUDES_NOBODY, "excludedUntil"))
        elif after.excluded_until < today:
            values = {"until": after.excluded_until, "today": today}
            refusals.append(Refusal(ErrorCode.DATE_ORDER, Message(EXCLUSION_PAST, values), ("excludedUntil",)))
    if "eligible_limit_date" in changed and after.eligible_limit_date is not None and not after.has_eligible_limit:
        refusals.append(_invalid(NO_ELIGIBLE_LIMIT, "eligibleLimitDate"))
    last, following = after.last_review_date, after.next_review_date
    if {"last_review_date", "next_review_date"} & set(changed) and last and following and following < last:
        message = Message(REVIEW_BEFORE, {"next": following, "last": last})
        refusals.append(Refusal(ErrorCode.DATE_ORDER, message, ("nextReviewDate",)))
    return refusals


def _invalid(text: str, field: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_VALUE, Message(text), (field,))
