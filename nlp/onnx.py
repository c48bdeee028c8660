"""The row `onnx`: any sequence-classification model exported to ONNX, read from a folder.

The folder holds `model.onnx`, `tokenizer.json` (both as the Hugging Face exporters write them) and
`vigie-model.json`:
`{"name": "...", "version": "...", "labels": ["negative", "neutral", "positive"], "max_tokens": 256}`; `labels` gives
our label of each output column, in order, and may repeat one (five stars on three labels) or hold null (ignored).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mentions.errors import Stop
from mentions.model import LABELS, Label
from nlp.classify import UNREAD, Beside, Probabilities, Reading, Target
from nlp.windows import Window, batches, feed, load_session, load_tokenizer, windows

MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "vigie-model.json"
LEAST = 1e-9  # of any label, so that a mean over ignored columns alone is defined


class Card(BaseModel):
    """What `vigie-model.json` says; `overlap` is the number of tokens two windows of a long text share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    labels: tuple[Label | None, ...] = Field(min_length=2)
    max_tokens: int = Field(default=256, ge=8)
    overlap: int = Field(default=32, ge=0)
    pad_token: str = "[PAD]"  # noqa: S105 - a token of the vocabulary, no password


class SequenceModel:
    """A tokenizer, a session and the label of each column. Long texts are read in overlapping windows whose
    probabilities are averaged, each window weighing as many tokens as it holds.
    """  # noqa: D205 - the first sentence does not fit a line

    def __init__(self, tokenizer: Any, session: Any, labels: Sequence[Label | None], pad: int) -> None:
        """`pad` is the number of the padding token.

        Stop if the model asks for what no text gives, or does not give one number a label.
        """
        self._tokenizer, self._session, self._pad = tokenizer, session, pad
        self._inputs = {node.name for node in session.get_inputs()}
        if strange := self._inputs - {"input_ids", "attention_mask", "token_type_ids"}:
            raise Stop(f"the model asks for inputs that a text does not give: {', '.join(sorted(strange))}")
        shape = session.get_outputs()[0].shape
        if len(shape) != 2 or (isinstance(shape[1], int) and shape[1] != len(labels)):  # noqa: PLR2004 - texts, labels
            raise Stop(f"the model gives {shape} where {len(labels)} labels of each text are expected")
        self._columns = [[at for at, label in enumerate(labels) if label == wanted] for wanted in LABELS]

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Sentiment of texts."""
        scores = np.tile(LEAST * np.array(UNREAD), (len(texts), 1))
        # Blank texts have windows, too, where a tokenizer adds marks of its own.
        pieces = [piece for piece in windows(self._tokenizer, texts) if texts[piece.owner].strip()]
        for group in batches(pieces):
            for window, probabilities in zip(group, self._run(group), strict=True):
                scores[window.owner] += probabilities * len(window.ids)
        totals = scores.sum(axis=1, keepdims=True)
        return [Reading(Probabilities(*map(float, row))) for row in scores / totals]

    def _run(self, group: Sequence[Window]) -> NDArray[np.float64]:
        feeds = {name: rows for name, rows in feed(group, self._pad).items() if name in self._inputs}
        logits = np.asarray(self._session.run(None, feeds)[0], dtype=np.float64)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        ours = np.stack([odds[:, columns].sum(axis=1) for columns in self._columns], axis=1) + LEAST
        return np.asarray(ours / ours.sum(axis=1, keepdims=True))


class OnnxClassifier:
    """Judges with a model on the CPU. Stop, with what is wrong, if the folder cannot be used."""

    name = "onnx"
    parts_brands = False
    beside: Beside | None = None

    def __init__(self, folder: Path) -> None:
        """Load the model; about a second for 30 MB."""
        card = read_card(folder)
        self.version = f"{card.name}-{card.version}"
        tokenizer = load_tokenizer(folder / TOKENIZER, card.max_tokens, card.overlap)
        pad = tokenizer.token_to_id(card.pad_token) or 0
        self._model = SequenceModel(tokenizer, load_session(folder / MODEL), card.labels, pad)

    def read(self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[Target | None]) -> list[Reading]:
        """See `nlp.classify.Classifier`; languages and targets are not heard by these models."""
        del languages, targets
        return self._model.read(texts)


def read_card(folder: Path) -> Card:
    """The card of a model folder. Stop if a file is missing or the card is not as this module says."""
    missing = [name for name in (MODEL, TOKENIZER, CARD) if not (folder / name).is_file()]
    if missing:
        raise Stop(f"model folder {folder}: missing {', '.join(missing)} (docs: nlp/onnx.py says what it must hold)")
    try:
        return Card.model_validate(json.loads((folder / CARD).read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        raise Stop(f"model folder {folder}: {CARD} cannot be read: {error}") from error
