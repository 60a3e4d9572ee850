"""The ratios as a picture: one bar a question, with the spread of its rounds and a line where both are equal."""

from __future__ import annotations

from html import escape

from bench.questions.question import POSTGRAPHILE
from bench.results import Results

WIDTH, LEFT, ROW, TOP = 720, 110, 34, 46


def chart(measured: Results) -> str:
    """An SVG of how many times as many requests a second as PostGraphile, by question."""
    found = [(asked.name, asked.ratio(POSTGRAPHILE), asked.targets.get(POSTGRAPHILE)) for asked in measured.asked]
    bars = [(name, ratio, target) for name, ratio, target in found if ratio is not None]
    most = max([1.0, *(ratio.most for _, ratio, _ in bars), *(float(target) for _, _, target in bars if target)])
    height = TOP + ROW * len(bars) + 30

    def x(value: float) -> float:
        return round(LEFT + value / most * (WIDTH - LEFT - 70), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"'
        ' font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="12" y="24" font-size="15">Requests a second, times PostGraphile 5 '
        f"({escape(measured.measured)})</text>",
    ]
    for place, (name, ratio, target) in enumerate(bars):
        y = TOP + ROW * place
        parts += [
            f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{y + 2}" width="{round(x(ratio.middle) - LEFT, 1)}" height="18" fill="#2f6f9f"/>',
            f'<path d="M{x(ratio.least)} {y + 11}H{x(ratio.most)}" stroke="#123" stroke-width="2"/>',
            f'<text x="{x(ratio.most) + 8}" y="{y + 15}">{ratio.middle:.1f}×</text>',
        ]
        if target:
            parts.append(f'<path d="M{x(float(target))} {y - 1}V{y + 23}" stroke="#c22" stroke-width="2"/>')
    bottom = TOP + ROW * len(bars)
    parts += [
        f'<path d="M{x(1)} {TOP - 6}V{bottom}" stroke="#777" stroke-dasharray="3 3"/>',
        f'<text x="12" y="{bottom + 20}" fill="#555">Dark line: least to most of the rounds. Red: aimed at. '
        "Dashed: equal.</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
