"""Descriptions that many inputs share."""

from __future__ import annotations

KEY = "Your own key: sent again, it is done once."
VERSION = "The version you decided on; when it has changed since, nothing is done. None: the last one wins."
