"""Descriptions that many inputs share."""

from __future__ import annotations

KEY = "Your own key: sent again, it is done once."
CONSUMES = (
    "What it takes of the line, where that is other than what is billed: 980 may take all of 1,000, and 1,050 no more"
    " than 1,000. None: as much as is billed, or as a billing document that waits has it."
)
VERSION = "The version you decided on; when it has changed since, nothing is done. None: the last one wins."

ONLY_ASKED = (
    " Where a company concerned approves changes of credit, what widens it is only asked for, with the warning"
    " APPROVAL_REQUIRED."
)
"""The end of what is said about mutations that change credit."""
