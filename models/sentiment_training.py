"""Fine-tune a BERT sequence classifier on labelled posts.

The base `tiny` is a random BERT of 2 layers, 128 wide, with a vocabulary counted from the training texts: it trains
in seconds on a CPU and knows only what the labels teach. Any folder or hub name of a BERT takes its place.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from models import sentiment, weights

BATCH = 16
VOCABULARY = 8000
TINY: dict[str, Any] = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}
EPOCHS = {"tiny": 6}
EPOCHS_PRETRAINED = 3  # Devlin et al. (2019), appendix A.3: 2 to 4 epochs, 2e-5 to 5e-5
RATES = {"tiny": 2e-3}
RATE_PRETRAINED = 3e-5
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

log = logging.getLogger(__name__)


def train(
    texts: Sequence[str], labels: Sequence[str], *, base: str, epochs: int | None, seed: int
) -> sentiment.Classifier:
    """A classifier of these posts; the same input on the same kind of machine gives the same weights.

    `base` is `tiny`, a folder or a hub name; `epochs` None is 6 for tiny, else 3. AdamW, the rate rising over the
    first tenth of the steps and falling to zero.
    """
    import torch

    names = tuple(sorted(set(labels)))
    with _deterministic(seed, threads=1 if base == "tiny" else len(os.sched_getaffinity(0))):
        tokenizer, model = _tiny(texts, names) if base == "tiny" else _pretrained(base, names)
        made = sentiment.of_transformers(names, tokenizer, model)
        ids = made.tokenizer([text[: sentiment.CHARACTERS] for text in texts])
        wanted, rounds = torch.tensor([names.index(label) for label in labels]), epochs or EPOCHS.get(
            base, EPOCHS_PRETRAINED
        )
        _fit(model.train(), ids, wanted, rounds=rounds, rate=RATES.get(base, RATE_PRETRAINED))
    return made


def _fit(model: Any, ids: list[list[int]], wanted: Any, *, rounds: int, rate: float) -> None:
    import torch

    steps = rounds * -(-len(ids) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (steps / 10 + 1), (steps - step) / steps)
    )
    last = time.monotonic()
    for step, rows in enumerate(_batches(len(ids), rounds), 1):
        padded, mask = sentiment.padded([ids[row] for row in rows])
        logits = model(input_ids=padded.to(model.device), attention_mask=mask.to(model.device)).logits
        loss = torch.nn.functional.cross_entropy(logits, wanted[rows].to(model.device))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if time.monotonic() - last >= 10:
            last = time.monotonic()
            log.info("%s of %s batches, loss %.3f", step, steps, loss.item())
    model.to("cpu").eval()


def _batches(count: int, rounds: int) -> Iterator[list[int]]:
    import torch

    for _ in range(rounds):
        order = torch.randperm(count).tolist()
        yield from (order[start : start + BATCH] for start in range(0, count, BATCH))


@contextmanager
def _deterministic(seed: int, *, threads: int) -> Iterator[None]:
    """Seeded, and summed in one order; random state and threads are given back after."""
    import torch

    before, was = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)
            torch.use_deterministic_algorithms(was)


def _tiny(texts: Sequence[str], labels: Sequence[str]) -> tuple[Any, Any]:
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = _counted_tokenizer(texts)
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=sentiment.TOKENS, **TINY, **_named(labels))
    return tokenizer, BertForSequenceClassification(config)


def _pretrained(base: str, labels: Sequence[str]) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    sentiment.quiet()
    place = weights.folder(base)
    tokenizer = AutoTokenizer.from_pretrained(place, local_files_only=True)
    model = AutoModelForSequenceClassification.from_pretrained(place, local_files_only=True, **_named(labels))
    return tokenizer, model.to("cuda" if torch.cuda.is_available() else "cpu")


def _named(labels: Sequence[str]) -> dict[str, Any]:
    return {"id2label": dict(enumerate(labels)), "label2id": {label: n for n, label in enumerate(labels)}}


def _counted_tokenizer(texts: Sequence[str]) -> Any:
    """WordPiece over the letters and the commonest words of the texts; Chinese goes character by character."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    normaliser, splitter = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words = Counter(
        word
        for text in texts
        for word, _ in splitter.pre_tokenize_str(normaliser.normalize_str(text[: sentiment.CHARACTERS]))
    )
    letters = sorted({letter for word in words for letter in word})
    common = sorted((word for word in words if len(word) > 1), key=lambda word: (-words[word], word))
    kept = dict.fromkeys([*SPECIAL, *letters, *(f"##{letter}" for letter in letters), *common[:VOCABULARY]])
    vocabulary = {word: number for number, word in enumerate(kept)}
    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normaliser, splitter
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    named = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL))
    make: Any = PreTrainedTokenizerFast  # untyped in transformers
    return make(tokenizer_object=tokenizer, model_max_length=sentiment.TOKENS, **named)
