"""The guide to trusted documents is true: its manifest is read, its requests are answered, its table holds."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import app
from server.documents import trusted_documents
from server.settings import Settings
from tests.server.conftest import Served, serving

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "trusted-documents.md").read_text()
MANIFEST = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)[0]
GRAPHQL = "application/graphql-response+json"


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    """The folder of the guide."""
    (tmp_path / "default.json").write_text(MANIFEST)
    return tmp_path


@pytest.fixture
async def trusting(database_url: str, manifests: Path) -> AsyncIterator[Served]:
    """A server with the guide's manifest."""
    settings = Settings(manifests=manifests)
    async with serving(database_url, settings, trusted=trusted_documents(settings)) as found:
        yield found


def headers(served: Served, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.token('VIEWER')}", "Accept": GRAPHQL} | more


def test_the_manifest_is_checked_as_it_says(manifests: Path) -> None:
    (said,) = re.findall(r"```\ncreditgraph documents check manifests\n(.*?)```", GUIDE, re.DOTALL)
    assert CliRunner().invoke(app, ["documents", "check", str(manifests)]).stdout == said


async def test_the_post_is_answered(trusting: Served) -> None:
    (asked,) = re.findall(r"```\nPOST /graphql\n(.*?)```", GUIDE, re.DOTALL)
    answer = await trusting.client.post("/graphql", json=json.loads(asked), headers=headers(trusting))
    assert answer.json()["data"] == {"creditHolds": {"nodes": []}}


async def test_the_get_is_answered_and_then_not_sent_again(trusting: Served) -> None:
    ((path, header, value),) = re.findall(r"```\nGET (\S+)\n(\S+): (\S+)\n```", GUIDE)
    answer = await trusting.client.get(path, headers=headers(trusting, **{header: value}))
    assert (answer.status_code, answer.json()["data"]) == (200, {"customers": {"nodes": []}})
    known = headers(trusting, **{header: value, "If-None-Match": answer.headers["etag"]})
    assert (await trusting.client.get(path, headers=known)).status_code == 304


async def test_every_code_and_mode_of_the_table_is_so(database_url: str, manifests: Path) -> None:
    rows = re.findall(r"^\| `(off|allow|require)`[^|]*\| ([^|]+) \| ([^|]+) \|$", GUIDE, re.MULTILINE)
    assert [mode for mode, _, _ in rows] == ["off", "allow", "require"]
    for mode, by_id, with_text in rows:
        settings = Settings(manifests=manifests, trusted_documents=mode)
        async with serving(database_url, settings, trusted=trusted_documents(settings)) as served:
            for asked, said in (({"documentId": "holds"}, by_id), ({"query": "{ __typename }"}, with_text)):
                answer = await served.client.post("/graphql", json=asked, headers=headers(served))
                codes = [error["extensions"]["code"] for error in answer.json().get("errors", ())]
                assert codes == re.findall("[A-Z_]{5,}", said)
                assert answer.status_code == (400 if codes else 200)
