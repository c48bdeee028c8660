"""The sentence that carried a crisis label: the one whose tokens the label looked at most."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentions.model import CrisisLabel
from nlp.classify import Target
from nlp.prepare import prepare
from nlp.words import sentences


class Looks(NamedTuple):
    """How much one label looked at each token, and the characters of the prepared text that the tokens are."""

    shares: NDArray[np.float32]
    offsets: Sequence[tuple[int, int]]


def as_read(text: str, target: Target | None) -> str:
    """The text prepared, with its brands marked."""
    return prepare(text, target.name, target.others) if target else prepare(text, None)


def carried(text: str, target: Target | None, looked: Mapping[CrisisLabel, Looks]) -> dict[CrisisLabel, str]:
    """The sentence, as it stands in `text`, behind each label.

    Offsets count in the prepared text, whose sentences are those of `text` prepared one by one: a repair across
    the end of a sentence may move the border by a few characters, never the verdict of a whole sentence.
    """
    if not looked:
        return {}
    spans = [text[span.start : span.end] for span in sentences(text)]
    if not spans:
        return {}
    ends = list(accumulate(len(as_read(span, target)) + 1 for span in spans))
    found: dict[CrisisLabel, str] = {}
    for label, looks in looked.items():
        weights = np.zeros(len(spans))
        for share, (start, end) in zip(looks.shares, looks.offsets, strict=True):
            if end > start:
                weights[min(bisect_right(ends, start), len(spans) - 1)] += share
        found[label] = spans[int(weights.argmax())].strip()
    return found
