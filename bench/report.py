"""The page of results, the chart, and what the README quotes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.chart import chart
from bench.questions.question import CREDITGRAPH, FLOOR, OVER_ITEMS, POSTGRAPHILE, RAW, SLOW
from bench.results import Asked, Results, Spread

PAGE = Path(__file__).parent / "results.md"
CHART = Path(__file__).parent / "results.svg"
README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- measured: written by ./run bench -->", "<!-- end of measured -->"
PLACE = "## Where things are"

ORDER = (CREDITGRAPH, SLOW, POSTGRAPHILE, OVER_ITEMS, FLOOR, RAW)


def page(measured: Results) -> str:
    """Everything, as Markdown."""
    parts = [
        "# Measured\n",
        f"On {measured.measured}, by `./run bench`: {measured.rounds} interleaved rounds of {measured.seconds:g} s. "
        "How to read it: [docs/performance.md](../docs/performance.md).\n",
        _list({**measured.machine, **measured.versions}),
        "\nRows: " + ", ".join(f"{count:,} {name}" for name, count in measured.rows.items()) + ".\n",
        "## Ratios\n",
        "Requests a second of creditgraph to the other's, median of paired rounds (least–most). CPU: processor time a "
        "request of the other server to ours.\n",
        _ratios(measured),
        "\n![ratios](results.svg)\n",
    ]
    for asked in measured.asked:
        parts += [f"\n## {asked.name}: {asked.about}\n", _lane(asked), _shots(asked)]
    parts += ["\n## Process\n", _process(measured)]
    if measured.growth:
        parts += ["\n## Growth with history\n", growth_table(measured.growth)]
    return "\n".join(parts).rstrip() + "\n"


def _list(values: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def _ratios(measured: Results) -> str:
    rows = ["| question | beside | ratio | aimed at | CPU |", "|---|---|---|---|---|"]
    for asked in measured.asked:
        for other in ORDER[1:]:
            ratio = asked.ratio(other)
            if ratio is not None:
                target = asked.targets.get(other, "")
                met = "" if not target else f"{target} {'met' if ratio.middle >= float(target) else 'not met'}"
                rows.append(f"| {asked.name} | {other} | {ratio} | {met} | {asked.cpu_ratio(other) or ''} |")
    return "\n".join(rows)


def _lane(asked: Asked) -> str:
    statements = "" if asked.statements is None else f", {asked.statements} statements"
    return f"Lane: {asked.lane}{statements}.\n"


def _shots(asked: Asked) -> str:
    rows = [
        "| who | requests/s | p50 ms | p99 ms | server CPU ms | database CPU ms | bytes |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in ORDER:
        shots = asked.shots.get(name)
        if not shots:
            continue
        rate = Spread.of([shot.rate for shot in shots])
        rows.append(
            f"| {name} | {rate.middle:.1f} ({rate.least:.1f}–{rate.most:.1f}) | "
            + " | ".join(
                f"{Spread.of([getattr(shot, key) or 0.0 for shot in shots]).middle:{form}}"
                for key, form in (
                    ("p50", ".1f"),
                    ("p99", ".1f"),
                    ("server_cpu", ".3f"),
                    ("database_cpu", ".3f"),
                    ("size", ".0f"),
                )
            )
            + " |"
        )
    return "\n".join(rows)


def _process(measured: Results) -> str:
    lines = [f"- memory of {name} after all rounds (PSS): {size:.0f} MB" for name, size in measured.memory_mb.items()]
    if measured.start_seconds:
        each = ", ".join(f"{seconds:.2f}" for seconds in measured.start_seconds)
        lines.append(f"- `creditgraph serve` ready on an existing database after {each} s")
    return "\n".join(lines)


def growth_table(growth: Mapping[str, Any]) -> str:
    """What a request costs over two sizes of history."""
    rows = ["| question | " + " | ".join(growth["sizes"]) + " | ratio | aimed at |", "|---|---|---|---|---|"]
    for name, found in growth["questions"].items():
        costs = " | ".join(f"{cost:.3f}" for cost in found["cpu"])
        rows.append(f"| {name} | {costs} | {found['ratio']} | at most 1.25 |")
    told = f"Server and database CPU a request, ms, median of rounds, measured {growth['measured']}."
    return told + "\n\n" + "\n".join(rows)


def quoted(measured: Results) -> str:
    """What the README says of the results."""
    rows = ["| | PostGraphile 5 | bare Starlette, same SQL |", "|---|---|---|"]
    for asked in measured.asked:
        if asked.ratio(POSTGRAPHILE) is None:
            continue
        cells = []
        for other in (POSTGRAPHILE, FLOOR):
            ratio = asked.ratio(other)
            cells.append(
                "" if ratio is None else f"{ratio.middle:.1f}×" if other == POSTGRAPHILE else f"{ratio.middle:.2f}×"
            )
        rows.append(f"| {asked.name}: {asked.about} | " + " | ".join(cells) + " |")
    told = (
        f"Requests a second of creditgraph to the other's, measured {measured.measured} on {measured.machine['cores']} "
        f"cores with {measured.rows['items']:,} open items (`./run bench`, [all results](bench/results.md)):"
    )
    return "\n".join((BEGIN, told, "", *rows, END))


def write(measured: Results) -> None:
    """The page, the chart, and what the README quotes, before where things are."""
    PAGE.write_text(page(measured))
    CHART.write_text(chart(measured))
    text = README.read_text()
    if BEGIN not in text:
        before, heading, rest = text.partition(PLACE)
        text = f"{before}## Measured\n\n{BEGIN}\n{END}\n\n{heading}{rest}"
    before, rest = text.split(BEGIN, 1)
    README.write_text(before + quoted(measured) + rest.split(END, 1)[1])
