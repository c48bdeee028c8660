"""What reads a text: one protocol, and the rows to choose from (docs/adr/0009, 0024)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from config.models import CLASSIFIER
from mentions.errors import Stop
from mentions.model import LABELS, CrisisLabel, Label


class Probabilities(NamedTuple):
    """How likely each label is; they sum to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def label(self) -> Label:
        """The likeliest label; neutral wins a tie."""
        return self.decided(0.0)

    def decided(self, abstain: float) -> Label:
        """The likeliest label, or neutral where none is as likely as `abstain`."""
        best = max(self)
        return "neutral" if best < abstain or self.neutral == best else LABELS[self.index(best)]

    def of(self, label: Label) -> float:
        """How likely this label is."""
        return self[LABELS.index(label)]


class Target(NamedTuple):
    """The brand that is judged, as it stands in the text, and the names of other brands in it."""

    name: str
    others: tuple[str, ...] = ()


UNREAD = Probabilities(0.3, 0.4, 0.3)  # of a text that says nothing: neutral with low confidence


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row reads in one text.

    Below `abstain` the likeliest label is not believed: the text counts as neutral, with low confidence. `crisis` has
    all labels, None where the row reads no signals (the rules of nlp/crisis.py answer then); `carried` the sentence
    that weighed most for each likely label; `aspects` and `extras` probabilities by name.
    """

    sentiment: Probabilities
    abstain: float = 0.0
    crisis: Mapping[CrisisLabel, float] | None = None
    carried: Mapping[CrisisLabel, str] = field(default_factory=dict)
    aspects: Mapping[str, float] = field(default_factory=dict)
    extras: Mapping[str, float] = field(default_factory=dict)

    @property
    def unsure(self) -> bool:
        """Whether no label is likely enough."""
        return max(self.sentiment) < self.abstain


Beside = Callable[[str, str, Probabilities, Probabilities], Probabilities]


class Classifier(Protocol):
    """Reads texts toward a target.

    `name` is the row, `version` names the exact weights: it is stored with every label. One that `parts_brands`
    judges the target alone in a text that names several. `beside`, if there is one, is what becomes of the answer for
    a brand when that for the only other brand of the text is known (text, language, own, other).
    """

    name: str
    version: str
    parts_brands: bool
    beside: Beside | None

    def read(self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[Target | None]) -> list[Reading]:
        """One result per text, in order. `targets` are None where the text does not name the brand."""
        ...


def load_shipped(folder: Path | None) -> Classifier:
    """The model in the repository, or one of its kind in another folder."""
    from nlp.shipped import SHIPPED, ShippedModel  # noqa: PLC0415 - a row is paid for when it is chosen

    return ShippedModel(folder or SHIPPED)


def load_lexicon(folder: Path | None) -> Classifier:
    """The word lists of nlp/lexicons; needs no folder."""
    from nlp.lexicon import LexiconClassifier  # noqa: PLC0415 - a row is paid for when it is chosen

    del folder
    return LexiconClassifier()


def load_onnx(folder: Path | None) -> Classifier:
    """A sequence-classification model in a folder (nlp/onnx.py)."""
    from nlp.onnx import OnnxClassifier  # noqa: PLC0415 - a row is paid for when it is chosen

    if folder is None:
        raise Stop("the row `onnx` needs the folder of a model (understanding.folder in vigie.yaml)")
    return OnnxClassifier(folder)


MODELS: Mapping[str, Callable[[Path | None], Classifier]] = {
    "model": load_shipped,
    "lexicon": load_lexicon,
    "onnx": load_onnx,
}


def load_classifier(name: str = CLASSIFIER, folder: Path | None = None) -> Classifier:
    """The chosen row, loaded. Stop if there is no such row or it cannot be loaded."""
    if name not in MODELS:
        raise Stop(f"understanding.sentiment: no model {name!r}; choose one of {', '.join(MODELS)}")
    return MODELS[name](folder)
