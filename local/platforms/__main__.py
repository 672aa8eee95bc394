"""Serve a made-up world, or recorded pages, through the platforms' own APIs on this machine.

Each platform is below its name: set TRAWL_WEIBO_URL=<address>/weibo and so on. Any credential is accepted, none is
refused. GET /_control tells the state, PUT /_control {"day": 1, "down": ["taobao"], "faults": {"weibo": {"3": "503"}},
"limit": 20} sets it. The first line on stdout is the address.

example: python -m local.platforms --world var/world --day 0 --port 8700 --url-file var/platforms.url
"""

import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from local.platforms import replay
from local.platforms.server import Server
from local.platforms.state import KINDS, PLATFORMS, Faults, State, WrongControl, parse_faults
from store.cli import TrawlError, run


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = ArgumentParser("local.platforms", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, metavar="DIR", help="a world made by python -m local.world")
    parser.add_argument("--day", type=int, default=0, help="the day the platforms show (0)")
    parser.add_argument("--port", type=int, default=8700, help="port on 127.0.0.1, 0 for any free one (8700)")
    parser.add_argument("--url-file", type=Path, metavar="FILE", help="where to write the address")
    parser.add_argument("--limit", type=float, help="requests per second and platform before 429")
    parser.add_argument(
        "--faults", type=_faults, default={}, help=f"PLATFORM:NUMBER:{'|'.join(KINDS)}|STATUS, comma separated"
    )
    parser.add_argument("--replay", type=_folders, default={}, help="PLATFORM=DIR of recorded pages, comma separated")
    args = parser.parse_args(argv)
    if not args.world and not args.replay:
        parser.error("nothing to serve: give --world or --replay")
    server = build(args.world, args.replay, day=args.day, port=args.port, limit=args.limit, faults=args.faults)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if args.url_file:
        _write(args.url_file, f"{server.url}\n")
    print(server.url, flush=True)
    server.serve_forever()


def build(
    world: Path | None,
    folders: dict[str, Path],
    *,
    day: int = 0,
    port: int = 0,
    limit: float | None = None,
    faults: Faults | None = None,
) -> Server:
    """A server that listens and does not serve yet. Raises TrawlError."""
    from local.world import World  # numpy and the drawing of pictures: not needed for a replay

    shown = World(world) if world else None
    state = State(days=shown.days if shown else 1)
    try:
        state.control({"day": day, "limit": limit})
    except WrongControl as error:
        raise TrawlError(str(error)) from error
    state.faults = faults or {}
    return Server(port, shown, {name: replay.files(folder) for name, folder in folders.items()}, state)


def _faults(text: str) -> Faults:
    try:
        return parse_faults(text)
    except WrongControl as error:
        raise ArgumentTypeError(str(error)) from error


def _folders(text: str) -> dict[str, Path]:
    pairs = [part.partition("=") for part in text.split(",") if part]
    wrong = [name for name, _, folder in pairs if name not in PLATFORMS or not folder]
    if wrong:
        raise ArgumentTypeError(f"{wrong[0]}: write PLATFORM=DIR, with one of {', '.join(PLATFORMS)}")
    return {name: Path(folder) for name, _, folder in pairs}


def _write(path: Path, text: str) -> None:
    """In one step, so that whoever waits for the file reads it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    run(main)
