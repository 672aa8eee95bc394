"""Build a generation: documents with their annotations and vectors in a new index, profiles in a second one.

In   documents    one row per work, after dedup; those that are live
     annotations  one row per work
     embeddings   one row per content, model and modality
     profiles     one row per user; none are indexed where the step has not run
Out  generation   one document per work, `_id` is work_id; `_meta` of its mapping is written last
     dead_letters documents that were refused, with body and reason; `<generation>-dead-letters` shows them to analysts
     rejects      the same without the bodies

An unfinished generation of this name is built anew; one that people search is never touched. The step fails when
more than one document and more than 0.1 % are refused.
"""

import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elasticsearch import Elasticsearch

from jobs import refusals, wide
from jobs.bodies import indexed, vector_sizes
from jobs.load import load
from schemas.derive import es_mapping
from schemas.embedding import VECTORS
from schemas.generation import MAPPING, VERSION
from schemas.profile import PROFILE
from store import cli, dead, elastic, lake, ledger, loading, lock, settings, spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)


class GenerationIsLive(cli.TrawlError):
    """The name given is what people search now."""

    def __init__(self, generation: str) -> None:
        super().__init__(f"{generation} is live and is not rebuilt under its readers: choose another --generation")


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.index", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--generation", type=elastic.generation, required=True, help="<alias>-YYYYMMDD-HHMMSS")
    args = parser.parse_args(argv)
    es = elastic.client()
    if args.generation in elastic.live(es, settings.alias()):
        raise GenerationIsLive(args.generation)
    with ledger.step("index", args.date) as counts, lock.held(es, f"index of {args.generation}"):
        counts.update(build(spark.session("index"), es, args.date, generation=args.generation))
    log.info("%s: %s", args.generation, counts)


def build(session: "SparkSession", es: Elasticsearch, date: str, *, generation: str) -> dict[str, int]:
    """Both indices of a generation; counts in, out, rejected, profiles."""
    documents, annotations, embeddings = wide.tables(session, date)
    models, source = wide.one_model(embeddings), wide.made_from(date)
    rows, number = wide.searchable(documents, annotations, embeddings), elastic.version(date)
    loading.create(es, generation, MAPPING)
    loaded = load(es, generation, rows, key="work_id", sizes=vector_sizes(VECTORS), version=number)
    refused = refusals.keep(loaded.refusals, date, index=generation, inputs=list(wide.paths(date).values()))
    total = loaded.indexed + refused
    refusals.must_be_few(loaded.refusals, date, index=generation, refused=refused, total=total)
    dead.publish(es, generation, date)
    users = build_profiles(session, es, date, generation=generation)
    found = settled(es, generation, MAPPING, sent=loaded.indexed)
    counts = {"in": found + refused, "out": found, "rejected": refused, "profiles": users}
    made_from = {"run": generation, "date": date, "made_from": source, "schema_version": VERSION, "version": number}
    loading.complete(es, generation, {**made_from, **models, "counts": counts})
    return counts


def build_profiles(session: "SparkSession", es: Elasticsearch, date: str, *, generation: str) -> int:
    """The profiles' index of the generation, empty where that night has no profiles; rows in it."""
    index, path = elastic.profiles(generation), lake.partition("profiles", date=date)
    paths = [path] if lake.manifest(path) else []
    mapping = es_mapping(PROFILE)
    loading.create(es, index, mapping)
    rows = spark.read(session, paths, PROFILE).select(*indexed(PROFILE))
    loaded = load(es, index, rows, key="user_id", sizes=vector_sizes(PROFILE), version=elastic.version(date))
    for bad in loaded.refusals.sort("ref").take(1):
        raise cli.TrawlError(f"{index}: profile {bad['ref']} refused: {bad['reason']}: {bad['detail']}")
    return settled(es, index, mapping, sent=loaded.indexed)


def settled(es: Elasticsearch, index: str, mapping: Mapping[str, Any], *, sent: int) -> int:
    """Documents of the index made ready to search; TrawlError when fewer than were sent."""
    found = loading.settle(es, index, mapping)
    if found != sent:
        raise cli.TrawlError(f"{index} holds {found:,} of {sent:,} documents sent: an id came twice; run again")
    return found


if __name__ == "__main__":
    cli.run(main)
