"""Where the weights of a model lie, and which they are."""

import hashlib
import importlib.util
from pathlib import Path

from models.errors import ModelMissing


def package_folder(name: str, package: str, inside: str) -> Path:
    """Folder of a model that an installed Python package carries."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModelMissing(name, f"the Python package {package} is not installed; run `make install`")
    return Path(found.submodule_search_locations[0]) / inside


def folder(name: str) -> Path:
    """A local folder as it is; anything else is a hub name, fetched once into the hub's own cache."""
    if Path(name).is_dir():
        return Path(name)
    if name.startswith(("/", ".", "~")):
        raise ModelMissing(name, "there is no such folder")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelMissing(name, f"not a folder, and the hub did not give it ({reason}); give a folder") from error


def files(name: str, place: Path) -> list[Path]:
    """The weight files of a model folder, in order of name; sharded models have several."""
    found = sorted(place.glob("*.safetensors")) or sorted(place.glob("*.bin")) or sorted(place.glob("*.pth"))
    if not found:
        raise ModelMissing(name, f"{place} holds no *.safetensors, *.bin or *.pth file")
    return found


def model_id(name: str, place: Path) -> str:
    """Last part of the name and the first 8 hex digits of the weights' sha256: minilm-1a2b3c4d."""
    digest = hashlib.sha256()
    for file in files(name, place):
        with file.open("rb") as source:
            while block := source.read(1 << 22):
                digest.update(block)
    return f"{name.rstrip('/').rsplit('/', 1)[-1]}-{digest.hexdigest()[:8]}"
