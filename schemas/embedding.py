"""embeddings: one row per content hash, model and modality. Key content_hash, model_id.

The vectors of a document are looked up by content, so unchanged content is never embedded twice.
"""

import pyarrow as pa

from schemas.fields import field, keyword, vector

TEXT_DIMS = 384  # MiniLM-L6
IMAGE_DIMS = 1280  # EfficientNet-Lite0, before the classifier

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
        vector("text_vector", TEXT_DIMS, doc="Title and body"),
        vector("image_vector", IMAGE_DIMS, doc="First picture"),
    ]
)
