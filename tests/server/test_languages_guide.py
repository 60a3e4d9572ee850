"""The guide to languages is true: its operations answer what it says, its tables are what is written."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from locales.format import format_date, format_datetime, format_money, format_number, format_percent
from schema.translated import described
from server.cli import app
from tests.server.conftest import Served

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "languages.md").read_text("utf-8")
GRAPHQL = re.findall(r"```graphql\n(.*?)```", GUIDE, re.DOTALL)

AMOUNT, NUMBER, SHARE = Decimal("-1234.5"), Decimal("1234567.891"), Decimal("80.5")
WRITTEN = {
    "money": lambda locale: format_money(AMOUNT, "SEK", locale),
    "accounting": lambda locale: format_money(AMOUNT, "SEK", locale, "ACCOUNTING"),
    "percent": lambda locale: format_percent(SHARE, locale, 1),
    "number": lambda locale: format_number(NUMBER, locale),
    "day": lambda locale: format_date(date(2026, 11, 23), locale),
    "moment": lambda locale: format_datetime(datetime(2026, 11, 23, 10, 15, tzinfo=UTC), locale, "UTC"),
}


async def asked(served: Served, query: str, variables: Any = None, language: str = "en") -> Any:
    headers = {"Authorization": f"Bearer {served.token('ADMIN')}", "Accept-Language": language}
    answer = await served.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    return answer.json()


def table(first: str) -> list[list[str]]:
    """The cells of the table whose first cell is this, without its head."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in GUIDE.splitlines() if line[:1] == "|"]
    at = next(place for place, row in enumerate(rows) if row[0] == first)
    width = len(rows[at])
    found = []
    for row in rows[at + 2 :]:
        if len(row) != width:
            break
        found.append(row)
    return found


async def test_an_operation_is_answered_in_the_language_it_asks_for(served: Served) -> None:
    (said,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    answer = await asked(served, GRAPHQL[0])
    answer["extensions"] = {"context": answer["extensions"]["context"]}
    assert answer == json.loads(said)


async def test_a_name_is_saved_translated_and_given_with_fallback(served: Served) -> None:
    saved = (await asked(served, GRAPHQL[1]))["data"]["saveReason"]
    assert saved["errors"] == []
    translated = (await asked(served, GRAPHQL[2], {"reason": saved["reason"]["id"]}))["data"]["setTranslation"]
    assert translated["errors"] == []
    assert translated["named"]["translations"] == [{"locale": "sv", "value": "Betalning utlovad"}]
    rows = table("asked in")
    assert len(rows) == 3
    for language, name in rows:
        found = await asked(served, "{ reasons { nodes { name } } }", language=language.strip("`"))
        assert [node["name"] for node in found["data"]["reasons"]["nodes"]] == [name]


@pytest.mark.parametrize("row", table(""), ids=lambda row: row[0])
def test_everything_is_written_as_the_table_says(row: list[str]) -> None:
    locales = ("sv-SE", "fi-FI", "en-US", "de-CH", "ja-JP")
    plain = [re.sub(r"[\u00a0\u202f\u2009]", " ", WRITTEN[row[0]](locale)) for locale in locales]
    assert row[1:] == plain


async def test_the_schema_files_it_names_are_there(served: Served) -> None:
    for path in sorted(set(re.findall(r"`(/schema[.\w]*\.graphql)`", GUIDE))):
        assert (await served.client.get(path)).status_code == 200
    assert "sv" in described()


def test_the_command_says_what_it_shows() -> None:
    ((line, said),) = re.findall(
        r"```\n\$ LC_ALL=C CREDITGRAPH_LOCALE=sv creditgraph (.*?)\n(.*?)```", GUIDE, re.DOTALL
    )
    environment = {"LC_ALL": "C", "CREDITGRAPH_LOCALE": "sv"}
    found = CliRunner().invoke(app, line.split(), env=environment, prog_name="creditgraph")
    assert found.stderr == said


def test_every_file_it_names_for_a_language_is_there_for_swedish() -> None:
    for name in ("messages.po", "schema.po"):
        assert name in GUIDE
        assert (ROOT / "locales" / "sv" / "LC_MESSAGES" / name).exists()
    assert (ROOT / "locales" / "sv" / "glossary.toml").exists()
