"""records: one row per item of one platform in the common shape, deletions included.

Key  platform, native_id. A partition holds the standing items of one platform after one night.
"""

import pyarrow as pa

from schemas.fields import MONEY, count, field, flag, instant, keyword, keywords, number, struct, structs, text

TYPES = ("post", "product", "video", "document", "qa", "device", "page")
STATUSES = ("live", "deleted", "gone", "hidden")

AUTHOR = struct(
    "author",
    [
        keyword("id", doc="Native id of the author"),
        keyword("name", doc="Display name; not an identity"),
        keyword("url", doc="Profile address"),
        flag("verified", doc="Verified by the platform"),
    ],
    doc="Who published the item",
)
MEDIA = structs(
    "media",
    [
        keyword("kind", doc="image, audio, video"),
        keyword("url", doc="Where the file is"),
        keyword("thumb", doc="Smaller version"),
        text("alt", doc="Description of the picture"),
        count("width", doc="Pixels"),
        count("height", doc="Pixels"),
        number("duration_s", doc="Length"),
        keyword("mime", doc="Declared type"),
        instant("expires_at", doc="When a signed address ends"),
        keyword("sha256", doc="Hash of the fetched bytes; null when not fetched"),
    ],
    doc="Pictures, sounds and videos of the item",
)
ENGAGEMENT = struct(
    "engagement",
    [
        count("likes", doc="Likes or attitudes"),
        count("dislikes", doc="Dislikes"),
        count("reposts", doc="Shares"),
        count("comments", doc="Comments or answers"),
        count("views", doc="Views"),
        count("saves", doc="Favourites"),
        count("sales", doc="Units sold, in the platform's own window"),
        count("score", doc="Votes for less votes against; may be negative"),
        number("rating", doc="Mean rating on the platform's own scale"),
        count("rating_count", doc="Ratings"),
    ],
    doc="Counts at fetch time; null is not given, 0 is zero",
    merge="max",
)
PRICE = struct(
    "price",
    [
        field("amount", MONEY, es={"type": "double"}, doc="What is paid now"),
        keyword("currency", doc="ISO 4217"),
        field("list_amount", MONEY, es={"type": "double"}, doc="Before discount"),
        field("low", MONEY, es={"type": "double"}, doc="Lowest of the variants"),
        field("high", MONEY, es={"type": "double"}, doc="Highest of the variants"),
        instant("as_of", doc="When it was true, where the platform tells"),
    ],
    doc="Price at fetch time",
)
IDS = struct(
    "ids",
    [
        keyword(name, doc=doc)
        for name, doc in (
            ("gtin", "EAN, UPC or GTIN digits"),
            ("isbn", "ISBN-13 digits"),
            ("asin", "Amazon id"),
            ("doi", "Lower case, without resolver"),
            ("arxiv", "arXiv number without version"),
            ("pmid", "PubMed number"),
            ("issn", "Journal, with hyphen"),
            ("sku", "Seller's own number"),
            ("model", "Manufacturer's model number"),
            ("bvid", "Bilibili id"),
            ("mid", "Weibo message id"),
        )
    ],
    doc="Identifiers shared across platforms",
)
FUNCTIONS = structs(
    "functions",
    [
        keyword("name", doc="What can be read or set"),
        keyword("kind", doc="switch, level, sensor, mode, event"),
        keyword("range", doc="Allowed values"),
        keyword("unit", doc="Unit of the value"),
        flag("writable", doc="Can be set"),
    ],
    doc="Device functions",
)

RECORD = pa.schema(
    [
        keyword("record_id", required=True, doc="platform:native_id, stable"),
        keyword("platform", required=True, doc="Name of the platform"),
        keyword("native_id", required=True, doc="The platform's own id"),
        keyword("type", required=True, doc="One of TYPES"),
        keyword("status", required=True, doc="One of STATUSES"),
        keyword("url", doc="As given"),
        keyword("canonical_url", doc="Without tracking"),
        text("title", merge="trust", doc="Plain text"),
        text("body", merge="longest", doc="Plain text"),
        text("summary", merge="longest", doc="Plain text"),
        AUTHOR,
        instant("created_at", merge="earliest", doc="First publication"),
        instant("updated_at", doc="Last change that the platform tells"),
        instant("crawled_at", required=True, doc="When the page was fetched"),
        keyword("time_precision", doc="second, minute, day, year"),
        keyword("lang", doc="Declared or detected, BCP 47 primary tag"),
        keyword("lang_source", doc="declared, detected, default"),
        MEDIA,
        ENGAGEMENT,
        keywords("capped", doc="Counts that the platform cuts off at a round number"),
        PRICE,
        keyword("brand", merge="trust", doc="Brand"),
        keywords("category_path", merge="longest", doc="Categories, widest first"),
        IDS,
        keywords("tags", doc="Hash tags and keywords"),
        keyword("geo", doc="Place as given"),
        keywords("relations", doc="kind:record_id, kind is repost_of, reply_to, part_of, variant_of, version_of"),
        FUNCTIONS,
        keyword("scope", doc="public or tenant"),
        keyword("tenant", doc="Who alone may see it; null for public"),
        keyword("license", doc="Licence by the platform's policy"),
        instant("retain_until", doc="When it must have been fetched again or be gone; null for no limit"),
        keyword("raw_ref", required=True, doc="page partition # sequence"),
        keyword("content_hash", required=True, doc="Of the content, without counts and crawl time"),
    ]
)
