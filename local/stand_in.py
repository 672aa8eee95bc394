"""The stand-in platforms of the stack, the made-up world or recorded payloads that they show, and what sends crawls there."""

import sys
from datetime import date
from pathlib import Path

import httpx

from jobs import platforms
from local import processes
from local.world import World
from local.world.exports import drop
from store import ledger, settings

WORKS, SEED, DAYS = 1000, 7, 3
FOLDERS = {"weibo": "weibo", "taobao": "taobao", "youtube": "youtube", "rss": "rss_atom"}  # of recorded payloads
RATE = "1000"  # requests per second: the stand-in is our own
# Any name will do: the stand-in server shows all that it has.
TARGETS = {"youtube": "uploads", "amazon": "everything", "jd": "1", "bluesky": "world.example"}
TENANT = "household"
NAME, PORT = "platforms", 8090


def world_folder() -> Path:
    """Where the made-up world lies."""
    return settings.home() / "world"


def start(recorded: Path | None) -> str:
    """Address of the stand-in server, over the world (made first where there is none) or the recorded payloads."""
    if shown := url():
        return shown
    file = _file()
    known = file.read_text().strip() if file.exists() else ""
    source = _replayed(recorded) if recorded else _shown_world()
    port = processes.free_port(*([int(known.rsplit(":", 1)[1])] if known else []), PORT)
    file.unlink(missing_ok=True)
    command = ["-m", "local.platforms", *source, "--port", str(port), "--url-file", str(file)]
    processes.start(NAME, [sys.executable, *command], environment={})
    return processes.wait_for_file(NAME, file, seconds=60).strip()


def _file() -> Path:
    return settings.home() / "run" / f"{NAME}.url"


def url() -> str | None:
    """Its address, where it runs."""
    return _file().read_text().strip() if _file().exists() and processes.running(NAME) else None


def _replayed(folder: Path) -> list[str]:
    return ["--replay", ",".join(f"{name}={folder / inside}" for name, inside in FOLDERS.items())]


def _shown_world() -> list[str]:
    world = _made_world()
    drop(World(world), night(), exports_folder(settings.home()))
    return ["--world", str(world), "--day", str(night())]


def _made_world() -> Path:
    if not (world_folder() / "world.json").exists():
        sizes = ["--works", str(WORKS), "--seed", str(SEED), "--days", str(DAYS)]
        processes.run(["-m", "local.world", str(world_folder()), *sizes], "world")
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
