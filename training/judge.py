"""Figures of a reader on development data, for people who train; the gate of the release is benchmarks/quality."""

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from sklearn.metrics import f1_score, roc_auc_score
from tokenizers import Tokenizer

from mentions.model import CRISIS_LABELS, LABELS
from nlp.prepare import prepare
from training.encoder import DEVICE, encode, padded
from training.mixture import APART, CARRIER, SOURCES, training_split
from training.model import Reader
from training.rows import read_dataset

QUALITY = Path(__file__).parents[1] / "benchmarks" / "quality" / "data"
LONGEST, OVERLAP = 128, 32
DEV = (
    "sentiment/umsab_fr", "sentiment/umsab_en", "sentiment/tweeteval_sentiment_dev", "sentiment/allocine_tv_fr",
    "sentiment/restaurant_fr", "sentiment/appreview_fr", "sentiment/appreview_en", "sentiment/laptop_en",
    "sentiment/hotel_en", "sentiment/sst2_en", "target_sentiment/newsmtsc_en",
)  # fmt: skip
NO_WORDS = re.compile(r"https?\S+|@\w+|\W+")
Array = np.ndarray[Any, np.dtype[np.float64]]


class Scores(NamedTuple):
    """Logits of texts: [n, 3], [n, 11], [n, 12], [n, 4]; means of windows for sentiment, maxima for the rest."""

    sentiment: Array
    crisis: Array
    aspects: Array
    extras: Array


Score = Callable[[Sequence[str]], Scores]


def windows(ids: list[int]) -> Iterator[list[int]]:
    """Overlapping windows of at most LONGEST tokens."""
    inner = LONGEST - 2
    if len(ids) <= LONGEST:
        yield ids
        return
    body = ids[1:-1]
    for start in range(0, max(1, len(body) - OVERLAP), inner - OVERLAP):
        yield [ids[0], *body[start : start + inner], ids[-1]]


def scorer(model: Any, tokenizer: Tokenizer, *, together: int = 64) -> Score:
    """Scores by a reader: anything that takes (ids, mask) of so many windows and gives the logits in their order."""

    def score(texts: Sequence[str]) -> Scores:
        rows = encode(tokenizer, texts, 100_000)
        pieces = [(owner, piece) for owner, row in enumerate(rows) for piece in windows(row)]
        pieces.sort(key=lambda found: len(found[1]))
        sums = [np.zeros((len(texts), 3)), *(np.full((len(texts), width), -50.0) for width in (11, 12, 4))]
        total = np.zeros(len(texts))
        for start in range(0, len(pieces), together):
            group = pieces[start : start + together]
            with torch.no_grad(), torch.autocast(DEVICE.type, torch.bfloat16):
                found = [
                    np.asarray(torch.as_tensor(part).float().cpu())
                    for part in model(*padded([p for _, p in group]))[:4]
                ]
            for number, (owner, piece) in enumerate(group):
                sums[0][owner] += found[0][number] * len(piece)
                total[owner] += len(piece)
                for place in (1, 2, 3):
                    sums[place][owner] = np.maximum(sums[place][owner], found[place][number])
        return Scores(sums[0] / total[:, None], *sums[1:])

    return score


def load(folder: Path, vocabulary: Path) -> tuple[Reader, Tokenizer]:
    """The reader that a stage left."""
    from training.encoder import empty_body

    tokenizer = Tokenizer.from_file(str(vocabulary / "tokenizer.json"))
    model = Reader(empty_body(tokenizer.get_vocab_size()), tokenizer.token_to_id("[T]"))
    model.load_state_dict(torch.load(folder / "reader.pt"))
    return model.eval().to(DEVICE), tokenizer


def official(data: Path) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Named development splits of sources that are trained on, less what another source gives to training."""
    seen = {spoken(row["text"]) for source in SOURCES for row in training_split(data, source.name)}
    for name in DEV:
        rows = (row for row in read_dataset(data, name) if row["split"] == "dev")
        yield name.split("/")[1], [row for row in rows if spoken(row["text"]) not in seen]


def spoken(text: str) -> str:
    """A text as it is compared with others: without addresses, handles, signs and capitals."""
    return " ".join(NO_WORDS.sub(" ", text.lower()).split())


def dev_rows(data: Path) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Named development sets of sentiment, those that are left out of training as a whole too."""
    yield from official(data)
    for name in APART:
        yield name.split("/")[1], list(read_dataset(data, name))[:1500]
    southwest = [row for row in read_dataset(data, "sentiment/airline_en") if row.get("target") == CARRIER]
    yield "airline_left_out", southwest[:1500]
    for lang in ("fr", "en"):
        path = QUALITY / f"dev_brand_{lang}.jsonl"
        if path.exists():
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            yield f"dev_brand_{lang}", [{**line, "label": line["sentiment"], "target": line["brand"]} for line in lines]


def prepared(row: Mapping[str, Any]) -> str:
    """The text as it is read, its target marked where it stands in the text."""
    return prepare(row["text"], row.get("target"))


def judge_sentiment(score: Score, data: Path) -> dict[str, Any]:
    """Macro-F1, or accuracy between good and bad where a set knows only these; and accuracy between them (pn)."""
    figures: dict[str, Any] = {}
    for name, rows in dev_rows(data):
        logits = score([prepared(row) for row in rows]).sentiment
        truth = np.array([LABELS.index(row["label"]) for row in rows])
        polar = truth != 1
        pn = float((np.where(logits[polar, 2] > logits[polar, 0], 2, 0) == truth[polar]).mean())
        if set(truth) == {0, 2}:
            figures[name] = {"n": len(rows), "pn": round(100 * pn, 1)}
        else:
            guess = logits.argmax(1)
            figures[name] = {
                "n": len(rows), "f1": round(100 * f1_score(truth, guess, average="macro"), 1), "pn": round(100 * pn, 1),
                "each": [round(100 * f) for f in f1_score(truth, guess, average=None, labels=[0, 1, 2])],
            }  # fmt: skip
    return figures


def judge_crisis(score: Score, threshold: float = 0.5) -> dict[str, Any]:
    """Macro-F1 over labels, any-crisis F1 and false alarms on texts without a label, per language."""
    path = QUALITY / "dev_crisis.jsonl"
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    figures: dict[str, Any] = {}
    for lang in ("fr", "en"):
        rows = [line for line in lines if line["lang"] == lang]
        found = score([prepare(row["text"], row.get("brand")) for row in rows])
        odds = 1 / (1 + np.exp(-found.crisis))
        truth = np.array([[name in row["crisis"] for name in CRISIS_LABELS] for row in rows])
        held = odds >= threshold
        grave = np.array([row["severity"] for row in rows])
        clear = (grave == 0) | (grave >= 2)  # noqa: PLR2004
        risk = 1 - np.prod(1 - 0.8 * odds, axis=1)
        figures[lang] = {
            "macro": round(100 * f1_score(truth, held, average="macro", zero_division=0), 1),
            "micro": round(100 * f1_score(truth, held, average="micro", zero_division=0), 1),
            "any": round(100 * f1_score(truth.any(1), held.any(1)), 1),
            "false": round(100 * float(held[~truth.any(1)].any(1).mean()), 1),
            "auc": round(float(roc_auc_score(grave[clear] >= 2, risk[clear])), 3),  # noqa: PLR2004
            "each": [round(100 * f) for f in f1_score(truth, held, average=None, zero_division=0)],
        }
    return figures


def judge_targets(score: Score) -> dict[str, Any]:
    """Share of texts where both brands are right, per language; `known` when the other brand is marked too."""
    path = QUALITY / "target_pairs.jsonl"
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    right = {}
    for lang, known in itertools.product(("fr", "en"), (False, True)):
        guesses = {
            side: score([prepare(line["text"], line[side], [line[other]] if known else ()) for line in lines])
            .sentiment.argmax(1) for side, other in (("a", "b"), ("b", "a"))
        }  # fmt: skip
        good = [
            all(LABELS[guesses[side][row]] == line[f"{side}_sentiment"] for side in ("a", "b"))
            for row, line in enumerate(lines) if line["lang"] == lang
        ]  # fmt: skip
        right[f"{lang} known" if known else lang] = round(100 * sum(good) / len(good), 1)
    return right


def judge(score: Score, data: Path) -> dict[str, Any]:
    """All of it."""
    return {"sentiment": judge_sentiment(score, data), "crisis": judge_crisis(score), "targets": judge_targets(score)}
