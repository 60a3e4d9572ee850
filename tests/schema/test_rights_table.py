"""The table of rights is true: everybody is permitted or refused by the API exactly as `docs/roles.md` says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.role import Role
from persistence import embedded
from schema.app import SCHEMA, graphql_schema
from schema.needs import Need, needs_of_fields, needs_of_mutations
from schema.rights import PERMITTED, Permission
from schema.roles import FILE, main, page, roles_that
from tests.schema.asking import Answer
from tests.schema.attempts import EVERYWHERE, MUTATIONS, OUT_OF_SCOPE, names, operation, references, refusals, tried
from tests.schema.everything import Operation
from tests.schema.scene import Scene, staged
from tests.schema.telling import leaks
from tests.schema.two_companies import OTHER, OWN, Firm

NEEDS = needs_of_mutations(graphql_schema(SCHEMA))
FIELDS = needs_of_fields(graphql_schema(SCHEMA))

NO_ROLE = "Your roles do not permit this"
NOT_GRANTED = {"FORBIDDEN", "COMPANY_NOT_AVAILABLE"}

OF_NO_COMPANY = {"createCreditGroup"}
"""What is made belongs to no company yet."""

CHECK = "query ($input: CheckCreditInput!) { checkCredit(input: $input) { check { outcome } errors { code } } }"
TIMELINE = "query ($code: String!) { company(code: $code) { timeline { count { value } } } }"
TRAIL = "{ auditEvents(where: {refused: {eq: false}}) { nodes { id } } }"
ACTORS = "{ actors { nodes { id } } }"
ASKED = {"Query.actors": ACTORS, "Query.auditEvents": TRAIL, "Query.checkCredit": CHECK, "Record.timeline": TIMELINE}
"""Every field that needs more than READ, asked for. Subscriptions are asked elsewhere."""


@pytest.fixture(scope="module")
async def scene(server: embedded.Server, database_name: str) -> AsyncIterator[Scene]:
    async with staged(server, database_name) as made:
        yield made


def test_the_committed_table_is_as_the_code_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert FILE.read_text("utf-8") == page(), "run python -m schema.roles"
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "roles.md: fresh\n"


def test_the_table_has_every_role_permission_and_mutation() -> None:
    written = page()
    for name in (*Role, *Permission, *MUTATIONS):
        assert f"`{name}`" in written
    assert NEEDS.keys() == MUTATIONS.keys()
    assert {name for name, need in NEEDS.items() if need.everywhere} == EVERYWHERE
    assert {permission for permissions in PERMITTED.values() for permission in permissions} == set(Permission)


def permitted(role: Role, need: Need) -> bool:
    return role in roles_that(need.permission)


def no_role(answer: Answer) -> bool:
    """Whether it was refused because the roles permit it nowhere."""
    return "FORBIDDEN" in refusals(answer) and NO_ROLE in str(answer.body)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_a_mutation_is_permitted_to_the_roles_of_the_table_where_they_are_granted(
    scene: Scene, name: str
) -> None:
    need, wanted = NEEDS[name], references(scene, name)[:1]
    granted = "*" if need.everywhere else OWN.code
    for role in Role:
        answer = await tried(scene.here, operation(name, names(scene, OWN), *wanted), role, granted)
        if permitted(role, need):
            assert not refusals(answer) & NOT_GRANTED, (role, answer.body)
        elif need.everywhere:
            assert refusals(answer) == {"FORBIDDEN"}, role
        else:
            assert no_role(answer), role


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_a_mutation_is_permitted_to_nobody_where_nothing_is_granted(scene: Scene, name: str) -> None:
    need, wanted = NEEDS[name], references(scene, name)[:1]
    for role in Role:
        answer = await tried(scene.here, operation(name, names(scene, OTHER), *wanted), role, OWN.code)
        if need.everywhere:
            assert refusals(answer) == {"FORBIDDEN"}, role
        elif not permitted(role, need):
            assert no_role(answer), role
        elif name in OF_NO_COMPANY:
            assert not refusals(answer) & NOT_GRANTED, role
        else:
            assert wanted, "it names nothing of a company"
            assert refusals(answer) & OUT_OF_SCOPE, (role, answer.body)


def asked(name: str, firm: Firm) -> Operation:
    """A field, asked for what is a company's."""
    number = {"company": firm.code, "account": firm.text("2")}
    order = {"customer": {"number": number}, "amount": {"amount": "5.00", "currency": firm.currency}}
    return Operation(ASKED[name], {"input": order} if name == "Query.checkCredit" else {"code": firm.code})


def test_every_field_of_the_table_is_asked_for_here() -> None:
    assert {name for name in FIELDS if not name.startswith("Subscription.")} == ASKED.keys()


@pytest.mark.parametrize("name", sorted(ASKED))
@pytest.mark.parametrize("role", Role)
async def test_a_field_is_permitted_to_the_roles_of_the_table_where_they_are_granted(
    scene: Scene, name: str, role: Role
) -> None:
    answer = await tried(scene.here, asked(name, OWN), role, OWN.code)
    if permitted(role, FIELDS[name]):
        assert refusals(answer) == set()
    else:
        assert no_role(answer)


@pytest.mark.parametrize("name", sorted(ASKED))
@pytest.mark.parametrize("role", Role)
async def test_a_field_tells_nothing_where_nothing_is_granted(scene: Scene, name: str, role: Role) -> None:
    answer = await tried(scene.here, asked(name, OTHER), role, OWN.code)
    told = leaks(answer.body, scene.marks.ids, asked(name, OTHER).variables)
    assert not told
    if name not in ("Query.actors", "Query.auditEvents"):  # it names no company: what is not granted is not there
        assert refusals(answer) & OUT_OF_SCOPE


@pytest.mark.parametrize("role", Role)
async def test_every_role_reads_where_it_is_granted_and_nowhere_else(scene: Scene, role: Role) -> None:
    query = "query ($code: String!) { company(code: $code) { code } }"
    here = await tried(scene.here, Operation(query, {"code": OWN.code}), role, OWN.code)
    there = await tried(scene.here, Operation(query, {"code": OTHER.code}), role, OWN.code)
    assert here.data == {"company": {"code": OWN.code}}
    assert refusals(there) == {"COMPANY_NOT_AVAILABLE"}
