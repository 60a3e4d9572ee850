"""The command line as people type it: help that helps, sentences instead of tracebacks, tokens that work."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import click
import httpx2
import psycopg
import pytest
from click.testing import CliRunner, Result

from persistence import embedded, migrate
from schema.context import Claims
from server.auth import TokenAuthentication, development_key
from server.cli import app

ROOT = Path(__file__).parents[2]

NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/none"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of tests are not those of the checkout."""
    monkeypatch.setenv("CREDITGRAPH_DATA", str(tmp_path))
    monkeypatch.delenv("CREDITGRAPH_HOST", raising=False)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


def names() -> list[str]:
    return app.list_commands(click.Context(app))


def test_the_help_names_every_command() -> None:
    said = run("--help")
    assert said.exit_code == 0
    assert [name for name in names() if f"  {name} " not in said.output] == []


@pytest.mark.parametrize("name", names())
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    said = run(name, "--help")
    assert said.exit_code == 0
    _, usage, *rest = said.output.partition("Usage: ")
    explained, options = "".join(rest).split("Options:")
    assert usage
    assert len(explained.split("\n\n", 1)[1]) > 60
    lines = [line for line in options.splitlines() if line.strip().startswith("--")]
    assert [line for line in lines if len(line.split("  ")) < 3 and len(line) < 24] == []


async def test_a_printed_token_says_what_was_asked_for(tmp_path: Path) -> None:
    said = run(
        *("token", "--subject", "anna", "--name", "Anna Berg", "--locale", "sv-SE", "--days", "2"),
        *("--grant", "SE01=CREDIT_MANAGER", "--grant", "*=VIEWER", "--grant", "SE01=AUDITOR,VIEWER"),
    )
    claims = await TokenAuthentication(development_key(tmp_path))(f"Bearer {said.stdout.strip()}")
    grants = {"SE01": ("CREDIT_MANAGER", "AUDITOR", "VIEWER"), "*": ("VIEWER",)}
    assert claims == Claims("anna", "Anna Berg", grants, "USER", "sv-SE")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--grant", "SE01=EMPEROR"), "There is no role EMPEROR. Roles: VIEWER"),
        (("--grant", "SE01"), "should be COMPANY=ROLE"),
        (("--grant", "=VIEWER"), "should be COMPANY=ROLE"),
        (("--grant", "*=VIEWER", "--kind", "SYSTEM"), "USER, INTEGRATION"),
        (("--grant", "*=VIEWER", "--locale", "tlh"), "none we speak"),
        (("--grant", "*=VIEWER", "--days", "0"), "0 is not in the range 1<=x<=365"),
        ((), "--grant"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_printed(arguments: tuple[str, ...], sentence: str) -> None:
    said = run("token", "--subject", "anna", *arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert sentence in said.stderr


def test_migrate_says_what_it_did_and_then_that_there_is_nothing_to_do(server: embedded.Server) -> None:
    head = migrate.head()
    with migrate.passing_database(server) as url:
        steps = [run("migrate", *option, DATABASE_URL=url) for option in (["--check"], [], [], ["--check"])]
    assert [step.exit_code for step in steps] == [1, 0, 0, 0]
    assert steps[0].stdout == f"The database is empty; this version needs migration {head}.\n"
    assert steps[1].stdout == f"Migrated from an empty database to {head}.\n"
    assert steps[2].stdout == f"Nothing to do: the database is at migration {head}.\n"


def test_an_unmigrated_database_is_not_served(server: embedded.Server) -> None:
    with migrate.passing_database(server) as url:
        said = run("serve", "--port", "0", DATABASE_URL=url)
    assert said.exit_code == 1
    assert "Run: creditgraph migrate" in said.stderr


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_does_not_answer_is_a_sentence(command: str) -> None:
    said = run(command, DATABASE_URL=NOWHERE, CREDITGRAPH_PORT="0")
    assert said.exit_code == 1
    assert said.stderr.startswith("The database does not answer: ")
    assert "nothing@" not in said.stderr


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "mysql://localhost/x", "PostgreSQL only"),
        ("CREDITGRAPH_PORT", "high", "PORT"),
        ("CREDITGRAPH_HOST", "0.0.0.0", "not a loopback address"),
    ],
)
def test_a_setting_that_cannot_be_used_is_a_sentence(variable: str, value: str, sentence: str) -> None:
    said = run("serve", **{"CREDITGRAPH_PORT": "0", variable: value})
    assert said.exit_code in {1, 2}
    assert sentence in said.stderr


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = run("serve", "--port", str(taken.getsockname()[1]), DATABASE_URL=NOWHERE)
    assert said.exit_code == 1
    assert "Choose another with --port" in said.stderr


def test_reconcile_says_that_everything_agrees_or_what_does_not(server: embedded.Server) -> None:
    with migrate.passing_database(server) as url:
        assert "Run: creditgraph migrate" in run("reconcile", DATABASE_URL=url).stderr
        migrate.upgrade(url)
        agreed = run("reconcile", DATABASE_URL=url)
        with psycopg.connect(url, autocommit=True) as connection:
            company = uuid4()
            connection.execute(
                "insert into company (id, code, name, country, currency, locale, time_zone)"
                " values (%s, 'SE01', 'Nordvik AB', 'SE', 'SEK', 'sv-SE', 'Europe/Stockholm')",
                (company,),
            )
            connection.execute(
                "insert into company_balance values (%s, 'RECEIVABLES', 'SEK', '2026-03-31', 7)", (company,)
            )
        corrupted = run("reconcile", "--locale", "sv-SE", DATABASE_URL=url)
    assert (agreed.exit_code, agreed.stdout) == (0, "Everything agrees with the facts.\n")
    assert corrupted.exit_code == 1
    assert corrupted.stdout.startswith(f"COMPANY_BALANCE company_id={company} category=RECEIVABLES currency=SEK")
    assert corrupted.stderr == "Found: 1.\n"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_answers_and_ends_in_order_when_told_to(database_url: str, sent: signal.Signals) -> None:
    environment: Mapping[str, str] = {**os.environ, "DATABASE_URL": database_url}
    with subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--port", "0"],
        cwd=Path(__file__).parents[2],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("Serving "):
                break
        address = said[-1].split()[1]
        assert httpx2.post(address, json={"query": "{ __typename }"}).status_code == 401
        process.send_signal(sent)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert any("DEVELOPMENT TOKENS" in line for line in said)
    assert '"status":401' in rest
    assert "Traceback" not in rest


def test_serving_imports_nothing_that_only_other_commands_need() -> None:
    rooms = "server.cli, server.app, server.auth.choosing, server.log, server.serving"
    asked = "from locales.negotiate import negotiate; negotiate('sv-SE, en;q=0.5', ('en', 'sv'))"
    program = f"import sys, {rooms}; {asked}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert {"sqlalchemy", "strawberry", "asyncpg"} <= set(said.split())
    assert {"alembic", "psycopg", "pydantic", "rich", "langcodes", "httpx2"}.isdisjoint(said.split())
