"""What a page of the web tells machines of the thing that it is about: schema.org's words first, then OpenGraph's.

Units   counts and rating of the day it was fetched, rating on the page's own scale
"""

import re
from typing import Any

from jobs.platforms import Item
from jobs.platforms._reading import filled
from models import structured
from models.identifiers import doi, gtin, isbn, model_number
from models.markup import clean, plain, primary_tag
from models.structured import Thing, listed, one, words
from models.times import Instant, instant
from models.values import address, count, money, number, seconds

MOST_PICTURES = 20
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
COUNTED = {"LikeAction": "likes", "DislikeAction": "dislikes", "CommentAction": "comments", "ShareAction": "reposts"}
COUNTED |= {"WatchAction": "views", "ViewAction": "views", "ReadAction": "views", "WriteAction": "comments"}
GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "productID")
OG_TIMES = {
    "datePublished": ("article:published_time", "article:published", "video:release_date", "book:release_date"),
    "dateModified": ("article:modified_time", "article:modified", "og:updated_time"),
}
OG_KINDS = {"product": "product", "og:product": "product", "product.item": "product", "video": "video"}


def described(main: Thing, graph: Thing, url: str) -> Item:
    """Columns that the thing which a page is about, and its OpenGraph, tell; without an id."""
    created_at, precision = _first_time(main, graph, "datePublished", "uploadDate", "dateCreated", "issued")
    updated_at, _ = _first_time(main, graph, "dateModified", "modified")
    tags = [clean(tag) for value in listed(main.get("keywords")) for tag in str(value).split(",")]
    kind = structured.kind_of(main) or OG_KINDS.get(str(words(graph, "og:type")).split(".other")[0])
    return {
        "type": kind or "page",
        "url": _absolute(words(main, "url") or words(main, "@id") or words(graph, "og:url"), url),
        "title": plain(words(main, "name", "headline", "title") or words(graph, "og:title", "og:name")),
        "body": _words(main),
        "summary": plain(words(graph, "og:description")),
        "author": _author(main, graph),
        "created_at": created_at,
        "time_precision": precision,
        "updated_at": updated_at,
        "lang": primary_tag(words(main, "inLanguage")),
        "media": _media(main, graph, url),
        "engagement": _engagement(main),
        "price": _price(main, graph),
        "brand": clean(words(main, "brand", "manufacturer") or words(graph, "product:brand", "og:brand")),
        "category_path": _path(main, graph),
        "ids": _ids(main, graph),
        "tags": list(dict.fromkeys(tag for tag in tags if tag)),
        "geo": clean(words(one(main, "location", "contentLocation", "address"), "name", "streetAddress")),
    }


def _absolute(told: Any, base: str) -> str | None:
    """Without a base, names of files are no hosts."""
    return address(told, base) if base or str(told).startswith(("http://", "https://", "//")) else None


def _words(main: Thing) -> str | None:
    """The text of the thing; of questions each with its accepted or best answers."""
    if structured.kind_of(main) != "qa":
        return plain(words(main, "articleBody", "text", "reviewBody", "description", "abstract"))
    questions = [entity for entity in listed(main.get("mainEntity")) if isinstance(entity, dict)]
    if not questions or "FAQPage" not in main.get("@type", ()):
        return _answered(questions[0] if questions else main, alone=True)
    return "\n\n".join(filter(None, (_answered(question, alone=False) for question in questions))) or None


def _answered(question: Thing, *, alone: bool) -> str | None:
    """The accepted answer before the others; the question in front, its own words only where it is the title."""
    given = [*listed(question.get("acceptedAnswer")), *listed(question.get("suggestedAnswer"))]
    answers = [plain(words(answer, "text", "name") if isinstance(answer, dict) else answer) for answer in given]
    asked = plain(words(question, "text") if alone else words(question, "name", "text"))
    return "\n".join(dict.fromkeys(part for part in (asked, *answers) if part)) or None


def _first_time(main: Thing, graph: Thing, *names: str) -> Instant | tuple[None, None]:
    told = [words(main, name) for name in names] + [words(graph, name) for name in OG_TIMES[names[0]]]
    return next(filter(None, map(instant, told)), (None, None))


def _author(main: Thing, graph: Thing) -> dict[str, Any] | None:
    who = one(main, "author", "creator", "publisher")
    url = address(words(who, "url", "sameAs", "@id")) if isinstance(who, dict) else None
    name = words(who, "name") if isinstance(who, dict) else who if isinstance(who, str) else None
    told = name or words(graph, "article:author")
    is_address = str(told or "").startswith(("http://", "https://", "/"))
    return filled(name=None if is_address else clean(told), url=url or (address(told) if is_address else None))


def _media(main: Thing, graph: Thing, url: str) -> list[dict[str, Any]]:
    """Pictures, each once; the length of a video stands on its still."""
    length = seconds(words(main, "duration")) if structured.kind_of(main) == "video" else None
    given = [*listed(main.get("image")), *listed(main.get("thumbnailUrl")), *listed(main.get("thumbnail"))]
    given = given or listed(one(graph, "og:image", "og:image:secure_url", "og:image:url"))
    found = [_picture(picture, url) for picture in given[:MOST_PICTURES]]
    media = list({picture["url"]: picture for picture in reversed(found) if picture}.values())[::-1]
    return [{**picture, **(filled(duration_s=length) or {})} for picture in media]


def _picture(told: Any, base: str) -> dict[str, Any] | None:
    url = _absolute(words(told, "contentUrl", "url", "@id") if isinstance(told, dict) else told, base)
    size = {name: count(words(told, name)) for name in ("width", "height")} if isinstance(told, dict) else {}
    alt = plain(words(told, "caption", "name")) if isinstance(told, dict) else None
    return filled(kind="image", url=url, alt=alt, **size) if url else None


def _engagement(main: Thing) -> dict[str, Any] | None:
    rating = one(main, "aggregateRating")
    counted: dict[str, int | float | None] = {
        "comments": count(words(main, "commentCount", "answerCount")),
        "likes": count(words(main, "upvoteCount")),
        "views": count(words(main, "interactionCount")),
        "rating": number(words(rating, "ratingValue")),
        "rating_count": count(words(rating, "ratingCount", "reviewCount")),
    }
    for told in listed(main.get("interactionStatistic")):
        action = one(told, "interactionType")
        names = action.get("@type") or [words(action, "@id")] if isinstance(action, dict) else [action]
        ours = COUNTED.get(str((names or [""])[0]).rpartition("/")[2])
        if ours and (amount := count(words(told, "userInteractionCount"))) is not None:
            counted[ours] = amount
    return filled(**counted)


def _price(main: Thing, graph: Thing) -> dict[str, Any] | None:
    """Of the first offer, or what an aggregate spans; OpenGraph's only with its currency."""
    offer = one(main, "offers") or one(one(main, "hasVariant"), "offers")
    parts = [part for part in listed(one(offer, "priceSpecification")) if isinstance(part, dict)]
    listing = next((part for part in parts if "List" in str(words(part, "priceType"))), {})
    paid = next((part for part in parts if part is not listing), {})
    amount = money(words(offer, "price") or words(paid, "price"))
    low, high = money(words(offer, "lowPrice")), money(words(offer, "highPrice"))
    currency = words(offer, "priceCurrency") or words(paid, "priceCurrency")
    if amount is None and low is None:
        amount, currency = money(words(graph, "product:price:amount")), words(graph, "product:price:currency")
    if (amount is None and low is None) or not CURRENCY.fullmatch(str(currency or "").upper()):
        return None
    listed_at = money(words(listing, "price"))
    return filled(
        amount=low if amount is None else amount,
        currency=str(currency).upper(),
        list_amount=listed_at,
        low=low,
        high=high,
    )


def _path(main: Thing, graph: Thing) -> list[str]:
    told = listed(main.get("category")) or listed(main.get("articleSection")) or listed(graph.get("article:section"))
    parts = [part for value in told for part in re.split(r"\s*[>›»]\s*", str(words({"x": value}, "x") or ""))]
    return [part for part in map(clean, parts) if part]


def _ids(main: Thing, graph: Thing) -> dict[str, Any]:
    numbers = [*(words(main, name) for name in GTINS), words(graph, "product:gtin")]
    same = [str(value) for value in (*listed(main.get("sameAs")), *listed(main.get("identifier")), main.get("@id"))]
    read = {
        "gtin": next(filter(None, map(gtin, numbers)), None),
        "isbn": isbn(words(main, "isbn")),
        "doi": next(filter(None, (doi(value) for value in same if "10." in value)), None),
        "sku": clean(words(main, "sku") or words(graph, "product:retailer_item_id")),
        "model": model_number(words(main, "mpn") or words(main, "model")),
    }
    return filled(**read) or {}
