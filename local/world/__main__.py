"""Make a world: works on all platforms, day by day, and the truth about them.

The same seed and size give the same bytes. A folder that already holds this very world is left as it is, one that holds
anything else is refused. OUT/world.json is written last, so that a killed run leaves nothing that looks finished.

example: python -m local.world var/world --works 1000 --seed 7 --days 3
"""

import time
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from local.world.plan import BLOCK, Plan
from local.world.write import write
from store.cli import run


def _at_least(minimum: int) -> "type[int]":
    def parse(text: str) -> int:
        if not text.isdigit() or int(text) < minimum:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {minimum} up")
        return int(text)

    return parse  # type: ignore[return-value]


def main(argv: Sequence[str] | None = None) -> None:
    """Write the world and print what is in it."""
    parser = ArgumentParser("python -m local.world", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to write, made when missing")
    parser.add_argument("--works", type=_at_least(BLOCK), default=1000, help="works on day 0 (1000)")
    parser.add_argument("--seed", type=_at_least(0), default=7, help="another seed, another world (7)")
    parser.add_argument("--days", type=_at_least(1), default=3, help="days the world lives; each adds 3 %% works (3)")
    args = parser.parse_args(argv)
    began = time.monotonic()
    counts = write(args.out, Plan(args.seed, args.works, args.days))
    seconds = time.monotonic() - began
    for name, count in counts.items():
        print(f"{name:<12}{count:>12,}")
    print(f"{'seconds':<12}{seconds:>12.1f}   world in {args.out}")


if __name__ == "__main__":
    run(main)
