"""Search the live index: Chinese and English, by words, meaning and picture.

examples:
  python -m query "红色 运动鞋 under 300 元" --platform taobao --explain
  python -m query '"running shoes" -kids brand:nike' --json
  python -m query --image shoe.png --size 5
  python -m query "耳机" --user u0000012 --explain
  python -m query "红" --suggest
  python -m query --batch queries.jsonl --json --index trawl-20260101-000000 > hits.jsonl

read in the query itself:
  under 300 元, 300元以下, 100-300元, below 50, over $20     a price
  platform:taobao  type:product  lang:zh  brand:nike        a filter, values separated by commas
  "running shoes"   word by word         -kids   left out
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from query import Ask, Filters, Result, explain, search_many, suggest
from store.cli import TrawlError, run


class BadFile(TrawlError):
    """A file named on the command line cannot be read."""


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line, checked."""
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m query", description=__doc__, formatter_class=style)
    parser.add_argument("text", nargs="*", help="what to search for; several words need no quotes")
    parser.add_argument("--image", type=Path, metavar="FILE", help="picture to search by")
    parser.add_argument("--user", metavar="ID", help="user whose taste may move a hit by a few places")
    for name in ("platform", "type", "lang", "brand"):
        parser.add_argument(f"--{name}", action="append", default=[], help=f"only this {name}; repeat for more")
    parser.add_argument("--price-min", type=float, metavar="AMOUNT", help="lowest price")
    parser.add_argument("--price-max", type=float, metavar="AMOUNT", help="highest price")
    parser.add_argument("--duplicates", action="store_true", help="show near-duplicates too")
    parser.add_argument("--tenant", help="find what belongs to this tenant too: devices of a home, internal articles")
    parser.add_argument("--size", type=int, default=10, metavar="N", help="hits per query (default 10, at most 100)")
    parser.add_argument(
        "--index",
        action="append",
        metavar="NAME",
        help="generation or alias (default: the live one); repeat to compare",
    )
    parser.add_argument("--explain", action="store_true", help="say why every hit is where it is")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table; with --batch one line per query")
    parser.add_argument("--dump", action="store_true", help="print every body that was sent")
    parser.add_argument("--batch", type=Path, metavar="FILE", help='JSON lines with "query": all searched at once')
    parser.add_argument("--suggest", action="store_true", help="print what a search box may complete the text to")
    given = parser.parse_args(argv)
    if not 1 <= given.size <= 100:
        parser.error("--size is from 1 to 100")
    if given.suggest and (given.batch or given.image):
        parser.error("--suggest completes text: leave out --batch and --image")
    if given.batch and (given.text or given.image):
        parser.error("--batch has its own queries: leave out text and --image")
    return given


def main(argv: Sequence[str] | None = None) -> None:
    """Search and print; warnings go to stderr."""
    given = arguments(argv)
    if given.suggest:
        return _suggest(given)
    texts = list(_queries(given.batch)) if given.batch else [" ".join(given.text)]
    image = _read(given.image) if given.image else None
    lists = [tuple(values) for values in (given.platform, given.type, given.lang, given.brand)]
    filters = Filters(lists[0], lists[1], lists[2], lists[3], given.price_min, given.price_max)
    asks = [Ask(text, image, given.user, filters, given.duplicates, given.tenant) for text in texts]
    indices = given.index or [None]
    results = [result for index in indices for result in search_many(asks, size=given.size, index=index)]
    for warning in dict.fromkeys(warning for result in results for warning in result.warnings):
        print(f"warning: {warning}", file=sys.stderr)
    for result in results:
        print(_printed(result, given))


def _suggest(given: argparse.Namespace) -> None:
    for index in given.index or [None]:
        for one in suggest(" ".join(given.text), tenant=given.tenant, size=given.size, index=index):
            print(json.dumps(vars(one), ensure_ascii=False) if given.json else f"{one.kind:<7} {one.text}")


def _printed(result: Result, given: argparse.Namespace) -> str:
    if given.json and given.batch:
        hits = [{"work_id": hit.work_id, "record_ids": hit.record_ids, "score": hit.score} for hit in result.hits]
        return json.dumps({"query": result.query, "hits": hits}, ensure_ascii=False)
    if given.json:
        more = {"body": result.body} if given.dump else {}
        return json.dumps(result.as_dict() | more, ensure_ascii=False, indent=1)
    shown = explain.table(result, explain=given.explain, colour=sys.stdout.isatty())
    return "\n\n".join([*([explain.dump(result)] if given.dump else []), shown])


def _queries(path: Path) -> Iterator[str]:
    for number, line in enumerate(_read(path).decode("utf-8-sig", "replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield str(json.loads(line)["query"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadFile(f'{path}, line {number}: want a JSON object with "query", got {line[:60]}') from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(f"cannot read {path}: {error.strerror}") from error


if __name__ == "__main__":
    run(main)
