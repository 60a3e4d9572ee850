"""Who may approve a limit adjustment: four eyes, and authority by role."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.adjustment import AdjustmentStatus, standing
from domain.approval import Authority, authorities_of, authority_refusals, own_refusals
from domain.role import Role
from tests.domain.words import EXCHANGE, money

CLERK, MANAGER = Role.CREDIT_CLERK, Role.CREDIT_MANAGER


def test_four_eyes_whoever_had_a_hand_in_it_does_not_approve_it() -> None:
    author, other = UUID(int=1), UUID(int=2)
    assert [one.code.value for one in own_refusals(author, [other, author])] == ["OWN_WORK"]
    assert own_refusals(UUID(int=3), [other, author]) == ()


def test_without_a_saved_authority_managers_approve_any_limit_and_others_none() -> None:
    assert authorities_of({MANAGER}, ()) == (Authority(MANAGER),)
    assert authorities_of({CLERK, Role.ADMIN, Role.INTEGRATION}, ()) == ()


def test_a_saved_authority_takes_the_place_of_what_a_role_had() -> None:
    saved = (Authority(MANAGER, money("100 SEK")), Authority(CLERK, money("10 SEK")))
    assert authorities_of({MANAGER}, saved) == saved[:1]
    assert authorities_of({CLERK, MANAGER}, saved) == (saved[1], saved[0])


@pytest.mark.parametrize(("limit", "beyond"), [("100 SEK", []), ("100.01 SEK", ["lines.0"]), ("0 SEK", [])])
def test_a_limit_that_equals_the_authority_is_within_it(limit: str, beyond: list[str]) -> None:
    found = authority_refusals([money(limit)], [Authority(MANAGER, money("100 SEK"))], EXCHANGE)
    assert [".".join(one.path) for one in found] == beyond


def test_the_larger_of_two_authorities_decides_and_each_limit_is_told() -> None:
    two = [Authority(CLERK, money("10 SEK")), Authority(MANAGER, money("100 SEK"))]
    found = authority_refusals([money("100 SEK"), money("101 SEK"), money("102 SEK")], two, EXCHANGE)
    assert [(one.path, one.limit) for one in found] == [
        (("lines", "1"), money("100 SEK")),
        (("lines", "2"), money("100 SEK")),
    ]


def test_nobody_without_authority_is_told_of_a_limit() -> None:
    (found,) = authority_refusals([money("0 SEK")], (), EXCHANGE)
    assert (found.code.value, found.limit, found.actual) == ("AUTHORITY_EXCEEDED", None, money("0 SEK"))


@pytest.mark.parametrize(
    ("lines", "stands"),
    [
        ("", "DRAFT"),
        ("DRAFT POSTED", "DRAFT"),
        ("DRAFT IN_REVIEW APPROVED", "IN_REVIEW"),
        ("APPROVED POSTED REJECTED", "APPROVED"),
        ("POSTED REJECTED", "POSTED"),
        ("REJECTED REJECTED", "REJECTED"),
    ],
)
def test_an_adjustment_stands_by_its_lines(lines: str, stands: str) -> None:
    assert standing(AdjustmentStatus(one) for one in lines.split()) is AdjustmentStatus(stands)
