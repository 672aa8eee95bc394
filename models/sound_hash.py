"""Sounds that are one recording: at another rate, louder or quieter, or a part of it.

A fingerprint is a number of 32 bits per HOP: whether energy grew between neighbouring bands and moments. Two sounds are
one recording where, at one offset, few of these bits differ.

Source  Haitsma, Kalker, A Highly Robust Audio Fingerprinting System, ISMIR 2002 (bands, frames and the share of bits).
Reads   WAV, by the standard library. Other codecs need a decoder that Trawl does not install: they have no fingerprint.
"""

import io
import wave
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

Frames = NDArray[np.uint32]

RATE, FRAME, HOP = 5512, 2048, 64  # samples per second; .37 s and 11.6 ms in samples
BANDS = np.geomspace(300, 2000, 34)  # Hz, edges of 33 bands
LONGEST_S = 60  # of a sound: what is cut out of the rest is not found
LEAST = 256  # frames that must overlap, 3 s
ERRORS = 0.35  # of the bits: two unrelated blocks of LEAST frames differ in half, and almost never in so few


def fingerprint(data: bytes) -> bytes | None:
    """Frames of 32 bits, little-endian; None for what is no WAV, is shorter than LEAST frames, or silent."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            signal, rate = _mono(sound), sound.getframerate()
    except (wave.Error, EOFError, ValueError, ZeroDivisionError):
        return None
    if not rate or not signal.any():
        return None
    divisor = np.gcd(RATE, rate)
    frames = _frames(resample_poly(signal, RATE // divisor, rate // divisor))
    return frames.astype("<u4").tobytes() if len(frames) >= LEAST else None


def _mono(sound: wave.Wave_read) -> NDArray[np.float64]:
    width, channels = sound.getsampwidth(), sound.getnchannels()
    data = sound.readframes(LONGEST_S * sound.getframerate())
    data = data[: len(data) // (width * channels) * width * channels]
    if width == 1:
        values = np.frombuffer(data, np.uint8).astype(np.float64) - 128
    elif width == 3:
        values = np.frombuffer(data, np.uint8).reshape(-1, 3)[:, 1:].copy().view("<i2").ravel().astype(np.float64)
    else:
        values = np.frombuffer(data, f"<i{width}").astype(np.float64)
    mixed: NDArray[np.float64] = values.reshape(-1, channels).mean(axis=1)
    return mixed


def _frames(signal: NDArray[np.float64]) -> Frames:
    """F(n, m) = [E(n, m) - E(n, m + 1) > E(n - 1, m) - E(n - 1, m + 1)], E the energy of frame n in band m."""
    if len(signal) < FRAME:
        return np.empty(0, np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(signal, FRAME)[::HOP]
    edges = np.round(BANDS * FRAME / RATE).astype(int)
    power = np.abs(np.fft.rfft(windows * np.hanning(FRAME))) ** 2
    energy = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    rises = np.diff(-np.diff(energy, axis=1), axis=0) > 0
    found: Frames = np.packbits(rises, axis=1).view(">u4").ravel().astype(np.uint32)
    return found


def alike(sounds: Sequence[Frames]) -> list[tuple[int, int, float]]:
    """first, second, share of equal bits of every pair that is one recording, first < second."""
    found = []
    for (one, two), shifts in sorted(_meetings(sounds).items()):
        likeness = max(_equal_bits(sounds[one], sounds[two], shift) for shift, _ in shifts.most_common(3))
        if likeness >= 1 - ERRORS:
            found.append((one, two, likeness))
    return found


def _meetings(sounds: Sequence[Frames]) -> dict[tuple[int, int], "Counter[int]"]:
    """How often a frame of one sound equals one of another, by pair and by how far apart they lie.

    Frames are compared with their neighbours in a list sorted by their bits, so that a hum, whose frames are all equal,
    meets no more often than anything else.
    """
    if not sounds:
        return {}
    bits = np.concatenate(sounds)
    owners = np.repeat(np.arange(len(sounds)), [len(sound) for sound in sounds])
    places = np.concatenate([np.arange(len(sound)) for sound in sounds])
    order = np.lexsort((places, owners, bits))
    met: dict[tuple[int, int], Counter[int]] = {}
    for step in range(1, 4):
        one, two = order[:-step], order[step:]
        is_met = (bits[one] == bits[two]) & (owners[one] != owners[two])
        for a, b, shift in zip(
            owners[one][is_met].tolist(),
            owners[two][is_met].tolist(),
            (places[two] - places[one])[is_met].tolist(),
            strict=True,
        ):
            met.setdefault((a, b), Counter())[shift] += 1
    return met


def _equal_bits(one: Frames, two: Frames, shift: int) -> float:
    """Share of equal bits where frame n of one lies on frame n + shift of two; 0 for too short an overlap."""
    start, end = max(0, -shift), min(len(one), len(two) - shift)
    if end - start < LEAST:
        return 0.0
    differing = np.bitwise_count(one[start:end] ^ two[start + shift : end + shift])
    return float(1 - differing.mean() / 32)
