"""A warm Spark on this machine: one Spark Connect server that the night's steps share instead of a JVM each.

Its address, `sc://127.0.0.1:PORT/;session_id=ID`, goes where a Spark master goes: TRAWL_SPARK_MASTER. All steps are one
session of it, so that its Python workers stay warm too (docs/decisions/0006-one-warm-spark.md).
"""

import contextlib
import hashlib
import json
import os
import socket
import sys
import time
import uuid
from pathlib import Path

import pyspark

from local import processes
from store import settings, spark

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
NAME = "spark"
READY_S = 120
WATCHED = ("jobs", "models", "schemas", "store")  # what its Python workers import, once


def _address() -> Path:
    return settings.home() / "run" / "spark.url"


def url() -> str | None:
    """Address of the running server."""
    return _address().read_text() if _address().exists() and processes.running(NAME) else None


def start() -> str:
    """Address of the server of this home; started anew when the settings or the code of its workers have changed."""
    seen, given = settings.home() / "run" / "spark.sha256", _fingerprint()
    if (known := url()) and seen.exists() and seen.read_text() == given:
        return known
    stop()
    port = processes.free_port(15002)
    processes.start(NAME, _command(port), environment=_environment())
    _wait(port)
    seen.write_text(given)
    _address().write_text(f"sc://127.0.0.1:{port}/;session_id={uuid.uuid4()}")
    return _address().read_text()


def stop() -> bool:
    """End the server; False where none ran."""
    _address().unlink(missing_ok=True)
    return processes.stop(NAME)


def _command(port: int) -> list[str]:
    options = {
        **spark.options(),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
    }
    told = [word for key, value in options.items() for word in ("--conf", f"{key}={value}")]
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    return [str(submit), "--class", SERVER, "--master", "local[*]", "--name", "trawl", *told, "spark-internal"]


def _environment() -> dict[str, str]:
    return {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": str(processes.ROOT)}


def _wait(port: int) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if processes.running(NAME) is None:
            raise processes.NotStarted(NAME, "ended at its start")
        time.sleep(0.2)
    raise processes.NotStarted(NAME, f"was not ready after {READY_S} s")


def _fingerprint() -> str:
    """Changes with every setting and every source file that a worker has loaded."""
    sources = [file for folder in WATCHED for file in sorted((processes.ROOT / folder).rglob("*.py"))]
    times = [file.stat().st_mtime_ns for file in sources]
    ours = {key: value for key, value in os.environ.items() if key.startswith("TRAWL_SPARK_")}
    return hashlib.sha256(json.dumps([ours, times, sys.executable], sort_keys=True).encode()).hexdigest()
