"""The command line of the stopwatch: `./run bench` (`python -m bench`)."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench import growth, node, peer_files, quick, report, results
from bench.contest import Disagree
from bench.database import place
from bench.generate import NoRoom, NotEmpty, ensure, say
from bench.load import Load, LoadFailed
from bench.measure import Contest, enter, rounds, serving, starts
from bench.processes import NotStarted, memory_mb
from bench.questions import QUESTIONS
from bench.sizes import DEFAULT_ITEMS, size_of


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure creditgraph beside others, in ratios.")
    parser.add_argument("--items", type=int, help=f"open items ever posted ({DEFAULT_ITEMS})")
    parser.add_argument("--only", default="", metavar="Q1,Q4", help="these questions; results are not written")
    parser.add_argument("--rounds", type=int, help="rounds (5)")
    parser.add_argument("--seconds", type=float, help="of load on one server in one round (4)")
    parser.add_argument("--no-peer", action="store_true", help="leave PostGraphile out; results are not written")
    parser.add_argument("--quick", action="store_true", help="small data, Python alone: lane, statements, CPU")
    parser.add_argument("--growth", default="", metavar="LITTLE,MUCH", help="instead: cost over two sizes of history")
    return parser.parse_args()


def asked_for(given: argparse.Namespace) -> list[str]:
    """The names of questions; none: all."""
    return [name.strip() for name in given.only.split(",") if name.strip()]


def run_growth(given: argparse.Namespace) -> int:
    """Measure the growth alone, and add it to the results that there are."""
    little, much = (int(items) for items in given.growth.split(","))
    with tempfile.TemporaryDirectory() as folder:
        found = growth.grown(little, much, rounds=given.rounds or 5, seconds=given.seconds or 4, folder=Path(folder))
    sys.stdout.write(report.growth_table(found) + "\n")
    if results.FILE.exists():
        whole = results.load()
        whole.growth = found
        whole.save()
        report.write(whole)
    return 0


def run(given: argparse.Namespace) -> int:
    """Measure, show, and write the results when they are whole."""
    size = size_of(given.items or DEFAULT_ITEMS)
    only = asked_for(given)
    questions = [question for question in QUESTIONS if not only or question.name in only]
    peer = not given.no_peer
    if peer:
        node.install(peer_files.FOLDER)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = stack.enter_context(place(size))
        load = Load(folder, found.postmaster)
        ensure(found.url, size, say, free=found.free)
        started = starts(found.url, folder)
        contest = Contest(
            found,
            size,
            folder,
            load,
            given.seconds or 4,
            given.rounds or 5,
            stack,
        )
        contest.servers.append(stack.enter_context(serving(found.url, folder))[0])
        entered = enter(contest, questions, peer=peer)
        asked = [one for one, _ in entered.values()]
        finished = False
        try:
            rounds(contest, entered, 3.0)
            finished = True
        except KeyboardInterrupt:
            say("interrupted, so nothing is written; what was measured so far:")
        with psycopg.connect(found.url) as conn:
            versions = results.versions(conn, peer_files.versions() if peer else {})
        memory = {server.name: round(memory_mb(server.pid), 1) for server in contest.servers}
        whole = results.Results(
            measured=results.today(),
            machine=results.machine(),
            versions=versions,
            rows={"items": size.items, "customers": size.customers, "groups": size.groups, "orders": size.orders},
            rounds=contest.rounds,
            seconds=contest.seconds,
            asked=asked,
            memory_mb=memory,
            start_seconds=started,
        )
    sys.stdout.write(report.page(whole))
    if finished and peer and not only and all(len(shots) for one in asked for shots in one.shots.values()):
        if results.FILE.exists():
            whole.growth = results.load().growth
        whole.save()
        report.write(whole)
    return 0


def main() -> int:
    """Say in one sentence what went wrong, when something did. SIGTERM ends it in the same order as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        given = arguments()
        if given.quick:
            return quick.run(asked_for(given))
        return run_growth(given) if given.growth else run(given)
    except KeyboardInterrupt:
        return 130
    except (NoRoom, NotEmpty, LoadFailed, NotStarted, Disagree, ValueError, node.NodeMissing) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
