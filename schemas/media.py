"""media: one row per address of a picture, sound or video that a record points to.

Key  url. The bytes lie once per content in the lake's blobs, under their sha256.
"""

import pyarrow as pa

from schemas.fields import count, field, keyword

MEDIA_FILE = pa.schema(
    [
        keyword("url", required=True, doc="Address as the record gives it"),
        keyword("sha256", required=True, doc="Of the bytes"),
        keyword("mime", required=True, doc="By content"),
        count("size_bytes", required=True, doc="Length of the file"),
        count("width", doc="Pixels"),
        count("height", doc="Pixels"),
        field(
            "fingerprint",
            pa.binary(),
            es=None,
            doc="What dedup compares (models/picture_hash.py, models/sound_hash.py)",
        ),
    ]
)
