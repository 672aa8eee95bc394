"""From what an adapter read to a row of the records table: plain values, no lake, no Spark."""

import hashlib
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import orjson

from models import privacy, text, urls
from schemas.record import RECORD, STATUSES, TYPES

Row = dict[str, Any]
TEXTS = ("title", "body", "summary")
NAMES = frozenset(RECORD.names)
EMPTY: Row = dict.fromkeys(RECORD.names)
TOLD = 300  # characters of the text that its language is told from
CONTENT = itemgetter("title", "body", "summary", "url", "brand", "category_path", "ids", "tags", "status")


class Unreadable(ValueError):
    """An item that is no record; `reason` is short and countable."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


def record(
    item: Row,
    *,
    platform: str,
    crawled_at: datetime,
    raw_ref: str,
    hashes: dict[str, str],
    license: str,
    max_age_days: int | None = None,
    tenant: str | None = None,
    is_private: bool = False,
    masks: bool = False,
) -> Row:
    """A RECORD row from an adapter's item, cleaned where it has to be (models/harmless.py).

    `hashes` tells the sha256 of fetched media by address.
    What the policy (`is_private`) or the item itself (scope "tenant") keeps from the public belongs to `tenant`; `masks`
    hides personal data in the texts.
    """
    if not item.keys() <= NAMES:
        raise Unreadable("unknown field", ", ".join(sorted(item.keys() - NAMES)))
    row = {**EMPTY, **item, "platform": platform, "license": license, "raw_ref": raw_ref}
    row["crawled_at"] = crawled_at
    row["native_id"] = native_id = str(row["native_id"] or "")
    row["record_id"] = f"{platform}:{native_id}"
    row["status"] = row["status"] or "live"
    row |= {name: privacy.masked(row[name]) for name in TEXTS} if masks else {}
    row["canonical_url"] = urls.canonical(row["url"])
    row |= _access(row, tenant, is_private=is_private)
    row["retain_until"] = crawled_at + timedelta(days=max_age_days) if max_age_days else None
    row["media"] = [{**media, "sha256": hashes.get(media.get("url") or "")} for media in row["media"] or ()] or None
    _must_hold(row)
    row |= _language(row)
    row["content_hash"] = content_hash(row)
    return row


def _access(row: Row, tenant: str | None, *, is_private: bool) -> Row:
    if not is_private and row["scope"] in (None, "public"):
        return {"scope": "public", "tenant": None}
    if not (row["tenant"] or tenant):
        raise Unreadable("no tenant", f"{row['record_id']} is private: set TRAWL_TENANT to whom it belongs")
    return {"scope": "tenant", "tenant": row["tenant"] or tenant}


def _must_hold(row: Row) -> None:
    if not row["native_id"]:
        raise Unreadable("no id", row["title"] or row["url"] or "")
    if row["type"] not in TYPES or row["status"] not in STATUSES:
        raise Unreadable("unknown type or status", f"{row['type']}, {row['status']}")
    if row["status"] == "live" and not (row["title"] or row["body"]):
        raise Unreadable("no title and no body", row["record_id"])


def _language(row: Row) -> Row:
    if row["lang"]:
        return {"lang": str(row["lang"]).lower().split("-")[0].split("_")[0], "lang_source": "declared"}
    detected = text.language(f"{row['title'] or ''} {(row['body'] or '')[:TOLD]}")
    return {"lang": detected, "lang_source": "default" if detected == "und" else "detected"}


def content_hash(row: Row) -> str:
    """Hash of what a reader would read: a new count or crawl time does not change it."""
    content = (*CONTENT(row), *(media["url"] for media in row["media"] or ()))
    told = orjson.dumps(content, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(told, digest_size=16).hexdigest()
