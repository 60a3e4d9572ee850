"""What a connection brings with it, whatever the database it leads to says."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from persistence.database import Connection, connect

LONG = "select repeat('x', 700000) || 'y' || repeat('z', 700000)"
"""An answer as long as that of a very long list, made in pieces."""


def _faults(connection: Connection) -> int:
    """How many pages of memory the backend has asked the kernel for."""
    stat = Path(f"/proc/{connection.get_server_pid()}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[7])


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not Path("/proc/self/stat").exists(), reason="it is so with glibc on Linux"
)
async def test_a_backend_keeps_the_memory_of_a_long_answer_for_the_next(database_url: str) -> None:
    connection = await connect(database_url)
    try:
        found = []
        for _ in range(20):
            await connection.fetchval(LONG)
            found.append(_faults(connection))
        assert found[-1] - found[9] < 1_400_000 // 4096, "ten answers asked for the memory of one"
    finally:
        await connection.close()


async def test_days_and_moments_are_iso_text_whatever_the_database_prefers(database_url: str) -> None:
    name = database_url.rpartition("/")[2].partition("?")[0]
    before = await connect(database_url)
    try:
        await before.execute(f"alter database \"{name}\" set datestyle = 'German'")
        connection = await connect(database_url)
        try:
            assert await connection.fetchval("select date '2026-11-23'::text") == "2026-11-23"
            moment = "select (timestamptz '2026-11-23T09:00Z' at time zone 'UTC')::text"
            assert await connection.fetchval(moment) == "2026-11-23 09:00:00"
        finally:
            await connection.close()
    finally:
        await before.execute(f'alter database "{name}" reset datestyle')
        await before.close()
