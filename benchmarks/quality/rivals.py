"""Vigie beside what its users would otherwise use: same run, same texts.

    pip install -e ".[rivals]"
    python benchmarks/quality/rivals.py --data FOLDER      macro-F1 and good-or-bad accuracy of each, set by set
    python benchmarks/quality/rivals.py --data FOLDER --most 60 --train 5000     the same in small
    python benchmarks/quality/rivals.py --only vigie,vader                       without FOLDER: the committed sets

Rivals: Vigie's own lexicon; VADER (Hutto and Gilbert 2014) and its French port; TextBlob (pattern) and its French
extension; TF-IDF with logistic regression, trained on the rows of the first tuning of the model (training/mixture.py),
each as often and as much trusted as there. What cannot be run is left out with a word.
"""

import argparse
import importlib.util
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from gate import committed, public

from mentions.errors import Stop
from mentions.model import LABELS
from nlp.classify import load_classifier
from nlp.quality import Labelled
from nlp.scores import macro_f1

Verdict = tuple[int, float]  # place in LABELS; below 0 rather bad, above rather good, 0 undecided
Judge = Callable[[Sequence[Labelled]], list[Verdict]]
BOUND = 0.05  # VADER's own threshold of its compound score; the same for TextBlob's polarity
SEED = 7


def side(score: float) -> Verdict:
    """Of a score from -1 to 1."""
    return 2 if score >= BOUND else 0 if score <= -BOUND else 1, score


def ours(name: str, folder: Path | None) -> Judge:
    """A row of nlp.classify.MODELS, through the whole path of `vigie analyse`."""
    from nlp.analyse import analyse_lines

    model = load_classifier(name, folder)

    def judge(told: Sequence[Labelled]) -> list[Verdict]:
        lines = (line.model_dump_json(exclude={"sentiment", "crisis", "severity"}) for line in told)
        moods = [answer["sentiment"] for answer in analyse_lines(lines, classifier=model)]
        return [
            (LABELS.index(mood["label"]), mood["probabilities"]["positive"] - mood["probabilities"]["negative"])
            for mood in moods
        ]

    return judge


def vader() -> Judge:
    """VADER, in the language of the text."""
    with warnings.catch_warnings(action="ignore"):  # the port's fuzzywuzzy wants a faster library
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


def linear(data: Path | None, most: int | None) -> Judge:
    """Words and pairs of words, TF-IDF, logistic regression; learns `most` different rows, all without it."""
    if data is None:
        raise Stop("it learns from the datasets: give --data")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from training.mixture import mixture

    times = Counter(
        (row.text, int(np.argmax(row.sentiment)), row.weight) for row in mixture(data, [], seed=SEED) if row.sentiment
    )
    rows = list(times) if most is None else random.Random(SEED).sample(list(times), min(most, len(times)))
    texts, labels, _ = zip(*rows, strict=True)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode"),
        LogisticRegression(C=4.0, max_iter=200, class_weight="balanced"),
    )
    model.fit(texts, labels, logisticregression__sample_weight=[times[row] * row[2] for row in rows])

    def judge(told: Sequence[Labelled]) -> list[Verdict]:
        odds = model.predict_proba([line.text for line in told])
        return [(int(row.argmax()), float(row[2] - row[0])) for row in odds]

    return judge


RIVALS: Mapping[str, tuple[Callable[[argparse.Namespace], Judge], tuple[str, ...]]] = {
    "vigie": (lambda asked: ours("model", asked.folder), ()),
    "lexicon": (lambda _: ours("lexicon", None), ()),
    "vader": (lambda _: vader(), ("vaderSentiment", "vaderSentiment_fr")),
    "textblob": (lambda _: textblob(), ("textblob", "textblob_fr")),
    "tf-idf": (lambda asked: linear(asked.data, asked.train), ("sklearn",)),
}


def figures(told: Sequence[Labelled], found: Sequence[Verdict]) -> tuple[float, float]:
    """Macro-F1 over the labels of the set, and share on the right side among good and bad; undecided counts half."""
    truth = np.array([LABELS.index(line.sentiment or "neutral") for line in told])
    labels, leans = np.array([label for label, _ in found]), np.array([lean for _, lean in found])
    expected, held = (np.eye(3, dtype=bool)[column] for column in (truth, labels))
    names = sorted(set(truth.tolist()))
    polar = truth != 1
    right = (1 + np.sign(leans[polar]) * (truth[polar] - 1)) / 2
    return 100 * macro_f1(expected[:, names], held[:, names]), 100 * float(right.mean()) if polar.any() else np.nan


def fewer(told: Sequence[Labelled], most: int | None) -> list[Labelled]:
    """Those with a sentiment, `most` of them at even distances."""
    some = [line for line in told if line.sentiment]
    return some if most is None else some[:: -(-len(some) // most) or 1]


def scores(
    sets: Sequence[tuple[str, Sequence[Labelled]]], asked: argparse.Namespace
) -> dict[str, list[tuple[float, float]]]:
    """By rival that can be run, its figures set by set."""
    columns: dict[str, list[tuple[float, float]]] = {}
    for name in asked.only:
        make, needs = RIVALS[name]
        if missing := [package for package in needs if importlib.util.find_spec(package) is None]:
            print(f"{name}: left out, not installed: {', '.join(missing)} (extra `rivals`)", file=sys.stderr)
            continue
        started = time.perf_counter()
        try:
            judge = make(asked)
        except Stop as error:
            print(f"{name}: left out: {error}", file=sys.stderr)
            continue
        columns[name] = [figures(told, judge(told)) for _, told in sets]
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return columns


def show(sets: Sequence[tuple[str, Sequence[Labelled]]], columns: Mapping[str, list[tuple[float, float]]]) -> None:
    """Print the table."""
    print(f"{'macro-F1 / good or bad':28} {'n':>5} " + " ".join(f"{name:>13}" for name in columns))
    for row, (name, told) in enumerate(sets):
        cells = " ".join(f"{column[row][0]:6.1f} {column[row][1]:6.1f}" for column in columns.values())
        print(f"{name:28} {len(told):5} {cells}")
    means = " ".join(f"{one:6.1f} {other:6.1f}" for one, other in (np.nanmean(c, axis=0) for c in columns.values()))
    print(f"{'mean':28} {'':5} {means}")


def rivals_named(text: str) -> list[str]:
    """Names of RIVALS, joined by commas."""
    names = text.split(",")
    if unknown := [name for name in names if name not in RIVALS]:
        raise argparse.ArgumentTypeError(f"no rival {unknown[0]!r}; choose from {', '.join(RIVALS)}")
    return names


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the public datasets")
    parser.add_argument("--folder", type=Path, help="a candidate of the shipped model, not yet committed")
    parser.add_argument("--only", type=rivals_named, default=list(RIVALS), help="these rivals, joined by commas")
    parser.add_argument("--most", type=int, help="texts of a set; all without it")
    parser.add_argument("--train", type=int, help="rows that TF-IDF learns; all without it")
    asked = parser.parse_args()
    try:
        found = [*committed(), *(public(asked.data) if asked.data else ())]
    except FileNotFoundError as error:
        parser.error(f"--data: {error}")
    sets = [(name, some) for name, told in found if (some := fewer(told, asked.most))]
    columns = scores(sets, asked)
    if columns:
        show(sets, columns)
    return int(not columns)


if __name__ == "__main__":
    sys.exit(main())
