"""The row `lexicon`: weighted words of French and English with the grammar that turns them round.

The word lists are ours (nlp/lexicons). What is summed here is turned into probabilities by a small logistic
model whose seven numbers were fitted on development data (docs/adr/0009).
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp.classify import UNREAD, Beside, Probabilities, Reading, Target
from nlp.phrases import PhraseIndex, read_yaml
from nlp.readable import readable
from nlp.target import toward
from nlp.tone import Cue, Tone, listen
from nlp.words import words

FOLDER = Path(__file__).parent / "lexicons"
WRITTEN = ("fr", "en")
FRENCH_TURNS = ("pas", "aucun", "aucune", "jamais", "sans", "rien", "meme", "toujours", "ne")
TURNING = frozenset((*FRENCH_TURNS, "no", "not", "never", "nothing", "without", "nobody"))
ROLES = ("negator", "behind", "stronger", "weaker", "turn", "undo")


@dataclass(frozen=True, slots=True)
class Softmax:
    """Weights of the last step, per label: bias, praise, blame, and what a question or no cue at all adds."""

    positive: tuple[float, float, float] = (-0.8, 1.15, -0.8)
    negative: tuple[float, float, float] = (-0.55, -0.45, 1.25)
    question: float = 0.8

    def of(self, tone: Tone) -> Probabilities:
        """Probabilities of a tone; neutral is the reference."""
        praise, blame = math.log1p(tone.praise), math.log1p(tone.blame)
        raw = [
            math.exp(self.negative[0] + self.negative[1] * praise + self.negative[2] * blame),
            math.exp(self.question * tone.asking),
            math.exp(self.positive[0] + self.positive[1] * praise + self.positive[2] * blame),
        ]
        total = sum(raw)
        return Probabilities(raw[0] / total, raw[1] / total, raw[2] / total)


def entries(data: Mapping[str, Any]) -> list[tuple[str, Cue]]:
    """Patterns of one file: `weights` maps a number to comma-separated patterns, each role to its own."""
    found = [
        (term.strip(), Cue("word", float(weight), turned=term.split()[0] in TURNING))
        for weight, terms in data.get("weights", {}).items()
        for term in terms.split(",")
        if term.strip()
    ]
    for role in ROLES:
        found += [(term.strip(), Cue(role)) for term in data.get(role, "").split(",") if term.strip()]
    return found


def load(languages: tuple[str, ...]) -> PhraseIndex[Cue]:
    """The index of these languages, with the signs (emoji, emoticons, marks) that all share."""
    return index_of(("signs", *(code for code in languages if code in WRITTEN)))


@cache
def index_of(files: tuple[str, ...]) -> PhraseIndex[Cue]:
    """The entries of these files: cached by file, since lines may claim any language."""
    return PhraseIndex([entry for name in files for entry in entries(read_yaml(FOLDER / f"{name}.yaml"))])


def digest() -> str:
    """Eight hexadecimal digits that change with any word list."""
    content = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.yaml")))
    return hashlib.sha256(content).hexdigest()[:8]


class LexiconClassifier:
    """Judges by word lists; a language without one is judged by signs alone, an unknown one by all lists."""

    name = "lexicon"
    parts_brands = False
    beside: Beside | None = None

    def __init__(self, last_step: Softmax | None = None) -> None:
        """The word lists load at the first text of their language."""
        self.version = f"lexicon-3-{digest()}"
        self._last_step = last_step or Softmax()

    def tone(self, text: str, language: str, target: Target | None) -> Tone:
        """What was heard before it became probabilities."""
        heard = words(text)
        index = load(WRITTEN if language == "und" else (language,))
        return listen(heard, index, toward(heard, words(target.name)) if target else ())

    def read(self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[Target | None]) -> list[Reading]:
        """See `nlp.classify.Classifier`; signals are left to the rules."""
        return [
            Reading(self._judge(self.tone(text, language, target), text, language))
            for text, language, target in zip(texts, languages, targets, strict=True)
        ]

    def _judge(self, tone: Tone, text: str, language: str) -> Probabilities:
        """Hearing nothing in a text that it cannot read says nothing: neutral with low confidence."""
        heard = tone.praise or tone.blame
        return self._last_step.of(tone) if heard or (language != "und" and readable(text)) else UNREAD
