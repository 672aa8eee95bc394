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
from datetime import date
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

import httpx

from jobs import platforms
from local import airflow, elasticsearch, processes, spark
from local.world import World
from local.world.exports import drop
from store import cli, ledger, settings
from store.cli import TrawlError

WORKS, SEED, DAYS = 1000, 7, 3
FOLDERS = {"weibo": "weibo", "taobao": "taobao", "youtube": "youtube", "rss": "rss_atom"}  # of recorded payloads
RATE = "1000"  # requests per second: the stand-in is our own
# Any name will do: the stand-in server shows all that it has.
TARGETS = {"youtube": "uploads", "amazon": "everything", "jd": "1", "bluesky": "world.example"}
TENANT = "household"
PAGE_PORT, PLATFORMS_PORT = 8000, 8090
PAGE, PLATFORMS = "page", "platforms"


class StackFailed(TrawlError):
    """A part of the stack could not be started."""


def world_folder() -> Path:
    """Where the made-up world lies."""
    return settings.home() / "world"


def use_recorded_home() -> None:
    """From here on, this process and what it starts live beside the made-up world's stack, apart from it."""
    os.environ["TRAWL_HOME"] = str(settings.home() / "recorded")


def up(recorded: Path | None = None) -> dict[str, str]:
    """Addresses of everything, once it answers; the stand-in platforms replay `recorded` where it is given."""
    with concurrent.futures.ThreadPoolExecutor() as pool:  # the node and Airflow's tables need no platforms
        node = pool.submit(_told, "Elasticsearch", _elasticsearch)
        tables, warm = pool.submit(airflow.prepare), pool.submit(_told, "Spark", _spark)
        stand_in = _told("platforms", lambda: _platforms(recorded))
        tables.result()
        page = pool.submit(_told, "search page", _page)
        given = {**platform_environment(stand_in), "TRAWL_SPARK_MASTER": warm.result()}
        web = _told("Airflow", lambda: airflow.start(given))
        return {
            "Elasticsearch": node.result(),
            "Spark": warm.result(),
            "platforms": stand_in,
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
    _run(["-m", "local.elasticsearch", "start"], "node")
    return settings.elasticsearch_url()


def _run(command: list[str], what: str) -> None:
    """A public command of ours, its progress shown; its last line is the reason where it fails."""
    whole, said = [sys.executable, *command], ""
    with Popen(whole, cwd=processes.ROOT, stdout=PIPE, stderr=STDOUT, text=True) as started:
        for line in started.stdout or ():
            said = line.strip() or said
            if not said.startswith("error: "):
                print(f"  {what}: {said}", flush=True)
    if started.returncode:
        raise StackFailed(f"{what}: {said.removeprefix('error: ')}")


def _platforms(recorded: Path | None) -> str:
    """Address of the stand-in server, over the world (made first where there is none) or the recorded payloads."""
    file = settings.home() / "run" / "platforms.url"
    known = file.read_text().strip() if file.exists() else ""
    if known and processes.running(PLATFORMS):
        return known
    source = _replayed(recorded) if recorded else _shown_world()
    port = processes.free_port(*([int(known.rsplit(":", 1)[1])] if known else []), PLATFORMS_PORT)
    file.unlink(missing_ok=True)
    command = ["-m", "local.platforms", *source, "--port", str(port), "--url-file", str(file)]
    processes.start(PLATFORMS, [sys.executable, *command], environment={})
    return processes.wait_for_file(PLATFORMS, file, seconds=60).strip()


def _replayed(folder: Path) -> list[str]:
    return ["--replay", ",".join(f"{name}={folder / inside}" for name, inside in FOLDERS.items())]


def _shown_world() -> list[str]:
    world = _made_world()
    drop(World(world), night(), exports_folder(settings.home()))
    return ["--world", str(world), "--day", str(night())]


def _made_world() -> Path:
    if not (world_folder() / "world.json").exists():
        sizes = ["--works", str(WORKS), "--seed", str(SEED), "--days", str(DAYS)]
        _run(["-m", "local.world", str(world_folder()), *sizes], "world")
    return world_folder()


def night() -> int:
    """The night that was promoted last, counted from the world's first; 0 before any."""
    promoted, world = ledger.latest("promote"), World(world_folder())
    return 0 if promoted is None else min(max(0, (date.fromisoformat(promoted) - world.day0).days), world.days - 1)


def show(address: str, world: World, number: int, home: Path | None = None) -> None:
    """Let the stand-in platforms live on this day of the world, and drop the files that people export on it."""
    httpx.put(f"{address}/_control", json={"day": number}, timeout=30).raise_for_status()
    drop(world, number, exports_folder(home or settings.home()))


def exports_folder(home: Path) -> Path:
    """Where the files of the platforms without an API are dropped, a folder for each."""
    return home / "exports"


def platform_environment(address: str, home: Path | None = None) -> dict[str, str]:
    """What sends the crawls to the stand-in server and to the dropped files of `home`, else of TRAWL_HOME.

    Where the user names a platform's own address it stays.
    """
    given = {"TRAWL_MEDIA_HOSTS": "127.0.0.1"}  # recorded payloads point at the real platforms' pictures
    given["TRAWL_TENANT"] = settings.tenant() or TENANT
    dropped = exports_folder(home or settings.home())
    files = [name for name in platforms.names() if platforms.load(name).POLICY.tier == "D"]
    given |= {f"TRAWL_{name.upper()}_FILES": str(dropped / name) for name in files}
    for name in (name for name in platforms.crawled() if not settings.platform_url(name, "")):
        given[f"TRAWL_{name.upper()}_URL"] = f"{address}/{name}"
        given[f"TRAWL_{name.upper()}_RATE"] = RATE
        given |= dict.fromkeys(platforms.load(name).POLICY.credentials, "stand-in")
        if name in TARGETS:
            given[f"TRAWL_{name.upper()}_TARGETS"] = TARGETS[name]
    return given


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
        "platforms": lambda: processes.stop(PLATFORMS),
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
        "platforms": (run / "platforms.url").read_text().strip() if processes.running(PLATFORMS) else None,
        "Airflow": airflow.url() if airflow.status() else None,
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
