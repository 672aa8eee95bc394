"""embeddings: one row per content hash, model and modality. Key content_hash, model_id.

The vectors of a document are looked up by content, so unchanged content is never embedded twice.
"""

import pyarrow as pa

from schemas.fields import field, keyword, vector

TEXT_DIMS = 384  # MiniLM-L6
IMAGE_DIMS = 1280  # EfficientNet-Lite0, before the classifier

# Every search asks for neighbours of text: a byte a number in memory, and twice as many as asked for are compared again
# as they are, which brings recall@10 from .98 to 1.00. A build of half the effort costs a point of 100,000 (docs/benchmarks.md).
TEXT_GRAPH = {"type": "int8_hnsw", "m": 16, "ef_construction": 100, "rescore_vector": {"oversample": 2.0}}
# Pictures have more numbers and are asked for seldom: a bit a number in memory, a seventh of the bytes, and three times as
# many compared again. Text has too few numbers for one bit each to be safe in millions.
IMAGE_GRAPH = {"type": "bbq_hnsw", "m": 16, "ef_construction": 100, "rescore_vector": {"oversample": 3.0}}

EMBEDDING = pa.schema(
    [
        keyword("content_hash", required=True, doc="text_hash or image_hash of a document"),
        keyword("model_id", required=True, doc="Name and hash of the weights"),
        keyword("modality", required=True, doc="text, image"),
        field("vector", pa.list_(pa.float32()), es=None, required=True, doc="Unit length"),
    ]
)

VECTORS = pa.schema(
    [
        vector(
            "text_vector",
            TEXT_DIMS,
            options=TEXT_GRAPH,
            doc="Title and body; a byte a number in memory, the nearest compared exactly",
        ),
        vector(
            "image_vector",
            IMAGE_DIMS,
            options=IMAGE_GRAPH,
            doc="First picture; a bit a number in memory, the nearest compared exactly",
        ),
    ]
)
