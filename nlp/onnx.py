"""The row `onnx`: any sequence-classification model exported to ONNX, read from a folder.

The folder holds `model.onnx`, `tokenizer.json` (both as the Hugging Face exporters write them) and
`vigie-model.json`:
`{"name": "...", "version": "...", "labels": ["negative", "neutral", "positive"], "max_tokens": 256}`; `labels` gives
our label of each output column, in order, and may repeat one (five stars on three labels) or hold null (ignored).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mentions.errors import Stop
from mentions.model import LABELS, Label
from nlp.classify import Probabilities

MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "vigie-model.json"
BATCH = 32  # windows of similar length that run together


class Card(BaseModel):
    """What `vigie-model.json` says; `overlap` is the number of tokens two windows of a long text share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    labels: tuple[Label | None, ...] = Field(min_length=2)
    max_tokens: int = Field(default=256, ge=8)
    overlap: int = Field(default=32, ge=0)
    pad_token: str = "[PAD]"  # noqa: S105 - a token of the vocabulary, no password


class OnnxClassifier:
    """Judges with a model on the CPU. Long texts are read in overlapping windows whose probabilities are averaged,
    each window weighing as many tokens as it holds.

    Stop, with what is wrong, if the folder cannot be used.
    """  # noqa: D205 - the first sentence does not fit a line

    name = "onnx"

    def __init__(self, folder: Path) -> None:
        """Load the model; about a second for 30 MB."""
        self._card = read_card(folder)
        self.version = f"{self._card.name}-{self._card.version}"
        self._tokenizer = load_tokenizer(folder, self._card)
        self._session = load_session(folder)
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._columns = [
            [index for index, label in enumerate(self._card.labels) if label == wanted] for wanted in LABELS
        ]

    def predict(
        self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[str | None]
    ) -> list[Probabilities]:
        """See `nlp.classify.Classifier`; languages and targets are not heard by these models."""
        del languages, targets
        if not texts:
            return []
        windows = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self._card.max_tokens,
            stride=min(self._card.overlap, self._card.max_tokens // 4),
            return_overflowing_tokens=True,
        )
        owners = windows["overflow_to_sample_mapping"]
        sizes = np.array([len(ids) for ids in windows["input_ids"]])
        scores = np.tile([0.0, 1e-9, 0.0], (len(texts), 1))  # a text without a single token is neutral
        for rows in self._batches(sizes):
            found = self._run({name: [windows[name][row] for row in rows] for name in windows if name in self._inputs})
            for row, probabilities in zip(rows, found, strict=True):
                scores[owners[row]] += probabilities * sizes[row]
        totals = scores.sum(axis=1, keepdims=True)
        return [Probabilities(*map(float, row)) for row in scores / totals]

    def _batches(self, sizes: "np.ndarray[Any, Any]") -> Iterator[list[int]]:
        order = [row for row in np.argsort(sizes, kind="stable") if sizes[row]]
        for start in range(0, len(order), BATCH):
            yield [int(row) for row in order[start : start + BATCH]]

    def _run(self, columns: dict[str, list[list[int]]]) -> "np.ndarray[Any, Any]":
        padded = self._tokenizer.pad(columns, return_tensors="np")
        feeds = {name: padded[name].astype(np.int64) for name in self._inputs}
        logits = self._session.run(None, feeds)[0]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        ours = np.stack([odds[:, columns].sum(axis=1) for columns in self._columns], axis=1)
        return np.asarray((ours + 1e-9) / (ours + 1e-9).sum(axis=1, keepdims=True))


def read_card(folder: Path) -> Card:
    """The card of a model folder. Stop if a file is missing or the card is not as this module says."""
    missing = [name for name in (MODEL, TOKENIZER, CARD) if not (folder / name).is_file()]
    if missing:
        raise Stop(f"model folder {folder}: missing {', '.join(missing)} (docs: nlp/onnx.py says what it must hold)")
    try:
        return Card.model_validate(json.loads((folder / CARD).read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        raise Stop(f"model folder {folder}: {CARD} cannot be read: {error}") from error


def load_tokenizer(folder: Path, card: Card) -> Any:
    """The tokenizer of a folder, by transformers, from its file alone: nothing is asked of any hub."""
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415 - heavy: paid for when the row is chosen

    build: Any = PreTrainedTokenizerFast
    try:
        tokenizer = build(
            tokenizer_file=str(folder / TOKENIZER),
            pad_token=card.pad_token,
            model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        )
    except Exception as error:  # the tokenizers library raises bare Exception
        raise Stop(f"model folder {folder}: {TOKENIZER} cannot be read: {error}") from error
    return tokenizer


def load_session(folder: Path) -> Any:
    """An onnxruntime session on one thread: many processes scale better than many threads on small models."""
    import onnxruntime  # noqa: PLC0415 - heavy: paid for when the row is chosen

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no better parent
        raise Stop(f"model folder {folder}: {MODEL} cannot be read: {error}") from error
