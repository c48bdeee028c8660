"""Stage `label`: labels that nobody wrote. Two kinds of rows, kept in `labelled.jsonl`.

Projected (Yarowsky et al. 2001): the tuned reader judges the English side of a parallel pair, and its probabilities
become the label of the French side. Weak: the written rules of nlp/crisis.py read headlines, news and tweets; what
they find surely is a signal, and where they and the reader both find nothing there is none.
"""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mentions.model import CRISIS_LABELS
from nlp.crisis import read
from nlp.prepare import prepare
from training.corpus import pairs
from training.judge import Score
from training.mixture import UNKNOWN, Row
from training.rows import read_dataset

NEUTRAL, POLAR = 14_000, 10_000  # French rows with each of three labels: 14,000 neutral, at most 10,000 of the others
SHORT = 30  # characters: of shorter sentences only sure judgements are taken
SURE, SIGNAL, SILENT = 0.75, 0.8, 0.2
WEIGHT, WEAK = 0.5, 0.3
OPEN = ("text/headlines_en", "target_sentiment/newsmtsc_en", "sentiment/semeval_twitter_en", "sentiment/sxsw_brands_en")
SILENT_SHARE = 0.12


def softmax(logits: np.ndarray) -> np.ndarray:
    """Rows of probabilities."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def projected(score: Score, data: Path, seed: int) -> Iterator[Row]:
    """French sides with the probabilities of their English side; the sure ones, the labels in like numbers."""
    train, _ = pairs(data)
    train = [pair for pair in train if len(pair.en) >= SHORT]
    random.Random(seed).shuffle(train)
    odds = softmax(score([prepare(pair.en, None) for pair in train]).sentiment)
    left = [POLAR, NEUTRAL, POLAR]
    for pair, found in sorted(zip(train, odds, strict=True), key=lambda both: -len(both[0].en)):
        label = int(found.argmax())
        if found[label] >= SURE and left[label]:
            left[label] -= 1
            yield Row(pair.fr, "fr", "projected", sentiment=tuple(map(float, found)), weight=WEIGHT)


def weak(score: Score, texts: Sequence[tuple[str, str]], seed: int, source: str) -> Iterator[Row]:
    """Signals that the rules are sure of, and some rows where neither rules nor reader find any."""
    picked = random.Random(seed)
    found = [(text, lang, read(text, lang)) for text, lang in texts]
    kept = [
        (t, lang, r)
        for t, lang, r in found
        if r.score >= SIGNAL or (r.score < SILENT and picked.random() < SILENT_SHARE)
    ]
    odds = 1 / (1 + np.exp(-score([prepare(text, None) for text, _, _ in kept]).crisis))
    for (text, lang, reading), row in zip(kept, odds, strict=True):
        if reading.score >= SIGNAL:
            signals = tuple(
                1.0 if p >= SIGNAL else 0.0 if p < SILENT and q < SURE else UNKNOWN
                for p, q in zip((reading.probabilities[name] for name in CRISIS_LABELS), row, strict=True)
            )
        elif row.max() < SILENT:
            signals = (0.0,) * len(CRISIS_LABELS)
        else:
            continue
        yield Row(text, lang, source, signals=signals, signals_weight=WEAK)


def label(score: Score, data: Path, out: Path, *, seed: int = 7) -> dict[str, int]:
    """Write `out/labelled.jsonl`; how many rows of each kind."""
    rows = list(projected(score, data, seed))
    for name in OPEN:
        rows += weak(
            score,
            [(row["text"], "en") for row in read_dataset(data, name) if row["split"] == "train"],
            seed,
            f"weak/{name}",
        )
    french = [(pair.fr, "fr") for pair in pairs(data)[0] if len(pair.fr) > 4 * SHORT]
    rows += weak(score, french, seed, "weak/parallel")
    out.mkdir(parents=True, exist_ok=True)
    with (out / "labelled.jsonl").open("w", encoding="utf-8") as lines:
        for row in rows:
            kept = {"text": row.text, "lang": row.lang, "source": row.source, "sentiment": row.sentiment,
                    "weight": row.weight, "signals": row.signals, "signals_weight": row.signals_weight}  # fmt: skip
            lines.write(json.dumps(kept, ensure_ascii=False) + "\n")
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.source] = counts.get(row.source, 0) + 1
    return counts


def labelled(out: Path) -> list[Row]:
    """The rows of `labelled.jsonl`; none before the stage."""
    path = out / "labelled.jsonl"
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Row(**{**row, **{key: tuple(row[key]) if row[key] else None for key in ("sentiment", "signals")}})
        for row in found
    ]
