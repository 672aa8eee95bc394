"""Pictures and sounds made here are known again after what platforms do to them, and unlike ones are not taken for each other."""

import io
import random
import wave

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from models import picture_hash, sound_hash

Signal = NDArray[np.float64]
RATE = 16_000


def scene(seed: int) -> Image.Image:
    """Coloured shapes with soft edges."""
    dice = random.Random(seed)
    picture = Image.new("RGB", (400, 300), tuple(dice.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, ink = dice.randrange(400), dice.randrange(300), tuple(dice.randrange(256) for _ in range(3))
        dice.choice([pen.ellipse, pen.rectangle])(
            (x, y, x + dice.randrange(20, 160), y + dice.randrange(20, 160)), fill=ink
        )
    return picture.filter(ImageFilter.GaussianBlur(2))


def encoded(picture: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def prints(*files: bytes) -> NDArray[np.void]:
    return np.frombuffer(b"".join(picture_hash.fingerprint(data) or b"" for data in files), picture_hash.FINGERPRINT)


@pytest.mark.parametrize("seed", range(8))
def test_a_picture_is_known_again(seed: int) -> None:
    picture = scene(seed)
    changed = [
        encoded(picture.resize((130, 100))),
        encoded(picture.resize((900, 675))),
        encoded(picture, "JPEG", quality=30),
        encoded(picture, "WEBP", quality=40),
        encoded(picture.crop((6, 5, 394, 295))),
        encoded(picture.convert("RGBA")),
    ]
    pairs, similarity = picture_hash.alike(prints(encoded(picture), *changed))
    assert {(0, n) for n in range(1, 7)} <= set(map(tuple, pairs.tolist())) and similarity.min() >= 0.7


def test_other_pictures_are_other_pictures() -> None:
    files = prints(*(encoded(scene(seed)) for seed in range(150)))
    assert len(files) == 150 and not len(picture_hash.alike(files)[0])


def test_the_same_shapes_in_other_colours_are_another_picture() -> None:
    picture = scene(1)
    red, green, blue = picture.split()
    assert not len(picture_hash.alike(prints(encoded(picture), encoded(Image.merge("RGB", (green, red, blue)))))[0])


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG", encoded(scene(1))[:2000], encoded(Image.new("RGB", (50, 50), "grey"))]
)
def test_what_shows_nothing_has_no_fingerprint(data: bytes) -> None:
    assert picture_hash.fingerprint(data) is None


def tune(seed: int, seconds: float = 12) -> Signal:
    """Notes of a quarter of a second, each with overtones, and a little noise."""
    dice, count = np.random.default_rng(seed), int(seconds * 4)
    moments = np.arange(RATE // 4) / RATE
    notes = [
        sum(np.sin(2 * np.pi * pitch * n * moments) / n for n in (1, 2, 3)) for pitch in dice.uniform(200, 900, count)
    ]
    signal = np.concatenate(notes) + dice.normal(0, 0.02, count * (RATE // 4))
    return signal / np.abs(signal).max()


def resampled(signal: Signal, rate: int) -> Signal:
    moments = np.arange(int(len(signal) * rate / RATE)) / rate
    return np.interp(moments, np.arange(len(signal)) / RATE, signal)


def wav(signal: Signal, rate: int = RATE, width: int = 2, channels: int = 1) -> bytes:
    out, scale = io.BytesIO(), {1: 127, 2: 32767, 4: 2**31 - 1}[width]
    values = np.repeat(signal, channels) * scale
    data = (values + 128).astype(np.uint8) if width == 1 else values.astype(f"<i{width}")
    with wave.open(out, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(data.tobytes())
    return out.getvalue()


def frames(data: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(sound_hash.fingerprint(data) or b"", "<u4")


@pytest.mark.parametrize("seed", range(3))
def test_a_sound_is_known_again(seed: int) -> None:
    signal = tune(seed)
    changed = [
        wav(resampled(signal, 44_100), 44_100),
        wav(resampled(signal, 8_000), 8_000),
        wav(signal * 0.2),
        wav(signal[int(2.34 * RATE) : int(9.1 * RATE)]),
        wav(signal, width=1),
        wav(signal, width=4, channels=2),
    ]
    found = sound_hash.alike([frames(data) for data in (wav(signal), *changed)])
    assert {(0, n) for n in range(1, 7)} <= {pair[:2] for pair in found}


def test_other_sounds_are_other_sounds() -> None:
    assert sound_hash.alike([frames(wav(tune(seed))) for seed in range(20)]) == []


def test_hums_of_another_pitch_are_other_sounds_and_silence_is_none() -> None:
    moments = np.arange(8 * RATE) / RATE
    hums = [wav(np.sin(2 * np.pi * pitch * moments) * 0.5) for pitch in (440, 1000)]
    assert sound_hash.alike([frames(hum) for hum in hums]) == []
    for data in (wav(np.zeros(8 * RATE)), wav(tune(1, 2)), b"RIFF", b"", wav(tune(1))[:40]):
        assert sound_hash.fingerprint(data) is None
