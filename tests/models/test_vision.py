"""Pictures as vectors."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from models import vision
from models.errors import BadPicture, ModelMissing


def drawn(draw: Callable[[ImageDraw.ImageDraw], object], *, mode: str = "RGB", kind: str = "PNG") -> bytes:
    image = Image.new(mode, (320, 240), "white")
    draw(ImageDraw.Draw(image))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def disc(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((80, 40, 240, 200), fill="red")


def moved_disc(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((70, 50, 230, 210), fill="red")


def stripes(pen: ImageDraw.ImageDraw) -> None:
    for x in range(0, 320, 20):
        pen.rectangle((x, 0, x + 8, 240), fill="blue")


@pytest.fixture(scope="module")
def model() -> vision.Encoder:
    return vision.load("efficientnet-lite0")


def test_near_pictures_have_near_unit_rows(model: vision.Encoder) -> None:
    rows = model.encode([drawn(disc), drawn(moved_disc), drawn(stripes), drawn(disc, mode="RGBA")])
    assert rows.shape == (4, 1280) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.8 > rows[0] @ rows[2]
    assert rows[0] @ rows[3] > 0.999


def test_unreadable_pictures_have_a_reason_and_leave_the_others_alone(
    model: vision.Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = drawn(disc)
    rows, reasons = model.encode_readable([b"<html>", good, good[:200], b""])
    assert [reason is None for reason in reasons] == [False, True, False, False]
    assert np.array_equal(rows[1], model.encode([good])[0]) and not rows[[0, 2, 3]].any()
    monkeypatch.setattr(vision, "PIXELS", 100)
    with pytest.raises(BadPicture, match="too large: 320 x 240 pixels"):
        model.encode([good])
    monkeypatch.setattr(vision, "BYTES", 10)
    assert "bytes" in str(model.encode_readable([good])[1][0])


def test_another_name_says_which_one_there_is() -> None:
    with pytest.raises(ModelMissing, match="efficientnet-lite0"):
        vision.load("resnet")
