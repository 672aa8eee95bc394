"""What an index of a generation holds: the tables that share a document, one mapping, one version."""

import pyarrow as pa

from schemas.annotation import ANNOTATION
from schemas.derive import es_mapping, version
from schemas.document import DOCUMENT
from schemas.embedding import VECTORS
from schemas.suggestion import SUGGESTION

COLUMNS = pa.schema([*DOCUMENT, *ANNOTATION.remove(0), *VECTORS, *SUGGESTION])
MAPPING = es_mapping(COLUMNS)
VERSION = version(COLUMNS)
