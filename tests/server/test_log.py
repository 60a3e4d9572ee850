"""What is logged of a failure: where it came from and during which request, never what was in the variables."""

import json
import logging
from contextvars import copy_context
from typing import Any

import asyncpg
import pytest

from schema.log_line import add_to_line, begin_line, more
from server.log import MOST_FRAMES, JsonLines

SECRET = "SECRET-4711"


def logged(record: logging.LogRecord) -> Any:
    return json.loads(JsonLines().format(record))


def fall(depth: int) -> None:
    secret = SECRET
    if depth:
        fall(depth - 1)
    raise KeyError(len(secret))


def test_a_failure_is_a_line_with_its_causes_and_what_is_known_of_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        begin_line()
        add_to_line(operation="Peek")
        try:
            try:
                fall(2)
            except KeyError as error:
                raise ValueError("not \u00e5") from error
        except ValueError:
            logging.getLogger("schema.somewhere").exception("unexpected", extra=more(request_id="r1"))
        said = logged(caplog.records[0])
        assert (said["event"], said["level"], said["logger"]) == ("unexpected", "error", "schema.somewhere")
        assert (said["operation"], said["request_id"]) == ("Peek", "r1")
        assert said["timestamp"].endswith("Z")
        assert [(one["exc_type"], one["exc_value"]) for one in said["exception"]] == [
            ("ValueError", "not \u00e5"),
            ("KeyError", "11"),
        ]
        assert [frame["name"] for frame in said["exception"][1]["frames"]] == ["fail", "fall", "fall", "fall"]
        assert SECRET not in JsonLines().format(caplog.records[0])

    copy_context().run(fail)


def test_the_row_that_the_database_shows_with_a_failure_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    failed = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    failed.detail = f"Key (name)=({SECRET}) already exists."
    assert SECRET in str(failed)
    logging.getLogger("schema.somewhere").error("unexpected", exc_info=failed)
    (told,) = logged(caplog.records[0])["exception"]
    assert told["exc_value"] == "duplicate key value violates unique constraint"


def test_an_exception_from_very_deep_is_told_from_its_end(caplog: pytest.LogCaptureFixture) -> None:
    try:
        fall(MOST_FRAMES * 2)
    except KeyError:
        logging.getLogger("deep").exception("unexpected")
    (told,) = logged(caplog.records[0])["exception"]
    assert [frame["name"] for frame in told["frames"]] == ["fall"] * MOST_FRAMES


def test_beside_a_request_nothing_is_added_to_any_line(caplog: pytest.LogCaptureFixture) -> None:
    def beside() -> None:
        add_to_line(operation="Peek")
        logging.getLogger("beside").warning("folding is late")
        assert set(logged(caplog.records[0])) == {"event", "level", "logger", "timestamp"}

    copy_context().run(beside)
