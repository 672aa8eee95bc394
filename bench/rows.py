"""A crawled night into one Parquet file, in one process: what align does before Spark folds nights together.

python -m bench.rows --platform jd --date 2026-01-01 --out FILE
"""

import argparse
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
    with pq.ParquetWriter(args.out, PLAIN, compression="zstd") as out:
        for batch in parse.night(args.platform, args.date):
            records = batch["record"].filter(batch["record"].is_valid())
            out.write_batch(pa.RecordBatch.from_struct_array(records).cast(PLAIN))


if __name__ == "__main__":
    main()
