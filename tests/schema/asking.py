"""Asking the API as a test's reader: over ASGI, with a token that says what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response

from domain.message import Message
from domain.refusal import ErrorCode
from schema.app import SCHEMA, graphql_schema
from schema.context import Claims, House
from schema.deadline import DEADLINE
from schema.endpoint import Endpoint
from schema.errors import ClientMistake
from schema.guard import Limits
from schema.throttle import Budget
from tests.schema.world import NOW


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def data(self) -> Any:
        """The data of an answer without errors."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error["extensions"]["code"] for error in self.body.get("errors", ())]


class Asker:
    """Asks as anybody."""

    def __init__(self, house: House) -> None:
        self.app = Endpoint(house, graphql_schema(SCHEMA))

    async def __call__(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        as_: str = "CREDIT_MANAGER",
        companies: Sequence[str] = ("*",),
        language: str | None = None,
        operation: str | None = None,
        user: str = "tester",
    ) -> Answer:
        """Post an operation as somebody with one role in some companies; all of them unless said."""
        headers = {"Authorization": token(as_, companies, user=user)}
        if language is not None:
            headers["Accept-Language"] = language
        content = {"query": query, "variables": variables, "operationName": operation}
        response = await self.raw("POST", json=content, headers=headers)
        return Answer(response.status_code, response.headers, response.json())

    async def raw(self, method: str, **request: Any) -> Response:
        """Any request."""
        async with AsyncClient(transport=ASGITransport(self.app), base_url="http://test") as client:
            return await client.request(method, "/graphql", **request)


def token(role: str, companies: Sequence[str], *, locale: str | None = None, user: str = "tester") -> str:
    """What the tests' authentication reads."""
    content = {"user": user, "grants": {code: [role] for code in companies}, "locale": locale}
    return "Test " + json.dumps(content)


async def authenticate(header: str | None) -> Claims:
    """The claims in a test's token."""
    if header is None or not header.startswith("Test "):
        raise ClientMistake(ErrorCode.UNAUTHENTICATED, Message("Sign in."))
    content = json.loads(header.removeprefix("Test "))
    grants = {code: tuple(roles) for code, roles in content["grants"].items()}
    return Claims(content["user"], content["user"].title(), grants, locale=content["locale"])


ROOMY = Limits(10**6, 10**6, 100, 100, 10**6, 10**6, 10**6, cost=10**12)
"""For documents that ask for everything there is."""


def house(pool: Any, deadline: float = DEADLINE, limits: Limits | None = None, budget: Budget | None = None) -> House:
    """A house whose clock stands still. Unless a budget is given nobody spends any, so that answers are comparable."""
    return House(
        pool, authenticate, lambda: NOW, deadline=deadline, limits=limits or Limits(), budget=budget or Budget(0)
    )
