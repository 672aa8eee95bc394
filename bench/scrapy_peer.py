"""The peer of bench.crawl: Scrapy walks the same pages, keeps them in a zstd archive and writes the same rows to Parquet.

It asks and reads through the same adapter, so that the frame alone is compared. Its archive is not synced to the disk page
by page, and it keeps no position: what it saves is in its favour.

python -m bench.scrapy_peer --platform jd --date 2026-01-01 --out FOLDER   (address and credentials as for jobs.crawl)
"""

import argparse
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import scrapy
import zstandard
from scrapy.crawler import CrawlerProcess

from bench.rows import PLAIN
from jobs import crawl, parse, platforms
from jobs.platforms import Page, Request
from store import archive

ROWS = 2000
SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "TELNETCONSOLE_ENABLED": False,
    "ITEM_PIPELINES": {"bench.scrapy_peer.Parquet": 1},
}


class Parquet:
    """Rows into one file, a batch at a time."""

    def open_spider(self, spider: Any) -> None:
        self.held: list[dict[str, Any]] = []
        self.out = pq.ParquetWriter(spider.out / "rows.parquet", PLAIN, compression="zstd")

    def process_item(self, item: dict[str, Any], spider: Any) -> dict[str, Any]:
        self.held.append(item)
        if len(self.held) >= ROWS:
            self.write()
        return item

    def write(self) -> None:
        self.out.write_batch(pa.RecordBatch.from_pylist(self.held, schema=PLAIN))
        self.held = []

    def close_spider(self, spider: Any) -> None:
        self.write()
        self.out.close()


class Walk(scrapy.Spider):
    """One platform, page by page."""

    name = "walk"

    def __init__(self, platform: str, date: str, out: Path) -> None:
        super().__init__()
        self.adapter, self.platform, self.out = platforms.load(platform), platform, out
        self.window = crawl.open_window(platform, self.adapter.POLICY, date)
        self.read_item = parse.Reading(platform, self.adapter.POLICY, {}, None)
        self.compressor, self.pages = zstandard.ZstdCompressor(level=3), open(out / "pages.zst", "wb")

    async def start(self) -> AsyncIterator[Any]:
        yield self.sent(self.adapter.first(self.window))

    def sent(self, request: Request) -> scrapy.Request:
        signed = getattr(self.adapter, "signed", None)
        full = signed(self.window, request, datetime.now(UTC)) if signed else request
        url = f"{full.url}?{urlencode(full.params)}" if full.params else full.url
        return scrapy.Request(url, headers=dict(full.headers), cb_kwargs={"asked": request}, dont_filter=True)

    def parse(self, response: Any, asked: Request) -> Iterator[Any]:
        page = Page(
            Request(asked.url, context=asked.context), response.status, "", datetime.now(UTC), response.body, "p#0"
        )
        self.pages.write(self.compressor.compress(archive.encoded({"url": asked.url, "body": page.body})))
        for item in self.adapter.items(page):
            row = self.read_item.unchecked(item, page)
            if "record" in row:
                yield row["record"]
        following = self.adapter.following(self.window, asked, page)
        if following:
            yield self.sent(following)

    def closed(self, reason: str) -> None:
        self.pages.close()


def main() -> None:
    parser = argparse.ArgumentParser("bench.scrapy_peer", description=__doc__)
    for name in ("--platform", "--date"):
        parser.add_argument(name, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    process = CrawlerProcess(SETTINGS)
    process.crawl(Walk, platform=args.platform, date=args.date, out=args.out)
    process.start()


if __name__ == "__main__":
    main()
