"""The demo loads through the API, answers what it prints, goes on after a load that was cut short, and ends."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from persistence import embedded
from persistence.reconcile import reconcile
from server.auth import DevelopmentIssuer
from server.demo.client import Client, Refused
from server.demo.facts.documents import Order, Then
from server.demo.facts.group import facts
from server.demo.facts.names import LANGUAGES, NAMES
from server.demo.facts.orders import status_of
from server.demo.facts.scale import FULL, SMALL
from server.demo.loading import LANGUAGE as STAMP_LANGUAGE
from server.demo.loading import VERSION, OtherGroup, Stamp, begun, load, refresh, save_stamp, stamp
from server.demo.showing import PEOPLE, QUESTIONS, check, printed, tokens
from tests.server.conftest import KEY, Served

ROOT = Path(__file__).parents[2]
EVERYTHING = (
    "{ companies { nodes { code currency } } openItems { count { value } } payments { count { value } } }",
    "{ parties(first: 1000) { nodes { number } } }",
    "{ customers(first: 1000) { nodes { account } } }",
    "{ salesOrders(first: 1000) { nodes { number status kind } } }",
    "{ creditHolds(first: 1000) { nodes { order { number } status forced checkpoint reasons { code } } } }",
    "{ creditGroups(first: 50) { nodes { number memberCount credit { exposure { openOrders { amount } } } } } }",
    "{ blockingRules(first: 500) { nodes { kind type validFor } } }",
    "{ creditLimitAdjustments(first: 500) { nodes { status } } }",
    "{ reasons(first: 50) { nodes { code name translations { locale } } } }",
)


class CutShort(Exception):
    """The connection went away."""


@dataclass(frozen=True)
class Cutting(Client):
    """A client whose connection goes away after so many requests."""

    left: list[None] = field(default_factory=list)

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, language: str = "en") -> dict[str, Any]:
        if not self.left:
            raise CutShort
        self.left.pop()
        return super().ask(query, variables, language)


def everything(client: Client) -> dict[str, Any]:
    return {name: found for query in EVERYTHING for name, found in client.ask(query, language="sv").items()}


def clients_of(served: Served) -> dict[str, Client]:
    return {name: Client(served.address, token) for name, token in tokens(DevelopmentIssuer(KEY)).items()}


async def test_a_load_that_was_cut_short_goes_on_and_once_more_changes_nothing(
    served: Served, pool: asyncpg.Pool
) -> None:
    clients, given = clients_of(served), tokens(DevelopmentIssuer(KEY))
    requests: list[None] = [None] * 700
    cutting = {name: Cutting(served.address, token, requests) for name, token in given.items()}
    today = DevelopmentIssuer(KEY).clock().date()
    told: list[int] = []

    def use() -> tuple[dict[str, Any], dict[str, Any], str]:
        assert begun(clients["ADMIN"]) is None
        with pytest.raises(CutShort):
            load(cutting, today, SMALL)
        assert begun(clients["ADMIN"]) == Stamp(VERSION, today, "small", whole=False)
        # The next day, and with another scale in mind: what was begun is finished.
        load(clients, today + timedelta(days=1), FULL, told.append)
        assert begun(clients["ADMIN"]) == Stamp(VERSION, today, "small", whole=True)
        first = everything(clients["MANAGER"])
        load(clients, today)
        refresh(clients, today)
        again = everything(clients["MANAGER"])
        refresh(clients, today + timedelta(days=3))
        later = f'{{from: "{today + timedelta(days=1)}"}}'
        rates = f"{{ exchangeRates(where: {{date: {{range: {later}}}}}) {{ nodes {{ date }} }} }}"
        days = {rate["date"] for rate in clients["ADMIN"].ask(rates)["exchangeRates"]["nodes"]}
        assert days == {str(today + timedelta(days=ahead)) for ahead in (2, 3)}
        return first, again, check(served.address, given)

    first, again, explanation = await asyncio.to_thread(use)
    async with pool.acquire() as connection:
        assert await reconcile(connection) == []
    assert again == first
    assert told == sorted(set(told))
    assert told[-1] == 100
    assert len(told) >= 8
    assert explanation.startswith("Ordern på 110\u00a0000,00\u00a0kr spärras: ")
    looks_as_it_was_made(first, today)


def looks_as_it_was_made(found: dict[str, Any], today: date) -> None:
    made = facts(today, SMALL)
    assert len(found["companies"]["nodes"]) == 8
    assert len(found["parties"]["nodes"]) == SMALL.parties
    assert len(found["customers"]["nodes"]) == SMALL.customers
    assert found["openItems"]["count"]["value"] == SMALL.items + sum(
        order.then is Then.INVOICED for order in made.orders
    )
    assert found["payments"]["count"]["value"] == len(made.ledger.payments) + sum(
        order.then is Then.PREPAID for order in made.orders
    )
    statuses = {order["number"]: order["status"] for order in found["salesOrders"]["nodes"]}
    assert statuses == {order.number: status_of(order) for order in made.orders}
    holds = {hold["order"]["number"]: hold for hold in found["creditHolds"]["nodes"]}
    assert [order.number for order in made.orders if not held_as_said(order, holds)] == []
    assert {hold["status"] for hold in holds.values()} == {
        *("OPEN", "READY_TO_RELEASE", "IN_APPROVAL", "RELEASED", "REJECTED", "CANCELLED")
    }
    groups = {group["number"]: group for group in found["creditGroups"]["nodes"]}
    assert len(groups) == SMALL.credit_groups
    assert groups["KG-BERGSTROM"]["credit"]["exposure"]["openOrders"]["amount"] == "500000.00"
    assert len(found["blockingRules"]["nodes"]) == len(made.rules)
    assert {adjustment["status"] for adjustment in found["creditLimitAdjustments"]["nodes"]} == {
        *("DRAFT", "IN_REVIEW", "POSTED")
    }
    names = {reason["code"]: reason for reason in found["reasons"]["nodes"]}
    assert names["PAYMENT_PROMISED"]["name"] == "Betalning utlovad"
    for named in NAMES:
        if named.kind == "reason":
            locales = {said["locale"] for said in names[named.code]["translations"]}
            assert locales - {STAMP_LANGUAGE} == set(LANGUAGES)


def held_as_said(order: Order, holds: Mapping[str, Any]) -> bool:
    """Held for the reason it should be, or by hand."""
    if order.then is Then.FORCED:
        return bool(holds[order.number]["forced"])
    reasons = {reason["code"] for reason in holds[order.number]["reasons"]} if order.why else set()
    return order.why is None or (order.why in reasons and holds[order.number]["checkpoint"] == order.checkpoint)


async def test_what_is_loaded_is_said_where_nobody_reads_it(served: Served) -> None:
    clients = clients_of(served)
    names = "{ reasons(first: 1000) { nodes { code name } } }"
    reasons = (await asyncio.to_thread(clients["MANAGER"].ask, names))["reasons"]["nodes"]
    assert reasons
    assert not [one for one in reasons if "demo" in f"{one['code']} {one['name']}".casefold()]


async def test_what_another_version_loaded_is_left_alone(served: Served) -> None:
    clients = clients_of(served)

    def use() -> Stamp | None:
        before = stamp(clients["ADMIN"])
        older = Stamp(1, date(2026, 1, 5), "full", whole=True)
        save_stamp(clients["ADMIN"], older)
        try:
            with pytest.raises(OtherGroup, match=f"CREDITGRAPH_EMBEDDED_PURPOSE=demo{VERSION}"):
                load(clients, date(2026, 11, 23))
            return stamp(clients["ADMIN"])
        finally:
            assert before is not None
            save_stamp(clients["ADMIN"], before)

    assert await asyncio.to_thread(use) == Stamp(1, date(2026, 1, 5), "full", whole=True)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_what_it_prints_can_be_pasted_into_a_shell(served: Served) -> None:
    text = printed(served.address, tokens(DevelopmentIssuer(KEY)))
    pasted = await asyncio.to_thread(
        subprocess.run, ["sh", "-eu", "-c", text], capture_output=True, text=True, check=True
    )
    assert pasted.stdout.count('"extensions"') == len(QUESTIONS)
    assert "UNAUTHENTICATED" not in pasted.stdout


def test_every_role_is_somebody() -> None:
    roles = {role for claims in PEOPLE.values() for granted in claims.grants.values() for role in granted}
    assert roles == {
        *("VIEWER", "CREDIT_CLERK", "CREDIT_MANAGER", "COLLECTIONS_AGENT", "INTEGRATION", "AUDITOR", "ADMIN")
    }


async def test_a_refusal_is_not_passed_over(served: Served) -> None:
    with pytest.raises(Refused, match="UNAUTHENTICATED"):
        await asyncio.to_thread(Client(served.address, "nothing").ask, "{ __typename }")


def test_the_command_loads_prints_answers_and_ends(tmp_path: Path) -> None:
    """The whole way as a newcomer goes it, with a server of its own. The slowest test of this room."""
    environment = {**os.environ, "CREDITGRAPH_EMBEDDED_PURPOSE": "test-demo", "CREDITGRAPH_PORT": "0"}
    command = [sys.executable, "-m", "server.cli", "demo"]
    try:
        done = subprocess.run(
            [*command, "--once", "--small"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "# It answers: Ordern på 110\u00a0000,00\u00a0kr spärras" in done.stdout
        assert len(re.findall(r"^[A-Z]+=ey", done.stdout, re.MULTILINE)) == len(PEOPLE)
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as again:
            assert again.stdout is not None
            said = []
            for line in again.stdout:
                said.append(line)
                if "Ctrl-C" in line:
                    again.send_signal(signal.SIGINT)
        assert again.returncode == 0
        assert any(line.startswith("# The demo group is there already") for line in said)
    finally:
        _forget("test-demo")


def _forget(purpose: str) -> None:
    """Stop the server if it still runs and take its data away, so that the next run loads again."""
    server = embedded.start(purpose)
    embedded.stop(purpose)
    shutil.rmtree(server.data.parent)
