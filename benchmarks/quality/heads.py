"""The heads beside sentiment and signals, on public development splits: aspects, irony, problem reports, wishes.

Of aspects only those are judged that a set can tell (training/mixture.py maps its categories to ours); a text that
the training split of another set of the same head holds is not scored, nor the half of the app reviews that
training/calibrate.py reads.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from nlp.quality import Labelled
from nlp.scores import Bools, Figure, interval, micro_f1, ranking
from training.mixture import CATEGORIES, REPORTS, app_reviews
from training.rows import read_dataset

LIKELY = 0.5
ASPECT_SETS = ("restaurant_fr", "restaurant_en", "acos_rest16_en", "mams_acsa_en", "acos_laptop_en")
EXTRA_SETS = {
    "toxicity/tweeteval_irony": ("irony",),
    "appreview/minibar_fr": REPORTS,
    "appreview/minibar_en": REPORTS,
}


NAMES = tuple(f"{Path(name).name} (dev)" for name in (*(f"aspects {name}" for name in ASPECT_SETS), *EXTRA_SETS))


@dataclass(frozen=True, slots=True)
class HeadSet:
    """Texts with what is true of them, [texts, names]; `names` are of `vigie analyse`'s `aspects` or `extras`."""

    name: str
    head: str
    names: tuple[str, ...]
    told: tuple[Labelled, ...]
    truth: Bools

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of texts and truth."""
        texts = "\n".join(line.text for line in self.told)
        return hashlib.sha256(texts.encode() + self.truth.tobytes()).hexdigest()[:12]

    def figures(self, answers: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
        """Micro-F1 of the aspects; F1 and area under the ROC curve of each name of `extras`, in percent."""
        if self.head == "aspects":
            held = np.array([[name in answer["aspects"] for name in self.names] for answer in answers])
            return {"aspects, F1": interval(lambda rows: 100 * micro_f1(self.truth[rows], held[rows]), len(held))}
        figures = {}
        for name, truth in zip(self.names, self.truth.T, strict=True):
            odds = np.array([answer["extras"].get(name, 0.0) for answer in answers])
            figures[f"{name}, F1"] = interval(
                lambda rows, t=truth, p=odds: 100 * micro_f1(t[rows], p[rows] >= LIKELY), len(odds)
            )
            figures[f"{name}, area under ROC"] = interval(
                lambda rows, t=truth, p=odds: 100 * ranking(p[rows], t[rows]), len(odds)
            )
        return figures


def head_sets(folder: Path, most: int) -> Iterator[HeadSet]:
    """Every set, its first `most` texts of the development split."""
    files = {name: list(read_dataset(folder, f"aspect/{name}")) for name in ASPECT_SETS}
    seen = {row["text"] for rows in files.values() for row in rows if row["split"] == "train"}
    for name, rows in files.items():
        parts = [{part for found in row["label"] for part in (found.get("category") or "").split("#")} for row in rows]
        held = [tuple(bool(part & set(words)) for words in CATEGORIES.values()) for part in parts]
        yield dev(f"aspects {name} (dev)", "aspects", tuple(CATEGORIES), rows, held, seen, most)
    for file, names in EXTRA_SETS.items():
        rows = list(read_dataset(folder, file))
        held = [tuple(name in np.atleast_1d(row["label"]) for name in names) for row in rows]
        seen = {row["text"] for row in rows if row["split"] == "train"}
        if names == REPORTS:
            seen |= {row["text"] for row in app_reviews(folder, file[-2:])}
        yield dev(f"{file.partition('/')[2]} (dev)", "extras", names, rows, held, seen, most)


def dev(
    name: str, head: str, names: tuple[str, ...], rows: Sequence[Mapping[str, Any]],
    held: Sequence[tuple[bool, ...]], seen: set[str], most: int,
) -> HeadSet:  # fmt: skip
    """The development split of `rows`, less what was `seen`."""
    kept = [n for n, row in enumerate(rows) if row["split"] == "dev" and row["text"] not in seen]
    kept = list(islice(kept, most))
    told = tuple(Labelled(id=n, text=rows[n]["text"], lang=rows[n]["lang"]) for n in kept)
    return HeadSet(name, head, names, told, np.array([held[n] for n in kept], dtype=bool))
