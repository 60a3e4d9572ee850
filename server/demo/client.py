"""A caller of the API, as small as one can be: what any program of any team would do."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 60


class Refused(RuntimeError):
    """The API answered with errors; the text says which."""


@dataclass(frozen=True)
class Client:
    """Asks one server with one token."""

    address: str
    token: str = field(repr=False)

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, language: str = "en") -> dict[str, Any]:
        """The data of an answer. Raises `Refused` on any error, also on those that a payload holds as data."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept-Language": language,
        }
        content = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", content, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise Refused(error.read().decode("utf-8", "replace")) from None
        if answer.get("errors"):
            raise Refused("; ".join(f"{error.get('path', '')} {error['message']}" for error in answer["errors"]))
        data: dict[str, Any] = answer["data"]
        for name, payload in data.items():
            if isinstance(payload, dict) and payload.get("errors"):
                raise Refused(
                    f"{name}: " + "; ".join(f"{error['path']} {error['message']}" for error in payload["errors"])
                )
        return data
