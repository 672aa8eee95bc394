"""Spark's Python daemon with what every worker of ours needs imported before it forks: paid once, not per worker.

Workers hold thousands of rows at a time, none of them in cycles: the collector of cycles looks at them once per batch, not
every 700 new ones, and never at the modules.
"""

import gc

import pandas  # noqa: F401  (pyspark.worker imports it for Arrow functions)
import pyarrow.parquet  # noqa: F401
from pyspark.daemon import manager

from store import lake  # noqa: F401

if __name__ == "__main__":
    gc.freeze()
    gc.set_threshold(200_000)
    manager()
