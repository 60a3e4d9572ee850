"""`creditgraph import`: what it says while it works, what became of the file, and how it ends."""

import csv
import io
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from locales.say import reader
from persistence import importing
from persistence.importing import Imported, Progress, Step
from server.cli import app
from server.importing import left, remaining, summary, watching

RATES = "Date,SEK,NOK\n2026-03-31,11.20,11.80\n2026-03-30,11.25,N/A\n"
BAD = RATES.replace("11.25", "elva")


def run(database_url: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, arguments)], env={"DATABASE_URL": database_url})


def rates(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select count(*) from exchange_rate").fetchone()
    assert row is not None
    count: int = row[0]
    return count


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rates.csv"


def test_bad_rows_are_written_beside_the_file_and_nothing_is_loaded(database_url: str, file: Path) -> None:
    file.write_text(BAD)
    before = rates(database_url)
    said = run(database_url, file, "--format", "ecb-rates", "--locale", "sv-SE")
    assert said.exit_code == 1
    assert "1 med fel" in said.stdout
    rejects = file.with_suffix(".rejects.csv")
    assert str(rejects) in said.stdout
    (row,) = csv.DictReader(io.StringIO(rejects.read_text("utf-8-sig")))
    assert (row["line"], row["column"], row["value"]) == ("3", "SEK", "elva")
    assert row["reason"]
    assert rates(database_url) == before


def test_bad_rows_are_left_out_when_asked_for_and_the_same_file_again_changes_nothing(
    database_url: str, file: Path
) -> None:
    file.write_text(BAD)
    before = rates(database_url)
    first = run(database_url, file, "--format", "ecb-rates", "--skip-bad")
    again = run(database_url, file, "--format", "ecb-rates", "--skip-bad")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "new, 0 there already, 1 bad" in first.stdout
    assert " 0 new" in again.stdout
    assert rates(database_url) == before + 2


def test_without_a_terminal_progress_is_plain_lines(database_url: str, file: Path) -> None:
    file.write_text(RATES)
    said = run(database_url, file, "--format", "ecb-rates")
    assert "rates.csv: reading " in said.stderr
    assert "rates.csv: checking 0%" in said.stderr
    assert "\x1b" not in said.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--format", "excel"), "There is no format excel"),
        (("--kind", "shoes"), "shoes"),
        (("--format", "ibm-late-payments", "--set", "currency"), "should be NAME=VALUE"),
        (("--format", "ibm-late-payments", "--set", "colour=red"), "There is no option colour"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    database_url: str, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    odd = tmp_path / "ledger.csv"
    odd.write_text("a,b\n")
    said = run(database_url, odd, *arguments)
    assert said.exit_code == 2
    assert sentence in said.stderr


def test_a_file_that_is_not_there_is_a_sentence(database_url: str, file: Path) -> None:
    said = run(database_url, file)
    assert said.exit_code == 2
    assert "There is no file or folder" in said.stderr


def test_the_help_lists_every_format_and_every_kind_of_row() -> None:
    said = CliRunner().invoke(app, ["import", "--help"]).output
    for name, about in (importing.formats() | importing.kinds()).items():
        assert f"  {name} " in said
        assert about in said


def test_the_summary_says_what_became_of_the_file_as_the_reader_writes_numbers() -> None:
    imported = Imported(UUID(int=1), "ledger.csv", 12_345, 12_000, 343, 2, Path("ledger.rejects.csv"))
    assert summary(imported, reader("sv-SE")).splitlines() == [
        "ledger.csv: 12\u00a0345 rader lästa, 12\u00a0000 nya, 343 fanns redan, 2 med fel.",
        "  Varför de underkändes: ledger.rejects.csv",
    ]
    stopped = Imported(UUID(int=1), "ledger.csv", 10, 0, 0, 0, None, cancelled=True)
    assert summary(stopped, reader("en")) == "ledger.csv: cancelled, nothing was loaded."


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3900, "1 h 5 min")]
)
def test_the_time_that_is_left_is_said_as_people_say_it(seconds: int, said: str) -> None:
    assert remaining(seconds) == said
    shown = Progress("ledger.csv", Step.READING, 1, 2, 100, 50, seconds)
    assert left(shown) == (f"{said} left" if seconds else "")


def test_on_a_terminal_there_is_a_bar_with_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "140")
    with watching() as watch:
        watch(Progress("ledger.csv", Step.READING, 1, 4, 1_000, 500, 75))
    said = capsys.readouterr().err
    for part in ("ledger.csv: reading", "25%", "1,000 rows", "500/s", "1 min 15 s left", "\x1b["):
        assert part in said


def test_steps_follow_each_other_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with watching() as watch:
        for step in (Step.READING, Step.READING, Step.CHECKING, Step.LOADING):
            watch(Progress("ledger.csv", step, 1, 2, 10, 5, None))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"ledger.csv: {step} 50%, 10 rows, 5/s" for step in ("reading", "checking", "loading")]
