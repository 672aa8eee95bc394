"""The sentiment of a post: a BERT sequence classifier, asked in batches of like length."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import bert
from models.encoder import packed
from models.errors import ModelMissing

TOKENS = 96  # at most of a post: its opinion comes early, and 800 posts train in 30 s
CHARACTERS = 6 * TOKENS
TOKENS_PER_BATCH = 4096


@dataclass(frozen=True)
class Classifier:
    """`labels` in the order of the outputs; `tokenizer` makes token ids of texts, `logits` outputs of ids and mask."""

    labels: tuple[str, ...]
    tokenizer: Callable[[Sequence[str]], list[list[int]]]
    logits: Callable[[Any, Any], Any]
    save: Callable[[Path], None]  # weights, configuration and tokeniser, as transformers reads them

    def predict(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The label of each text and its probability, to 4 decimals."""
        import torch

        ids = self.tokenizer([text[:CHARACTERS] for text in texts]) if texts else []
        found = [("", 0.0)] * len(texts)
        with torch.inference_mode():
            for rows in packed(ids, budget=TOKENS_PER_BATCH):
                shares = self.logits(*padded([ids[row] for row in rows])).softmax(-1)
                for row, best in zip(rows, shares.max(-1).indices.tolist()):
                    found[row] = (self.labels[best], round(float(shares[rows.index(row), best]), 4))
        return found


def load(folder: Path) -> Classifier:
    """A saved classifier; ModelMissing where the folder holds none."""
    try:
        return _plain(folder) if bert.is_plain(folder) else _by_transformers(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(str(folder), f"no classifier there ({error}); run jobs.train") from error


def _plain(folder: Path) -> Classifier:
    """A BERT's, without transformers."""
    import torch

    made, reader = bert.load(folder, dtype=torch.float32, device="cpu"), bert.tokenizer(folder)
    reader.no_padding()
    reader.enable_truncation(TOKENS)
    labels = {int(number): label for number, label in made.config["id2label"].items()}

    def save(target: Path) -> None:
        shutil.copytree(folder, target, dirs_exist_ok=True)

    return Classifier(
        tuple(labels[number] for number in sorted(labels)),
        lambda texts: [found.ids for found in reader.encode_batch(list(texts))],
        lambda ids, mask: made.linear(made.pooled(made.states(ids, mask)), "classifier"),
        save,
    )


def _by_transformers(folder: Path) -> Classifier:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    quiet()
    model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
    labels = tuple(model.config.id2label[number] for number in range(model.config.num_labels))
    return of_transformers(labels, AutoTokenizer.from_pretrained(folder, local_files_only=True), model)


def of_transformers(labels: tuple[str, ...], tokenizer: Any, model: Any) -> Classifier:
    """A classifier of a tokeniser and a model of transformers."""

    def save(folder: Path) -> None:
        quiet()
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return Classifier(
        labels,
        lambda texts: list(tokenizer(list(texts), truncation=True, max_length=TOKENS)["input_ids"]),
        lambda ids, mask: model.eval()(input_ids=ids.to(model.device), attention_mask=mask.to(model.device)).logits,
        save,
    )


def padded(ids: list[list[int]]) -> tuple[Any, Any]:
    """(n, longest) ids and their mask."""
    import torch

    padded = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
    mask = torch.zeros_like(padded)
    for row, found in enumerate(ids):
        padded[row, : len(found)] = torch.tensor(found)
        mask[row, : len(found)] = 1
    return padded, mask


def quiet() -> None:
    """No bars and warnings of transformers."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
