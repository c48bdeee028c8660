"""Vigie beside what its users would otherwise use: same run, same texts.

    python benchmarks/quality/rivals.py --data FOLDER     macro-F1 and good-or-bad accuracy of each, set by set

Rivals: Vigie's own lexicon; VADER (Hutto and Gilbert 2014) and its French port; TextBlob (pattern) and its French
extension; TF-IDF with logistic regression, trained on the very rows the model was tuned on. Those that are not
installed are left out with a word (`pip install vaderSentiment vaderSentiment-fr textblob textblob-fr scikit-learn`).
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from gate import committed, public

from mentions.model import LABELS
from nlp.classify import load_classifier
from nlp.quality import Labelled
from nlp.scores import confusion, macro_f1

Judge = Callable[[Sequence[Labelled]], list[int]]
FOLDERS: dict[str, Path] = {}
BOUND = 0.05  # VADER's own threshold of its compound score; the same for TextBlob's polarity


def side(score: float) -> int:
    """Label of a score from -1 to 1."""
    return 2 if score >= BOUND else 0 if score <= -BOUND else 1


def ours(name: str) -> Judge:
    """A row of nlp.classify.MODELS, through the whole path of `vigie analyse`."""
    from nlp.analyse import analyse_lines

    model = load_classifier(name, FOLDERS.get(name))

    def judge(told: Sequence[Labelled]) -> list[int]:
        found = analyse_lines((line.model_dump_json() for line in told), classifier=model)
        return [LABELS.index(answer["sentiment"]["label"]) for answer in found]

    return judge


def vader() -> Judge:
    """VADER, in the language of the text."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer as English
    from vaderSentiment_fr.vaderSentiment import SentimentIntensityAnalyzer as French

    english, french = English(), French()
    return lambda told: [
        side((french if line.lang == "fr" else english).polarity_scores(line.text)["compound"]) for line in told
    ]


def textblob() -> Judge:
    """TextBlob, in the language of the text."""
    from textblob import TextBlob
    from textblob_fr import PatternAnalyzer, PatternTagger

    def score(line: Labelled) -> float:
        if line.lang == "fr":
            return float(TextBlob(line.text, pos_tagger=PatternTagger(), analyzer=PatternAnalyzer()).sentiment[0])
        return float(TextBlob(line.text).sentiment.polarity)

    return lambda told: [side(score(line)) for line in told]


def linear(data: Path) -> Judge:
    """Words and pairs of words, TF-IDF, logistic regression, trained on the mixture of training/."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from training.mixture import mixture

    rows = [row for row in dict.fromkeys(mixture(data, [], seed=7)) if row.sentiment and row.weight > 0.25]
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode"),
        LogisticRegression(C=4.0, max_iter=200, class_weight="balanced"),
    )
    model.fit([row.text for row in rows], [int(np.argmax(row.sentiment)) for row in rows])
    return lambda told: [int(found) for found in model.predict([line.text for line in told])]


RIVALS: dict[str, tuple[Callable[[Path], Judge], tuple[str, ...]]] = {
    "vigie": (lambda _: ours("model"), ()),
    "lexicon": (lambda _: ours("lexicon"), ()),
    "vader": (lambda _: vader(), ("vaderSentiment", "vaderSentiment_fr")),
    "textblob": (lambda _: textblob(), ("textblob", "textblob_fr")),
    "tf-idf": (linear, ("sklearn",)),
}


def figures(told: Sequence[Labelled], found: Sequence[int]) -> tuple[float, float]:
    """Macro-F1 in percent (over good and bad alone where a set has no neutral), share right among good and bad."""
    truth = np.array([LABELS.index(line.sentiment or "neutral") for line in told])
    guess = np.array(found)
    expected, held = (np.eye(3, dtype=bool)[column] for column in (truth, guess))
    names = sorted(set(truth.tolist()))
    table = confusion(truth, guess, 3)
    right = (table[0, 0] + table[2, 2]) / max(1, table[0].sum() + table[2].sum())
    return 100 * macro_f1(expected[:, names], held[:, names]), 100 * float(right)


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--folder", type=Path, help="a candidate of the shipped model, not yet committed")
    asked = parser.parse_args()
    FOLDERS.update({"model": asked.folder} if asked.folder else {})
    sets = [(name, told) for name, told in [*committed(), *public(asked.data)] if told[0].sentiment]
    columns: dict[str, list[tuple[float, float]]] = {}
    for name, (make, needs) in RIVALS.items():
        missing = [package for package in needs if importlib.util.find_spec(package) is None]
        if missing:
            print(f"{name}: left out, not installed: {', '.join(missing)}", file=sys.stderr)
            continue
        started = time.perf_counter()
        judge = make(asked.data)
        columns[name] = [figures(told, judge(told)) for _, told in sets]
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    print(f"{'macro-F1 / good or bad':28} {'n':>5} " + " ".join(f"{name:>13}" for name in columns))
    for row, (name, told) in enumerate(sets):
        cells = " ".join(f"{scores[row][0]:6.1f} {scores[row][1]:6.1f}" for scores in columns.values())
        print(f"{name:28} {len(told):5} {cells}")
    means = " ".join(
        f"{np.mean([s[0] for s in scores]):6.1f} {np.mean([s[1] for s in scores]):6.1f}" for scores in columns.values()
    )
    print(f"{'mean':28} {'':5} {means}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
