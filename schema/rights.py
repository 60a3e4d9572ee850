"""Who may do what: roles, what each permits, and the companies it is granted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from domain.approval import APPROVING
from domain.role import Role


class Permission(StrEnum):
    """What can be permitted."""

    READ = "READ"
    READ_AUDIT = "READ_AUDIT"
    CHECK_CREDIT = "CHECK_CREDIT"
    SUBMIT_ORDERS = "SUBMIT_ORDERS"
    OVERRIDE_WARNINGS = "OVERRIDE_WARNINGS"
    POST_FACTS = "POST_FACTS"
    INITIAL_LOAD = "INITIAL_LOAD"
    WORK_ON_HOLDS = "WORK_ON_HOLDS"
    RELEASE_HOLDS = "RELEASE_HOLDS"
    APPROVE_RELEASES = "APPROVE_RELEASES"
    DRAFT_LIMITS = "DRAFT_LIMITS"
    APPROVE_LIMITS = "APPROVE_LIMITS"
    POST_LIMITS = "POST_LIMITS"
    DELEGATE_AUTHORITY = "DELEGATE_AUTHORITY"
    REVIEW_CUSTOMERS = "REVIEW_CUSTOMERS"
    CHANGE_CREDIT = "CHANGE_CREDIT"
    SET_RULES = "SET_RULES"
    SET_AUTHORITY = "SET_AUTHORITY"
    SET_NAMES = "SET_NAMES"
    RUN_JOBS = "RUN_JOBS"
    SET_UP_COMPANIES = "SET_UP_COMPANIES"


_P = Permission
_EVERYONE = frozenset({_P.READ})

PERMITTED: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _EVERYONE,
    Role.CREDIT_CLERK: _EVERYONE
    | {
        _P.READ_AUDIT,
        _P.CHECK_CREDIT,
        _P.SUBMIT_ORDERS,
        _P.WORK_ON_HOLDS,
        _P.APPROVE_RELEASES,
        _P.DRAFT_LIMITS,
        _P.APPROVE_LIMITS,
        _P.DELEGATE_AUTHORITY,
        _P.REVIEW_CUSTOMERS,
    },
    Role.CREDIT_MANAGER: _EVERYONE
    | {
        _P.READ_AUDIT,
        _P.CHECK_CREDIT,
        _P.SUBMIT_ORDERS,
        _P.OVERRIDE_WARNINGS,
        _P.WORK_ON_HOLDS,
        _P.RELEASE_HOLDS,
        _P.APPROVE_RELEASES,
        _P.DRAFT_LIMITS,
        _P.APPROVE_LIMITS,
        _P.POST_LIMITS,
        _P.DELEGATE_AUTHORITY,
        _P.REVIEW_CUSTOMERS,
        _P.CHANGE_CREDIT,
        _P.SET_RULES,
        _P.SET_NAMES,
        _P.RUN_JOBS,
    },
    Role.COLLECTIONS_AGENT: _EVERYONE | {_P.READ_AUDIT, _P.CHECK_CREDIT},
    Role.INTEGRATION: _EVERYONE
    | {
        _P.CHECK_CREDIT,
        _P.SUBMIT_ORDERS,
        _P.OVERRIDE_WARNINGS,
        _P.POST_FACTS,
        _P.INITIAL_LOAD,
        _P.RUN_JOBS,
    },
    Role.AUDITOR: _EVERYONE | {_P.READ_AUDIT},
    Role.ADMIN: _EVERYONE
    | {
        _P.READ_AUDIT,
        _P.POST_FACTS,
        _P.INITIAL_LOAD,
        _P.DELEGATE_AUTHORITY,
        _P.SET_AUTHORITY,
        _P.SET_NAMES,
        _P.RUN_JOBS,
        _P.SET_UP_COMPANIES,
    },
}
"""What each role permits in the companies it is granted for. An ADMIN sets up; it does not grant credit, so rules and
parameters, which can widen it, are the credit manager's (decision 7). Who approves up to which amount is the ADMIN's:
nobody says that of their own role. An ADMIN has no authority to lend; it ends what others lent.

Who releases orders answers for passing over a warning too. An ERP sends on the reason that its user gave, and says
itself which of them may give one (decision 6).

What belongs to the whole group is permitted only to those whose role is granted for every company: SET_UP_COMPANIES,
and POST_FACTS for exchange rates.
"""

EVERY_COMPANY = "*"
"""As a company code in a grant: every company there is and will be."""


@dataclass(frozen=True)
class Viewer:
    """Who asks: the actor, and the roles granted per company."""

    actor: UUID
    subject: str
    name: str
    grants: Mapping[UUID, frozenset[Role]]
    everywhere: frozenset[Role] = frozenset()
    locale: str | None = None
    _permitted: dict[Permission, tuple[UUID, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role it has anywhere."""
        return frozenset().union(self.everywhere, *self.grants.values())

    def roles_in(self, company: UUID) -> frozenset[Role]:
        """What it is in one company."""
        return (self.grants[company] | self.everywhere) if company in self.grants else frozenset()

    @cached_property
    def approving(self) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
        """The companies in which it is a credit clerk, and those in which it is a credit manager."""
        found = {role: tuple(sorted(one for one in self.grants if role in self.roles_in(one))) for role in APPROVING}
        return found[Role.CREDIT_CLERK], found[Role.CREDIT_MANAGER]

    def companies(self, permission: Permission = Permission.READ) -> tuple[UUID, ...]:
        """The companies in which something is permitted. Worked out once: every statement is given them."""
        found = self._permitted.get(permission)
        if found is None:
            found = self._permitted[permission] = tuple(
                company
                for company, roles in sorted(self.grants.items())
                if any(permission in PERMITTED[role] for role in roles | self.everywhere)
            )
        return found

    def may(self, permission: Permission, company: UUID | None = None) -> bool:
        """Whether something is permitted in a company; without one, in any."""
        if company is None:
            return any(permission in PERMITTED[role] for role in self.roles)
        roles = self.grants.get(company, frozenset()) | (self.everywhere if company in self.grants else frozenset())
        return any(permission in PERMITTED[role] for role in roles)

    def may_everywhere(self, permission: Permission) -> bool:
        """Whether something is permitted in the whole group of companies."""
        return any(permission in PERMITTED[role] for role in self.everywhere)
