"""Loads the demo group through the API. Every key of idempotency and every number is the demo's own and the same each
time, so a load that was cut short goes on where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.message import N_, Message, Trouble
from server.demo.client import Client
from server.demo.credit import post_later, post_limits, post_party_limits, post_rules, post_story_limits
from server.demo.desk import post_declarations, post_requests, post_reviews
from server.demo.facts.companies import rates_of
from server.demo.facts.documents import Way
from server.demo.facts.group import Facts, facts
from server.demo.facts.names import LANGUAGES, NAMES
from server.demo.facts.scale import SCALES, SMALL, Scale
from server.demo.ledger import post_ledger
from server.demo.masters import post_companies, post_customers, post_names, post_rates
from server.demo.order_steps import post_known_orders, post_orders
from server.demo.posting import Poster, post

VERSION = 4
"""Of the facts: what was loaded by another version is not gone on with."""

STAMPED, LANGUAGE = next(named for named in NAMES if named.kind == "reason"), "zxx"
"""The reason whose name, in the language of what is in no language, says what is loaded: nobody reads that one."""

ONE_ROW = 25
"""A request with one row takes as long as so many rows in a request with many."""

Clients = Mapping[str, Client]


@dataclass(frozen=True)
class Stamp:
    """What is in the database: which version, of which day and scale, and whether it is whole."""

    version: int
    today: date
    scale: str
    whole: bool

    def __str__(self) -> str:
        return f"Demo group {self.version} of {self.today}, {self.scale}: {'loaded' if self.whole else 'begun'}"


def stamp(client: Client) -> Stamp | None:
    """What is loaded or begun, by whatever version; None where nobody stamped anything."""
    asked = (
        f'{{ reasons(where: {{code: {{eq: "{STAMPED.code}"}}}}) {{ nodes {{ translations {{ locale value }} }} }} }}'
    )
    names = (name for node in client.ask(asked)["reasons"]["nodes"] for name in node["translations"])
    found = next((name["value"] for name in names if name["locale"] == LANGUAGE), "")
    said = re.fullmatch(r"Demo group (\d+) of ([\d-]+), (\w+): (\w+)", found)
    return Stamp(int(said[1]), date.fromisoformat(said[2]), said[3], said[4] == "loaded") if said else None


class OtherGroup(Trouble):
    """The database holds something else than this version's demo group; it is left alone."""

    def __init__(self) -> None:
        text = N_(
            "The database of the demo has other data in it and is left as it is. "
            "Start with {setting} to load the demo group beside it."
        )
        super().__init__(Message(text, {"setting": f"CREDITGRAPH_EMBEDDED_PURPOSE=demo{VERSION}"}))


def begun(client: Client) -> Stamp | None:
    """The stamp of what this version loaded or began to; None in an empty database. Raises `OtherGroup`."""
    found = stamp(client)
    if found is None and client.ask("{ companies(first: 1) { nodes { id } } }")["companies"]["nodes"]:
        raise OtherGroup
    if found is not None and found.version != VERSION:
        raise OtherGroup
    return found


def load(
    clients: Clients, today: date, scale: Scale = SMALL, progress: Callable[[int], None] = lambda percent: None
) -> None:
    """Everything. Days are counted back from `today`; what was begun goes on with the day and scale it began with.

    `progress` is told the percent done, a few times. Raises `OtherGroup`.
    """
    there = begun(clients["ADMIN"])
    if there is not None:
        today, scale = there.today, SCALES[there.scale]
    else:
        save_stamp(clients["ADMIN"], Stamp(VERSION, today, scale.name, whole=False))
    made = facts(today, scale)
    poster = Poster(clients["ADMIN"], clients["INTEGRATION"], clients["MANAGER"], _Progress(_work(made), progress).add)
    post_companies(poster)
    post_names(poster)
    post_customers(poster, made)
    post_rates(poster, made.rates)
    post_rules(poster, made)
    post_story_limits(poster, today)
    post_limits(poster, made)
    post_party_limits(poster, made)
    post_reviews(poster, made)
    post_known_orders(poster, made.orders)
    post_ledger(poster, made.ledger)
    post_declarations(poster, made)
    post_orders(poster, made.orders, today)
    post_later(poster, made)
    post_requests(poster, made, clients)
    save_stamp(clients["ADMIN"], Stamp(VERSION, today, scale.name, whole=True))
    progress(100)


def refresh(clients: Clients, today: date) -> None:
    """What must be new every day: today's rates, and yesterday's if the group is older: in the west it still is."""
    there = stamp(clients["ADMIN"])
    days = [day for day in (today - timedelta(days=1), today) if there is None or day >= there.today]
    poster = Poster(clients["ADMIN"], clients["INTEGRATION"], clients["MANAGER"])
    post_rates(poster, [rate for day in days for rate in rates_of(day)])


def save_stamp(admin: Client, found: Stamp) -> None:
    """Say what is loaded."""
    given = {"code": STAMPED.code, "name": STAMPED.english, **STAMPED.values}
    subject = post(admin, "saveReason", given, "reason { id }")["reason"]["id"]
    post(admin, "setTranslation", {"subject": subject, "locale": LANGUAGE, "value": str(found)})


def _work(made: Facts) -> int:
    """How much there is to send, in rows; an estimate is good enough."""
    ledger = made.ledger
    single = len(NAMES) * (1 + len(LANGUAGES)) + len(made.rules) + 5 * len(made.groups) + len(made.covers)
    single += 2 * len(made.adjustments) + len(made.reviews) + len(ledger.credited) + len(ledger.returned)
    single += len(made.party_limits) + 2 * len(made.declared)
    single += 2 * len([order for order in made.orders if order.way is Way.SUBMITTED])
    return ONE_ROW * single + len(made.customers) * 2 + len(ledger.items) + len(ledger.payments) * 2


@dataclass
class _Progress:
    """Counts what was sent, and tells every tenth of it."""

    work: int
    tell: Callable[[int], None]
    done: int = 0

    def add(self, rows: int) -> None:
        before = self.done * 10 // self.work
        self.done += ONE_ROW if rows == 1 else rows
        now = self.done * 10 // self.work
        if before < now < 10:
            self.tell(now * 10)
