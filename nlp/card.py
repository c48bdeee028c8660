"""The card of a model folder: what its heads mean, and how logits become probabilities (docs/adr/0024)."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mentions.errors import Stop
from mentions.model import CRISIS_LABELS, LABELS
from nlp.pairs import Pairs

CARD, MODEL, TOKENIZER = "card.json", "model.onnx", "tokenizer.json"
ASPECTS = (
    "price", "quality", "delivery", "support", "refund", "staff", "app", "safety", "hygiene", "billing",
    "availability", "communication",
)  # fmt: skip
EXTRAS = ("complaint", "irony", "problem_report", "feature_request")
HEADS = {"sentiment": LABELS, "crisis": CRISIS_LABELS, "aspects": ASPECTS, "extras": EXTRAS}
FIX = (
    "restore the folder (`git checkout -- nlp/model`, or unpack the release again), or choose the row `lexicon` "
    "(`vigie analyse --model lexicon`, `understanding: {sentiment: lexicon}` in vigie.yaml)"
)
Number = Annotated[float, Field(allow_inf_nan=False)]


class Part(BaseModel):
    """Frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Softened(Part):
    """Probabilities are softmax((logits + bias) / temperature) (Guo et al. 2017).

    `languages` holds the temperatures of languages that have one of their own.
    """

    temperature: Number = Field(gt=0)
    languages: Mapping[str, Annotated[Number, Field(gt=0)]] = {}
    bias: tuple[Number, Number, Number]

    def of(self, logits: NDArray[np.float32], language: str) -> NDArray[np.float64]:
        """Probabilities of logits, [n, 3]."""
        raw = (np.asarray(logits, dtype=np.float64) + self.bias) / self.languages.get(language, self.temperature)
        odds = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)


class Scaled(Part):
    """Probabilities are sigmoid(scale * logit + shift) (Platt 1999), label by label."""

    scale: tuple[Number, ...]
    shift: tuple[Number, ...]

    def of(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of logits, [n, labels]."""
        raw = np.clip(np.asarray(self.scale) * logits + np.asarray(self.shift), -30, 30)
        return np.asarray(1 / (1 + np.exp(-raw)), dtype=np.float64)


class Calibration(Part):
    """One part a head; `pairs` for texts that name two brands."""

    sentiment: Softened
    crisis: Scaled
    aspects: Scaled
    extras: Scaled
    pairs: Pairs | None = None


class Card(Part):
    """`card.json`. `abstain`: below it the likeliest sentiment is not believed; `digest`: see `digest_of`."""

    name: str
    version: str
    max_tokens: int = Field(ge=8)
    overlap: int = Field(ge=0)
    target_token: Literal["[T]"]
    sentiment: tuple[str, ...]
    crisis: tuple[str, ...]
    aspects: tuple[str, ...]
    extras: tuple[str, ...]
    calibration: Calibration
    abstain: float = Field(ge=0, le=1)
    digest: str = Field(pattern=r"^[0-9a-f]{12}$")

    @model_validator(mode="after")
    def _as_we_know_them(self) -> Self:
        for head, names in HEADS.items():
            if getattr(self, head) != names:
                raise ValueError(f"{head}: expected {', '.join(names)}, in this order")
        for head in ("crisis", "aspects", "extras"):
            scaled = getattr(self.calibration, head)
            if not len(scaled.scale) == len(scaled.shift) == len(HEADS[head]):
                raise ValueError(f"calibration.{head}: expected {len(HEADS[head])} scales and as many shifts")
        return self


def digest_of(folder: Path) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of weights and tokenizer, one after the other."""
    digest = hashlib.sha256()
    for name in (MODEL, TOKENIZER):
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def read_card(folder: Path) -> Card:
    """The card of a model folder. Stop, with the fix, if it is missing or not as this module says."""
    try:
        return Card.model_validate(json.loads((folder / CARD).read_text(encoding="utf-8")))
    except OSError as error:
        raise Stop(f"model folder {folder}: {CARD} cannot be read ({error.strerror}): {FIX}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Stop(f"model folder {folder}: {CARD}: {where}: {first['msg']}: {FIX}") from error
    except ValueError as error:
        raise Stop(f"model folder {folder}: {CARD} is not JSON ({error}): {FIX}") from error
