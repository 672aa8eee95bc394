"""Run every measurement and write its figures at the end of docs/benchmarks.md: date, machine, command, figures."""

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from store import cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
TITLE = "## As `make bench` printed it last"
WORLD = ("--works", "1000", "--seed", "7", "--days", "3")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="trawl-world-") as scratch:
        world = str(Path(scratch, "world"))
        output("local.world", world, *WORLD)
        commands = (("bench.nightly", world), ("bench.crawl",), ("bench.bulk", world), ("bench.dedup",))
        shown = {f"python -m {' '.join(words)}".replace(world, "WORLD"): output(*words) for words in commands}
    by_hand = PAGE.read_text().partition(TITLE)[0].rstrip()
    PAGE.write_text(f"{by_hand}\n\n{page(shown)}")
    print(f"written to {PAGE}")


def output(module: str, *words: str) -> str:
    """What a command prints; its own messages go to the terminal."""
    done = subprocess.run([sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise cli.TrawlError(f"python -m {module} failed: its reason stands above")
    return done.stdout


def page(outputs: dict[str, str]) -> str:
    """The part of the page that is written anew: each command with its table and, below, its figures as JSON."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    parts = [f"{TITLE}\n\n{datetime.now(UTC).date()}, {machine}.\n"]
    for command, printed in outputs.items():
        *table, figures = printed.strip().splitlines()
        parts += [
            f"### `{command}`\n",
            "```text",
            *table,
            "```\n",
            "```json",
            json.dumps(json.loads(figures), indent=1),
            "```",
        ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    cli.run(main)
