"""Writes or checks `docs/roles.md`, who may do what: `python -m schema.roles [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from domain.role import Role
from schema.app import SCHEMA, graphql_schema
from schema.needs import Need, needs_of_fields, needs_of_mutations
from schema.rights import PERMITTED, Permission

FILE = Path(__file__).parents[1] / "docs" / "roles.md"

BEGINNING = """\
# Who may do what

Written by `python -m schema.roles` from `schema/rights.py` and the resolvers. A test asks for everything below as
everybody over the API, in a company that is granted and in one that is not.

Tokens and API keys grant roles in companies ([signing-in.md](signing-in.md)). A role permits in the companies it is
granted for, and nowhere else; granted for `*` it permits in every company there is and will be. Roles add up.

## What each role permits
"""

COMPANIES = """
## Where

- **Nobody sees, counts or sums a company that is not granted**; to name one is refused with COMPANY_NOT_AVAILABLE, and
  a record of it with NOT_FOUND, as if it did not exist. Shared credit groups show their totals.
- **Whose roles permit something in no company** is refused with FORBIDDEN. So is who may do it in another company than
  the record's, which may only be read.
- **What belongs to the whole group of companies** is changed by those alone whose role is granted for `*`: they are
  marked *for every company* below, and so are coded names and translations that belong to no company.

## What mutations need
"""

FIELDS = """
## What else needs more than READ

Everything else that can be read needs READ, which every role permits.
"""


def page() -> str:
    """The whole page."""
    schema = graphql_schema(SCHEMA)
    mutations, fields = needs_of_mutations(schema), needs_of_fields(schema)
    return "\n".join(
        [
            BEGINNING,
            *_matrix(),
            COMPANIES,
            *_table("Mutation", mutations),
            FIELDS,
            *_table("Field", fields),
            "",
        ]
    )


def roles_that(permission: Permission) -> list[Role]:
    """The roles that permit something."""
    return [role for role in Role if permission in PERMITTED[role]]


def _matrix() -> Iterator[str]:
    yield _row(["", *(f"`{role}`" for role in Role)])
    yield _row(["---", *(":-:" for _ in Role)])
    for permission in Permission:
        yield _row([f"`{permission}`", *("yes" if permission in PERMITTED[role] else "" for role in Role)])


def _table(title: str, needs: Mapping[str, Need]) -> Iterator[str]:
    yield _row([title, "Permission", "Roles"])
    yield _row(["---", "---", "---"])
    for name, need in sorted(needs.items()):
        yield _row([f"`{name}`", _said(need), _codes(roles_that(need.permission))])


def _said(need: Need) -> str:
    said = f"`{need.permission}`"
    if need.everywhere:
        said += ", for every company"
    if need.also:
        said += f"; some inputs also {_codes(need.also)}"
    return said


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str]) -> int:
    """Write the file, or say whether it is as the code has it."""
    if list(arguments) == ["--check"]:
        fresh = FILE.exists() and FILE.read_text("utf-8") == page()
        sys.stdout.write(f"roles.md: {'fresh' if fresh else 'stale, run python -m schema.roles'}\n")
        return 0 if fresh else 1
    if arguments:
        sys.stdout.write("usage: python -m schema.roles [--check]\n")
        return 2
    FILE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
