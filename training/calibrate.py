"""Stage `calibrate`: honest probabilities for the int8 artefact, and its card.

Sentiment: a temperature a language (Guo et al. 2017) on official development splits, each weighing the same; French
needs more, its sets being few and read often. (A bias for neutral was tried: macro-F1 of reviews rises by one point,
and falls by two where two brands are compared.) The other heads: a scale for all labels of the head and a shift for
each, drawn towards a common one (Platt 1999), fitted on the written lines kept apart and, for signals, on praise of the
development splits, which holds none; texts with a signal weigh as much as those without, so that 0.5 is where both are
as likely among texts that somebody looks at. Problem reports and wishes: every second text of the app reviews'
development split, the gate scores the others. Signals are fitted with the rules joined (nlp/signals.py), as they are
read. Of what the gate scores, only the public development splits are read here, for the temperatures.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from scipy.optimize import minimize
from scipy.special import log_softmax
from tokenizers import Tokenizer

from mentions.model import CRISIS_LABELS, LABELS
from nlp.card import ASPECTS, EXTRAS, digest_of
from nlp.crisis import read
from nlp.prepare import prepare
from nlp.signals import hint
from training.judge import LONGEST, OVERLAP, Score, official, prepared, scorer
from training.mixture import REPORTS, app_reviews, several, written_row
from training.pairs import pairs_part
from training.rows import all_written

EACH = 600  # texts of a development set
FEWEST = 150  # a set of which less is left (the rest stands in training) is no longer like itself
CALM_TEXTS = 1_200
PULL = 2.0  # how strongly a label's shift is drawn to the common one
ABSTAIN = 0.45
NAME, VERSION = "vigie-minilm", "2"


def int8_scorer(folder: Path) -> Score:
    """Scores by `folder/model.onnx`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])

    def run(ids: torch.Tensor, mask: torch.Tensor) -> list[Any]:
        return list(session.run(None, {"input_ids": ids.cpu().numpy(), "attention_mask": mask.cpu().numpy()}))

    return scorer(run, Tokenizer.from_file(str(folder / "tokenizer.json")), together=1)  # as nlp/shipped.py does


def temperature(sets: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """The divisor under which the labels are likeliest: sets of (logits [n, 3], labels [n]), each weighing the same."""

    def unlikely(exponent: np.ndarray) -> float:
        return float(np.mean([_surprise(logits / np.exp(exponent[0]), truth) for logits, truth in sets]))

    return round(float(np.exp(minimize(unlikely, [0.0], method="Nelder-Mead").x[0])), 4)


def _surprise(logits: np.ndarray, truth: np.ndarray) -> float:
    """Mean negative log-likelihood of the labels."""
    return float(-log_softmax(logits, axis=1)[np.arange(len(truth)), truth].mean())


def platt(
    logits: np.ndarray, truth: np.ndarray, *, weights: np.ndarray | None = None, beside: np.ndarray | None = None
) -> dict[str, list[float]]:
    """`scale` and `shift` of each column of [n, labels]; NaN in `truth` is left out; `beside` is added unscaled."""
    labels = logits.shape[1]
    seen = (~np.isnan(truth)) * (1.0 if weights is None else weights[:, None])
    more = np.zeros_like(logits) if beside is None else beside
    held = np.nan_to_num(truth)

    def unlikely(values: np.ndarray) -> float:
        scale, common, shifts = np.exp(values[0]), values[1], values[2:]
        z = scale * logits + common + shifts + more
        each = np.logaddexp(0, z) - held * z
        return float((each * seen).sum() / seen.any(1).sum() + PULL * np.square(shifts).sum() / seen.any(1).sum())

    found = minimize(unlikely, np.zeros(labels + 2), method="L-BFGS-B").x
    return {
        "scale": [round(float(np.exp(found[0])), 4)] * labels,
        "shift": [round(float(found[1] + shift), 4) for shift in found[2:]],
    }


def sentiment_part(score: Score, data: Path) -> dict[str, Any]:
    """Temperatures over the development sets that know neutral: of French, of English, and of both together."""
    sets: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"fr": [], "en": []}
    for _, rows in official(data):
        some = rows[:EACH]
        if len(some) >= FEWEST and {row["label"] for row in some} == set(LABELS):
            truth = np.array([LABELS.index(row["label"]) for row in some])
            sets[some[0]["lang"]].append((score([prepared(row) for row in some]).sentiment, truth))
    return {
        "temperature": temperature([*sets["fr"], *sets["en"]]),
        "languages": {lang: temperature(some) for lang, some in sets.items()},
        "bias": [0.0, 0.0, 0.0],
    }


def other_parts(score: Score, data: Path) -> dict[str, Any]:
    """Scales and shifts of signals, aspects and extras; those of extras, [n, 4], know two on app reviews alone."""
    rows = [written_row(line) for line in all_written() if line.apart]
    calm = [row for _, some in official(data) for row in some[: EACH // 2] if row["label"] == "positive"][:CALM_TEXTS]
    texts = [prepare(row.text, row.target) for row in rows] + [prepared(row) for row in calm]
    found = score(texts)
    quiet = np.zeros((len(calm), len(CRISIS_LABELS)))
    signals = np.concatenate([table([r.signals for r in rows], CRISIS_LABELS), quiet])
    some = np.nan_to_num(signals).any(1)
    weights = np.where(some, 0.5 / some.mean(), 0.5 / (1 - some.mean()))
    ruled = [read(row.text, row.lang) for row in rows] + [read(row["text"], row["lang"]) for row in calm]
    beside = np.array([[hint(found.probabilities[name]) for name in CRISIS_LABELS] for found in ruled])
    asked = [row for lang in ("fr", "en") for row in app_reviews(data, lang)]
    told = table([r.extras for r in rows] + [several(row["label"], EXTRAS, REPORTS) for row in asked], EXTRAS)
    reports = np.concatenate([found.extras[: len(rows)], score([prepared(row) for row in asked]).extras])
    return {
        "crisis": platt(found.crisis, signals, weights=weights, beside=beside),
        "aspects": platt(found.aspects[: len(rows)], table([r.aspects for r in rows], ASPECTS)),
        "extras": platt(reports, told),
    }


def table(rows: Sequence[tuple[float, ...] | None], names: Sequence[str]) -> np.ndarray:
    """[n, labels] with NaN for what is unknown."""
    return np.array([row if row is not None else (np.nan,) * len(names) for row in rows])


def calibrate(data: Path, exported: Path, vocabulary: Path, out: Path) -> dict[str, Any]:
    """Write model, tokenizer and card to `out`; the card."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(exported / "model.onnx", out / "model.onnx")
    small = json.loads((vocabulary / "tokenizer.json").read_text(encoding="utf-8"))
    (out / "tokenizer.json").write_text(json.dumps(small, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    score = int8_scorer(out)
    sentiment = sentiment_part(score, data)
    card = {
        "name": NAME, "version": VERSION, "max_tokens": LONGEST, "overlap": OVERLAP, "target_token": "[T]",
        "sentiment": list(LABELS), "crisis": list(CRISIS_LABELS), "aspects": list(ASPECTS), "extras": list(EXTRAS),
        "calibration": {
            "sentiment": sentiment, **other_parts(score, data), "pairs": pairs_part(score, data, sentiment),
        },
        "abstain": ABSTAIN,
        "digest": digest_of(out),
    }  # fmt: skip
    (out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card
