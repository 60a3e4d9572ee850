"""What a statement costs by itself: how its plan is counted, and that running it is."""

from __future__ import annotations

import asyncpg

from bench.alone import nodes_of, processor


def test_every_node_of_a_plan_is_counted_once() -> None:
    leaf = {"Node Type": "Seq Scan"}
    join = {"Node Type": "Nested Loop", "Plans": [leaf, {"Node Type": "Sort", "Plans": [leaf]}]}
    assert [node["Node Type"] for node in nodes_of(join)] == ["Nested Loop", "Seq Scan", "Sort", "Seq Scan"]


async def test_a_statement_is_run_with_the_arguments_of_each_case_and_its_processor_time_is_told(
    pool: asyncpg.Pool,
) -> None:
    async with pool.acquire() as conn:
        await conn.execute("create temporary table ran (what text)")
        spent = await processor(conn, "insert into ran values ($1) returning what", [("one",), ("other",)])
        counts = await conn.fetch("select distinct what from ran order by what")
    assert spent > 0
    assert [row["what"] for row in counts] == ["one", "other"]
