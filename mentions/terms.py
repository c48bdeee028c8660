"""Which tokens are over-used now? The score both stores share, so that their lists agree.

JLH, the default of Elasticsearch's significant_text: (f - b) * (f / b), where f and b are the shares of mentions
that hold the token in foreground and background. Here b is smoothed, (count + 1) / (size + 1): a token never
seen before counts as seen once, and without a background nothing is new.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from mentions.queries import TermRow
from mentions.stopwords import STOP_WORDS

SHORTEST = 3


def is_term(token: str) -> bool:
    """Worth showing: no stop word, no handle, no number, at least 3 letters (or no letters: an emoji)."""
    if token in STOP_WORDS or token.startswith("@"):
        return False
    if token.isalpha():
        return len(token) >= SHORTEST
    return not any(character.isdigit() for character in token)


def holders(texts: Iterable[str]) -> Counter[str]:
    """By token, how many of these search texts hold it."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(text.split(" ")))
    return counts


def emerging(
    now: Mapping[str, int], size_now: int, before: Mapping[str, int], size_before: int, *, least: int, size: int
) -> list[TermRow]:
    """The `size` highest scores above 0 (rounded to 6 digits), ties by term, of tokens in at least `least` mentions."""
    rows = []
    for term, count in now.items():
        if count < max(least, 1) or not is_term(term):
            continue
        background = before.get(term, 0)
        share, usual = count / size_now, (background + 1) / (size_before + 1)
        score = round((share - usual) * share / usual, 6)
        if score > 0:
            rows.append(TermRow(term=term, mentions=count, background=background, score=score))
    return sorted(rows, key=lambda row: (-row.score, row.term))[: max(size, 0)]
