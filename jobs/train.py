"""Fine-tune the sentiment classifier on labelled posts and say how good it is on those kept aside.

In   labels   a file of JSON lines, one per post: record_id, sentiment, part (train or test)
     records  the standing records of every platform
Out  models/name=sentiment   weights, configuration, tokeniser, report.json, report.md; index.json is put last and
                             lists them, so that a half-written model is never read

The same posts and labels on the same kind of machine give the same weights.
"""

import hashlib
import json
import logging
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models import content, evaluate, sentiment, sentiment_training, text, weights
from schemas.record import RECORD
from store import cli, lake, ledger, objects, settings

PLACE = "models/name=sentiment"
COLUMNS = ("record_id", "title", "body")
SEED = 0

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser("jobs.train", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=cli.day, required=True, help="night whose records are used, YYYY-MM-DD")
    parser.add_argument("--labels", type=Path, required=True, help="file of JSON lines: record_id, sentiment, part")
    parser.add_argument("--base", default=settings.sentiment_model(), help="tiny, a folder or a hub name of a BERT")
    parser.add_argument("--epochs", type=int, help="passes over the train part; by default 6 for tiny, else 3")
    args = parser.parse_args(argv)
    with ledger.step("train", args.date) as counts:
        labels = read_labels(args.labels)
        posts = labelled(labels, standing_texts(args.date, {label["record_id"] for label in labels}))
        classifier, report = fit(posts, base=args.base, epochs=args.epochs)
        report["model_id"] = put(classifier, report)
        counts.update({"in": len(labels), "out": len(posts), "rejected": len(labels) - len(posts)})
        log.info("%s labels, %s posts found, %s without a record", *(counts[key] for key in ("in", "out", "rejected")))
    print(evaluate.page(report, title=f"Sentiment: {report['model_id']}"))


def read_labels(file: Path) -> list[dict[str, str]]:
    """The labels of a file; TrawlError names the first line that is not one."""
    if not file.is_file():
        raise cli.TrawlError(f"{file} is not a file: give the labels as JSON lines of record_id, sentiment, part")
    labels = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            labels.append({key: str(row[key]) for key in ("record_id", "sentiment", "part")})
        except (ValueError, KeyError, TypeError) as error:
            raise cli.TrawlError(f"{file}:{number} is no label ({error!r}): record_id, sentiment, part") from error
    return labels


def standing_texts(date: str, wanted: set[str]) -> dict[str, str]:
    """Text by record_id, of the wanted records that stand on this night."""
    texts = {}
    for platform, night in ledger.platforms("align", date).items():
        for batch in lake.batches(lake.partition("records", platform=platform, date=night), RECORD, columns=COLUMNS):
            for row in batch.to_pylist():
                if row["record_id"] in wanted:
                    texts[row["record_id"]] = content.text_for_embedding(row["title"], row["body"])
    return texts


def labelled(labels: Sequence[dict[str, str]], texts: dict[str, str]) -> list[dict[str, str]]:
    """The labels that have a text, with it, by record_id; one per record, the last one given."""
    found = {
        row["record_id"]: {**row, "text": texts[row["record_id"]]} for row in labels if texts.get(row["record_id"])
    }
    return [found[record] for record in sorted(found)]


def fit(
    posts: Sequence[dict[str, str]], *, base: str, epochs: int | None
) -> tuple[sentiment.Classifier, dict[str, Any]]:
    """A classifier of the train part, and its report on the test part."""
    train, test = ([post for post in posts if post["part"] == part] for part in ("train", "test"))
    if len({post["sentiment"] for post in train}) < 2 or not test:
        raise cli.TrawlError(
            f"{len(train)} posts to train on and {len(test)} to test on: label posts of two sentiments or more in part "
            "train and some in part test, and run jobs.align first"
        )
    texts, truth = ([post[key] for post in train] for key in ("text", "sentiment"))
    classifier = sentiment_training.train(texts, truth, base=base, epochs=epochs, seed=SEED)
    found = [label for label, _ in classifier.predict([post["text"] for post in test])]
    report = evaluate.report(
        [post["sentiment"] for post in test], found, groups=[text.language(post["text"]) for post in test]
    )
    return classifier, {**report, "base": base, "train_posts": len(train)}


def put(classifier: sentiment.Classifier, report: dict[str, Any]) -> str:
    """Put the model and its report into the lake, the index last; the model_id."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        classifier.save(folder)
        model_id = weights.model_id("sentiment", folder)
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    report = {**report, "model_id": model_id}
    for name, data in files.items():
        objects.put_bytes(f"{PLACE}/{model_id}/{name}", data)
    objects.put_bytes(f"{PLACE}/report.json", json.dumps(report, indent=1, sort_keys=True).encode())
    objects.put_bytes(f"{PLACE}/report.md", evaluate.page(report, title=f"Sentiment: {model_id}").encode())
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    index = {"model_id": model_id, "folder": f"{PLACE}/{model_id}", "files": listed}
    objects.put_bytes(f"{PLACE}/index.json", json.dumps(index, indent=1, sort_keys=True).encode())
    return model_id


if __name__ == "__main__":
    cli.run(main)
