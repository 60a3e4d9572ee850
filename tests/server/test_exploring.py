"""GraphiQL: committed as it was built, loading nothing from elsewhere, and answering in Swedish in a real browser."""

import base64
import json
import re
from hashlib import sha256, sha384
from pathlib import Path

import pytest

from server.exploring import FOLDER
from server.settings import Settings
from tests.server.browsing import CHROMIUM, NO_CHROMIUM, browsing
from tests.server.conftest import Served, serving
from tests.server.picture import PICTURE

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "graphiql"
PAGE = (FOLDER / "index.html").read_text()


def test_every_file_is_as_it_was_built() -> None:
    listed = dict(reversed(line.split("  ")) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    there = {file.name: sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir()}
    del there["SHA256SUMS"]
    assert listed == there
    assert {"index.html", "graphiql.js", "graphiql.css", "LICENSES.md"} <= set(there)


def test_the_page_names_the_digests_of_what_it_loads() -> None:
    loaded = dict(re.findall(r'(?:src|href)="\./([^"]+)" integrity="sha384-([^"]+)"', PAGE))
    assert (
        set(loaded)
        == set(re.findall(r'(?:src|href)="(?!data:)(?:\./)?([^"]+)"', PAGE))
        == {"graphiql.js", "graphiql.css"}
    )
    for name, digest in loaded.items():
        assert digest == base64.b64encode(sha384((FOLDER / name).read_bytes()).digest()).decode()
    assert "<style" not in PAGE
    assert re.findall(r"<script(?![^>]* src=)", PAGE) == []


def test_the_style_sheet_loads_nothing() -> None:
    sheet = (FOLDER / "graphiql.css").read_text()
    assert [url for url in re.findall(r"url\(([^)]{0,20})", sheet) if not url.strip("\"'").startswith("data:")] == []
    assert "@import" not in sheet
    assert "@font-face" not in sheet


def test_every_package_in_it_is_named_with_a_licence_that_lets_us() -> None:
    named = dict(re.findall(r"^## (\S+) - \S+ \(([^)]+)\)$", (FOLDER / "LICENSES.md").read_text(), re.MULTILINE))
    assert {"graphiql", "react", "codemirror", "graphql", "graphql-sse"} <= set(named)
    assert set(named.values()) <= {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "0BSD"}


def test_it_is_built_from_exact_versions_and_no_address() -> None:
    package = json.loads((SOURCE / "package.json").read_text())
    lock = json.loads((SOURCE / "package-lock.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []
    assert [name for name, one in lock["packages"].items() if name and "integrity" not in one] == []


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_000_000


def test_the_picture_of_it_is_small_enough_to_look_at() -> None:
    picture = PICTURE.read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= 200_000


async def test_it_may_load_nothing_from_elsewhere(served: Served) -> None:
    for path in ("/graphiql/", "/graphiql/graphiql.js", "/graphiql/graphiql.css"):
        answer = await served.client.get(path)
        rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.status_code == 200


@pytest.mark.parametrize(("path", "inside"), [("", "graphiql/"), ("?language=sv-SE", "graphiql/?language=sv-SE")])
async def test_it_is_found_without_the_last_slash_behind_any_proxy(served: Served, path: str, inside: str) -> None:
    answer = await served.client.get(f"/graphiql{path}")
    assert (answer.status_code, answer.headers["location"]) == (307, inside)


async def test_it_can_be_turned_off(database_url: str) -> None:
    async with serving(database_url, Settings(graphiql=False)) as without:
        for path in ("/graphiql", "/graphiql/", "/graphiql/graphiql.js"):
            assert (await without.client.get(path)).status_code == 404


async def test_a_browser_asks_whether_it_has_changed(served: Served) -> None:
    first = await served.client.get("/graphiql/graphiql.js")
    again = await served.client.get("/graphiql/graphiql.js", headers={"If-None-Match": first.headers["etag"]})
    assert (first.headers["cache-control"], again.status_code) == ("no-cache", 304)


@pytest.mark.parametrize("path", ["/graphiql/../app.py", "/graphiql/%2e%2e/app.py", "/graphiql/..%2fapp.py"])
async def test_nothing_else_is_given_out(served: Served, path: str) -> None:
    assert (await served.client.get(path)).status_code == 404


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
async def test_in_a_browser_it_answers_in_swedish_and_asks_nobody_else(served: Served) -> None:
    async with browsing(served.address) as opened:
        await opened.sign_in(served.token("CREDIT_MANAGER"))
        answer = await opened.run()
        # The dialogs and the documentation write styles of their own where they may.
        await opened.page.get_by_label("Show Documentation Explorer").click()
        await opened.page.get_by_text("Root Types").wait_for()
        await opened.page.get_by_label("Open settings dialog").click()
        await opened.page.get_by_text("Clear storage").wait_for()
    assert "Kreditchef" in answer
    assert {url.split("/graphi")[0].split("/graphql")[0] for url in opened.requests} == {served.address}
    assert opened.complaints == []


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
async def test_without_a_token_it_asks_nothing_by_itself(served: Served) -> None:
    async with browsing(served.address) as opened:
        await opened.page.get_by_label("Execute query").wait_for()
    assert [url for url in opened.requests if url.endswith("/graphql")] == []


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
async def test_a_script_that_somebody_changed_is_not_run(served: Served) -> None:
    async with browsing(served.address) as opened:

        async def changed(route: object) -> None:
            await route.fulfill(body="document.title = 'changed'", content_type="text/javascript")  # type: ignore[attr-defined]

        await opened.page.route("**/graphiql.js", changed)
        await opened.page.reload()
        assert await opened.page.title() != "changed"
    assert any("integrity" in complaint for complaint in opened.complaints)
