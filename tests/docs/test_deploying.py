"""The guide to deploying leads to a first answer, and its recipes fit together."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from psycopg import sql

from persistence import embedded, roles
from server.settings import Settings, variable_of
from tests.acceptance.processes import server_process
from tests.server.outside import OUTDATED, provider

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "deploying.md").read_text()
UNIT = ROOT / "deploy" / "creditgraph@.service"
IMAGE = (ROOT / "deploy" / "Containerfile").read_text()
WHEEL = (ROOT / ".ci" / "wheel").read_text()

STATEMENTS = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)[0]
ENVIRONMENT = dict(
    line.split("=", 1)
    for text in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    for line in text.splitlines()
    if re.match(r"[A-Z_]+=", line)
)
OWNER, DATABASE = f"deploying_{os.getpid()}", f"test_{os.getpid()}_deploying"
ADMIN = {"name": "Ada Holm", "grants": {"*": ["ADMIN"]}}


@pytest.fixture
def deployed(server: embedded.Server) -> Iterator[str]:
    """A database that PostgreSQL's administrator made as the guide says; its address for the owner."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        # The server of these tests has had this role from its beginning.
        own = [each for each in STATEMENTS.split(";") if each.strip() and f"role {roles.SCOPED}" not in each]
        assert len(own) == 2
        for statement in own:
            admin.execute(
                statement.replace("database creditgraph ", f"database {DATABASE} ").replace(roles.OWNER, OWNER)
            )
        try:
            password = re.findall(rf"{roles.OWNER} login password '(.*?)'", STATEMENTS)[0]
            yield f"postgresql://{OWNER}:{password}@127.0.0.1:{server.port}/{DATABASE}"
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(DATABASE)))
            admin.execute(sql.SQL("drop role {}").format(sql.Identifier(OWNER)))


def commands(first: str) -> list[list[str]]:
    """The commands of the guide that begin with a word."""
    return [line.split() for line in re.findall(rf"^{first} .*$", GUIDE, re.MULTILINE)]


@pytest.mark.filterwarnings(*OUTDATED)
def test_a_database_and_an_issuer_of_ones_own_lead_to_the_first_answer(deployed: str, tmp_path: Path) -> None:
    assert [given for _, *given in commands("creditgraph")] == [["migrate"], ["serve"]]
    with provider() as issuer:
        own = {"DATABASE_URL": deployed, "CREDITGRAPH_OIDC_ISSUER": issuer.issuer, "CREDITGRAPH_DATA": str(tmp_path)}
        environment = {**os.environ, **ENVIRONMENT, **own}
        subprocess.run([sys.executable, "-m", "server.cli", "migrate"], env=environment, cwd=ROOT, check=True)
        token = issuer.token(ADMIN, subject="ada", audience=ENVIRONMENT["CREDITGRAPH_OIDC_AUDIENCE"])
        with server_process(environment) as address:
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": "ja"}
            query = {"query": "{ viewer { actor { name } rolesLabels } }"}
            answer = httpx2.post(f"{address}/graphql", json=query, headers=headers)
    assert answer.json()["data"]["viewer"] == {"actor": {"name": "Ada Holm"}, "rolesLabels": ["管理者"]}


def test_every_variable_of_the_guide_is_one_that_is_read() -> None:
    known = {variable_of(name) for name in Settings.__dataclass_fields__}
    assert len(ENVIRONMENT) >= 5
    assert set(ENVIRONMENT) <= known
    assert Settings.read(ENVIRONMENT).oidc_issuer == ENVIRONMENT["CREDITGRAPH_OIDC_ISSUER"]


def test_the_unit_starts_what_the_guide_installs() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(UNIT)
    service = unit["Service"]
    assert service["ExecStartPre"] == "/opt/creditgraph/bin/creditgraph migrate"
    assert service["ExecStart"] == "/opt/creditgraph/bin/creditgraph serve --port %i"
    assert service["EnvironmentFile"] in GUIDE
    assert int(service["TimeoutStopSec"]) > Settings().drain_seconds + Settings().grace_seconds
    ((_, _, _, *instances),) = commands("systemctl")
    assert all(re.fullmatch(r"creditgraph@\d+", instance) for instance in instances)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "creditgraph"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / "creditgraph@.service"
    copy.write_text(UNIT.read_text().replace("/opt/creditgraph/bin/creditgraph", str(program)))
    found = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert [line for line in found.stderr.splitlines() if "creditgraph" in line] == []
    assert found.returncode == 0


def test_the_image_is_built_as_the_wheel_is_tried() -> None:
    steps = re.findall(r"^RUN \S+/python -m pip (.*)$", IMAGE, re.MULTILINE)
    tried = re.sub(r'"\$(?:place|lock)(?:/venv)?(?:/bin/python)?"', "", WHEEL)
    for step in steps:
        options = [word for word in step.split() if word.startswith("-") and word != "-r"]
        assert any(all(option in line for option in options) for line in tried.splitlines() if "-m pip" in line), step
    assert len(steps) == 3
    assert re.findall(r"^CMD (.*)$", IMAGE, re.MULTILINE) == ['["serve"]']
    assert all(
        name in {variable_of(one) for one in Settings.__dataclass_fields__} | {"CREDITGRAPH_DATA"}
        for name in re.findall(r"\b(CREDITGRAPH_[A-Z_]+)=", IMAGE)
    )
