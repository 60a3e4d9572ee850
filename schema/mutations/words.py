"""Descriptions that many inputs share."""

from __future__ import annotations

KEY = "Your own key: sent again, it is done once."
VERSION = "The version you decided on; when it has changed since, nothing is done. None: the last one wins."

ONLY_ASKED = (
    " Where a company concerned approves changes of credit, what widens it is only asked for, with the warning"
    " APPROVAL_REQUIRED."
)
"""The end of what is said about mutations that change credit."""
