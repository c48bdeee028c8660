"""The sentence that carried a crisis label: the one whose tokens the label looked at most."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentions.model import CrisisLabel
from nlp.classify import Target
from nlp.prepare import TARGET, prepare
from nlp.words import sentences

JOINED = 8  # sentences at most that one name reaches into
SURE = 12  # characters by which a lost place is found again


class Looks(NamedTuple):
    """How much one label looked at each token, and the characters of the prepared text that the tokens are."""

    shares: NDArray[np.float32]
    offsets: Sequence[tuple[int, int]]


class Sentence(NamedTuple):
    """A sentence as it stands in the text, and where what it became ends in the prepared text."""

    text: str
    end: int


def as_read(text: str, target: Target | None) -> str:
    """The text prepared, with its brands marked."""
    return prepare(text, target.name, target.others) if target else prepare(text, None)


def carried(text: str, target: Target | None, looked: Mapping[CrisisLabel, Looks]) -> dict[CrisisLabel, str]:
    """The sentence, as it stands in `text`, behind each label. Offsets count in the prepared text."""
    laid = lay(text, target) if looked else []
    if not laid:
        return {}
    ends = [sentence.end for sentence in laid]
    found: dict[CrisisLabel, str] = {}
    for label, looks in looked.items():
        weights = np.zeros(len(laid))
        for share, (start, end) in zip(looks.shares, looks.offsets, strict=True):
            if end > start:
                weights[min(bisect_right(ends, start), len(laid) - 1)] += share
        found[label] = laid[int(weights.argmax())].text.strip()
    return found


def lay(text: str, target: Target | None) -> list[Sentence]:
    """The sentences of a text beside its prepared line.

    A sentence prepared alone stands in the line, unless a name reaches over its end ("Yahoo! Mail", a name broken by a
    line end): then it is one sentence with what follows. What is not found so (a word without end, cut by length) ends
    where the next that is found begins.
    """
    line, spans = as_read(text, target), sentences(text)
    marked = target if TARGET in line else None
    laid: list[Sentence] = []
    number = at = lost = 0
    while number < len(spans):
        start = spans[number].start
        alone = part(text[start : spans[number].end], marked)
        read, place, after = alone, stands(line, alone, at, lost), number + 1
        while place < 0 and after < min(number + JOINED, len(spans)):
            after += 1
            read = part(text[start : spans[after - 1].end], marked)
            place = stands(line, read, at, lost)
        if place < 0:
            lost += 2 * len(alone) + SURE  # a marker may be longer than what it stands for
            laid.append(Sentence(text[start : spans[number].end], at))
            number += 1
            continue
        if laid and lost:
            laid[-1] = laid[-1]._replace(end=place)
        at, lost, number = place + len(read), 0, after
        at += line[at : at + 1] == " "
        laid.append(Sentence(text[start : spans[after - 1].end], at))
    return laid


def part(text: str, target: Target | None) -> str:
    """A part of a text prepared as in a whole that names the target: where that stands, other brands are marked too."""
    if target is None:
        return prepare(text, None)
    return as_read(f"{target.name} | {text}", target).removeprefix(f"{TARGET} |").strip()


def stands(line: str, read: str, at: int, lost: int) -> int:
    """Where the line goes on with what was read: at `at`, or up to `lost` characters later; -1 if it does not."""
    return -1 if lost and len(read) < SURE else line.find(read, at, at + lost + len(read))
