"""GraphiQL at `/graphiql`: files made once from npm (`graphiql/README.md`), which load nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).parent / "graphiql"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Menus and dialogs of GraphiQL write style sheets of their own while they are open.
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load: its own script and style sheet, and answers of this server."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def graphiql(path: str) -> list[BaseRoute]:
    """The page and its files under a path, which is one of the root."""

    async def inside(request: Request) -> Response:
        # Relative, so that it is right behind a proxy that speaks TLS or has us under a path of its own.
        return Response(status_code=307, headers={"location": f"{path[1:]}/?{request.url.query}".rstrip("?")})

    return [Route(path, inside), Mount(path, _Guarded(StaticFiles(directory=FOLDER, html=True)))]


class _Guarded:
    """Tells browsers of every file what it may do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guard(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, guard)
