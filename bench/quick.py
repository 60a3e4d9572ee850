"""The quick mode's judgement, for continuous integration: lanes, statements, processor time against the floor's.

Never an absolute time, and no rate: a busy machine must not fail it.
"""

from __future__ import annotations

import sys

from bench.questions.question import CREDITGRAPH, FLOOR
from bench.results import Results

MOST_CPU = {"Q1": 2.0, "Q2": 1.5, "Q3": 1.5, "Q4": 1.5}
"""Server and database time a request, as a multiple of the bare endpoint's with the same SQL in the same run."""

FAST = ("Q1", "Q2", "Q3", "Q4", "Q4 sv-SE")


def judge(measured: Results) -> int:
    """Print what is not as it should be; 0 when everything is."""
    wrong = [] if measured.asked else ["nothing was measured"]
    for asked in measured.asked:
        if asked.name in FAST:
            if asked.lane != "fast":
                wrong.append(f"{asked.name} took the {asked.lane} lane")
            elif asked.statements != 1:
                wrong.append(f"{asked.name} took {asked.statements} statements, not one")
        most = MOST_CPU.get(asked.name)
        ours, floor = asked.shots.get(CREDITGRAPH), asked.shots.get(FLOOR)
        if most is not None and ours and floor:
            ratio = min(shot.cpu for shot in ours) / min(shot.cpu for shot in floor)
            if ratio > most:
                wrong.append(f"{asked.name} costs {ratio:.2f} times the bare endpoint's processor time, over {most}")
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0
