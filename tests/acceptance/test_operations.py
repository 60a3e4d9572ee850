"""The operations that the front-end and BI teams run, each as it stands, on facts posted through the API.

Their document is not part of this project; CREDITGRAPH_SHARED names the folder it is in, and where it is absent this is
skipped. The same fields are asked for by our own queries in tests/schema/.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, Visitor, parse, print_ast, visit

from persistence.database import Pool
from schema.ids import node_id
from tests.acceptance.story import SAVE_PARAMETERS, Story, fresh, money
from tests.schema.world import TODAY
from tests.server.live import Live, live_server
from tests.server.test_subscriptions import job_of, went_on

DOCUMENT = (
    Path(os.environ.get("CREDITGRAPH_SHARED", Path(__file__).parents[2] / ".." / "shared"))
    / "design"
    / "operations.graphql"
)
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason=f"{DOCUMENT.name} is not there")

LATER = {"Worklist"}
"""Collections: not there yet."""


def operations() -> dict[str, str]:
    """Each operation with the fragments it uses."""
    document = parse(DOCUMENT.read_text())
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    found = {}
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode) and one.name is not None:
            used = sorted(spread(one, fragments, set()))
            found[one.name.value] = "\n".join([print_ast(one), *(print_ast(fragments[name]) for name in used)])
    return found


def spread(node: Any, fragments: dict[str, FragmentDefinitionNode], seen: set[str]) -> set[str]:
    """The fragments that a definition needs."""

    class Spreads(Visitor):
        def enter_fragment_spread(self, found: Any, *_: Any) -> None:
            name = found.name.value
            if name not in seen:
                seen.add(name)
                spread(fragments[name], fragments, seen)

    visit(node, Spreads())
    return seen


async def test_every_operation_runs_as_it_stands(story: Story, pool: Pool, database_url: str) -> None:
    asked = Asked(story, operations())
    await asked.prepare()
    await asked.reading()
    async with live_server(database_url) as live:
        await asked.following_holds(live)
        await asked.following_a_job(live, pool)
    await asked.adjusting()
    assert asked.left == LATER


class Asked:
    """Which operations are left to be run."""

    def __init__(self, story: Story, documents: dict[str, str]) -> None:
        self.story = story
        self.documents = documents
        self.left = set(documents)
        self.customer = {"number": {"company": "SE01", "account": "acme"}}
        self.hold = ""

    async def run(self, name: str, user: str = "tester", **variables: Any) -> Any:
        """Run one and give its data; it must have no errors, also not as data."""
        self.left.discard(name)
        answer = await self.story.ask(self.documents[name], variables, as_="CREDIT_MANAGER", operation=name, user=user)
        for value in answer.data.values():
            assert not (isinstance(value, dict) and value.get("errors")), (name, value["errors"])
        return answer.data

    async def prepare(self) -> None:
        """Two members in two companies, an overdue invoice, an order on hold, a reason to release."""
        story = self.story
        await story.customer("SE01", "acme", name="Acme AB")
        await story.customer("FI01", "acme", name="Acme Oy")
        await story.group("G-1", "SEK", "1000000", ("SE01", "acme"), ("FI01", "acme"))
        await story.own_limit("SE01", "acme", "100000")
        await story.own_limit("SE01", "acme", "110000", kind="TEMPORARY", until="2026-12-31")
        await story.invoice("SE01", "acme", "INV-1", "60000", "2026-10-01", date="2026-09-01")
        self.hold = (await story.submit("SE01", "acme", "SO-1", "60000"))["creditHold"]["id"]

    async def reading(self) -> None:
        """What screens and reports read."""
        today = TODAY.isoformat()
        holds = await self.run("HoldList", where={"status": {"in": ["OPEN"]}}, orderBy=[{"field": "HELD_AT"}])
        assert [edge["node"]["id"] for edge in holds["creditHolds"]["edges"]] == [self.hold]
        detail = await self.run("HoldDetail", id=self.hold)
        assert detail["node"]["decision"]["unblock"]
        customer = await self.run("Customer360", key=self.customer, asOf=today, currency="SEK")
        assert customer["customer"]["credit"]["exposure"]["overdue"]["amount"] == "60000.00"
        group = await self.run("GroupMembers", number="G-1", asOf=today)
        assert group["creditGroup"]["memberCount"] == 2
        await self.run("WhatIf", input={"customer": self.customer, "amount": money("1", "SEK")})
        dashboard = await self.run("ExposureDashboard", currency="EUR", asOf=today)
        assert {row["company"]["code"] for row in dashboard["exposureByCompany"]} == {"SE01", "FI01"}
        await self.run("DropDowns", locale="sv", companies=["SE01"])
        search = await self.run("SearchBox", text="acme", kinds=["CUSTOMER"])
        assert len(search["search"]) == 2
        await self.run("ImportMonitor")
        timeline = await self.run("AuditTimeline", id=self.hold, since=f"{today}T00:00:00Z")
        assert timeline["node"]["timeline"]["edges"]
        flat = await self.run("ExposureFlat", asOf=today, currency="SEK")
        assert "60000.00" in {row["overdue"] for row in flat["exposureReport"]["nodes"]}
        items = await self.run("OpenItemsIncremental", since="2020-01-01T00:00:00Z")
        assert [item["number"] for item in items["openItems"]["nodes"]] == ["INV-1"]

    async def following_holds(self, live: Live) -> None:
        """A desk that sees what a credit manager does meanwhile."""
        async with live.connected() as socket:
            self.left.discard("HoldChanges")
            name = await socket.subscribe(self.documents["HoldChanges"], companies=["SE01"], after="0")
            opened = (await socket.next(name))["creditHoldChanged"]
            assert (opened["creditHold"]["id"], opened["creditHold"]["status"]) == (self.hold, "OPEN")
            await self.working_on_holds()
            released = (await socket.next(name))["creditHoldChanged"]
            assert (released["creditHold"]["id"], released["creditHold"]["status"]) == (self.hold, "RELEASED")
            assert int(released["sequence"]) > int(opened["sequence"])

    async def following_a_job(self, live: Live, pool: Pool) -> None:
        """How an import goes on."""
        job = await job_of(pool)
        async with live.connected() as socket:
            self.left.discard("JobProgress")
            name = await socket.subscribe(self.documents["JobProgress"], job=node_id("job", job))
            await live.followed()
            await went_on(pool, job, 12)
            event = (await socket.next(name))["jobChanged"]
            assert (event["job"]["status"], event["job"]["done"]) == ("RUNNING", 12)

    async def working_on_holds(self) -> None:
        """What a credit manager does with an order."""
        order = {"company": "SE01", "number": "SO-2", "account": "acme", "amount": money("1", "SEK")}
        submitted = await self.run("SubmitOrder", input=order | {"idempotencyKey": fresh()})
        assert submitted["submitSalesOrder"]["decision"]["outcome"] == "PASSED"
        reason = """mutation($input: SaveReasonInput!) {
          saveReason(input: $input) { reason { id } errors { code message } warnings { code message } } }"""
        given = {"code": "OK", "name": "Approved", "kind": "RELEASE"}
        saved = await self.story.tell(reason, given, "CREDIT_MANAGER")
        release = {"creditHold": self.hold, "reason": saved["reason"]["id"], "idempotencyKey": fresh()}
        released = await self.run("ReleaseHold", input=release)
        assert released["releaseCreditHold"]["creditHold"]["status"] == "RELEASED"

    async def adjusting(self) -> None:
        """What an adjustment goes through, and an import that is cancelled."""
        holder = {"customer": {"company": "SE01", "account": "acme"}}
        line = {"holder": holder, "newLimit": money("200000", "SEK")}
        wanted = {"company": "SE01", "kind": "PERMANENT", "lines": [line], "idempotencyKey": fresh()}
        created = await self.run("CreateAdjustment", input=wanted)
        made = created["createCreditLimitAdjustment"]["creditLimitAdjustment"]
        change = {"creditLimitAdjustment": made["id"], "description": "More", "expectedVersion": made["version"]}
        await self.run("SaveAdjustment", input=change | {"idempotencyKey": fresh()})
        await self.run("AdjustmentEditor", id=made["id"])
        parameters = {"company": "SE01", "approveLimitAdjustments": True}
        await self.story.tell(SAVE_PARAMETERS, parameters, "CREDIT_MANAGER")
        submit, approve, post = (
            {"creditLimitAdjustment": made["id"], "idempotencyKey": fresh(), "note": "Agreed"} for _ in range(3)
        )
        await self.run("SubmitAdjustment", input=submit)
        await self.run("ApproveAdjustment", user="another", input=approve)
        posted = await self.run("PostAdjustment", input=post)
        assert posted["postCreditLimitAdjustment"]["creditLimitAdjustment"]["status"] == "POSTED"
        self.left.discard("CancelImport")
        cancel = {"job": "job_" + "0" * 32, "idempotencyKey": fresh()}
        refused = await self.story.ask(self.documents["CancelImport"], {"input": cancel}, operation="CancelImport")
        assert refused.data["cancelJob"]["errors"][0]["code"] == "NOT_FOUND"
