"""An outside issuer in a thread of its own: a real OpenID provider, its tokens, and what goes wrong with it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

# The provider's libraries warn of each other, and insist on it.
with warnings.catch_warnings(record=True):
    from oidc_provider_mock import run_server_in_thread

OUTDATED = ("ignore::authlib.deprecate.AuthlibDeprecationWarning", "ignore:get_jwt_config:DeprecationWarning")
"""What the provider does that will not be possible some day; for `pytest.mark.filterwarnings`."""

AUDIENCE = "creditgraph"
BACK = "http://localhost/back"

GRANTS = {"SE01": ["CREDIT_MANAGER"], "*": ["VIEWER"]}
ANNA = {"name": "Anna Berg", "locale": "sv_SE", "grants": GRANTS}


class Provider:
    """A running provider. A second one on the same port is the same issuer with other keys."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.issuer = f"http://localhost:{port}"

    def token(self, claims: Mapping[str, Any] = ANNA, *, subject: str = "anna", audience: str = AUDIENCE) -> str:
        """A token that somebody was given who signed in: the code flow as a browser goes through it."""
        with httpx2.Client(base_url=self.issuer) as browser:
            browser.put(f"/users/{subject}", json=dict(claims)).raise_for_status()
            asked = {"client_id": audience, "redirect_uri": BACK, "response_type": "code", "scope": "openid profile"}
            signed_in = browser.post("/oauth2/authorize", params=asked, data={"sub": subject})
            code = parse_qs(urlsplit(signed_in.headers["location"]).query)["code"][0]
            given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
            answer = browser.post("/oauth2/token", data=given, auth=(audience, "any"))
            return str(answer.raise_for_status().json()["id_token"])


@contextmanager
def provider(port: int = 0) -> Iterator[Provider]:
    """A provider with a fresh key, on a free port unless said."""
    with run_server_in_thread(port) as server:
        yield Provider(server.server_port)
