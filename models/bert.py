"""A BERT's forward pass in plain torch, for folders of that kind: to import transformers' own takes 7 s, a step's start.

Source  Devlin et al. (2019), BERT; layout of weights and names as in transformers' BertModel.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import weights

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Bert:
    """Weights by name, without the prefix that heads put before them."""

    config: dict[str, Any]
    weights: "dict[str, torch.Tensor]"

    @property
    def device(self) -> "torch.device":
        return self.weights["embeddings.word_embeddings.weight"].device

    def states(self, ids: "torch.Tensor", mask: "torch.Tensor") -> "torch.Tensor":
        """(n, tokens, hidden) of (n, tokens) ids and their mask, 1 for a token and 0 for padding."""
        from torch.nn.functional import embedding

        table = self.weights
        words = embedding(ids, table["embeddings.word_embeddings.weight"])
        places = table["embeddings.position_embeddings.weight"][: ids.shape[1]]
        states = self._norm(
            words + places + table["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm"
        )
        seen = mask[:, None, None, :].bool()
        for number in range(self.config["num_hidden_layers"]):
            states = self._layer(states, seen, f"encoder.layer.{number}.")
        return states

    def pooled(self, states: "torch.Tensor") -> "torch.Tensor":
        """(n, hidden): what the classifier's head is put on."""
        return self.linear(states[:, 0], "pooler.dense").tanh()

    def linear(self, states: "torch.Tensor", name: str) -> "torch.Tensor":
        """The states through one weight and bias."""
        from torch.nn.functional import linear

        return linear(states, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _layer(self, states: "torch.Tensor", seen: "torch.Tensor", name: str) -> "torch.Tensor":
        from torch.nn.functional import gelu, scaled_dot_product_attention

        heads = (*states.shape[:2], self.config["num_attention_heads"], -1)
        parts = [self.linear(states, f"{name}attention.self.{part}") for part in ("query", "key", "value")]
        query, key, value = (part.view(heads).transpose(1, 2) for part in parts)
        told = scaled_dot_product_attention(query, key, value, attn_mask=seen).transpose(1, 2).reshape(states.shape)
        told = self.linear(told, f"{name}attention.output.dense")
        states = self._norm(states + told, f"{name}attention.output.LayerNorm")
        wide = gelu(self.linear(states, f"{name}intermediate.dense"))
        return self._norm(states + self.linear(wide, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _norm(self, states: "torch.Tensor", name: str) -> "torch.Tensor":
        from torch.nn.functional import layer_norm

        table, size = self.weights, states.shape[-1:]
        return layer_norm(states, size, table[f"{name}.weight"], table[f"{name}.bias"], self.config["layer_norm_eps"])


def is_plain(place: Path) -> bool:
    """True for a folder whose model this computes; another kind needs transformers."""
    config = _config(place)
    wanted = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
    is_bert = all(config.get(name, value) == value for name, value in wanted.items()) and "model_type" in config
    return is_bert and (place / "tokenizer.json").exists() and bool(list(place.glob("*.safetensors")))


def load(place: Path, *, dtype: "torch.dtype", device: str) -> Bert:
    """The model of a folder for which `is_plain` holds."""
    from safetensors.torch import load_file

    found = {name: value for file in weights.files(str(place), place) for name, value in load_file(file).items()}
    plain = {name.removeprefix("bert."): value.to(device, dtype) for name, value in found.items()}
    return Bert({"layer_norm_eps": 1e-12, **_config(place)}, plain)


def _config(place: Path) -> dict[str, Any]:
    told = place / "config.json"
    return dict(json.loads(told.read_text())) if told.exists() else {}


def tokenizer(place: Path) -> Any:
    """The folder's tokeniser, of the library `tokenizers`."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(place / "tokenizer.json"))
