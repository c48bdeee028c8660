"""The row `model`: the bilingual transformer in nlp/model, read once for all that it knows (docs/adr/0024).

A text longer than a window is read whole, in overlapping windows. Sentiment is the mean of their probabilities, each
weighing as many tokens as it holds, twice as many where it names the target and others do not. Crisis signals,
aspects and extras are the highest of any window: one sentence is enough. A text that the model cannot read (no words,
another script, a language of which it knows no words) is neutral with low confidence, and without signals.
"""

import hashlib
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mentions.errors import Stop
from mentions.model import CRISIS_LABELS, CrisisLabel
from nlp.card import ASPECTS, CARD, EXTRAS, FIX, MODEL, TOKENIZER, Card, digest_of, read_card
from nlp.carried import Looks, as_read, carried
from nlp.classify import UNREAD, Beside, Probabilities, Reading, Target
from nlp.crisis import BASE
from nlp.readable import TRAINED, foreign, readable
from nlp.windows import Window, feed, load_session, load_tokenizer, windows

SHIPPED = Path(__file__).parent / "model"
OUTPUTS = ("sentiment", "crisis", "aspects", "extras", "carried")
NAMING = 2.0  # weight of a window that names the target
LOOKED = 0.1  # below this no hit of the rules makes a label likely (nlp/signals.py)
Floats = NDArray[np.float64]


def check(folder: Path, card: Card) -> None:
    """Stop if a file is missing, or if the weights are not those of the card (cut short, or of another version)."""
    missing = [name for name in (MODEL, TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise Stop(f"model folder {folder}: missing {', '.join(missing)}: {FIX}")
    if digest_of(folder) != card.digest:
        raise Stop(
            f"model folder {folder}: {MODEL} or {TOKENIZER} is damaged or of another version "
            f"(their digest is not the card's): {FIX}"
        )


class Sums:
    """What the windows of `count` texts add up to."""

    def __init__(self, count: int) -> None:
        """Nothing seen yet."""
        self.sentiment = np.zeros((count, 2, 3))  # [text, windows without and with the target, label]
        self.tokens = np.zeros((count, 2))
        self.highest = tuple(np.zeros((count, len(names))) for names in (CRISIS_LABELS, ASPECTS, EXTRAS))
        self.looks: list[dict[CrisisLabel, Looks]] = [{} for _ in range(count)]

    def take(self, window: Window, row: Sequence[Floats], looks: NDArray[np.float32], *, naming: bool) -> None:
        """Add one window: its probabilities by head, and the attention of each crisis label, [11, s]."""
        owner, size = window.owner, len(window.ids)
        self.sentiment[owner, int(naming)] += row[0] * size
        self.tokens[owner, int(naming)] += size
        for label in np.flatnonzero((row[1] >= LOOKED) & (row[1] > self.highest[0][owner])):
            self.looks[owner][CRISIS_LABELS[label]] = Looks(looks[label, :size].copy(), window.offsets)
        for highest, found in zip(self.highest, row[1:], strict=True):
            np.maximum(highest[owner], found, out=highest[owner])

    def mood(self, owner: int) -> Probabilities:
        """The mean of the windows."""
        weights = np.array([1.0, NAMING])
        total = (self.sentiment[owner] * weights[:, None]).sum(axis=0) / (self.tokens[owner] * weights).sum()
        return Probabilities(*map(float, total))


class ShippedModel:
    """The model of a folder. Loads once; `read` may be called from one thread at a time.

    Stop, with the fix, if a file is missing or is not the one that the card names.
    """

    name = "model"
    parts_brands = True

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Load the weights, which takes about half a second."""
        self._card = read_card(folder)
        check(folder, self._card)
        told = hashlib.sha256((folder / CARD).read_bytes()).hexdigest()[:12]  # of the calibration too
        pairs = self._card.calibration.pairs
        self.beside: Beside | None = pairs.beside if pairs else None
        self.version = f"{self._card.name}-{self._card.version}-{told}"
        try:
            self._tokenizer = load_tokenizer(folder / TOKENIZER, self._card.max_tokens, self._card.overlap)
            self._session = load_session(folder / MODEL)
        except Stop as error:
            raise Stop(f"{error}: {FIX}") from error
        self._target = self._tokenizer.token_to_id(self._card.target_token)
        if self._target is None:
            raise Stop(f"model folder {folder}: {TOKENIZER} has no token {self._card.target_token}: {FIX}")
        self._pad = self._tokenizer.token_to_id("[PAD]") or 0
        if missing := {*OUTPUTS} - {node.name for node in self._session.get_outputs()}:
            raise Stop(f"model folder {folder}: {MODEL} has no output {', '.join(sorted(missing))}")

    def read(self, texts: Sequence[str], languages: Sequence[str], targets: Sequence[Target | None]) -> list[Reading]:
        """See `nlp.classify.Classifier`."""
        lines = [as_read(text, target) for text, target in zip(texts, targets, strict=True)]
        good = [number for number, text in enumerate(texts) if readable(text)]
        pieces = windows(self._tokenizer, [lines[number] for number in good])
        alien = {
            owner
            for owner, parts in groupby(pieces, key=lambda piece: piece.owner)
            if languages[good[owner]] not in TRAINED and foreign(self._tokenizer, [part.ids for part in parts])
        }
        sums = Sums(len(good))
        for piece in pieces:
            if piece.ids and piece.owner not in alien:
                self._run(piece, languages[good[piece.owner]], sums)
        known = {number: owner for owner, number in enumerate(good) if owner not in alien}
        return [
            self._reading(sums, known[number], texts[number], targets[number]) if number in known else self._unread()
            for number in range(len(texts))
        ]

    def _run(self, window: Window, language: str, sums: Sums) -> None:
        """Read one window, alone: int8 scales come from all that is read together, and neighbours would be heard."""
        given = feed([window], self._pad)
        del given["token_type_ids"]
        *logits, looks = self._session.run(OUTPUTS, given)
        heads = self._card.calibration
        found = [
            heads.sentiment.of(logits[0], language),
            *(
                head.of(part)
                for head, part in zip((heads.crisis, heads.aspects, heads.extras), logits[1:], strict=True)
            ),
        ]
        sums.take(window, [part[0] for part in found], looks[0], naming=self._target in window.ids)

    def _reading(self, sums: Sums, owner: int, text: str, target: Target | None) -> Reading:
        crisis, aspects, extras = (highest[owner].tolist() for highest in sums.highest)
        return Reading(
            sentiment=sums.mood(owner),
            abstain=self._card.abstain,
            crisis=dict(zip(CRISIS_LABELS, crisis, strict=True)),
            carried=carried(text, target, sums.looks[owner]),
            aspects=dict(zip(ASPECTS, aspects, strict=True)),
            extras=dict(zip(EXTRAS, extras, strict=True)),
        )

    def _unread(self) -> Reading:
        return Reading(sentiment=UNREAD, abstain=self._card.abstain, crisis=dict.fromkeys(CRISIS_LABELS, BASE))
