"""Credit attributes that must make sense together, and the days of an exclusion."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.attributes import CreditAttributes, attribute_refusals, excluded_on
from domain.refusal import ErrorCode
from tests.domain.words import TODAY, days


@pytest.mark.parametrize(
    ("excluded", "until", "holds"),
    [
        (True, None, True),
        (True, TODAY, True),
        (True, days(-1), False),
        (False, None, False),
        (False, days(5), False),
    ],
)
def test_an_exclusion_holds_to_the_end_of_its_last_day(excluded: bool, until: date | None, holds: bool) -> None:
    assert excluded_on(excluded, until, TODAY) is holds


@pytest.mark.parametrize(
    ("after", "sent", "code", "path"),
    [
        ({"excluded_until": days(5)}, {"excluded_until"}, ErrorCode.INVALID_VALUE, "excludedUntil"),
        ({"excluded": True, "excluded_until": days(-1)}, {"excluded_until"}, ErrorCode.DATE_ORDER, "excludedUntil"),
        ({"excluded": True, "excluded_until": days(-1)}, {"excluded"}, ErrorCode.DATE_ORDER, "excludedUntil"),
        ({"eligible_limit_date": TODAY}, {"eligible_limit_date"}, ErrorCode.INVALID_VALUE, "eligibleLimitDate"),
        (
            {"last_review_date": TODAY, "next_review_date": days(-1)},
            {"next_review_date"},
            ErrorCode.DATE_ORDER,
            "nextReviewDate",
        ),
        (
            {"last_review_date": TODAY, "next_review_date": days(-1)},
            {"last_review_date"},
            ErrorCode.DATE_ORDER,
            "nextReviewDate",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_said(
    after: dict[str, Any], sent: set[str], code: ErrorCode, path: str
) -> None:
    (refusal,) = attribute_refusals(CreditAttributes(**after), sent, TODAY)
    assert (refusal.code, refusal.path) == (code, (path,))
    assert attribute_refusals(CreditAttributes(**after), {"notes"}, TODAY) == []


@pytest.mark.parametrize(
    "after",
    [
        {"excluded": True, "excluded_until": TODAY},
        {"excluded": True},
        {"has_eligible_limit": True, "eligible_limit_date": TODAY},
        {"last_review_date": TODAY, "next_review_date": TODAY},
        {"next_review_date": days(-100)},
    ],
)
def test_what_makes_sense_is_not_in_the_way(after: dict[str, Any]) -> None:
    assert attribute_refusals(CreditAttributes(**after), after.keys(), TODAY) == []
