"""A database that is away is not asked faster and faster."""

from __future__ import annotations

import logging

import pytest

from schema.outage import LONGEST_WAIT, Outage

LOG = logging.getLogger(__name__)


def test_each_failure_is_waited_for_twice_as_long_up_to_an_end_until_it_works_again() -> None:
    outage, waits = Outage(LOG, "working failed"), []
    for _ in range(7):
        waits.append(outage.wait(0.25))
        outage.failed()
    assert waits == [0.25, 0.5, 1, 2, 4, 8, LONGEST_WAIT]
    outage.over()
    assert outage.wait(0.25) == 0.25


def test_what_is_done_seldom_is_not_done_more_often_for_failing() -> None:
    outage = Outage(LOG, "working failed")
    outage.failed()
    assert outage.wait(3600) == 3600


def test_each_outage_is_told_once_with_its_exception_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(LOG, "working failed")
    for _ in range(2):
        outage.over()
        for _ in range(5):
            try:
                raise ConnectionRefusedError
            except ConnectionRefusedError:
                outage.failed()
        outage.over()
        outage.over()
    assert caplog.messages == ["working failed", "working failed before; it works again"] * 2
    assert [record.exc_info is not None for record in caplog.records] == [True, False] * 2
