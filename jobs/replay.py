"""Send the dead letters of a night again: to the generation they belong to, or to the live one where that is gone.

In   dead_letters  documents that jobs.index could not put into the index
     repaired      bodies mended by hand, one JSON object {"ref": ..., "body": {...}} per line (--repaired)
Out  generation    those that it takes now, never over a newer version; the counts in its `_meta` follow
     dead_letters  the same letters, each with what became of it: taken, newer, or dead as before
     rejects       those that are still dead

`--show` sends nothing and prints the dead letters as such lines: mend them in a file and give it back.
"""

import hashlib
import logging
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from elasticsearch import Elasticsearch

from schemas.dead_letter import DEAD_LETTER
from schemas.reject import REJECT
from store import bulk, cli, dead, elastic, lake, ledger, loading, settings

log = logging.getLogger(__name__)

Letter = dict[str, Any]  # a row of dead_letters


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.replay", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night, YYYY-MM-DD")
    parser.add_argument("--repaired", type=Path, metavar="FILE", help="mended bodies, one JSON object per line")
    parser.add_argument("--show", action="store_true", help="print the dead letters and send nothing")
    args = parser.parse_args(argv)
    letters = lake.read(dead.partition(args.date), DEAD_LETTER).to_pylist()
    if args.show:
        return show(letters)
    with ledger.step("replay", args.date) as counts:
        mend(letters, read_repaired(args.repaired) if args.repaired else {})
        counts.update(replay(elastic.client(), letters, args.date))
    log.info("dead letters of %s: %s", args.date, counts)


def show(letters: Sequence[Letter]) -> None:
    """Print each dead letter with its reason, as a line that `--repaired` takes back."""
    for letter in letters:
        if letter["state"] == "dead":
            why = {name: letter[name] for name in ("ref", "reason", "detail")}
            print(orjson.dumps({**why, "body": orjson.loads(letter["body"])}).decode())


def read_repaired(path: Path) -> dict[str, bytes]:
    """Bodies by ref. Raises TrawlError that names the first line that is none."""
    found = dict[str, bytes]()
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = orjson.loads(line)
            found[row["ref"]] = orjson.dumps(row["body"])
        except (ValueError, KeyError, TypeError) as error:
            raise cli.TrawlError(f'{path}, line {number}: write {{"ref": ..., "body": {{...}}}}') from error
    return found


def mend(letters: Sequence[Letter], repaired: Mapping[str, bytes]) -> None:
    """Put the mended bodies in. Raises TrawlError where one belongs to no dead letter."""
    dead_ones = {letter["ref"]: letter for letter in letters if letter["state"] == "dead"}
    if unknown := sorted(repaired.keys() - dead_ones.keys()):
        raise cli.TrawlError(f"{unknown[0]} is not among the dead letters: see `python -m jobs.replay --show`")
    for ref, body in repaired.items():
        dead_ones[ref].update(body=body, body_sha256=hashlib.sha256(body).hexdigest())


def replay(es: Elasticsearch, letters: Sequence[Letter], date: str) -> dict[str, int]:
    """Send what is dead and write down what became of it; letters by state. Again after a kill: the same."""
    if letters:
        index = target(es, letters[0]["index"])
        send(es, index, [letter for letter in letters if letter["state"] == "dead"], date)
        keep(letters, date)
        if index == letters[0]["index"]:
            dead.publish(es, index, date)
        recount(es, index, letters)
    states = Counter(letter["state"] for letter in letters)
    return {"in": len(letters), "out": states["taken"], "newer": states["newer"], "rejected": states["dead"]}


def target(es: Elasticsearch, generation: str) -> str:
    """The generation of the letters, or the live one. Raises TrawlError where neither can take them."""
    live = elastic.live(es, settings.alias())
    for index in (generation, *live):
        mapping = elastic.mapping(es, index)
        if mapping is not None and "_meta" not in mapping:
            raise cli.TrawlError(f"{index} is not complete: run jobs.index, which sends everything again")
        if mapping is not None:
            return index
    raise cli.TrawlError(f"{generation} is gone and nothing is live: run jobs.index")


def send(es: Elasticsearch, index: str, letters: Sequence[Letter], date: str) -> None:
    """The letters with their new state, reason and attempts."""
    identity = elastic.uuid(es, index)
    documents = [(letter["ref"], letter["body"]) for letter in letters]
    outcomes = list(bulk.bulk(es, index, documents, version=version_of(es, index, date)))
    if elastic.uuid(es, index) != identity:
        raise cli.TrawlError(f"{index} was deleted meanwhile: run again")
    refused = {bad.id: bad for sent in outcomes for bad in sent.refused}
    newer = {key for sent in outcomes for key in sent.newer}
    for letter in letters:
        letter["attempts"] += 1
        if bad := refused.get(letter["ref"]):
            letter.update(reason=bad.reason, detail=bad.detail, status=bad.status)
        else:
            letter["state"] = "newer" if letter["ref"] in newer else "taken"


def version_of(es: Elasticsearch, index: str, date: str) -> int:
    """Version of letters of a night: that of its newest top-up, which wrote them down, and of the night itself elsewhere."""
    meta = (elastic.mapping(es, index) or {})["_meta"]
    return int(meta.get("version", 0) if meta["date"] == date else 0) or elastic.version(date)


def keep(letters: Sequence[Letter], date: str) -> None:
    """Both tables of the night."""
    rejects = [
        {"step": "index", "platform": None, **{name: letter[name] for name in ("ref", "reason", "detail")}}
        for letter in letters
        if letter["state"] == "dead"
    ]
    for path, rows, schema in (
        (dead.partition(date), letters, DEAD_LETTER),
        (lake.partition("rejects", step="index", date=date), rejects, REJECT),
    ):
        lake.write(path, [pa.Table.from_pylist(list(rows), schema=schema)], schema, inputs=lake.must(path).inputs)


def recount(es: Elasticsearch, index: str, letters: Sequence[Letter]) -> None:
    """`_meta` says what the index holds now."""
    meta = (elastic.mapping(es, index) or {})["_meta"]
    counts = {**meta["counts"], "out": elastic.refreshed(es, index)}
    if index == letters[0]["index"]:
        counts["rejected"] = sum(letter["state"] == "dead" for letter in letters)
    loading.complete(es, index, {**meta, "counts": counts})


if __name__ == "__main__":
    cli.run(main)
