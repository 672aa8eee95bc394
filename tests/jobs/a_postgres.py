"""A real PostgreSQL in a folder of its own, on a Unix socket; it refuses to run as root, so there it runs as its own user."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")  # Debian keeps what starts a server off the PATH


def program(name: str) -> str | None:
    """The path of a program of PostgreSQL, of its newest version; None where there is none."""
    versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda found: int(found.parts[-3]))
    return shutil.which(name) or (str(versions[-1]) if versions else None)


@contextmanager
def serving() -> Iterator[str]:
    """SQLAlchemy address of an empty database."""
    own = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="trawl-pg-"))  # pytest's own folders are closed to other users
    try:
        if own:
            shutil.chown(folder, **own)
        _run("initdb", "-D", "data", "-U", "trawl", "-A", "trust", "-E", "UTF8", "--no-sync", folder=folder, own=own)
        options = f"-c listen_addresses= -c fsync=off -k {folder}"
        _run("pg_ctl", "start", "-w", "-D", "data", "-l", "log", "-o", options, folder=folder, own=own)
        try:
            yield f"postgresql://trawl@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "stop", "-m", "immediate", "-D", "data", folder=folder, own=own)
    finally:
        shutil.rmtree(folder)


def _run(name: str, *words: str, folder: Path, own: dict[str, str]) -> None:
    command = [program(name) or name, *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, **own)  # type: ignore[call-overload]
