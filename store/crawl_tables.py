"""The crawl's tables of the ledger."""

import sqlalchemy as sa

from store import ledger


def _keyed(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, primary_key=True) for name in names]


CRAWLS = sa.Table(
    "crawls",
    ledger.METADATA,
    *_keyed("platform", "date"),
    sa.Column("next_request", sa.Text),  # null where the phase begins
    sa.Column("sequence", sa.Integer, nullable=False),  # pages committed
    sa.Column("offset", sa.BigInteger, nullable=False),  # bytes of the archive committed
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("phase", sa.String),  # files, walk, revisit, publish, done
    sa.Column("began_at", sa.String),
    sa.Column("targets", sa.Text),
    sa.Column("walk_from", sa.Text),  # offset, sequence and counts before the first page of the walk
    sa.Column("is_walked", sa.Integer),  # the platform was walked to its end
    sa.Column("is_whole", sa.Integer),  # and nothing was passed over that may be there tomorrow
)
PLANS = sa.Table(
    "crawl_plans",  # the items that a crawl asks for again
    ledger.METADATA,
    *_keyed("platform", "date"),
    sa.Column("native_ids", sa.Text, nullable=False),
)
REFUSALS = sa.Table(
    "crawl_refusals",
    ledger.METADATA,
    *_keyed("platform", "date", "ref", "reason"),
    sa.Column("detail", sa.Text),
)
QUOTAS = sa.Table(
    "quotas",
    ledger.METADATA,
    *_keyed("platform", "day"),  # day in the platform's own zone
    sa.Column("units", sa.Integer, nullable=False),
)
VISITS = sa.Table(
    "visits",
    ledger.METADATA,
    *_keyed("platform", "url", "date"),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("lastmod", sa.Text),  # as the sitemap told
    sa.Column("content_hash", sa.Text),
    sa.Column("fetched_at", sa.String),  # when its body was last archived
    sa.Column("fail_count", sa.Integer, nullable=False),
)
HONESTY = sa.Table(
    "honesty",
    ledger.METADATA,
    *_keyed("host", "kind"),
    sa.Column("agreed", sa.Integer, nullable=False),  # checks in a row that the content confirmed
)
ROBOTS = sa.Table(
    "robots",
    ledger.METADATA,
    *_keyed("host"),
    sa.Column("fetched_at", sa.String, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),  # 0: no answer
    sa.Column("body", sa.Text, nullable=False),
)
DROPPED = sa.Table(
    "dropped_files",
    ledger.METADATA,
    *_keyed("platform", "name", "sha256"),
    sa.Column("date", sa.String, nullable=False),  # the crawl that took it
)
LIVES = (CRAWLS, PLANS, REFUSALS, VISITS, HONESTY, DROPPED)
