"""The times of hostile documents: what is told of an answer, and what stands on the page."""

from __future__ import annotations

from typing import Any

import pytest

from bench.hostile import Told, page, what_it_said
from bench.hostile_documents import DOCUMENTS


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": {}}, "answered"),
        ({"errors": [{"extensions": {"code": "BAD_USER_INPUT"}}]}, "BAD_USER_INPUT"),
        ({"errors": [{"extensions": {"code": "OPERATION_TOO_COMPLEX", "limit": "depth"}}]}, "too much: depth"),
    ],
)
def test_an_answer_is_told_in_a_word(answer: Any, said: str) -> None:
    assert what_it_said(answer) == said


def test_every_document_has_its_row_and_the_others_their_sentence() -> None:
    text = page([(one, Told("answered", 1.25, 2.5)) for one in DOCUMENTS], 1.0, 3.0, 1234)
    assert text.count("| answered | 1.2 | 2.5 |") == len(DOCUMENTS)
    assert "An ordinary question took 1.0 ms alone, and 3.0 ms while 1,234 of these came" in text


def test_no_two_documents_have_the_same_name() -> None:
    assert len({one.name for one in DOCUMENTS}) == len(DOCUMENTS)
