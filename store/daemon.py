"""Spark's Python daemon with what every worker of ours needs imported before it forks: paid once, not per worker."""

import pandas  # noqa: F401  (pyspark.worker imports it for Arrow functions)
import pyarrow.parquet  # noqa: F401
from pyspark.daemon import manager

from store import lake  # noqa: F401

if __name__ == "__main__":
    manager()
