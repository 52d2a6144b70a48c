"""`incident web` and `incident run`: answer the doors, and send what is due beside them."""

import argparse
import errno
import os
import socket
import sys

from incident.cli.desk import CannotDo, configure, is_ready
from incident.storage import db


def run(asked: argparse.Namespace) -> None:
    """Migrate where that is needed, then serve.

    After a migration the process starts anew: what migrating needed is not kept in memory.
    """
    config = configure()
    engine = db.connect(config.database_url)
    ready = is_ready(engine)
    engine.dispose()
    if ready:
        web(asked)
        return
    from incident.cli.migrations import bring_up_to_date

    print(bring_up_to_date(config), flush=True)
    options = [f"--workers={asked.workers}", f"--threads={asked.threads}"]
    options += ["--no-worker"] if asked.no_worker else []
    os.execv(sys.executable, [sys.executable, "-m", "incident", "web", *options])  # noqa: S606


def web(asked: argparse.Namespace) -> None:
    from incident.cli.server import Server

    config = configure()
    if asked.workers > 1 and config.database_url.startswith("sqlite"):
        raise CannotDo("Several processes want PostgreSQL: set DATABASE_URL, or --workers=1.")
    require_free(config.host, config.port)
    Server(config, workers=asked.workers, threads=asked.threads, sends=not asked.no_worker).run()


def require_free(host: str, port: int) -> None:
    """Say it in a sentence; gunicorn would try five times and say it in five."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CannotDo(f"{host}:{port} cannot be served: {error.strerror}.") from None
        raise CannotDo(f"Port {port} is taken. Choose another: PORT={port + 1}.") from None
