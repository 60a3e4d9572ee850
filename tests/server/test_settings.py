"""Settings: what the environment says, within bounds, and defaults for what it does not say."""

from __future__ import annotations

import pytest

from server.settings import Settings, WrongSetting


def test_what_is_not_set_or_empty_has_its_default() -> None:
    assert Settings.read({}) == Settings.read({"CREDITGRAPH_PORT": "", "DATABASE_URL": ""}) == Settings()


def test_every_setting_is_read_from_its_variable() -> None:
    assert Settings.read(
        {
            "DATABASE_URL": "postgresql://one",
            "SCOPED_DATABASE_URL": "postgresql://other",
            "POOLER": "transaction",
            "CREDITGRAPH_POOL_SIZE": "4",
            "CREDITGRAPH_REQUEST_DEADLINE_SECONDS": "2.5",
            "CREDITGRAPH_EMBEDDED_PURPOSE": "trial-2",
            "CREDITGRAPH_REPORTING_CURRENCY": "SEK",
            "CREDITGRAPH_EVENT_RETENTION_HOURS": "1.5",
            "CREDITGRAPH_ORIGINS": "https://credit.example.com, http://localhost:5173",
            "CREDITGRAPH_HOST": "::1",
            "CREDITGRAPH_PORT": "0",
        }
    ) == Settings(
        database_url="postgresql://one",
        scoped_database_url="postgresql://other",
        pooler="transaction",
        pool_size=4,
        request_deadline_seconds=2.5,
        embedded_purpose="trial-2",
        reporting_currency="SEK",
        event_retention_hours=1.5,
        origins=("https://credit.example.com", "http://localhost:5173"),
        host="::1",
        port=0,
    )


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("POOLER", "session"),
        ("CREDITGRAPH_POOL_SIZE", "0"),
        ("CREDITGRAPH_POOL_SIZE", "4.5"),
        ("CREDITGRAPH_REQUEST_DEADLINE_SECONDS", "nan"),
        ("CREDITGRAPH_REQUEST_DEADLINE_SECONDS", "-1"),
        ("CREDITGRAPH_EMBEDDED_PURPOSE", "../elsewhere"),
        ("CREDITGRAPH_REPORTING_CURRENCY", "kronor"),
        ("CREDITGRAPH_EVENT_RETENTION_HOURS", "0"),
        ("CREDITGRAPH_ORIGINS", "credit.example.com"),
        ("CREDITGRAPH_PORT", "65536"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_variable(variable: str, text: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{variable}: .*{text}"):
        Settings.read({variable: text})
