"""What Elasticsearch's answers come to where they are no answers: one line for people, and how long waiting may help."""

from collections.abc import Iterator
from contextlib import contextmanager

import elasticsearch
from elastic_transport import TlsError

from store import settings
from store.cli import TrawlError

UNTRUSTED = (
    "CERTIFICATE_VERIFY_FAILED",
    "WRONG_VERSION_NUMBER",
)  # other failures of TLS are those of a node that restarts


class ElasticsearchAway(TrawlError):
    """Nobody answers."""

    patience_s = 120.0  # a node that was restarted is back by then

    def __init__(self, reason: str = "") -> None:
        because = f" ({reason})" if reason else ""
        super().__init__(
            f"Elasticsearch does not answer at {settings.elasticsearch_told()}{because}: start it with"
            " `python -m local.elasticsearch start` or set TRAWL_ELASTICSEARCH_URL"
        )


class ElasticsearchBusy(TrawlError):
    """It answers, and asks us to come back later, for longer than we wait."""

    patience_s = 600.0

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Elasticsearch at {settings.elasticsearch_told()} is too busy ({reason}): give it more memory"
        )


class ElasticsearchRefused(TrawlError):
    """It answers no: a missing right, a missing index, a full disk, a wrong request."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Elasticsearch at {settings.elasticsearch_told()} refused: {reason}")


class ElasticsearchUntrusted(TrawlError):
    """It cannot show that it is the cluster we mean, or speaks no TLS where we do."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Elasticsearch at {settings.elasticsearch_told()} is not trusted ({reason}): set TRAWL_ELASTICSEARCH_CA to"
            " the file of its certificate authority, and the host that its certificate names in TRAWL_ELASTICSEARCH_URL"
        )


@contextmanager
def plainly() -> Iterator[None]:
    """The client's failures as one-line errors of ours."""
    try:
        yield
    except elasticsearch.ApiError as error:
        raise translated(error) from error
    except elasticsearch.TransportError as error:
        raise unanswered(error) from error


def unanswered(error: elasticsearch.TransportError) -> ElasticsearchAway | ElasticsearchUntrusted:
    """What to do where no answer came: mostly to wait, but waiting mends no certificate."""
    if isinstance(error, TlsError) and any(reason in error.message for reason in UNTRUSTED):
        return ElasticsearchUntrusted(str(error.message))
    return ElasticsearchAway(type(error).__name__)


def translated(error: elasticsearch.ApiError) -> TrawlError:
    """What to do about an answer that is an error."""
    status = error.meta.status
    if status in (401, 403):
        return ElasticsearchRefused(f"{error.error}: check TRAWL_ELASTICSEARCH_API_KEY and its rights")
    if status in (429, 502, 503, 504):
        return ElasticsearchBusy(f"HTTP {status}")
    cause = error.body.get("error") if isinstance(error.body, dict) else None
    reason = cause.get("reason") if isinstance(cause, dict) else None
    return ElasticsearchRefused(f"{reason or error.error or f'HTTP {status}'}")
