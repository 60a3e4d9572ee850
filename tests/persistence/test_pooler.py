"""Behind PgBouncer in transaction mode: `POOLER=transaction` keeps nothing on a server connection."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from persistence.database import open_pool

BOUNCER = shutil.which("pgbouncer") or next(iter(Path("/usr/sbin").glob("pgbouncer")), None)

CONFIGURATION = """\
[databases]
{name} = host={host} port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
"""


@pytest.fixture
def bouncer_url(database_url: str) -> Iterator[str]:
    """The module's database through a PgBouncer with two server connections, each lent for one transaction."""
    if BOUNCER is None:
        pytest.skip("PgBouncer is not installed")
    found = urlsplit(database_url)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        listen = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(
            CONFIGURATION.format(
                name=found.path[1:],
                host=found.hostname,
                port=found.port,
                user=found.username,
                password=found.password,
                listen=listen,
            )
        )
        command = [str(BOUNCER), str(file)]
        if os.geteuid() == 0:  # it does not run as root
            nobody = pwd.getpwnam("nobody")
            for path in (Path(folder), file):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            command[1:1] = ["-u", nobody.pw_name]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if "process up" in line:
                    break
            assert process.poll() is None, "".join(said)
            try:
                yield f"postgresql://anybody@127.0.0.1:{listen}{found.path}"
            finally:
                process.terminate()
                process.communicate()


async def test_every_transaction_may_run_on_another_connection(bouncer_url: str, database_url: str) -> None:
    async with await open_pool(bouncer_url, max_size=8, pooler="transaction") as pool:

        async def use(number: int) -> int:
            async with pool.acquire() as connection, connection.transaction():
                asked = "select $1::int, pg_backend_pid()"
                found, pid = await connection.fetchrow(asked, number)
                assert found == number
                assert tuple(await connection.fetchrow(asked, number)) == (number, pid)
                return int(pid)

        used = [pid for _ in range(5) for pid in await asyncio.gather(*(use(number) for number in range(16)))]
        assert len(set(used)) == 2
        assert await pool.fetchval("select $1::jsonb", {"words": ["å"]}) == {"words": ["å"]}
        assert await pool.fetchval("select count(*) from pg_prepared_statements") == 0
