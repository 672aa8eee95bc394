"""One way of putting an Arrow stream of documents into an index, in a process of its own so that its memory can be told.

python -m bench.bulk_writer HOW FILE --index I     HOW: ours, streaming_bulk, parallel_bulk, null, null_json, null_streaming

`null...` send to nobody: what is left is the client's own work. The last line is JSON: documents, began, seconds, cpu_s, peak_mb.
"""

import argparse
import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from elastic_transport import ApiResponseMeta, BaseNode, HttpHeaders
from elastic_transport._node import NodeApiResponse  # what a node class of one's own must return
from elasticsearch import Elasticsearch, OrjsonSerializer, helpers

from jobs.bodies import bodies
from jobs.suggestions import suggestions
from store import bulk, elastic

KEY, VECTOR, DIMS = "work_id", "text_vector", 384


class Nobody(BaseNode):
    """Takes everything at once."""

    def perform_request(self, *_: Any, **__: Any) -> NodeApiResponse:
        return self.answer(b'{"errors":false}')

    def answer(self, body: bytes) -> NodeApiResponse:
        headers = HttpHeaders({"x-elastic-product": "Elasticsearch", "content-type": "application/json"})
        return NodeApiResponse(ApiResponseMeta(200, "1.1", headers, 0.0, self.config), body)

    def close(self) -> None:
        """Nothing is open."""


class NobodyTalkative(Nobody):
    """The helpers want to hear of every item."""

    def perform_request(self, *_: Any, body: bytes | None = None, **__: Any) -> NodeApiResponse:
        items = ",".join(['{"index":{"status":201}}'] * ((body or b"").count(b"\n") // 2))
        return self.answer(b'{"errors":false,"items":[%b]}' % items.encode())


def ours(es: Elasticsearch, index: str, file: Path) -> int:
    """What a night does."""
    return written(es, index, file, packed=elastic.server(es).takes_base64)


def written(es: Elasticsearch, index: str, file: Path, *, packed: bool) -> int:
    """What a Spark worker does."""
    documents = (made for batch in batches(file) for made in bodies(batch, KEY, sizes={VECTOR: DIMS}, packed=packed))
    return bulk.written(bulk.bulk(es, index, documents, version=20260104))


def streaming_bulk(es: Elasticsearch, index: str, file: Path) -> int:
    """The client's helper as its documentation shows it."""
    return sum(ok for ok, _ in helpers.streaming_bulk(es, actions(file), index=index))


def parallel_bulk(es: Elasticsearch, index: str, file: Path) -> int:
    """The client's helper with its four threads."""
    return sum(ok for ok, _ in helpers.parallel_bulk(es, actions(file), index=index))


def null(_: Elasticsearch, index: str, file: Path) -> int:
    """Vectors as base64, which servers from 9.3 on take."""
    return written(elastic.client(Nobody), index, file, packed=True)


def null_json(_: Elasticsearch, index: str, file: Path) -> int:
    """Vectors as numbers."""
    return written(elastic.client(Nobody), index, file, packed=False)


def null_streaming(_: Elasticsearch, index: str, actions: Sequence[dict[str, Any]]) -> int:
    """streaming_bulk at its fastest: orjson, vectors as base64 of numpy's bytes, rows that are Python objects already."""
    es = Elasticsearch("http://127.0.0.1:9", node_class=NobodyTalkative, serializer=OrjsonSerializer())
    return sum(ok for ok, _ in helpers.streaming_bulk(es, map(_packed, actions), index=index))


def _packed(action: dict[str, Any]) -> dict[str, Any]:
    vector = base64.b64encode(action["_source"][VECTOR].astype(">f4")).decode()
    return {**action, "_source": {**action["_source"], VECTOR: vector}}


def ready(file: Path) -> list[dict[str, Any]]:
    """`actions` with vectors as numpy has them."""
    found = list(actions(file))
    for action in found:
        action["_source"][VECTOR] = np.array(action["_source"][VECTOR], np.float32)
    return found


WAYS: dict[str, Callable[[Elasticsearch, str, Any], int]] = {
    way.__name__: way for way in (ours, streaming_bulk, parallel_bulk, null, null_json, null_streaming)
}


def batches(file: Path) -> Iterator[pa.RecordBatch]:
    """The stream, one batch in memory."""
    with pa.OSFile(str(file)) as source, pa.ipc.open_stream(source) as stream:
        yield from stream


def actions(file: Path) -> Iterator[dict[str, Any]]:
    """The same documents as the helpers take them: nulls left out, times as datetime, vectors as lists."""
    for batch in batches(file):
        for row in batch.append_column("suggest", suggestions(batch)).to_pylist():
            yield {"_id": row[KEY], "_source": {name: value for name, value in row.items() if value is not None}}


def main() -> None:
    parser = argparse.ArgumentParser("bench.bulk_writer", description=__doc__)
    parser.add_argument("how", choices=WAYS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--index", default="bench")
    args = parser.parse_args()
    es = elastic.client()
    given = ready(args.file) if args.how == "null_streaming" else args.file
    began, cpu = time.monotonic(), time.process_time()
    count = WAYS[args.how](es, args.index, given)
    figures = {"documents": count, "began": began, "seconds": time.monotonic() - began}
    figures["cpu_s"] = time.process_time() - cpu
    print(json.dumps({**figures, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Of this process since it was started; getrusage would begin with what its parent had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
