"""Understanding: posts per CPU second and where the time goes; speed, load and memory of the shipped model.

    python benchmarks/understanding.py [--posts 2000] [--rounds 5]     the row `lexicon`
    python benchmarks/understanding.py --model [FOLDER]                the row `model`; FOLDER: another than nlp/model
    python benchmarks/understanding.py --quality FOLDER

Posts of about 400 characters, half French, half English, nine in ten about a brand; medians of the rounds.
`--model` times the whole path of `vigie analyse` in CPU time (the model runs on one thread): texts of 64 tokens in
batches, one text of 128 tokens alone; loading; and memory above an interpreter that has the imports. It ends with 1
if a bar is missed.
`--quality` prints macro-F1 of the lexicon beside VADER's on `FOLDER/*.jsonl.gz`, lines of
`{"text", "label", "lang", "split"?}`; where a file has a dev split, only that is read.
"""

import argparse
import gzip
import json
import random
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from config.models import Brand, Config, Understanding, Vigie
from mentions.model import LABELS, Post
from nlp.analyse import analyse_lines
from nlp.build import build_pipeline
from nlp.classify import Target
from nlp.crisis import read
from nlp.language import LanguageReader
from nlp.lexicon import LexiconClassifier
from nlp.shipped import SHIPPED

BARS = {"texts a second": 120, "p95, ms": 30, "load, s": 1.5, "memory, MB": 300}
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


WITH_LEXICON = Vigie(understanding=Understanding(sentiment="lexicon"))


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
    pipeline = build_pipeline(BRANDS.model_copy(update={"vigie": WITH_LEXICON}), Path())
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


def resident() -> float:
    """Memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def texts_of(count: int, tokens: int, tokenizer: Any) -> list[str]:
    """Texts that differ, each of so many tokens, the two marks of the model included."""
    dice = random.Random(7)
    texts = []
    for number in range(count):
        lines = list(FRENCH if number % 2 else ENGLISH) * 2
        dice.shuffle(lines)
        text = f"({number}) " + " ".join(lines).replace("{brand}", "Nova")
        end = tokenizer.encode(text).offsets[tokens - 2][1]
        texts.append(text[:end])
    return texts


def shipped(folder: Path, rounds: int) -> dict[str, float]:
    """Figures of the row `model` by the names of BARS."""
    import onnxruntime  # noqa: F401 - imports are no part of what is measured
    import tokenizers  # noqa: F401

    from nlp.shipped import ShippedModel

    languages = LanguageReader()
    bare, start = resident(), process_time()
    model = ShippedModel(folder)
    load = process_time() - start
    own = model._tokenizer  # noqa: SLF001 - to cut texts to size

    def lines(texts: Sequence[str]) -> list[str]:
        return [json.dumps({"id": number, "text": text, "brand": "Nova"}) for number, text in enumerate(texts)]

    model.read(texts_of(64, 128, own), ["en"] * 64, [Target("Nova")] * 64)
    memory = resident() - bare
    many = lines(texts_of(256, 64, own))
    seconds = timed(lambda: list(analyse_lines(many, classifier=model, languages=languages)), rounds)
    alone = []
    for line in lines(texts_of(100, 128, own)):
        start = process_time()
        list(analyse_lines([line], classifier=model, languages=languages))
        alone.append(1000 * (process_time() - start))
    return {
        "texts a second": len(many) / seconds, "p50, ms": median(alone), "p95, ms": sorted(alone)[94], "load, s": load,
        "memory, MB": memory,
    }  # fmt: skip


def show(figures: dict[str, float]) -> int:
    """Print figures beside their bars; 1 if one is missed."""
    missed = 0
    for name, value in figures.items():
        bar = BARS.get(name)
        held = bar is None or (value >= bar if name == "texts a second" else value <= bar)
        missed += not held
        print(f"{name:<16}{value:>10.2f}{'' if bar is None else f'   bar {bar:g}'}{'' if held else '   missed'}")
    return int(missed > 0)


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
    parser.add_argument("--model", type=Path, nargs="?", const=SHIPPED)
    options = parser.parse_args()
    if options.model:
        sys.exit(show(shipped(options.model, options.rounds)))
    if options.quality:
        quality(options.quality)
    else:
        speed(options.posts, options.rounds)


if __name__ == "__main__":
    main()
