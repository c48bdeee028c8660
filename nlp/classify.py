"""What reads sentiment: one protocol, and the rows to choose from (docs/adr/0009)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from mentions.errors import Stop
from mentions.model import LABELS, Label


class Probabilities(NamedTuple):
    """How likely each label is; they sum to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def label(self) -> Label:
        """The likeliest label; neutral wins a tie."""
        best = max(self)
        return "neutral" if self.neutral == best else LABELS[self.index(best)]


class Classifier(Protocol):
    """Reads the sentiment of texts toward a target.

    `name` is the row, `version` names the exact weights: it is stored with every label.
    """

    name: str
    version: str

    def predict(
        self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[str | None]
    ) -> list[Probabilities]:
        """One result per text, in order. `targets` are the brands as they stand in the texts, None if they do not."""
        ...


def load_lexicon(folder: Path | None) -> Classifier:
    """The word lists of nlp/lexicons; needs no folder."""
    from nlp.lexicon import LexiconClassifier  # noqa: PLC0415 - a row is paid for when it is chosen

    del folder
    return LexiconClassifier()


def load_onnx(folder: Path | None) -> Classifier:
    """A sequence-classification model in a folder (nlp/onnx.py)."""
    from nlp.onnx import OnnxClassifier  # noqa: PLC0415 - a row is paid for when it is chosen

    if folder is None:
        raise Stop("understanding.folder is missing in vigie.yaml: `sentiment: onnx` needs the folder of the model")
    return OnnxClassifier(folder)


MODELS: Mapping[str, Callable[[Path | None], Classifier]] = {"lexicon": load_lexicon, "onnx": load_onnx}


def load_classifier(name: str, folder: Path | None) -> Classifier:
    """The chosen row, loaded. Stop if there is no such row or it cannot be loaded."""
    if name not in MODELS:
        raise Stop(f"understanding.sentiment: no model {name!r}; choose one of {', '.join(MODELS)}")
    return MODELS[name](folder)
