"""The demo loads through the API, answers what it prints, goes on after a load that was cut short, and ends."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from persistence import embedded
from persistence.reconcile import reconcile
from server.auth import DevelopmentIssuer
from server.demo.client import Client, Refused
from server.demo.group import ACCOUNTS, BUILDERS, rates
from server.demo.history import INVOICES, invoices
from server.demo.loading import begun, load, loaded, refresh
from server.demo.orders import ORDERS, Then
from server.demo.showing import PEOPLE, QUESTIONS, check, printed, tokens
from tests.server.conftest import KEY, Served

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
EVERYTHING = """{
  companies { nodes { code } } parties(first: 100) { nodes { number } } customers(first: 100) { nodes { account } }
  openItems { count { value } } payments { count { value } }
  salesOrders(first: 100) { nodes { number status } } creditHolds(first: 100) { nodes { status order { number } } }
  creditGroups { nodes { number credit { exposure { openOrders { amount } } } } }
  blockingRules { nodes { kind } } reasons { nodes { code name } }
}"""


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
    return client.ask(EVERYTHING, language="sv")


async def test_it_loads_through_the_api_and_answers_what_it_prints(served: Served, pool: asyncpg.Pool) -> None:
    given = tokens(DevelopmentIssuer(KEY))
    clients = {name: Client(served.address, token) for name, token in given.items()}
    requests: list[None] = [None] * 30
    cutting = {name: Cutting(served.address, token, requests) for name, token in given.items()}

    def use() -> tuple[dict[str, Any], dict[str, Any], str]:
        assert begun(clients["ADMIN"]) is None
        today = DevelopmentIssuer(KEY).clock().date()
        with pytest.raises(CutShort):
            load(cutting, today)
        assert not loaded(clients["ADMIN"])
        assert begun(clients["ADMIN"]) is not None
        load(clients, today)
        assert loaded(clients["ADMIN"])
        first = everything(clients["MANAGER"])
        load(clients, today)
        refresh(clients, today)
        return first, everything(clients["MANAGER"]), check(served.address, given)

    first, again, explanation = await asyncio.to_thread(use)
    async with pool.acquire() as connection:
        assert await reconcile(connection) == []
    assert again == first
    assert len(first["companies"]["nodes"]) == 3
    assert len(first["parties"]["nodes"]) == 12
    assert len(first["customers"]["nodes"]) == len(ACCOUNTS) == 20
    assert first["openItems"]["count"]["value"] == len(ACCOUNTS) * INVOICES + 1
    assert explanation.startswith("Ordern på 110\u00a0000,00\u00a0kr spärras: ")
    statuses = {order["status"] for order in first["salesOrders"]["nodes"]}
    assert statuses == {"ENTERED", "APPROVED", "HELD", "REJECTED", "DELIVERED", "INVOICED", "CANCELLED"}
    holds = Counter(hold["status"] for hold in first["creditHolds"]["nodes"])
    assert set(holds) == {"OPEN", "RELEASED", "REJECTED"}
    open_orders = first["creditGroups"]["nodes"][0]["credit"]["exposure"]["openOrders"]["amount"]
    assert (first["creditGroups"]["nodes"][0]["number"], open_orders) == ("KG-BERGSTROM", "500000.00")
    assert {rule["kind"] for rule in first["blockingRules"]["nodes"]} == {"OVERDUE_DAYS", "CREDIT_LIMIT_USED"}
    names = {reason["code"]: reason["name"] for reason in first["reasons"]["nodes"]}
    assert names["PAYMENT_PROMISED"] == "Betalning utlovad"


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


def test_the_past_is_the_same_on_every_machine_and_nothing_of_it_lies_in_the_future() -> None:
    found = invoices(TODAY)
    assert found == invoices(TODAY)
    assert len({invoice.number for invoice in found}) == len(found)
    for invoice in found:
        assert invoice.document_date < TODAY
        assert invoice.paid_on is None or invoice.document_date <= invoice.paid_on <= TODAY
        assert 0 <= invoice.paid <= invoice.amount
        assert invoice.amount.as_tuple().exponent in {-2, 0}
    assert all(invoice.paid == invoice.amount for invoice in found if invoice.account in BUILDERS)
    assert sum(invoice.paid_on is None for invoice in found) > 40


def test_rates_of_ten_days_stay_near_those_of_today() -> None:
    found = rates(TODAY)
    assert len({day for *_, day in found}) == 10
    assert max(day for *_, day in found) == TODAY
    today = {(base, quote): rate for base, quote, rate, day in found if day == TODAY}
    assert all(abs(rate / today[base, quote] - 1) < 0.01 for base, quote, rate, _ in found)
    assert len({rate for _, quote, rate, _ in found if quote == "SEK"}) > 5


def test_orders_go_every_way_an_order_can_go() -> None:
    assert {order.then for order in ORDERS} == set(Then)
    assert len({order.number for order in ORDERS}) == len(ORDERS)


def test_the_command_loads_prints_answers_and_ends(tmp_path: Path) -> None:
    """The whole way as a newcomer goes it, with a server of its own. The slowest test of this room."""
    environment = {**os.environ, "CREDITGRAPH_EMBEDDED_PURPOSE": "test-demo", "CREDITGRAPH_PORT": "0"}
    command = [sys.executable, "-m", "server.cli", "demo"]
    try:
        done = subprocess.run(
            [*command, "--once"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
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
        assert "# The demo group is there already.\n" in said
    finally:
        _forget("test-demo")


def _forget(purpose: str) -> None:
    """Stop the server if it still runs and take its data away, so that the next run loads again."""
    server = embedded.start(purpose)
    embedded.stop(purpose)
    shutil.rmtree(server.data.parent)
