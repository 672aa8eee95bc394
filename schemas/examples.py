"""Questions that analysts ask of the aliases, as plain Elasticsearch requests. A test asks them all of a real node."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """One request: what it is for, where it goes, its body."""

    title: str
    path: str
    body: dict[str, Any]


FOUND = {
    "must_not": [{"exists": {"field": "duplicate_of"}}, {"exists": {"field": "tenant"}}]
}  # as the query module does

EXAMPLES = (
    Example(
        "What there is: documents per platform and type, near-duplicates and private documents left out",
        "/trawl/_search",
        {
            "size": 0,
            "query": {"bool": FOUND},
            "aggs": {
                "platforms": {
                    "terms": {"field": "platforms", "size": 100},
                    "aggs": {"types": {"terms": {"field": "type"}}},
                }
            },
        },
    ),
    Example(
        "Words as the platform wrote them; every Chinese character is a word of its own, so ask for a phrase",
        "/trawl/_search",
        {"query": {"match_phrase": {"title": "运动鞋"}}, "_source": ["title", "platforms"]},
    ),
    Example(
        "Words as Trawl reads them: lower case, stems, Chinese words, one blank between two",
        "/trawl/_search",
        {"query": {"match": {"title_tokens": {"query": "红色 运动鞋", "operator": "and"}}}, "_source": ["title"]},
    ),
    Example(
        "Prices: always with their currency",
        "/trawl/_search",
        {
            "query": {
                "bool": {
                    "filter": [{"range": {"price.amount": {"lte": 300}}}, {"term": {"price.currency": "CNY"}}],
                    **FOUND,
                }
            },
            "sort": [{"price.amount": "asc"}, {"work_id": "asc"}],
            "_source": ["title", "price"],
        },
    ),
    Example(
        "How a field changes over time: the share of negative posts by month",
        "/trawl/_search",
        {
            "size": 0,
            "query": {"term": {"type": "post"}},
            "aggs": {
                "months": {
                    "date_histogram": {"field": "created_at", "calendar_interval": "month", "min_doc_count": 1},
                    "aggs": {"sentiment": {"terms": {"field": "sentiment"}}},
                }
            },
        },
    ),
    Example(
        "What several platforms have, and why it was merged",
        "/trawl/_search",
        {"query": {"range": {"record_count": {"gte": 2}}}, "_source": ["title", "record_ids", "why_merged"]},
    ),
    Example(
        "Whose word a field is: documents whose title came from one platform",
        "/trawl/_search",
        {
            "query": {
                "nested": {
                    "path": "provenance",
                    "query": {
                        "bool": {
                            "filter": [
                                {"term": {"provenance.field": "title"}},
                                {"term": {"provenance.platform": "taobao"}},
                            ]
                        }
                    },
                }
            }
        },
    ),
    Example(
        "What is old: documents carried forward because a platform failed, and for how many days at most",
        "/trawl/_search",
        {
            "size": 0,
            "query": {"term": {"is_stale": True}},
            "aggs": {
                "platforms": {"terms": {"field": "platforms"}, "aggs": {"days": {"max": {"field": "stale_days"}}}}
            },
        },
    ),
    Example(
        "What a search box completes, in Chinese and English: titles, brands, authors, the most popular first",
        "/trawl/_search",
        {
            "size": 0,
            "_source": ["work_id", "title"],
            "suggest": {
                name: {
                    "prefix": prefix,
                    "completion": {"field": "suggest", "skip_duplicates": True, "contexts": {"audience": ["public"]}},
                }
                for name, prefix in (("chinese", "红色"), ("english", "red sh"))
            },
        },
    ),
    Example(
        "A vector, which lies outside of `_source` (to search with it: `knn`, on the same field)",
        "/trawl/_search",
        {
            "size": 1,
            "query": {"exists": {"field": "text_vector"}},
            "_source": {"exclude_vectors": False, "includes": ["work_id", "text_vector"]},
        },
    ),
    Example(
        "Everything, page by page: the same again with `search_after` set to the `sort` of the last hit",
        "/trawl/_search",
        {"size": 1000, "query": {"match_all": {}}, "sort": [{"work_id": "asc"}]},
    ),
    Example(
        "The heaviest users' tastes",
        "/trawl-profiles/_search",
        {"sort": [{"event_count": "desc"}, {"user_id": "asc"}], "_source": ["user_id", "tastes"]},
    ),
    Example(
        "Generations that the gate refused, and the checks that said no",
        "/trawl-verdicts/_search",
        {
            "query": {
                "nested": {"path": "checks", "query": {"term": {"checks.passed": False}}, "inner_hits": {"size": 10}}
            },
            "sort": [{"judged_at": "desc"}],
            "_source": ["generation", "judged_at", "forced"],
        },
    ),
    Example(
        "What was live, and since when",
        "/trawl-moves/_search",
        {"sort": [{"moved_at": "desc"}], "_source": ["moved_at", "action", "generation", "before", "by", "why"]},
    ),
)
