"""The whole stack on one machine: Elasticsearch node, Spark, stand-in platforms, Airflow, search page.

up      starts what does not run yet and prints the addresses
down    stops all of it; what was kept stays under TRAWL_HOME
status  says what runs, and where
"""

import argparse
import concurrent.futures
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from local import airflow, airflow_home, elasticsearch, processes, spark, stand_in
from store import cli, settings

PAGE_PORT, PAGE = 8000, "page"


def use_recorded_home() -> None:
    """From here on, this process and what it starts live beside the made-up world's stack, apart from it."""
    os.environ["TRAWL_HOME"] = str(settings.home() / "recorded")


def up(recorded: Path | None = None) -> dict[str, str]:
    """Addresses of everything, once it answers; the stand-in platforms replay `recorded` where it is given."""
    with concurrent.futures.ThreadPoolExecutor() as pool:  # the node and Airflow's tables need no platforms
        node = pool.submit(_told, "Elasticsearch", _elasticsearch)
        tables, warm = pool.submit(airflow.prepare), pool.submit(_told, "Spark", _spark)
        shown = _told("platforms", lambda: stand_in.start(recorded))
        tables.result()
        page = pool.submit(_told, "search page", _page)
        given = {**stand_in.platform_environment(shown), "TRAWL_SPARK_MASTER": warm.result()}
        web = _told("Airflow", lambda: airflow.start(given))
        return {
            "Elasticsearch": node.result(),
            "Spark": warm.result(),
            "platforms": shown,
            "Airflow": web,
            "search page": page.result(),
        }


def _told(what: str, work: Callable[[], str]) -> str:
    """The address that `work` gives back, and a line saying how long it took."""
    started = time.monotonic()
    address = work()
    print(f"  {what:<14} {address}  ({time.monotonic() - started:.0f} s)", flush=True)
    return address


def _spark() -> str:
    """The master that the user names, else a warm server of our own."""
    return os.environ.get("TRAWL_SPARK_MASTER") or spark.start()


def _elasticsearch() -> str:
    processes.run(["-m", "local.elasticsearch", "start"], "node")
    return settings.elasticsearch_url()


def _page() -> str:
    file = settings.home() / "run" / "page.url"
    if file.exists() and processes.running(PAGE):
        return file.read_text()
    port = processes.free_port(PAGE_PORT)
    processes.start(PAGE, [sys.executable, "-m", "query.service", "--port", str(port)], environment={})
    said = processes.wait_for_file(PAGE, processes.log(PAGE), seconds=60)
    file.write_text(said.split()[-1])
    return file.read_text()


def down() -> list[str]:
    """Stop everything of this home; the names of what ran."""
    parts: dict[str, Callable[[], bool]] = {
        "search page": lambda: processes.stop(PAGE),
        "platforms": lambda: processes.stop(stand_in.NAME),
        "Airflow": airflow.stop,
        "Spark": spark.stop,
        "Elasticsearch": lambda: elasticsearch.stop(settings.home()),
    }
    with concurrent.futures.ThreadPoolExecutor() as pool:
        stopped = {name: pool.submit(stop) for name, stop in parts.items()}
        return [name for name, future in stopped.items() if future.result()]


def status() -> dict[str, str]:
    """What runs, and where."""
    run, node = settings.home() / "run", elasticsearch.running(settings.home())
    found = {
        "Elasticsearch": node.url if node else None,
        "Spark": spark.url(),
        "platforms": stand_in.url(),
        "Airflow": airflow_home.url() if airflow.status() else None,
        "search page": (run / "page.url").read_text() if processes.running(PAGE) else None,
    }
    return {name: address or "not running" for name, address in found.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m local.stack", description=__doc__, formatter_class=style)
    parser.add_argument("command", choices=["up", "down", "status"])
    command = parser.parse_args(argv).command
    if command == "up":
        up()
    elif command == "status":
        print("\n".join(f"  {name:<14} {address}" for name, address in status().items()))
    else:
        stopped = down()
        if (settings.home() / "recorded").exists():
            use_recorded_home()
            stopped += [f"{name} (recorded)" for name in down()]
        print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


if __name__ == "__main__":
    cli.run(main)
