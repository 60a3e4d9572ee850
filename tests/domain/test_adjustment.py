"""How limits change: only by posted adjustments that can be meant."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from domain.adjustment import AdjustmentLine, AdjustmentStatus, post_refusals
from domain.limits import AdjustmentKind, LimitTerms, limit_on
from domain.refusal import ErrorCode
from tests.domain.words import ACME, EXCHANGE, TODAY, days, money, normal, temporary

HOLDER = ("customer", ACME)
NORMAL = AdjustmentLine(UUID(int=1), HOLDER, AdjustmentKind.PERMANENT, money("100 SEK"), "SEK")
TEMPORARY = replace(NORMAL, kind=AdjustmentKind.TEMPORARY, from_=days(0), until=days(9))
POSTED = temporary("150 SEK", days(5), days(20), id_=201)


def refused(*lines: AdjustmentLine, status: AdjustmentStatus = AdjustmentStatus.DRAFT) -> list[tuple[str, str]]:
    found = post_refusals(lines, {HOLDER: (POSTED,)}, status, TODAY)
    return [(refusal.code.value, ".".join(refusal.path)) for refusal in found]


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        (replace(NORMAL, limit=money("-1 SEK")), ErrorCode.AMOUNT_NEGATIVE, "lines.0.newLimit"),
        (replace(NORMAL, limit=money("1 EUR")), ErrorCode.CURRENCY_MISMATCH, "lines.0.newLimit"),
        (replace(NORMAL, until=days(-1)), ErrorCode.DATE_ORDER, "lines.0.until"),
        (replace(NORMAL, from_=days(3), until=days(2)), ErrorCode.DATE_ORDER, "lines.0.until"),
        (replace(TEMPORARY, until=days(4), from_=days(5)), ErrorCode.DATE_ORDER, "lines.0.until"),
        (TEMPORARY, ErrorCode.OVERLAPPING_TEMPORARY_LIMIT, "lines.0.from"),
        (replace(TEMPORARY, until=days(4), replaces=UUID(int=9)), ErrorCode.NOT_FOUND, "lines.0.replaces"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_with_its_path(line: AdjustmentLine, code: ErrorCode, path: str) -> None:
    assert refused(line) == [(code.value, path)]


def test_a_temporary_limit_needs_a_last_day() -> None:
    assert ("INVALID_VALUE", "lines.0.until") in refused(replace(TEMPORARY, until=None))


def test_decision_3_lines_that_fit_are_posted_and_may_replace() -> None:
    assert refused(NORMAL, replace(TEMPORARY, id=UUID(int=2), until=days(4))) == []
    assert refused(replace(TEMPORARY, replaces=POSTED.id)) == []
    assert refused(replace(NORMAL, limit=money("0 SEK"))) == []


def test_only_a_temporary_limit_takes_the_place_of_another_and_only_of_a_temporary_one() -> None:
    stands = normal("50 SEK", id_=202)
    for line in (NORMAL, replace(TEMPORARY, until=days(4))):
        for replaced in (stands.id, POSTED.id)[: 2 if line is NORMAL else 1]:
            found = post_refusals(
                (replace(line, replaces=replaced),), {HOLDER: (POSTED, stands)}, AdjustmentStatus.DRAFT, TODAY
            )
            assert [one.code for one in found] == [ErrorCode.NOT_FOUND]


def test_two_lines_of_one_adjustment_may_not_overlap_either() -> None:
    first, second = replace(TEMPORARY, until=days(3)), replace(TEMPORARY, id=UUID(int=2), from_=days(3), until=days(4))
    assert refused(first, second) == [("OVERLAPPING_TEMPORARY_LIMIT", "lines.1.from")]
    assert refused(first, replace(second, holder=("credit_group", ACME))) == []


@pytest.mark.parametrize("status", [AdjustmentStatus.POSTED, AdjustmentStatus.IN_REVIEW, AdjustmentStatus.REJECTED])
def test_only_a_draft_or_an_approved_adjustment_is_posted(status: AdjustmentStatus) -> None:
    assert refused(NORMAL, status=status) == [("WRONG_STATUS", "creditLimitAdjustment")]
    assert refused(NORMAL, status=AdjustmentStatus.APPROVED) == []


def test_with_a_workflow_a_draft_is_not_posted() -> None:
    found = post_refusals((NORMAL,), {}, AdjustmentStatus.DRAFT, TODAY, workflow=True)
    assert [refusal.code for refusal in found] == [ErrorCode.WRONG_STATUS]
    assert post_refusals((NORMAL,), {}, AdjustmentStatus.APPROVED, TODAY, workflow=True) == ()


def test_an_adjustment_without_lines_is_not_posted() -> None:
    assert refused() == [("INVALID_VALUE", "lines")]


def test_a_line_without_a_first_day_begins_the_day_it_is_posted() -> None:
    entries = (normal("50 SEK"), NORMAL.entry(TODAY, posted=7))
    assert limit_on(LimitTerms(entries), TODAY, EXCHANGE, "SEK").total == money("100 SEK")
    assert limit_on(LimitTerms(entries), days(-1), EXCHANGE, "SEK").total == money("50 SEK")
