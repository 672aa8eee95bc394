"""Pictures that look the same: scaled, compressed again, cropped a little, but not redrawn.

A fingerprint holds two hashes of 64 bits that fail in different ways, and a thumbnail that neither is fooled against:
pHash (signs of the low frequencies) sees shapes, dHash (signs of the slopes) sees edges, the thumbnail sees colours.

Source  pHash: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010; dHash: Krawetz, 2013.
"""

import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from models.cluster import clusters

FINGERPRINT = np.dtype([("shapes", "<u8"), ("edges", "<u8"), ("colours", "u1", (8, 8, 3))])
Prints = NDArray[np.void]

SIDE = 32  # pixels of the grey picture whose frequencies are taken
FLAT = 6.0  # standard deviation of grey levels: a flatter picture is a blank or a placeholder, like any other such
SHAPES, EDGES, COLOURS = (
    12,
    14,
    14.0,
)  # bits of 64, bits of 64, mean levels of 256 that two of one picture may differ by


def fingerprint(data: bytes) -> bytes | None:
    """One FINGERPRINT; None for what is no picture, is damaged, or shows nothing."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.draft("RGB", (4 * SIDE, 4 * SIDE))
            seen = _on_white(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grey = np.asarray(seen.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), np.float64)
    if grey.std() < FLAT:
        return None
    made = np.zeros(1, FINGERPRINT)
    low = dctn(grey, norm="ortho")[:8, :8].ravel()
    slopes = np.asarray(seen.convert("L").resize((9, 8), Image.Resampling.BOX), np.int64)
    made["shapes"], made["edges"] = _bits(low > np.median(low[1:])), _bits(np.diff(slopes, axis=1).ravel() > 0)
    made["colours"] = np.asarray(seen.resize((8, 8), Image.Resampling.BOX))
    return made.tobytes()


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        drawn = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")
    return picture.convert("RGB")


def _bits(signs: NDArray[np.bool_]) -> np.uint64:
    found: np.uint64 = np.packbits(signs).view(">u8")[0]
    return found


def alike(prints: Prints) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(m, 2) rows of pictures that look the same, first < second, and the share of equal bits of each pair.

    Every picture is compared with every other: 36 s of a core for 100,000 of them, and four times that for twice as many.
    """
    pairs = _near(np.ascontiguousarray(prints["shapes"]), np.ascontiguousarray(prints["edges"]), SHAPES, EDGES)
    one, two = prints[pairs[:, 0]], prints[pairs[:, 1]]
    levels = np.abs(one["colours"].astype(np.int16) - two["colours"]).mean(axis=(1, 2, 3))
    apart = sum(np.bitwise_count(one[name] ^ two[name]) for name in ("shapes", "edges"))
    is_same = levels <= COLOURS
    return pairs[is_same], (1 - apart / 128)[is_same]


def looks(shown: pa.ChunkedArray, files: pa.Table) -> pa.ChunkedArray:
    """What each of these pictures (sha256 or null) looks like: the smallest sha256 of all that look the same.

    `files` are sha256 and fingerprint; null for a picture without one, which shows nothing.
    """
    is_own = pc.and_(
        pc.is_in(files["sha256"], shown.unique()),
        pc.equal(pc.binary_length(files["fingerprint"]), FINGERPRINT.itemsize),
    )
    own = files.filter(is_own).sort_by("sha256").combine_chunks()
    pairs, _ = alike(np.frombuffer(b"".join(own["fingerprint"].to_pylist()), FINGERPRINT))
    roots, _ = clusters(len(own), pairs[:, 0], pairs[:, 1])
    return own["sha256"].take(pa.array(roots)).take(pc.index_in(shown, own["sha256"].combine_chunks()))


@njit(cache=True, nogil=True)
def _count(value):  # type: ignore
    """Number of set bits (Warren, Hacker's Delight, 5-1)."""
    value -= (value >> np.uint64(1)) & np.uint64(0x5555555555555555)
    value = (value & np.uint64(0x3333333333333333)) + ((value >> np.uint64(2)) & np.uint64(0x3333333333333333))
    value = (value + (value >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (value * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(cache=True, nogil=True)
def _near(shapes, edges, most_shapes, most_edges):  # type: ignore
    found = []
    for one in range(len(shapes)):
        for two in range(one + 1, len(shapes)):
            if _count(shapes[one] ^ shapes[two]) <= most_shapes and _count(edges[one] ^ edges[two]) <= most_edges:
                found.append((one, two))
    pairs = np.empty((len(found), 2), np.int64)
    for place in range(len(found)):
        pairs[place, 0], pairs[place, 1] = found[place]
    return pairs
