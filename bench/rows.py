"""A crawled night into Parquet files, one reader per core as in align: what it does before Spark folds nights together.

python -m bench.rows --platform jd --date 2026-01-01 --out FOLDER
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jobs import parse
from schemas.record import RECORD

PLAIN = pa.schema([column.remove_metadata() for column in RECORD])


def main() -> None:
    parser = argparse.ArgumentParser("bench.rows", description=__doc__)
    for name in ("--platform", "--date"):
        parser.add_argument(name, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    parts = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(parts) as pool:
        list(pool.map(write, [args.platform] * parts, [args.date] * parts, [args.out] * parts, range(parts)))


def write(platform: str, date: str, out: Path, part: int) -> None:
    """The records of one reader's share of the pages."""
    parts = len(os.sched_getaffinity(0))
    with pq.ParquetWriter(out / f"{part}.parquet", PLAIN, compression="zstd") as file:
        for parsed in parse.night(platform, date, part=part, parts=parts):
            if parsed.kind == "record":
                file.write_batch(parsed.rows.cast(PLAIN))


if __name__ == "__main__":
    main()
