"""About 2,000 mentions with all that stores disagree about: ties, tombstones, re-crawls, far dates, copies, marks."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import plain_mention
from hypothesis import strategies as st
from plain_mention import NOW

from mentions.filter import And, Expression, MentionFilter, Not, Or, Phrase, Word
from mentions.model import CRISIS_LABELS, LABELS, UNITS, Mention
from mentions.store import MentionStore, Page
from mentions.tokens import tokens

START = NOW - timedelta(days=20)
BRANDS = ("Acme", "Vélo & Cie", "zenith")
SOURCES = ("blog", "forum", "avis", "presse", "Éclair")
PIPELINES = ("2026.11-a", "2026.11-b")
TEXTS = {
    "fr": "L'équipe d'Acme m'a répondu : « remboursé » sous 48 h 😡 #arnaque @acme_help très déçue, œuvre Noël aujourd'hui",
    "en": "Acme's support won't answer, don't buy it!!! 4.5 stars at best 👍🏽 rock-n-roll C++ it's a scam_alert naïve",
    "de": "Größe straße kaputt Ärger über Lieferung",
    "ja": "配送が遅い アクメ",
    "el": "ΆΛΦΑ βήτα ς",
}
EVERYTHING = MentionFilter(gone=True)
VOCABULARY = sorted({token for text in TEXTS.values() for token in tokens(text)})


def digest(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:26]


def mention(number: int = 0, brand: str = "Acme", **changes: object) -> Mention:
    """A plain mention of post `number`; any field may be changed, `text` brings its search text and near key."""
    text = str(changes.get("text", "Acme répond vite, merci"))
    key = str(changes.get("post_key", digest(number)))
    own: dict[str, object] = {
        "id": f"202611-{digest(key, brand)}", "post_id": f"202611-{key}", "post_key": key, "brand": brand,
        "published_at": NOW - timedelta(hours=number), "content_hash": digest(text), "story_id": f"202611-{key}",
        "pipeline": PIPELINES[0],
    }  # fmt: skip
    return plain_mention.mention(number, **{"text": text, **own, **changes})  # type: ignore[arg-type]


def mentions(count: int = 2000) -> list[Mention]:
    rng = random.Random(5)
    made: list[Mention] = []
    for number in range(count):
        if made and rng.random() < 0.15:  # the same post under another brand, or a copy elsewhere
            made.append(_copy(rng, rng.choice(made), number))
            continue
        made.append(_one(rng, number))
    return list({row.id: row for row in made}.values())


def _one(rng: random.Random, number: int) -> Mention:
    language = rng.choice(list(TEXTS))
    words = TEXTS[language].split(" ")
    at = START + timedelta(minutes=15 * rng.randrange(20 * 96))  # many ties
    if rng.random() < 0.02:
        at = rng.choice([datetime(1, 1, 2, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)])
    if rng.random() < 0.02:
        at = datetime(9999, 12, 30, 23, 59, 59, 999_999, tzinfo=UTC)
    unit = rng.choice(UNITS)
    label = rng.choice(LABELS)
    thread = f"https://site.example.org/t/{rng.randrange(80)}"
    opens = rng.random() < 0.1
    return mention(
        number,
        rng.choice(BRANDS),
        role=rng.choice(("own", "competitor")),
        evidence=rng.choice(("named", "named", "thread", "source")),
        source=rng.choice(SOURCES),
        site=rng.choice(("a.example.org", "b.example.org:8080", "zürich.example")),
        unit=unit,
        title=rng.choice((None, "Titre « é »", "")),
        text=" ".join(rng.choices(words, k=rng.randint(0, 12))),
        published_at=at,
        first_seen_at=max(START, min(at, NOW)) + timedelta(minutes=rng.randrange(-90, 3000)),
        fetched_at=NOW - timedelta(seconds=rng.randrange(3), microseconds=rng.randrange(3)),
        pipeline=rng.choice(PIPELINES),
        language=language,
        sentiment_label=label,
        sentiment_negative=rng.choice((0.0, 0.25, 0.9)),
        polarity=LABELS.index(label) - 1,
        severity=rng.choice((0.0, 12.5, 50.0, 99.125)),
        crisis_labels=tuple(rng.sample(CRISIS_LABELS, rng.choice((0, 0, 0, 1, 2)))),
        crisis_flags=("hearsay",) if rng.random() < 0.1 else (),
        aspects=("prix", "délai") if rng.random() < 0.3 else (),
        thread_url=thread if rng.random() < 0.7 else None,
        canonical_url=thread if opens else f"https://site.example.org/p/{number}",
        position=rng.choice((0, 1, 7, None)) if unit in ("post", "mail") else None,
        parent="12" if rng.random() < 0.2 else None,
        author_key=digest("author", rng.randrange(40)) if rng.random() < 0.8 else None,
        rating=rng.choice((0.0, 0.5, 2.49, 2.5, 4.5, 5.0)) if unit == "review" else None,
        gone_at=NOW if rng.random() < 0.05 else None,
        likes=rng.choice((None, 0, 2**40)),
    )


def _copy(rng: random.Random, original: Mention, number: int) -> Mention:
    brand = rng.choice(BRANDS)
    if rng.random() < 0.3 and brand != original.brand:
        return replace(original, id=f"{original.id[:7]}{digest(original.post_key, brand)}", brand=brand)
    key = digest("copy", number)
    return replace(
        original,
        id=f"202611-{digest(key, original.brand)}",
        post_id=f"202611-{key}",
        post_key=key,
        published_at=min(original.published_at, NOW)
        + rng.choice((timedelta(), timedelta(minutes=30), -timedelta(minutes=30))),
        gone_at=NOW if rng.random() < 0.2 else None,
    )


def fill(store: MentionStore, rows: list[Mention]) -> None:
    """As life does it: batches, the first third written twice, some posts gone, some back."""
    early = [replace(row, version=1, severity=1.0, story_id="202611-other", search_text="old words") for row in rows]
    store.upsert(early[: len(rows) // 3], now=NOW - timedelta(hours=2))
    store.mark_gone([row.post_key for row in rows[: len(rows) // 6]], at=NOW - timedelta(hours=1))
    for start in range(0, len(rows), 250):
        store.upsert(rows[start : start + 250], now=NOW + timedelta(seconds=start % 3))
    store.mark_gone([row.post_key for row in rows[7::40]], at=NOW + timedelta(hours=1))
    store.remove([row.id for row in rows[3::50]])
    store.refresh()


def ids(store: MentionStore, where: MentionFilter) -> list[str]:
    """The first thousand, newest first."""
    return [found.id for found in store.search(where, Page(size=1000)).mentions]


def some(values: object) -> st.SearchStrategy[tuple[object, ...]]:
    """Mostly nothing, else a few of the values."""
    return st.just(()) | st.lists(st.sampled_from(list(values)), max_size=3).map(tuple)  # type: ignore[call-overload]


words = st.sampled_from(VOCABULARY)
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Word, words)
    | st.builds(lambda word, size: Word(word[:size], prefix=True), words, st.integers(1, 3))
    | st.builds(Phrase, st.lists(words, min_size=1, max_size=2).map(tuple))
    | st.sampled_from([Phrase(("sous", "48", "h")), Phrase(("l", "equipe", "d")), Phrase(("acme", "s"))]),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=5,
)
moments = st.integers(-2, 22 * 4).map(lambda quarter: START + timedelta(hours=6 * quarter)) | st.sampled_from(
    [datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), NOW]
)
filters = st.builds(
    MentionFilter,
    brands=some([*BRANDS, "nobody"]),
    roles=some(("own", "competitor")),
    sources=some(SOURCES),
    sites=some(("a.example.org", "zürich.example")),
    units=some(UNITS),
    languages=some(TEXTS),
    labels=some(LABELS),
    crisis_labels=some(CRISIS_LABELS),
    evidence=some(("named", "thread", "source")),
    authors=some([digest("author", number) for number in range(5)]),
    stories=some([f"202611-{digest(number)}" for number in range(20)]),
    threads=some([f"https://site.example.org/t/{number}" for number in range(10)]),
    pipelines=some(PIPELINES),
    start=st.none() | moments,
    end=st.none() | moments,
    time_field=st.sampled_from(("published_at", "published_at", "first_seen_at", "fetched_at", "indexed_at")),
    severity_from=st.none() | st.sampled_from((0.0, 12.5, 50.1)),
    rating_from=st.none() | st.sampled_from((0.5, 2.5)),
    rating_to=st.none() | st.sampled_from((2.49, 4.5)),
    text=st.none() | expressions,
    gone=st.booleans(),
    copies=st.booleans(),
)
wide = st.builds(MentionFilter, brands=some(BRANDS), sources=some(SOURCES), gone=st.booleans(), copies=st.booleans())
