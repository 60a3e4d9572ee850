"""Somebody of one company tries to change what is the other's: it cannot be named, nothing changes, nothing is told."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest

from persistence import embedded
from persistence.keys import new_key
from persistence.tables import metadata
from tests.schema.asking import Answer, token
from tests.schema.attempts import (
    EVERYWHERE,
    MUTATIONS,
    OUT_OF_SCOPE,
    identities,
    names,
    operation,
    references,
    refusals,
    tried,
)
from tests.schema.everything import Operation
from tests.schema.scene import Scene, staged
from tests.schema.telling import leaks
from tests.schema.two_companies import OTHER, OWN, Firm

ROLES = ("CREDIT_MANAGER", "INTEGRATION", "ADMIN")

MADE = {("upsertCustomers", ("customers", "account"))}
"""Numbers of what is made: what they are in another company says nothing."""

NOT_THERE = {
    ("createCreditLimitAdjustment", ("lines", "id")),  # a new adjustment has no lines yet
    ("postCreditLimitAdjustment", ("lines",)),  # it was posted, or taken out, before
    ("submitCreditLimitAdjustment", ("lines",)),
    ("approveCreditLimitAdjustment", ("lines",)),
    ("rejectCreditLimitAdjustment", ("lines",)),
    ("withdrawCreditLimitAdjustment", ("lines",)),
    ("unsettle", ("openItem",)),  # its payment was reversed before
    ("unsettle", ("payment",)),
    ("unsettle", ("creditNote",)),  # it settled nothing
    ("cancelJob", ("job",)),  # jobs are for who started them
}
"""What cannot be named in one's own company either."""

ACTED_ON = {
    *("customer", "payer", "openItem", "payment", "creditNote", "salesOrder", "creditHold", "creditHolds"),
    *(
        "creditLimitAdjustment",
        "collateral",
        "blockingRule",
        "creditChangeRequest",
        "delegation",
        "subject",
        "holder",
        "id",
    ),
}
"""Fields that name what a mutation acts on; others name what it refers to."""

TAKEN = {"createCreditGroup": {"ALREADY_EXISTS"}}
"""Numbers of credit groups are one series for all companies: that one is taken cannot be hidden."""


@pytest.fixture(scope="module")
async def scene(server: embedded.Server, database_name: str) -> AsyncIterator[Scene]:
    async with staged(server, database_name) as made:
        yield made


async def digest(conn: asyncpg.Connection) -> Mapping[str, str | None]:
    """What every table holds, but for the trail, in which refusals are put on record, and what who asks is where."""
    return {
        name: await conn.fetchval(f'select md5(string_agg(kept::text, $1 order by kept::text)) from "{name}" kept', "|")
        for name in metadata.tables
        if name not in ("audit_event", "actor_role")
    }


async def role_for(scene: Scene, name: str) -> str:
    """A role that permits it."""
    if name in EVERYWHERE:
        return "ADMIN"
    for role in ROLES:
        answer = await tried(scene.here, operation(name, names(scene, OTHER)), role)
        if "Your roles do not permit this" not in str(answer.body):
            return role
    raise AssertionError(f"no role permits {name}")


async def refused(scene: Scene, asked: Operation, role: str) -> set[str]:
    """The codes with which it is refused to somebody of one company, who is told nothing of the other."""
    answer = await tried(scene.here, asked, role)
    told = leaks(answer.body, scene.marks.ids, asked.variables)
    assert not told, f"it tells of the other company: {told}"
    codes = refusals(answer)
    assert codes, f"it was not refused: {asked}"
    return codes


@pytest.mark.parametrize("name", MUTATIONS)
async def test_what_belongs_to_the_other_company_cannot_be_named(scene: Scene, pool: Any, name: str) -> None:
    role = await role_for(scene, name)
    async with pool.acquire() as conn:
        before = await digest(conn)
        for path in references(scene, name):
            codes = await refused(scene, operation(name, names(scene, OTHER), path), role)
            assert codes <= OUT_OF_SCOPE | TAKEN.get(name, set()), path
            if (name, path) not in MADE:
                await refused(scene, operation(name, names(scene, OWN, path), path), role)
        assert await digest(conn) == before


def told(answer: Answer, *ids: str) -> str:
    """All that an answer says but for its own numbers and the ids that were asked for."""
    body = {"data": answer.body.get("data"), "errors": [one["message"] for one in answer.body.get("errors") or ()]}
    said = json.dumps([body, sorted(refusals(answer))], sort_keys=True)
    for one in ids:
        said = said.replace(one, "that")
    return re.sub(r"fresh \d+", "fresh", said)


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_record_that_may_not_be_read_is_refused_as_one_that_does_not_exist(scene: Scene, name: str) -> None:
    role = await role_for(scene, name)
    for path, identity in identities(scene, name):
        nothing = f"{identity.split('_')[0]}_{new_key().hex}"
        theirs, unknown = [
            await tried(scene.here, operation(name, names(scene, OWN, path, at), path), role)
            for at in (identity, nothing)
        ]
        assert told(theirs, identity) == told(unknown, nothing), path
        assert "FORBIDDEN" not in refusals(theirs), path


@pytest.mark.parametrize("name", MUTATIONS)
async def test_what_may_only_be_read_is_refused_as_forbidden(scene: Scene, name: str) -> None:
    role = await role_for(scene, name)
    grants = {OWN.code: [role], OTHER.code: ["VIEWER"]}
    said = json.loads(token(role, []).removeprefix("Test ")) | {"grants": grants}
    headers = {"Authorization": f"Test {json.dumps(said)}", "Accept-Language": "en"}
    for path, identity in identities(scene, name):
        if path[0] in ACTED_ON:
            asked = operation(name, names(scene, OWN, path, identity), path)
            content = {"query": asked.text, "variables": asked.variables}
            response = await scene.here.raw("POST", json=content, headers=headers)
            answer = Answer(response.status_code, response.headers, response.json())
            assert refusals(answer) == {"FORBIDDEN"}, path


@pytest.mark.parametrize("name", MUTATIONS)
async def test_the_same_of_ones_own_company_can_be_named(scene: Scene, name: str) -> None:
    role = await role_for(scene, name)
    for path in references(scene, name):
        asked = operation(name, names(scene, OWN), path)
        codes = refusals(await tried(scene.changed, asked, role, *(["*"] if name in EVERYWHERE else [])))
        unknown = codes & OUT_OF_SCOPE or "BAD_USER_INPUT" in codes
        excused = any((name, path[:depth]) in NOT_THERE for depth in range(1, len(path) + 1))
        assert not unknown or excused, f"{path} says nothing: {codes}"


SUBMIT = """mutation ($input: SubmitSalesOrderInput!) { submitSalesOrder(input: $input) {
  salesOrder { id number } decision { id } creditHold { id } errors { code } replayed } }"""


async def test_who_lost_a_company_reads_nothing_of_it_by_an_old_key(scene: Scene) -> None:
    order = {"company": OTHER.code, "number": "late", "account": OTHER.text("2"), "idempotencyKey": "late"}
    asked = Operation(SUBMIT, {"input": {**order, "amount": {"amount": "5.00", "currency": "EUR"}}})
    first = (await tried(scene.here, asked, "CREDIT_MANAGER", OWN.code, OTHER.code)).data["submitSalesOrder"]
    assert first["salesOrder"]["number"] == "late"
    again = await tried(scene.here, asked, "CREDIT_MANAGER")
    assert first["salesOrder"]["id"] not in str(again.body)
    assert first["decision"]["id"] not in str(again.body)


REJECT = "mutation ($input: RejectCreditHoldInput!) { rejectCreditHold(input: $input) { errors { code } } }"
REFUSED = "{ auditEvents(where: {refused: {eq: true}}) { count { value } } }"


async def test_a_refusal_is_told_to_the_people_of_its_company_alone(scene: Scene) -> None:
    async def told(firm: Firm) -> int:
        asked = Operation(REFUSED, {})
        found: int = (await tried(scene.here, asked, "AUDITOR", firm.code)).data["auditEvents"]["count"]["value"]
        return found

    ours, theirs = await told(OWN), await told(OTHER)
    asked = Operation(REJECT, {"input": {"creditHold": f"hld_{1:032x}", "idempotencyKey": "none"}})
    answer = await scene.here(asked.text, asked.variables, as_="CREDIT_MANAGER", companies=[OTHER.code], user="theirs")
    assert refusals(answer) == {"NOT_FOUND"}
    assert (await told(OWN), await told(OTHER)) == (ours, theirs + 1)
