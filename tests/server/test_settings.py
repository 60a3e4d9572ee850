"""Settings: what the environment says, within bounds, and defaults for what it does not say."""

from __future__ import annotations

from pathlib import Path

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
            "CREDITGRAPH_MOST_COST": "9000",
            "CREDITGRAPH_COST_PER_MINUTE": "0",
            "CREDITGRAPH_STREAMS_PER_CLIENT": "7",
            "CREDITGRAPH_EMBEDDED_PURPOSE": "trial-2",
            "CREDITGRAPH_REPORTING_CURRENCY": "SEK",
            "CREDITGRAPH_EVENT_RETENTION_HOURS": "1.5",
            "CREDITGRAPH_HOST": "::1",
            "CREDITGRAPH_PORT": "0",
            "CREDITGRAPH_DRAIN_SECONDS": "5",
            "CREDITGRAPH_GRACE_SECONDS": "60",
            "CREDITGRAPH_ALLOWED_ORIGINS": "https://credit.example, http://localhost:5173",
            "CREDITGRAPH_TRUSTED_DOCUMENTS": "require",
            "CREDITGRAPH_MANIFESTS": "manifests",
            "CREDITGRAPH_GRAPHIQL": "off",
            "CREDITGRAPH_METRICS": "off",
            "CREDITGRAPH_OIDC_ISSUER": "https://id.example.com/realms/credit/",
            "CREDITGRAPH_OIDC_AUDIENCE": "creditgraph",
            "CREDITGRAPH_OIDC_ALGORITHMS": "ES256, PS512",
            "CREDITGRAPH_OIDC_GRANTS_CLAIM": "https://example.com/grants",
            "CREDITGRAPH_OIDC_GROUPS_CLAIM": "groups",
            "CREDITGRAPH_OIDC_NAME_CLAIM": "preferred_username",
            "CREDITGRAPH_OIDC_LOCALE_CLAIM": "language",
            "CREDITGRAPH_DEVELOPMENT_TOKENS": "yes",
        }
    ) == Settings(
        database_url="postgresql://one",
        scoped_database_url="postgresql://other",
        pooler="transaction",
        pool_size=4,
        request_deadline_seconds=2.5,
        most_cost=9000,
        cost_per_minute=0,
        streams_per_client=7,
        embedded_purpose="trial-2",
        reporting_currency="SEK",
        event_retention_hours=1.5,
        host="::1",
        port=0,
        drain_seconds=5,
        grace_seconds=60,
        allowed_origins=("https://credit.example", "http://localhost:5173"),
        trusted_documents="require",
        manifests=Path("manifests"),
        graphiql=False,
        metrics=False,
        oidc_issuer="https://id.example.com/realms/credit/",
        oidc_audience="creditgraph",
        oidc_algorithms=("ES256", "PS512"),
        oidc_grants_claim="https://example.com/grants",
        oidc_groups_claim="groups",
        oidc_name_claim="preferred_username",
        oidc_locale_claim="language",
        development_tokens=True,
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
        ("CREDITGRAPH_PORT", "65536"),
        ("CREDITGRAPH_DRAIN_SECONDS", "-1"),
        ("CREDITGRAPH_GRACE_SECONDS", "1.5"),
        ("CREDITGRAPH_ALLOWED_ORIGINS", "credit.example"),
        ("CREDITGRAPH_ALLOWED_ORIGINS", "https://credit.example/app"),
        ("CREDITGRAPH_TRUSTED_DOCUMENTS", "always"),
        ("CREDITGRAPH_GRAPHIQL", "yes"),
        ("CREDITGRAPH_METRICS", "maybe"),
        ("CREDITGRAPH_OIDC_ALGORITHMS", "none"),
        ("CREDITGRAPH_OIDC_ALGORITHMS", "RS256,HS256"),
        ("CREDITGRAPH_OIDC_ISSUER", "http://id.example.com"),
        ("CREDITGRAPH_OIDC_ISSUER", "id.example.com"),
        ("CREDITGRAPH_OIDC_ISSUER", "https://"),
        ("CREDITGRAPH_DEVELOPMENT_TOKENS", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_variable(variable: str, text: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{variable} should .*{text}"):
        Settings.read({variable: text})


@pytest.mark.parametrize("text", ["*", "https://*.example"])
def test_not_every_origin_is_allowed_at_once(text: str) -> None:
    with pytest.raises(WrongSetting, match=r"^CREDITGRAPH_ALLOWED_ORIGINS should "):
        Settings.read({"CREDITGRAPH_ALLOWED_ORIGINS": text})


@pytest.mark.parametrize("mode", ["allow", "require"])
def test_trusted_documents_are_somewhere(mode: str) -> None:
    with pytest.raises(WrongSetting, match=r"^CREDITGRAPH_MANIFESTS should "):
        Settings.read({"CREDITGRAPH_TRUSTED_DOCUMENTS": mode})


def test_an_issuer_without_an_audience_would_accept_tokens_for_anybody() -> None:
    with pytest.raises(WrongSetting, match=r"^CREDITGRAPH_OIDC_AUDIENCE should "):
        Settings.read({"CREDITGRAPH_OIDC_ISSUER": "https://id.example.com"})


@pytest.mark.parametrize("issuer", ["http://localhost:8080", "http://127.0.0.1/realm", "http://[::1]:9"])
def test_an_issuer_on_this_machine_may_speak_http(issuer: str) -> None:
    read = Settings.read({"CREDITGRAPH_OIDC_ISSUER": issuer, "CREDITGRAPH_OIDC_AUDIENCE": "creditgraph"})
    assert read.oidc_issuer == issuer


@pytest.mark.parametrize(
    ("issuer", "said", "trusted"),
    [(None, None, True), ("https://i", None, False), ("https://i", True, True), (None, False, False)],
)
def test_development_tokens_are_trusted_without_an_issuer_or_when_it_is_said(
    issuer: str | None, said: bool | None, trusted: bool
) -> None:
    assert Settings(oidc_issuer=issuer, development_tokens=said).trusts_development is trusted
