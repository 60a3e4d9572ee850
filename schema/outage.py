"""A database that is away: waited for longer each time, and told once that it went and once that it is back."""

from __future__ import annotations

import logging

LONGEST_WAIT = 10.0
"""Seconds between two tries at most."""


class Outage:
    """Of one work that is done again and again: how many `failures` there were since it was done last.

    `failing`: what the log says when it fails.
    """

    def __init__(self, log: logging.Logger, failing: str) -> None:
        self._log = log
        self._failing = failing
        self.failures = 0

    def failed(self) -> None:
        """It failed, of the exception at hand: logged when it did not fail before."""
        if not self.failures:
            self._log.exception(self._failing)
        self.failures += 1

    def over(self) -> None:
        """It was done: logged when it failed before."""
        if self.failures:
            self._log.warning("%s before; it works again", self._failing)
        self.failures = 0

    def wait(self, usual: float) -> float:
        """How many seconds to wait before the next time: twice as long after each failure, up to `LONGEST_WAIT`."""
        return max(usual, min(usual * 2.0 ** min(self.failures, 16), LONGEST_WAIT))
