"""Runs the application: one process, one socket, an orderly end."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

import uvicorn

from domain.message import N_, Message, Trouble
from schema.endpoint import LARGEST_BODY
from server.app import Application


class NotLoopback(Trouble):
    """The development issuer would be offered to a network."""


def require_loopback(host: str) -> None:
    """Tokens of the development issuer are as good as its key file: only this machine may present them."""
    if host == "localhost":
        return
    try:
        found = ipaddress.ip_address(host).is_loopback
    except ValueError:
        found = False
    if not found:
        raise NotLoopback(
            Message(
                N_(
                    "Tokens are signed by the development issuer, so this server listens on this machine only; {host} "
                    "is not a loopback address. Leave CREDITGRAPH_HOST and --host out, or use 127.0.0.1 or ::1; or "
                    "trust an issuer (CREDITGRAPH_OIDC_ISSUER), or API keys alone (CREDITGRAPH_DEVELOPMENT_TOKENS=no)."
                ),
                {"host": host},
            )
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address; port 0 takes a free one. Raises `OSError` when the address is taken."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def address_of(bound: socket.socket) -> str:
    """How to reach a socket over HTTP."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if bound.family is socket.AF_INET6 else f"http://{host}:{port}"


def websocket(**given: Any) -> asyncio.Protocol:
    """uvicorn's protocol for WebSockets. Only a process that is asked for one loads it."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**given)


class Server(uvicorn.Server):
    """uvicorn, which says when it answers and leaves the ending of the process to us."""

    def __init__(self, application: Application, started: Callable[[], None] = lambda: None) -> None:
        # Only a process that serves loads what parses HTTP.
        from server.heads import BoundedHeads

        super().__init__(
            uvicorn.Config(
                application,
                http=BoundedHeads,
                ws=cast("Any", websocket),
                ws_max_size=LARGEST_BODY,
                ws_per_message_deflate=False,  # takes each connection memory, and events are short
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nothing is told or decided by the address of the client
                server_header=False,
                timeout_graceful_shutdown=application.settings.grace_seconds,
            )
        )
        self._application = application
        self._say_started = started
        self._ends_at = float("inf")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell that requests are answered."""
        await super().startup(sockets)
        self._say_started()

    async def on_tick(self, counter: int) -> bool:
        """Whether to end now: asked to, and drained for as long as the installation wants."""
        return await super().on_tick(counter) or time.monotonic() >= self._ends_at

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End subscriptions first, which go on for ever otherwise, then wait for what is under way."""
        await self._application.end_streams()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in order: say so at `/readyz`, take no more, answer what is under way. Asked again, do not wait for the
        first, and then not for the last. Unlike uvicorn's own this does not raise the signal once more.
        """
        if not self._application.draining:
            self._application.draining = True
            self._ends_at = time.monotonic() + self._application.settings.drain_seconds
        elif time.monotonic() < self._ends_at:
            self._ends_at = float("-inf")
        else:
            self.force_exit = True
        self.should_exit = time.monotonic() >= self._ends_at


def serve(application: Application, bound: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Serve on a socket, with uvloop where there is one, until a signal (Ctrl-C, SIGTERM) ends it."""
    Server(application, started).run([bound])
