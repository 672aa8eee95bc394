"""What a page says of itself for machines: JSON-LD, microdata and OpenGraph, brought into one shape.

A thing is a dict of its properties by their short names ("@type" a list of such names, "@id" its address); its values
are text, numbers, things, or lists of these. OpenGraph keeps its prefixes (og:title), being another vocabulary.
Source  https://schema.org, https://ogp.me, HTML standard section 5 (microdata)
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from extruct.jsonld import JsonLdExtractor
from extruct.opengraph import OpenGraphExtractor
from extruct.w3cmicrodata import MicrodataExtractor
from lxml.html import HtmlElement

Thing = dict[str, Any]
DEEPEST = 12  # things within things; deeper ones are left out
MOST = 500  # things of a page, and values of one property
NAMES = ("name", "headline", "title", "og:title", "description", "text", "articleBody")
SCRIPTS = ".//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"
LOCAL = re.compile(r"^(?:https?://[^\s]*[/#]|schema:|dc(?:terms)?[.:])(?=[^/#]+$)", re.IGNORECASE)
OGP = re.compile(r"^https?://(?:www\.)?(?:ogp\.me/ns|opengraphprotocol\.org/schema)(?:/(\w+))?[/#]+")
# What a page may be about, the more telling first; what is on every page (its site, its way there) is not among them.
KINDS = {
    "product": "Product IndividualProduct ProductGroup ProductModel Vehicle SoftwareApplication MobileApplication",
    "video": "VideoObject Movie TVEpisode TVSeries",
    "qa": "QAPage FAQPage Question",
    "document": "ScholarlyArticle MedicalScholarlyArticle Dataset Book Report Thesis Article NewsArticle BlogPosting"
    " TechArticle OpinionNewsArticle ReportageNewsArticle AnalysisNewsArticle BackgroundNewsArticle ReviewNewsArticle",
    "post": "SocialMediaPosting DiscussionForumPosting",
    "page": "Recipe HowTo Course JobPosting MusicRecording MusicAlbum MusicGroup PodcastEpisode Review CreativeWork"
    " Event MusicEvent TheaterEvent SportsEvent Festival ExhibitionEvent BusinessEvent EducationEvent SocialEvent"
    " ItemPage AboutPage ContactPage WebPage LocalBusiness Restaurant Hotel Store",
}
KIND_OF = {name: kind for kind, names in KINDS.items() for name in names.split()}
RANKS = {name: rank for rank, name in enumerate(KIND_OF)}


class Told(NamedTuple):
    """What a page tells in each of the three ways; OpenGraph is one thing, {} where there is none."""

    json_ld: list[Thing]
    microdata: list[Thing]
    graph: Thing


def in_page(tree: HtmlElement, base: str = "") -> Told:
    """The things of a page. What cannot be read is left out, and does not cost the rest."""
    scripts = tree.xpath(SCRIPTS)[:MOST]
    for script in scripts:
        script.set("type", "application/ld+json")
    json_ld = [thing for script in scripts for thing in _tried(partial(JsonLdExtractor().extract_items, script))]
    has_items = tree.get("itemscope") is not None or tree.find(".//*[@itemscope]") is not None
    microdata = _tried(partial(MicrodataExtractor().extract_items, tree, base_url=base or None)) if has_items else []
    graphs = things(_tried(partial(OpenGraphExtractor().extract_items, tree)))
    return Told(things(json_ld), things(microdata), graphs[0] if graphs else {})


def _tried(read: Callable[[], Iterable[Any]]) -> list[Any]:
    try:
        return list(read())
    except Exception:  # lenient parsers over what anyone wrote: one script that breaks them costs itself
        return []


def things(told: Any) -> list[Thing]:
    """The things in JSON-LD or in the JSON form of microdata and OpenGraph; graphs flattened, references followed."""
    found = [thing for thing in _things(told, 0) if thing]
    named = {thing["@id"]: thing for thing in found if isinstance(thing.get("@id"), str)}
    return [{key: _followed(value, named) for key, value in thing.items()} for thing in found]


def _things(told: Any, depth: int) -> Iterator[Thing]:
    if isinstance(told, list) and depth < DEEPEST:
        for one in told[:MOST]:
            yield from _things(one, depth + 1)
    elif isinstance(told, dict):
        for name in ("@graph", "json-ld", "microdata", "opengraph", "items"):
            if isinstance(told.get(name), list):
                yield from _things(told[name], depth + 1)
        yield _thing(told, depth)


def _thing(told: Thing, depth: int) -> Thing:
    """One thing of any of the forms: {"type", "properties"}, {"namespace", "properties": [[name, value]]}, JSON-LD."""
    names = [_short(name) for name in listed(told.get("@type") or told.get("type")) if isinstance(name, str)]
    properties = told.get("properties", told.get("elements")) if "@type" not in told else told
    if isinstance(properties, list):
        made = _paired(properties)
    else:
        own = told if properties is None else properties if isinstance(properties, dict) else {}
        left_out = ("@graph", "@context", "@type", "json-ld", "microdata", "opengraph", "items")
        made = {_short(key): _value(value, depth + 1) for key, value in own.items() if key not in left_out}
    given = told.get("@id") or told.get("id")
    made |= {"@type": names} if names else {}
    return made | ({"@id": given} if isinstance(given, str) else {})


def _paired(properties: list[Any]) -> Thing:
    """Of the pairs of OpenGraph, or the elements of Dublin Core: all the values of each name."""
    made: dict[str, list[Any]] = {}
    for pair in properties[:MOST]:
        parts = [pair.get("name"), pair.get("content")] if isinstance(pair, dict) else pair
        name, value = parts if isinstance(parts, (list, tuple)) and len(parts) == 2 else (None, None)
        if isinstance(name, str) and isinstance(value, str) and value:
            made.setdefault(_short(name), []).append(value)
    return dict(made)


def _value(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, list):
        return [_value(one, depth + 1) for one in value[:MOST]]
    if not isinstance(value, dict):
        return value
    return value["@value"] if "@value" in value else _thing(value, depth)


def _short(name: Any) -> str:
    """Without the address of its vocabulary; that of OpenGraph becomes its prefix."""
    told = str(name)
    if match := OGP.match(told):
        return f"{match.group(1) or 'og'}:{told[match.end():]}"
    return LOCAL.sub("", told)


def _followed(value: Any, named: dict[str, Thing]) -> Any:
    """The thing that a bare reference names, without what it refers to itself: graphs may be rings."""
    if isinstance(value, list):
        return [_followed(one, named) for one in value]
    if isinstance(value, dict) and value.keys() == {"@id"} and str(value["@id"]) in named:
        return {key: inner for key, inner in named[str(value["@id"])].items() if not isinstance(inner, dict)}
    return value


def listed(value: Any) -> list[Any]:
    """A value as a list: [] of nothing, of one thing itself."""
    return value if isinstance(value, list) else [] if value in (None, "", {}) else [value]


def one(thing: Any, *names: str) -> Any:
    """The first value that a thing has under any of the names."""
    for name in names:
        for value in listed(thing.get(name)) if isinstance(thing, dict) else ():
            if value not in (None, "", [], {}):
                return value
    return None


def words(thing: Any, *names: str) -> str | None:
    """The first value under the names as text; of a thing its name."""
    value = one(thing, *names)
    if isinstance(value, dict):
        value = one(value, "name", "value", "@id")
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def kind_of(thing: Thing) -> str | None:
    """Type of record by the first of its types that is known."""
    return next((KIND_OF[name] for name in thing.get("@type", ()) if name in KIND_OF), None)


def rank(thing: Thing) -> int:
    """Place among the things that a page may be about, 0 first."""
    return min((RANKS[name] for name in thing.get("@type", ()) if name in RANKS), default=len(RANKS))


def about(told: list[Thing], is_page: Callable[[Any], bool]) -> Thing:
    """What a page is about: the thing that bears the page's address, else the most telling kind that it has one of.

    {} of a page that lists many of a kind: none of them is the page.
    """
    known = sorted((main for thing in told if kind_of(main := _main(thing))), key=rank)
    for thing in known:
        if any(is_page(words(thing, name)) for name in ("url", "@id", "mainEntityOfPage")):
            return thing
    best = [thing for thing in known if rank(thing) == rank(known[0])]
    # A shop or a restaurant stands at the foot of every page of its site.
    return best[0] if len(best) == 1 and rank(best[0]) <= RANKS["WebPage"] else {}


def mains(told: list[Thing]) -> list[Thing]:
    """The things with words that a file of structured data is about: all of a known kind, else the first one."""
    known = [thing for thing in map(_main, told) if words(thing, *NAMES)]
    telling = [thing for thing in known if kind_of(thing) and rank(thing) != RANKS["WebPage"]]
    return telling or known[:1]


def _main(thing: Thing) -> Thing:
    """A page's main entity in its place, where there is one of a known kind."""
    inner = one(thing, "mainEntity")
    return inner if isinstance(inner, dict) and kind_of(inner) and kind_of(thing) != "qa" else thing
