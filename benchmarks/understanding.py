"""Understanding: posts per CPU second with the row `lexicon`, and where the time goes.

    python benchmarks/understanding.py [--posts 2000] [--rounds 5]
    python benchmarks/understanding.py --quality FOLDER

Posts of about 400 characters, half French, half English, nine in ten about a brand; medians of the rounds.
`--quality` prints macro-F1 of the lexicon beside VADER's on `FOLDER/*.jsonl.gz`, lines of
`{"text", "label", "lang", "split"?}`; where a file has a dev split, only that is read.
"""

import argparse
import gzip
import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from config.models import Brand, Config
from mentions.model import LABELS, Post
from nlp.build import build_pipeline
from nlp.crisis import read
from nlp.language import LanguageReader
from nlp.lexicon import LexiconClassifier

WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
FRENCH = (
    "J'ai commandé chez {brand} il y a deux semaines et je n'ai toujours rien reçu.",
    "Le service client ne répond pas, trois mails sans réponse, c'est lamentable.",
    "Sinon l'accueil en boutique était très agréable, rien à redire.",
    "On m'a dit que la livraison passerait mardi, on verra bien.",
    "Franchement je ne recommande pas, sauf si vous aimez attendre.",
    "La qualité est au rendez-vous et le prix reste correct.",
    "Ma sœur a eu le même souci avec sa carte de fidélité l'an dernier.",
    "Quelqu'un sait si le magasin de Lyon ouvre le dimanche ?",
)
ENGLISH = (
    "I ordered from {brand} two weeks ago and still have not received anything.",
    "Customer service never replied, three emails and not a word, awful.",
    "The staff in the shop were really friendly though, no complaints.",
    "They told me that delivery would come on Tuesday, we will see.",
    "Honestly I would not recommend it unless you enjoy waiting.",
    "The quality is great and the price is still fair.",
    "My sister had the same trouble with her loyalty card last year.",
    "Does anyone know whether the store in Leeds opens on Sundays?",
)
BRANDS = Config(
    brands=(
        Brand(name="Maison Aurélia", match=("Maison Aurélia", "Aurélia"), **{"not": ("Aurélia Steiner",)}),
        Brand(name="Nova", role="competitor", match=("Nova",), context=("forfait", "operator", "carte", "card")),
    )
)


def make_posts(count: int) -> list[Post]:
    """Posts that differ, from the sentences above."""
    dice = random.Random(7)
    posts = []
    for number in range(count):
        lines = list(FRENCH if number % 2 else ENGLISH)
        first = lines.pop(0).format(brand=dice.choice(["Aurélia"] * 6 + ["Nova"] * 3 + ["eux"]))
        text = " ".join([first, *dice.sample(lines, 5)]) + f" ({number})"
        key = f"{number:026d}"
        url = f"https://forum.example/{number}"
        posts.append(
            Post(
                id=f"202611-{key}", key=key, source="forum", unit="post", url=url, canonical_url=url,
                site="forum.example", title=None, text=text, published_at=WHEN, published_rule="feed",
                published_precision="second", fetched_at=WHEN, first_seen_at=WHEN, content_hash=key,
                near_key=f"{number:016x}",
            )
        )  # fmt: skip
    return posts


def timed(job: Callable[[], object], rounds: int) -> float:
    """Median CPU seconds of a job, run once before to load what it loads."""
    job()
    times = []
    for _ in range(rounds):
        start = process_time()
        job()
        times.append(process_time() - start)
    return median(times)


def speed(count: int, rounds: int) -> None:
    posts = make_posts(count)
    pipeline = build_pipeline(BRANDS, Path())
    finder, languages, judge = pipeline._finder, LanguageReader(), LexiconClassifier()  # noqa: SLF001 - its parts, timed
    codes = ["fr" if number % 2 else "en" for number in range(count)]
    texts = [post.text for post in posts]
    jobs: dict[str, Callable[[], object]] = {
        "language": lambda: [languages.read(text) for text in texts],
        "brands": lambda: [finder.find(text) for text in texts],
        "lexicon": lambda: judge.read(texts, codes, [None] * count),
        "crisis": lambda: [read(text, code) for text, code in zip(texts, codes, strict=True)],
        "understand": lambda: pipeline.understand(posts, openers={}, source_brands={}),
    }
    print(f"{count} posts of {sum(map(len, texts)) / count:.0f} characters, median of {rounds}, CPU time")
    print(f"{'step':<12}{'ms a post':>12}{'posts a second':>18}")
    for name, job in jobs.items():
        seconds = timed(job, rounds)
        print(f"{name:<12}{1000 * seconds / count:>12.3f}{count / seconds:>18.0f}")


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """Mean F1, in per cent, of the labels that the gold holds."""
    scores = []
    for label in set(gold):
        hit = sum(a == b == label for a, b in zip(gold, found, strict=True))
        scores.append(2 * hit / max(1, gold.count(label) + found.count(label)))
    return 100 * sum(scores) / len(scores)


def quality(folder: Path) -> None:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    judge, rival = LexiconClassifier(), SentimentIntensityAnalyzer()
    print(f"{'file':<28}{'rows':>7}{'lexicon':>10}{'VADER':>8}")
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        rows = [row for row in rows if row["lang"] in ("fr", "en") and row["label"] in LABELS]
        rows = [row for row in rows if row.get("split") == "dev"] or rows
        if not rows:
            continue
        gold = [row["label"] for row in rows]
        texts = [row["text"] for row in rows]
        ours = [r.sentiment.label for r in judge.read(texts, [row["lang"] for row in rows], [None] * len(rows))]
        scores = [rival.polarity_scores(text)["compound"] for text in texts]
        theirs = ["positive" if s >= 0.05 else "negative" if s <= -0.05 else "neutral" for s in scores]
        print(f"{path.name[:-9]:<28}{len(rows):>7}{macro_f1(gold, ours):>10.1f}{macro_f1(gold, theirs):>8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quality", type=Path)
    options = parser.parse_args()
    if options.quality:
        quality(options.quality)
    else:
        speed(options.posts, options.rounds)


if __name__ == "__main__":
    main()
