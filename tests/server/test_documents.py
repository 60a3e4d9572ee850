"""Trusted documents of an installation: checked by a command, and read before anything is served."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import app
from server.documents import trusted_documents
from server.settings import Settings

ME = "query Me { viewer { actor { name } } }"
NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/none"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two good manifests."""
    (tmp_path / "default.json").write_text(json.dumps({"me": ME}))
    (tmp_path / "shop.require.json").write_text(json.dumps({"a": ME, "b": ME}))
    return tmp_path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


def test_good_manifests_are_listed_by_client(folder: Path) -> None:
    said = run("documents", "check", str(folder))
    assert (said.exit_code, said.stdout) == (0, "default: 1\nshop: 2, require\n")


def test_bad_ones_are_told_with_file_and_id(folder: Path) -> None:
    (folder / "till.json").write_text(json.dumps({"a": ME, "worse": "{ nothing }"}))
    said = run("documents", "check", str(folder))
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == (
        "These trusted documents cannot be used:\n"
        "till.json: worse: Cannot query field 'nothing' on type 'Query'. (line 1 column 3)\n"
    )


def test_a_server_with_a_bad_one_does_not_start(folder: Path) -> None:
    (folder / "till.json").write_text(json.dumps({"worse": "{ nothing }"}))
    said = run("serve", "--port", "0", DATABASE_URL=NOWHERE, CREDITGRAPH_MANIFESTS=str(folder))
    assert said.exit_code == 1
    assert said.stderr.startswith("These trusted documents cannot be used:\ntill.json: worse: ")


@pytest.mark.parametrize(("mode", "used"), [(None, "allow"), ("require", "require"), ("off", "off")])
def test_where_there_are_manifests_they_are_allowed_unless_said_otherwise(
    folder: Path, mode: str | None, used: str
) -> None:
    found = trusted_documents(Settings(manifests=folder, trusted_documents=mode))  # type: ignore[arg-type]
    assert found is not None
    assert found.mode == used


def test_where_nobody_has_any_nothing_is_looked_up(folder: Path) -> None:
    assert trusted_documents(Settings()) is None
    (folder / "shop.require.json").unlink()
    assert trusted_documents(Settings(manifests=folder, trusted_documents="off")) is None
