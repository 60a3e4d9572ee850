"""What people and programs are to a company."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a company. What each may do stands with the rights."""

    VIEWER = "VIEWER"
    CREDIT_CLERK = "CREDIT_CLERK"
    CREDIT_MANAGER = "CREDIT_MANAGER"
    COLLECTIONS_AGENT = "COLLECTIONS_AGENT"
    INTEGRATION = "INTEGRATION"
    AUDITOR = "AUDITOR"
    ADMIN = "ADMIN"


KINDS = ("USER", "INTEGRATION")
"""What somebody who asks can be: a person, or a program."""
