"""What a message shows beside the figures: who says what, where, in which new words. Asked of the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.coverage import SourceCoverage
from alerts.detect import Assessment
from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.queries import EmergingTerms, SentimentByBucket, Top, Volume, Worst
from mentions.quoting import as_written, place, quoted, voices
from mentions.store import MentionStore, Page
from mentions.text import tokens

HOUR = timedelta(hours=1)
BACKGROUND = timedelta(days=28)
CANDIDATES, WORST, QUOTES = 40, 2, 5
TERMS, TERM_LEAST, TOPS = 8, 3, 4
SPARK_HOURS, SPARK_BARS = 3, 56
LATE = timedelta(hours=6)


def gather(
    store: MentionStore, brand: str, found: Assessment, sources: Sequence[SourceCoverage], now: datetime
) -> dict[str, Any]:
    """The evidence at `now`, JSON, for the window that speaks (whole hours of publication up to now)."""
    end = now.replace(minute=0, second=0, microsecond=0) + HOUR
    start = end - max(found.window_hours, 1) * HOUR
    everything = MentionFilter(brands=(brand,), gone=True).between(start, end)
    negative = MentionFilter(brands=(brand,), labels=("negative",), copies=False).between(start, end)
    against = MentionFilter(brands=(brand,)).between(start - BACKGROUND, start)
    volume = next(iter(store.run(Volume(where=everything))), None)
    loud = next(iter(store.run(Volume(where=negative))), None)
    worst = list(store.run(Worst(where=negative, size=CANDIDATES)))
    terms = _terms(store, brand, negative, against)
    written = as_written(terms, (mention.text for mention in worst))
    return {
        "negative": volume.negative if volume else 0,
        "mentions": volume.mentions if volume else 0,
        "share": volume.negative / volume.mentions if volume and volume.mentions else 0.0,
        "authors": loud.authors if loud else 0,
        "terms": [written[term] for term in terms],
        "labels": _top(store, negative, "crisis_label"),
        "sources": _top(store, negative, "source"),
        "quotes": [_quote(mention) for mention in _speakers(store, negative, worst, terms)],
        "spark": _spark(store, brand, end),
        "covered": round(found.covered, 3),
        "late_sources": [each.source for each in sources if not each.crawls or now - each.crawls[-1] > LATE],
        "history_days": found.history_days,
        "learning": found.learning,
    }


def total(store: MentionStore, brand: str, start: datetime, end: datetime) -> int:
    """Negative mentions published in [start, end), near copies left out."""
    where = MentionFilter(brands=(brand,), labels=("negative",), copies=False, gone=True).between(start, end)
    return sum(row.negative for row in store.run(Volume(where=where)))


def _top(store: MentionStore, where: MentionFilter, by: Any) -> list[list[Any]]:
    return [[row.value, row.mentions] for row in store.run(Top(where=where, by=by, size=TOPS))]


def _terms(store: MentionStore, brand: str, where: MentionFilter, against: MentionFilter) -> list[str]:
    """The new words; the brand's own name is none, however often it is said."""
    own = set(tokens(brand))
    rows = store.run(EmergingTerms(where=where, against=against, size=TERMS + len(own), least=TERM_LEAST))
    return [row.term for row in rows if row.term not in own][:TERMS]


def _speakers(
    store: MentionStore, where: MentionFilter, worst: Sequence[Mention], terms: Sequence[str]
) -> list[Mention]:
    """Different voices: the earliest that hurts, the two that hurt most, the worst of each language, the most typical.

    What is less than half as severe as the worst does not hurt: in three days a grumble came before the crisis.
    """
    grave = max((mention.severity for mention in worst), default=0.0) / 2
    oldest = store.search(where, Page(size=CANDIDATES, sort="oldest")).mentions
    first = [mention for mention in oldest if mention.severity >= grave][:1]
    known = set(terms)
    typical = sorted(worst, key=lambda mention: -len(known.intersection(mention.search_text.split())))
    languages = {mention.language: mention for mention in reversed(worst)}
    return voices((*first, *voices(worst, WORST), *languages.values(), *typical), QUOTES)


def _quote(mention: Mention) -> dict[str, Any]:
    return {
        "id": mention.id,
        "text": quoted(mention),
        "url": mention.url,
        "site": place(mention),
        "author": mention.author_name,
        "published_at": mention.published_at.isoformat(),
        "severity": round(mention.severity),
    }


def _spark(store: MentionStore, brand: str, end: datetime) -> list[int]:
    """Negatives per three hours over the last seven days, oldest first."""
    start = end - SPARK_BARS * SPARK_HOURS * HOUR
    bars = [0] * SPARK_BARS
    where = MentionFilter(brands=(brand,), labels=("negative",), copies=False, gone=True).between(start, end)
    for row in store.run(SentimentByBucket(where=where)):
        bars[(row.bucket - start) // (SPARK_HOURS * HOUR)] += row.mentions
    return bars
