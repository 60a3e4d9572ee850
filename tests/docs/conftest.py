"""Guides are tried on a server as people start it."""

from tests.server.conftest import served

__all__ = ["served"]
