"""Who is a duplicate by picture or sound, and who is not although the picture is the same."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from a_work import DATE, aligned, day, record

from jobs import dedup, match, media_linking, merge
from models import picture_hash
from schemas.document import DOCUMENT
from schemas.media import MEDIA_FILE
from store import lake

STORY = "The ferry to the island was cancelled for the third day, so the harbour filled with people who played cards on crates."
OTHER = "Six screws, one ribbon cable, and a buzzer the size of a coin: how to silence a kettle without touching the cut-off."


def fingerprint(shapes: int, edges: int = 0) -> bytes:
    made = np.zeros(1, picture_hash.FINGERPRINT)
    made["shapes"], made["edges"] = shapes, edges
    return made.tobytes()


FILES = {"a": fingerprint(0), "b": fingerprint(0b111), "c": fingerprint(2**40 - 1)}  # b is a compressed again


def shows(name: str, *files: str, kind: str = "post", **fields: Any) -> dict[str, Any]:
    media = [
        {field: None for field in ("thumb", "alt", "width", "height", "duration_s", "mime", "expires_at")}
        | {"kind": "image", "url": f"http://a.example/{name}/{n}", "sha256": file}
        for n, file in enumerate(files)
    ]
    return record(f"weibo:{name}", media=media, type=kind, **fields)


def duplicates(*rows: dict[str, Any]) -> dict[str, tuple[str, str, float]]:
    """Survivor, medium and similarity of each duplicate."""
    aligned(list(rows))
    common = {"mime": "image/png", "size_bytes": 1, "width": 1, "height": 1}
    files = [{"url": name, "sha256": name, "fingerprint": data, **common} for name, data in FILES.items()]
    lake.write(
        lake.partition("media", platform="weibo", date=DATE), [pa.Table.from_pylist(files, MEDIA_FILE)], MEDIA_FILE
    )
    for step in (match, merge, dedup):
        step.main(["--date", DATE])
    documents = lake.read(lake.partition("documents", step="dedup", date=DATE), DOCUMENT).to_pylist()
    names = {d["work_id"]: d["record_ids"][0].partition(":")[2] for d in documents}
    return {
        names[d["work_id"]]: (names[d["duplicate_of"]], d["duplicate_by"], d["duplicate_similarity"])
        for d in documents
        if d["duplicate_of"]
    }


@pytest.mark.usefixtures("lake", "spark")
def test_a_picture_makes_duplicates_where_the_texts_agree() -> None:
    found = duplicates(
        shows("1", "a", body=STORY),
        shows("2", "b", body="so true", created_at=day(2)),  # hardly any text, compressed again
        shows("3", "c", body=OTHER),
        shows("4", "c", body=STORY[::-1]),  # another text with the same picture
        shows("5", "a", "c"),  # a gallery
        shows("6", "c", kind="product", title="Red kettle"),
        shows("7", "c", kind="product", title="Blue kettle"),
    )
    assert found == {"2": ("1", "picture", pytest.approx(1 - 3 / 128, abs=1e-4))}


def test_what_everybody_shows_says_nothing() -> None:
    count = media_linking.MOST + 1
    none = np.empty((0, 2), np.int64)
    for owners, expected in ((count, 0), (3, 3)):
        pairs, _ = media_linking.shared(np.arange(owners), np.zeros(owners, np.int64), none, np.empty(0))
        assert len(pairs) == expected


def test_alike_files_link_those_who_show_them() -> None:
    alike, similarity = np.array([[0, 1]]), np.array([0.9])
    pairs, found = media_linking.shared(np.array([5, 6, 7]), np.array([0, 1, 2]), alike, similarity)
    assert pairs.tolist() == [[5, 6]] and found.tolist() == [0.9]
    pairs, _ = media_linking.shared(np.empty(0, np.int64), np.empty(0, np.int64), alike, similarity)
    assert not len(pairs)
