"""What people and programs are to a company."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


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


@dataclass(frozen=True)
class RoleIn:
    """What somebody was to a company when it last asked; `company` None: to every company."""

    role: Role
    company: UUID | None
