"""Ratios are those of the rounds, the quick mode judges by them, and the README quotes what was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench import report, results
from bench.load import Shot
from bench.questions.question import CREDITGRAPH, FLOOR, POSTGRAPHILE
from bench.quick import judge
from bench.results import Asked, Results


def _shot(requests: int, cpu: float) -> Shot:
    return Shot(requests, 1.0, 1.0, 2.0, 100.0, cpu, cpu)


def _measured(lane: str = "fast", statements: int | None = 1, cpu: float = 0.2) -> Results:
    shots = {
        CREDITGRAPH: [_shot(300, cpu), _shot(100, cpu), _shot(800, cpu)],
        POSTGRAPHILE: [_shot(100, 1.0), _shot(100, 1.0), _shot(200, 1.0)],
        FLOOR: [_shot(300, 0.2), _shot(200, 0.2), _shot(800, 0.2)],
    }
    asked = Asked("Q1", "one customer", {POSTGRAPHILE: "3.0", FLOOR: "0.85"}, lane, statements, shots)
    return Results(
        "2026-11-24", {"cores": "2"}, {"python": "3"}, {"items": 2000}, 3, 1.0, [asked], {CREDITGRAPH: 60.0}, [1.5]
    )


def test_a_ratio_is_the_median_of_rounds_paired_with_its_spread() -> None:
    asked = _measured().asked[0]
    assert str(asked.ratio(POSTGRAPHILE)) == "3.00 (1.00–4.00)"
    assert str(asked.cpu_ratio(POSTGRAPHILE)) == "5.00 (5.00–5.00)"
    assert asked.ratio("nobody") is None


def test_the_page_tells_which_aims_are_met() -> None:
    written = report.page(_measured())
    assert "| Q1 | PostGraphile | 3.00 (1.00–4.00) | 3.0 met |" in written
    assert "| Q1 | bare Starlette | 1.00 (0.50–1.00) | 0.85 met |" in written


def test_results_are_read_back_as_they_were_kept(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    _measured().save(file)
    assert results.load(file) == _measured()


def test_the_quick_mode_accepts_one_statement_of_the_fast_lane_at_the_floors_cost() -> None:
    assert judge(_measured().asked) == 0
    assert judge(_measured(lane="slow").asked) == 1
    assert judge(_measured(statements=2).asked) == 1
    assert judge(_measured(cpu=1.0).asked) == 1


def test_the_quick_mode_fails_when_nothing_was_measured() -> None:
    assert judge([]) == 1


def test_the_quick_mode_fails_for_python_that_works_for_every_row_beside_a_slow_database() -> None:
    asked = _measured().asked[0]
    asked.shots = {
        CREDITGRAPH: [replace(_shot(100, 3.5), database_cpu=10.0)],
        FLOOR: [replace(_shot(100, 1.0), database_cpu=10.0)],
    }
    assert judge([asked]) == 1


def test_the_readme_and_the_page_quote_the_results_that_were_kept() -> None:
    readme = report.README.read_text()
    kept = results.FILE.exists()
    assert (report.BEGIN in readme) == kept
    assert report.PAGE.exists() == kept
    if kept:
        measured = results.load()
        assert report.PAGE.read_text() == report.page(measured)
        assert report.quoted(measured) in readme
