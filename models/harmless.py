"""What no store takes, out of what platforms send: NUL, half a character, strings of nothing."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def cleaned(value: Any) -> Any:
    """Strings without NUL and lone surrogates, which neither Parquet nor Elasticsearch takes, null for empty ones."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode() or None
    if isinstance(value, dict):
        return {key: cleaned(inner) for key, inner in value.items()}
    return [cleaned(inner) for inner in value] if isinstance(value, list | tuple) else value


def is_clean(column: pa.Array) -> bool:
    """Whether `cleaned` would leave every string of a column as it is: a column holds no half characters."""
    if pa.types.is_struct(column.type):
        return all(map(is_clean, column.flatten()))
    if pa.types.is_list(column.type):
        return is_clean(column.flatten())
    if not pa.types.is_string(column.type) or column.null_count == len(column):
        return True
    data = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    return bool(pc.min(pc.binary_length(column)).as_py() and data.all())
