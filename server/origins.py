"""Pages of other origins that may ask: screens that a front-end team serves from elsewhere (CORS)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp

SENT = (
    "Authorization",
    "Content-Type",
    "If-None-Match",
    "Last-Event-ID",
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-Request-Id",
    "traceparent",
    "tracestate",
)
"""Headers that such a page may send, beside those that every page may."""

READ = ("Content-Language", "ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id")
"""Headers of answers that its scripts may read."""


def for_pages_of(origins: Sequence[str], app: ASGIApp) -> ASGIApp:
    """An application that browsers let pages of these origins ask, without cookies: they mean nothing here."""
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=("GET", "POST"), allow_headers=SENT, expose_headers=READ, max_age=7200
    )
