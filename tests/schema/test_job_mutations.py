"""Long work is stopped by who started it, or by who runs jobs everywhere."""

from __future__ import annotations

from uuid import UUID

import pytest

from persistence.scope import actor_id
from schema.ids import node_id
from tests.schema.asking import Asker
from tests.schema.changing import OPERATIONS, changed, codes, keyed, mistaken, operation, refused, rows, said
from tests.schema.world import World

CANCEL = """mutation ($input: CancelJobInput!) { cancelJob(input: $input) {
  job { id version status } errors { code message path node { id } } replayed } }"""


async def job(world: World, status: str, user: str = "tester") -> UUID:
    by = await actor_id(world.conn, user, user.title())
    return await world.put("job", kind="IMPORT", status=status, source="items.csv", started_by_id=by)


def stop(key: UUID, **more: object) -> dict[str, object]:
    return keyed(job=node_id("job", key), **more)


async def test_a_job_that_waits_is_cancelled(ask: Asker, world: World) -> None:
    payload = await changed(ask, CANCEL, stop(await job(world, "WAITING"), expectedVersion=1))
    assert (payload["job"]["status"], payload["job"]["version"]) == ("CANCELLED", 2)


async def test_a_job_that_runs_is_asked_to_stop_once(ask: Asker, world: World) -> None:
    key = await job(world, "RUNNING")
    payload = await changed(ask, CANCEL, stop(key))
    assert (payload["job"]["status"], payload["job"]["version"]) == ("RUNNING", 2)
    assert await world.conn.fetchval("select cancel_asked from job where id = $1", key)
    assert (await changed(ask, CANCEL, stop(key)))["job"]["version"] == 2


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "CANCELLED"])
async def test_a_job_that_has_ended_is_not_stopped(ask: Asker, world: World, status: str) -> None:
    payload = await refused(ask, world, CANCEL, stop(await job(world, status)))
    assert said(payload) == [("WRONG_STATUS", "job")]
    assert payload["job"]["status"] == status
    assert payload["errors"][0]["node"] == {"id": payload["job"]["id"]}


async def test_who_looked_at_an_older_version_is_told(ask: Asker, world: World) -> None:
    payload = await refused(ask, world, CANCEL, stop(await job(world, "RUNNING"), expectedVersion=4))
    assert said(payload) == [("VERSION_CONFLICT", "expectedVersion")]


async def test_a_job_of_somebody_else_is_stopped_only_by_who_runs_jobs_everywhere(ask: Asker, world: World) -> None:
    given = stop(await job(world, "WAITING", "other"))
    hidden = await refused(ask, world, CANCEL, given, companies=["SE01"])
    assert said(hidden) == [("NOT_FOUND", "job")]
    assert hidden["job"] is None
    assert await mistaken(ask, world, CANCEL, given, as_="CREDIT_CLERK") == ["FORBIDDEN"]
    assert (await changed(ask, CANCEL, given))["job"]["status"] == "CANCELLED"
    own = stop(await job(world, "WAITING"))
    assert (await changed(ask, CANCEL, own, companies=["SE01"]))["job"]["status"] == "CANCELLED"


async def test_the_same_key_stops_once(ask: Asker, world: World) -> None:
    given = stop(await job(world, "WAITING"))
    await changed(ask, CANCEL, given)
    before = await rows(world)
    assert (await changed(ask, CANCEL, given))["replayed"]
    assert await rows(world) == before
    other = await refused(ask, world, CANCEL, given | {"expectedVersion": 1})
    assert codes(other["errors"]) == ["IDEMPOTENCY_KEY_REUSED"]


@pytest.mark.skipif(not OPERATIONS.exists(), reason="the operations of the front-end teams are not at hand")
async def test_the_operation_of_the_import_monitor_runs_as_it_stands(ask: Asker, world: World) -> None:
    payload = await changed(ask, operation("CancelImport"), stop(await job(world, "WAITING")))
    assert payload["job"]["status"] == "CANCELLED"
