"""What is learned of pairs of records, and what the next match makes of it."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from a_work import DATE, aligned, record

from jobs import learning, match, train_matcher
from models import fitting
from schemas.work import WORK
from store import cli, lake, ledger, objects

WORDS = "copper garden river signal morning bridge paper winter market stone camera kitchen handle base".split()
THINGS = 30


def text(number: int) -> str:
    dice = random.Random(number)
    return f"Velora {dice.choice(WORDS)} " + " ".join(f"{dice.choice(WORDS)} {dice.randrange(9999)}" for _ in range(20))


def rows() -> list[dict[str, Any]]:
    """Things that two platforms show, by one author, and a third shows under another code, by somebody else. Half of the
    codes are bar codes, half numbers of a model: what either teaches must hold for the other. And a last thing without,
    which a fourth and a fifth show: by two authors, so it is two, as the others teach."""
    made = []
    for number in range(THINGS):
        shown = (("rss", 1, f"author{number}"), ("youtube", 1, f"author{number}"), ("taobao", 2, f"someone{number}"))
        for platform, code, author in shown:
            ids = {"gtin" if number % 2 else "model": f"69{code}{number:010d}"}
            made.append((f"{platform}:{number}", number, {"ids": ids, "author": {"name": author}}))
    made += [("weibo:x", 99, {"author": {"name": "mei"}}), ("bilibili:x", 99, {"author": {"name": "li"}})]
    return [record(name, title=text(number)[:30], body=text(number), **more) for name, number, more in made]


@pytest.fixture
def known(lake: Path, spark: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those records, which are enough to learn from."""
    monkeypatch.setattr(fitting, "RIGHT", 20)
    monkeypatch.setattr(fitting, "WRONG", 20)
    aligned(rows())


def matched() -> tuple[dict[str, str], lake.Manifest]:
    match.main(["--date", DATE])
    path = lake.partition("works", date=DATE)
    table = lake.read(path, WORK)
    return dict(zip(*(table[name].to_pylist() for name in ("record_id", "work_id")), strict=True)), lake.must(path)


@pytest.mark.usefixtures("known")
def test_what_contradicts_the_formula_changes_works_that_nobody_labelled(capsys: pytest.CaptureFixture[str]) -> None:
    before, manifest = matched()
    assert before["weibo:x"] == before["bilibili:x"] and manifest.extra == {}
    train_matcher.main(["--date", DATE])
    assert "| gtin, left out (15) |" in capsys.readouterr().out
    after, manifest = matched()
    assert after["weibo:x"] != after["bilibili:x"] and after["rss:3"] == after["youtube:3"] == before["rss:3"]
    model_id = json.loads(objects.must_bytes(f"{learning.PLACE}/index.json"))["model_id"]
    assert manifest.extra == {"matcher_model": model_id}
    [step] = [row for row in ledger.summary(DATE) if row["step"] == "match"]
    assert step["counts"]["matcher_model"] == model_id


@pytest.mark.usefixtures("known")
def test_the_same_records_give_the_same_model_and_works() -> None:
    made = []
    for _ in range(2):
        train_matcher.main(["--date", DATE])
        made.append((objects.must_bytes(f"{learning.PLACE}/report.json"), learning.newest(), matched()[1]))
    (one, (model_id, first), works), (other, (again, second), works_again) = made  # type: ignore[misc]
    assert (one, model_id, works) == (other, again, works_again) and first.told() == second.told()


@pytest.mark.usefixtures("known")
def test_too_few_labels_are_one_line_and_match_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = matched()
    monkeypatch.setattr(fitting, "RIGHT", 1000)
    with pytest.raises(cli.TrawlError, match="30 pairs that are one work and 60 that are not"):
        train_matcher.main(["--date", DATE])
    assert learning.newest() is None and matched() == before


@pytest.mark.usefixtures("known")
def test_a_killed_training_leaves_the_model_that_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    train_matcher.main(["--date", DATE])
    before, put = learning.newest(), objects.put_bytes
    assert before is not None

    def killed(path: str, data: bytes) -> None:
        if path.endswith("index.json"):
            raise KeyboardInterrupt
        put(path, data)

    monkeypatch.setattr(fitting, "PULL", 30.0)  # another model
    monkeypatch.setattr(objects, "put_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        train_matcher.main(["--date", DATE])
    after = learning.newest()
    assert after is not None and after[0] == before[0] and after[1].told() == before[1].told()


def test_nothing_aligned_is_one_line(lake: Path) -> None:
    with pytest.raises(cli.TrawlError, match="run jobs.align"):
        train_matcher.main(["--date", DATE])
