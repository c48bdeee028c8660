"""CPU time of intake per post, step by step: from a line of the spool to a Post. Run: python benchmarks/intake.py."""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mentions.codec import from_line, to_line
from mentions.identity import content_hash
from mentions.intake import IntakeOptions, draft, fold
from mentions.model import RawItem
from mentions.near import near_key
from mentions.text import clean_text, search_text
from mentions.urls import canonical_url

POSTS = 2_000
ROUNDS = 5
NOW = datetime(2026, 11, 24, tzinfo=UTC)
FRENCH_TEXT = (
    "j’ai commandé le vélo début octobre et la batterie ne tient déjà plus vingt minutes … le service après-vente "
    "ne répond pas « sous 48 h » comme promis ! très déçu par l'équipe d’Acme, qu'on me rembourse 😡 à Lyon"
)
ENGLISH_TEXT = (
    "bought the bike in early October and the battery doesn't last twenty minutes any more... support won't answer "
    "within 48 hours as they'd promised! so disappointed with Acme's team, want my money back, see #fail @acme_help"
)
FRENCH, ENGLISH = FRENCH_TEXT.split(" "), ENGLISH_TEXT.split(" ")
DAMAGED = "déçu par l’équipe à Paris, 5 € de trop ".encode().decode("cp1252")


def posts(count: int) -> list[RawItem]:
    """About 400 characters each, half French, half English; one in fifty damaged, two in a hundred with entities."""
    rng = random.Random(7)
    made = []
    for number in range(count):
        words = rng.choices(ENGLISH if number % 2 else FRENCH, k=72)
        text = " ".join(words)
        text = DAMAGED + text if number % 50 == 0 else text.replace("!", "&#33;", 1) if number % 50 == 1 else text
        made.append(
            RawItem(
                source="bench",
                unit="comment",
                url=f"https://www.blog.example.org/2026/11/post-{number % 90}/?utm_source=rss#comment-{number}",
                thread_url=f"https://www.blog.example.org/2026/11/post-{number % 90}/",
                native_id=str(number),
                text=text,
                author=f"Author {number % 300}",
                published=NOW - timedelta(minutes=number),
                published_rule="feed",
                published_precision="second",
                fetched_at=NOW,
                extractor="wordpress",
            )
        )
    return made


def cost(step: Callable[[], object]) -> float:
    """CPU microseconds per post, the median of the rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        step()
        taken.append(time.process_time() - start)
    return statistics.median(taken) / POSTS * 1e6


def main() -> None:
    raws = posts(POSTS)
    lines = [to_line(raw) for raw in raws]
    texts = [raw.text for raw in raws]
    cleaned = [clean_text(text) for text in texts]
    options = IntakeOptions(secret=b"benchmark")
    drafts = [draft(raw, options) for raw in raws]
    again = [replace(post, fetched_at=NOW + timedelta(hours=1)) for post in drafts]
    steps: dict[str, Callable[[], object]] = {
        "write a line": lambda: [to_line(raw) for raw in raws],
        "read a line": lambda: [from_line(line) for line in lines],
        "canonical_url (page seen before)": lambda: [canonical_url(raw.url) for raw in raws],
        "clean_text": lambda: [clean_text(text) for text in texts],
        "search_text (tokens)": lambda: [search_text(text) for text in cleaned],
        "near_key (with tokens)": lambda: [near_key(text) for text in cleaned],
        "content_hash": lambda: [content_hash(None, text, None) for text in cleaned],
        "draft (all but read, search_text)": lambda: [draft(raw, options) for raw in raws],
        "fold, all double": lambda: fold([*drafts, *again]),
    }
    costs = {name: cost(step) for name, step in steps.items()}
    mean = statistics.mean(len(text) for text in texts)
    print(f"{POSTS} posts of {mean:.0f} characters, CPU microseconds per post, median of {ROUNDS} rounds")
    for name, microseconds in costs.items():
        print(f"  {name:<36}{microseconds:8.1f}")
    whole = costs["read a line"] + costs["draft (all but read, search_text)"] + costs["search_text (tokens)"]
    print(f"  {'read + draft + search_text':<36}{whole:8.1f}  = {1e6 / whole:,.0f} posts per CPU second")


if __name__ == "__main__":
    main()
