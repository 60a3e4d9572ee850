"""What the guide to signing in says is done as it says: an issuer, API keys, and who may be listened to."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import psycopg
import pytest
from click.testing import CliRunner, Result

from persistence import embedded, migrate
from server.auth.oidc import ClaimNames, claims_of
from server.cli import app
from server.settings import Settings
from tests.server.outside import ANNA, AUDIENCE, OUTDATED, provider

GUIDE = (Path(__file__).parents[2] / "docs" / "signing-in.md").read_text()
EXAMPLES = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)
ASKED = json.loads(re.findall(r"-d '(.*)'", GUIDE)[0])


def commands(first: str) -> list[list[str]]:
    """The commands of the guide that begin with a word, as arguments."""
    lines = [line for kind, text in EXAMPLES if kind == "sh" for line in text.splitlines()]
    found = [re.findall(r'"[^"]*"|\S+', line) for line in lines if line.startswith(first)]
    return [[word.strip('"') for word in line[1:]] for line in found]


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[str]:
    """A server as the guide starts it, on a free port; its address. It must end in order."""
    with subprocess.Popen(
        [sys.executable, "-m", "server.cli", *arguments, "--port", "0"],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = []
        try:
            for line in process.stderr:
                said.append(line)
                if line.startswith("Serving "):
                    break
            assert "DEVELOPMENT" not in "".join(said)
            assert "Serving " in "".join(said)
            yield said[-1].split()[1].replace("0.0.0.0", "127.0.0.1")
        finally:
            process.terminate()
            process.stderr.read()
    assert process.returncode == 0


def answered(address: str, token: str) -> httpx2.Response:
    return httpx2.post(address, json=ASKED, headers={"Authorization": f"Bearer {token}", "Accept-Language": "sv"})


@pytest.mark.filterwarnings(*OUTDATED)
def test_with_an_issuer_its_tokens_are_answered_on_any_address(database_url: str, tmp_path: Path) -> None:
    (arguments,) = commands("creditgraph serve")
    assert arguments == ["serve", "--host", "0.0.0.0"]
    with provider() as issuer:
        trusted = {"CREDITGRAPH_OIDC_ISSUER": issuer.issuer, "CREDITGRAPH_OIDC_AUDIENCE": AUDIENCE}
        assert all(f"export {name}=" in GUIDE for name in trusted)
        own = {"DATABASE_URL": database_url, "CREDITGRAPH_DATA": str(tmp_path)}
        grant = ("--subject", "eva", "--grant", "*=ADMIN")
        development = run("token", *grant, **own).stdout.strip()
        with serving(*arguments, **own, **trusted) as address:
            good = answered(address, issuer.token(ANNA))
            bad = [answered(address, token) for token in (development, issuer.token(audience="payroll"))]
    assert good.json()["data"]["viewer"]["actor"] == {"name": "Anna Berg"}
    assert [answer.status_code for answer in bad] == [401, 401]
    for answer in bad:
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert error["message"] == "Denna token gäller inte här. Skaffa en ny."
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_of_the_guide_is_made_listed_answered_rotated_and_revoked(
    server: embedded.Server, tmp_path: Path
) -> None:
    create, listed, rotate, revoke = commands("creditgraph api-key")
    with migrate.passing_database(server) as url:
        migrate.upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "insert into company (id, code, name, country, currency, locale, time_zone)"
                " values (%s, 'SE01', 'Nordvik AB', 'SE', 'SEK', 'sv-SE', 'Europe/Stockholm')",
                (uuid4(),),
            )
        own = {"DATABASE_URL": url, "CREDITGRAPH_DATA": str(tmp_path)}
        assert run(*listed, **own).stderr == "There are no API keys.\n"
        made = run(*create, **own)
        assert re.fullmatch(r"cgk_[0-9a-f]{32}_[0-9a-f]{64}\n", made.stdout)
        assert "ERP Sweden" in made.stderr
        assert made.stdout.strip() not in made.stderr
        (line,) = run(*listed, **own).stdout.splitlines()
        assert line.split()[1:5] == ["good", "ERP", "Sweden", "INTEGRATION"]
        assert "SE01=INTEGRATION" in line
        identity = line.split()[0]
        there = [identity if word == "$ID" else word for word in rotate]
        rotated = run(*there, **own)
        assert re.fullmatch(r"cgk_[0-9a-f]{32}_[0-9a-f]{64}\n", rotated.stdout)
        again = run(*there, **own)
        assert (again.exit_code, again.stdout) == (1, "")
        assert "has a successor already" in again.stderr
        with serving("serve", "--host", "0.0.0.0", **own, CREDITGRAPH_DEVELOPMENT_TOKENS="no") as address:
            both = [answered(address, said.stdout.strip()).json() for said in (made, rotated)]
            assert [answer["data"] for answer in both] == [
                {"viewer": {"actor": {"name": "ERP Sweden"}, "roles": ["INTEGRATION"]}}
            ] * 2
        revoked = run(*[identity if word == "$ID" else word for word in revoke], **own)
        assert revoked.exit_code == 0
        assert "60 seconds" in revoked.stderr
        with serving("serve", **own, CREDITGRAPH_DEVELOPMENT_TOKENS="no") as address:
            assert answered(address, made.stdout.strip()).status_code == 401
            assert answered(address, rotated.stdout.strip()).status_code == 200
        assert sorted(line.split()[1] for line in run(*listed, **own).stdout.splitlines()) == ["good", "revoked"]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("create", "--name", "ERP", "--grant", "SE01=EMPEROR"), 2, "There is no role EMPEROR"),
        (("create", "--name", "ERP", "--grant", "SE01"), 2, "should be COMPANY=ROLE"),
        (("create", "--name", " ", "--grant", "SE01=VIEWER"), 2, "1 to 200 characters"),
        (("create", "--name", "ERP"), 2, "--grant"),
        (("create", "--name", "ERP", "--grant", "SE01=VIEWER", "--days", "0"), 2, "not in the range"),
        (("create", "--name", "ERP", "--grant", "SE01=VIEWER", "--kind", "SYSTEM"), 2, "SYSTEM"),
        (("rotate", "ERP"), 2, "ERP is no id."),
        (("revoke", "00000000-0000-7000-8000-000000000000"), 1, "There is no API key"),
    ],
    ids=str,
)
def test_a_key_that_makes_no_sense_is_not_made(
    database_url: str, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    said = run("api-key", *arguments, DATABASE_URL=database_url)
    assert (said.exit_code, said.stdout) == (status, "")
    assert sentence in said.stderr


def test_development_tokens_keep_the_server_on_this_machine_also_beside_an_issuer() -> None:
    trusted = {"CREDITGRAPH_OIDC_ISSUER": "https://id.example.com", "CREDITGRAPH_OIDC_AUDIENCE": AUDIENCE}
    for more in ({}, {**trusted, "CREDITGRAPH_DEVELOPMENT_TOKENS": "yes"}):
        said = run("serve", "--host", "0.0.0.0", "--port", "0", **more)
        assert said.exit_code == 2
        assert "not a loopback address" in said.stderr


def test_a_server_for_others_asks_for_its_port_before_its_database() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run("serve", "--host", "0.0.0.0", "--port", port, CREDITGRAPH_DEVELOPMENT_TOKENS="no")
    assert "Nobody can listen on 0.0.0.0" in said.stderr


def test_claims_of_the_guide_grant_what_it_says() -> None:
    said: list[Mapping[str, object]] = [json.loads(text) for kind, text in EXAMPLES if kind == "json"]
    direct, groups = (claims_of(one, ClaimNames(groups="groups")) for one in said)
    assert direct.grants == groups.grants == {"SE01": ("CREDIT_MANAGER",), "*": ("VIEWER",)}
    assert (direct.name, direct.locale, groups.name) == ("Anna Berg", "sv-SE", "anna")


def test_the_guide_names_every_setting_of_signing_in_with_its_default() -> None:
    table = dict(re.findall(r"^\| `CREDITGRAPH_(\w+)` \|.*\| (.*) \|$", GUIDE, re.MULTILINE))
    settings = {name.upper() for name in vars(Settings()) if name.startswith("oidc_")} | {"DEVELOPMENT_TOKENS"}
    assert table.keys() == settings
    plain = Settings()
    assert f"`{','.join(plain.oidc_algorithms)}`" == table["OIDC_ALGORITHMS"]
    for name in ("grants", "name", "locale"):
        assert table[f"OIDC_{name.upper()}_CLAIM"].startswith(f"`{getattr(plain, f'oidc_{name}_claim')}`")
