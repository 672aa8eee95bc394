"""Rehearse the worst night: broken relevance, a forced promotion, a roll-back, a dead letter (docs/drill.md).

It works on two copies of the live generation, under an alias of their own, `<alias>-drill`, and deletes them in the end: what people
search is not touched. Every step is the public command. The last line is one JSON object; exit 1 when a step did not go as it must.
"""

import json
import os
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch, helpers

from jobs import generations, verdict
from local import letters, readers
from local.commands import DrillFailed, run, say
from schemas.document import DOCUMENT
from store import cli, elastic, lake, loading, objects, settings

GOLDEN = 50
WORDS = ("title", "title_key", "title_tokens", "body", "body_tokens")


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("local.drill", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.parse_args(argv)
    es = elastic.client()
    live = generations.live(es)
    if live is None:
        raise DrillFailed("nothing is live that could be copied: run a build")
    with tempfile.TemporaryDirectory(prefix="trawl-drill-") as folder, alone(Path(folder)):
        print(json.dumps(drill(es, live, Path(folder))))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Settings with an alias and a ledger that nobody else uses."""
    before = dict(os.environ)
    os.environ |= {"TRAWL_ALIAS": f"{settings.alias()}-drill", "TRAWL_LEDGER": f"sqlite:///{folder}/ledger.sqlite"}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def drill(es: Elasticsearch, live: str, folder: Path) -> dict[str, Any]:
    """All steps; figures for the report."""
    date = str(generations.meta(es, live)["date"])
    good, broken, refused = (f"{settings.alias()}-{date.replace('-', '')}-00000{number}" for number in (1, 2, 3))
    golden = folder / "golden.jsonl"
    golden.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in titles(date)), encoding="utf-8")
    asked = ["--golden", str(golden)]
    try:
        say("1. a sound generation goes live")
        copy(es, live, good)
        run("gate", date, "--generation", good, *asked)
        run("promote", date, "--generation", good)
        say("2. the words of another one are mixed up")
        copy(es, live, broken)
        mix(es, broken)
        say("3. the gate stops it")
        run("gate", date, "--generation", broken, *asked, fails=True)
        run("promote", date, "--generation", broken, fails=True)
        stopped = stopped_by(broken)
        with readers.asking(elastic.client(), settings.alias()) as seen:
            say("4. somebody forces it, under running queries")
            run("gate", date, "--generation", broken, "--force", "a drill")
            run("promote", date, "--generation", broken)
            say("5. one command goes back, under running queries")
            run("rollback", date, "--why", "a drill")
        say("6. what was left does not come back")
        run("promote", date, "--generation", broken, fails=True)
        figures = report(seen, [good, broken, good], stopped)
        return {**figures, "letters": letters.rehearse(es, date, refused, folder / "mended.jsonl")}
    finally:
        clean(es, good, broken, refused)


def titles(date: str) -> list[dict[str, Any]]:
    """Golden queries: documents of the night are to be found by their own titles."""
    columns = ["status", "title", "record_ids", "duplicate_of", "tenant"]
    path = lake.partition("documents", step="dedup", date=date)
    rows = (row for batch in lake.batches(path, DOCUMENT, columns=columns) for row in batch.to_pylist())
    found = islice(filter(letters.is_public, rows), GOLDEN)
    return [{"query": row["title"], "grades": dict.fromkeys(row["record_ids"], 3)} for row in found]


def copy(es: Elasticsearch, source: str, target: str) -> None:
    """A generation with the same documents, vectors and `_meta`, and without profiles."""
    mapping = elastic.mapping(es, source) or {}
    shape = {name: value for name, value in mapping.items() if name != "_meta"}
    for index in (target, elastic.profiles(target)):
        loading.create(es, index, shape)
    everything = helpers.scan(es, index=source, query={"_source": {"exclude_vectors": False}})
    helpers.bulk(es, ({"_id": hit["_id"], "_source": hit["_source"]} for hit in everything), index=target)
    loading.settle(es, target, shape)
    loading.complete(es, target, mapping["_meta"] | {"run": target})


def mix(es: Elasticsearch, index: str) -> None:
    """Give every document the words of the next one, as a faulty join would."""
    found = [(hit["_id"], hit["_source"]) for hit in helpers.scan(es, index=index, _source=list(WORDS))]
    found.sort(key=lambda pair: pair[0])
    others = [source for _, source in found[1:] + found[:1]]
    changes = (
        {"_op_type": "update", "_id": key, "doc": {name: other.get(name) for name in WORDS}}
        for (key, _), other in zip(found, others, strict=True)
    )
    helpers.bulk(es, changes, index=index, refresh=True)


def stopped_by(generation: str) -> list[str]:
    """Names of the checks that said no; DrillFailed where golden queries are not among them."""
    found = verdict.get(generation)
    names = [check.name for check in found.failed] if found else []
    if "golden queries against live" not in names:
        raise DrillFailed(
            f"mixed-up words were stopped by {names}, but not by golden queries: see jobs/checks/relevance.py"
        )
    return names


def report(seen: readers.Seen, wanted: Sequence[str], stopped: Sequence[str]) -> dict[str, Any]:
    """Figures; DrillFailed where a reader saw a failure, or something else than three generations in turn."""
    if seen.failures or seen.indices != list(wanted):
        raise DrillFailed(
            f"{len(seen.failures)} of {seen.requests} requests failed ({seen.failures[:1]}), answered by {seen.indices}"
        )
    return {"requests": seen.requests, "failed": 0, "generations_seen": len(seen.indices), "stopped_by": list(stopped)}


def clean(es: Elasticsearch, *generations: str) -> None:
    """Take everything away that the drill made."""
    for name in generations:
        elastic.delete(es, name)
        objects.remove(verdict.address(name))
    audit = [f"{settings.alias()}-{name}" for name in ("verdicts", "moves", "locks")]
    es.indices.delete(index=audit, ignore_unavailable=True)
    es.options(ignore_status=404).indices.delete_index_template(name=loading.template())


if __name__ == "__main__":
    cli.run(main)
