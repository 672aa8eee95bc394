"""What becomes of each document of a bulk request: taken, older than what is there, sent again, refused, or the end of it all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from store.failures import ElasticsearchAway, ElasticsearchBusy, ElasticsearchRefused

Document = tuple[str, bytes]  # its _id, its body as JSON or DELETED
DELETED = b""  # instead of a body: the document is to be there no longer
NEWER = 409  # the index holds a newer version
UNLUCKY = 500  # a shard that is moving says so, a document that breaks the server too
TRIES = 5  # of a document whose outcome is 500
LATER = (429, 502, 503, 504)
# the index as a whole takes nothing any more: going on would refuse every document one by one
FATAL = {
    "index_not_found_exception": "the index is gone: run the step again",
    "index_closed_exception": "the index is closed",
    "cluster_block_exception": "the index is read-only, mostly because the disk is full: free space, then run again",
    "security_exception": "the key may not write: check TRAWL_ELASTICSEARCH_API_KEY and its rights",
}


@dataclass(frozen=True)
class Refused:
    """A document that was not taken, with the reason; `status` is 0 where it was never sent."""

    id: str
    reason: str
    detail: str
    body: bytes = field(default=b"", repr=False)
    status: int = 0
    attempts: int = 0


@dataclass
class Attempt:
    """What one request left behind: parts to send again, refusals, ids of what was too old, why to wait."""

    again: list[Sequence[Document]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    trouble: ElasticsearchAway | ElasticsearchBusy | None = None


def sorted_out(index: str, todo: Sequence[Document], answer: object, attempt: int) -> Attempt:
    """The items of an answer, each by its own status; an answer that does not cover all of them says nothing of any."""
    if not isinstance(answer, dict) or not isinstance(answer.get("errors"), bool):
        return Attempt([todo], trouble=ElasticsearchAway("an answer that is not Elasticsearch's"))
    if not answer["errors"]:
        return Attempt()
    items = [outcome for item in answer.get("items", ()) for outcome in item.values()]
    if len(items) != len(todo):  # seen under indexing pressure: nobody knows which are missing
        return Attempt([todo], trouble=ElasticsearchBusy("incomplete answer"))
    made, again = Attempt(), list[Document]()
    for document, item in zip(todo, items, strict=True):
        if "error" in item and _is_to_be_sent_again(index, document, item, made, attempt):
            again.append(document)
    if again:
        made.again, made.trouble = [again], ElasticsearchBusy("it turns single documents away")
    return made


def _is_to_be_sent_again(index: str, document: Document, item: dict[str, Any], made: Attempt, attempt: int) -> bool:
    """Whether it is; otherwise it is counted in `made`. Raises ElasticsearchRefused where the index takes nothing."""
    error, status = item["error"], item["status"]
    if error["type"] in FATAL and status != 503:  # 503: a node that is starting blocks everything for a moment
        raise ElasticsearchRefused(f"{index}: {FATAL[error['type']]}")
    if status in LATER or (status == UNLUCKY and attempt < TRIES):
        return True
    if status == NEWER:
        made.newer.append(document[0])
    else:
        made.refused.append(Refused(document[0], error["type"], _detail(error), document[1], status, attempt + 1))
    return False


def _detail(error: dict[str, Any]) -> str:
    cause = (error.get("caused_by") or {}).get("reason")
    return ": ".join(part for part in (error.get("reason"), cause) if part)[:500]
