"""The numbers of one week of one brand, from the named queries of the store and the records of `state`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from config.models import Brand, Config
from mentions.errors import Stop
from mentions.filter import MentionFilter
from mentions.model import CrisisLabel, Mention
from mentions.queries import (
    EmergingTerms,
    Health,
    SentimentByBucket,
    SentimentRow,
    Stories,
    TermRow,
    Top,
    Volume,
    VolumeRow,
    Worst,
)
from mentions.quoting import as_written, voices
from mentions.store import MentionStore
from mentions.text import tokens
from reports.coverage import coverage
from reports.model import Accuracy, Day, IncidentLine, LabelLine, SourceLine, Span, Tally, Voice, WeeklyReport
from reports.week import week_before, week_of
from state.records import Incident, Run, Verdict

WORST, CANDIDATES = 5, 40
LINES = 8
SPELLED = 200  # mentions from which a word takes its spelling
BACKGROUND = timedelta(weeks=4)  # what a term is new against


def build(
    store: MentionStore,
    incidents: Sequence[Incident],
    runs: Sequence[Run],
    config: Config,
    brand: str,
    week_start: date,
    *,
    as_of: datetime | None = None,
    verdicts: Sequence[Verdict] = (),
) -> WeeklyReport:
    """The week of `brand` that starts on the Monday `week_start`, in the brand's own time zone.

    With `as_of` inside the week, the week ends there and is compared with the same part of the week before.
    Counts include posts deleted since; lists of mentions do not. `incidents`, `runs` and `verdicts` may be more than
    the week's: the rest is left out. What a verdict says of sentiment and of crisis belongs to the week in which each
    was said. Stop if the brand is unknown or the week has not begun at `as_of`.
    """
    compared = _compared(config, brand)
    zone = (compared[0].timezone or config.vigie.timezone).info
    span, before = _spans(week_start, zone, as_of)
    of_mine = MentionFilter(brands=(brand,), gone=True).between(span.start, span.end)
    volume = _volume(store, of_mine.of([b.name for b in compared]))
    mood, signs = accuracy([one for one in verdicts if one.brand == brand], span)
    return WeeklyReport(
        brand=brand,
        zone=zone,
        year=week_start.isocalendar().year,
        week=week_start.isocalendar().week,
        span=span,
        before=before,
        now=_tally(volume.get(brand)),
        then=_tally(_volume(store, of_mine.between(before.start, before.end)).get(brand)),
        days=fold_days(store.run(SentimentByBucket(where=of_mine, minutes=_minutes(span, zone))), span, zone),
        voices=_voices(compared, volume),
        incidents=_incidents(incidents, brand, span),
        worst=_worst(store, of_mine),
        labels=_labels(store, of_mine, before),
        sources=_sources(store, of_mine),
        stories=tuple(store.run(Stories(where=replace(of_mine, gone=False), size=WORST))),
        terms=_terms(store, of_mine, span),
        coverage=coverage(config.sources, runs, {row.source: row for row in store.run(Health(where=of_mine))}, span),
        sentiment_accuracy=mood,
        crisis_accuracy=signs,
    )


def accuracy(verdicts: Iterable[Verdict], span: Span) -> tuple[Accuracy, Accuracy]:
    """Of sentiment, and of crisis labels (right: exactly the same); each counts in the week it was said in."""
    moods, signs = Counter[bool](), Counter[bool]()
    for one in verdicts:
        if one.sentiment_at and span.start <= one.sentiment_at < span.end:
            moods[one.sentiment == one.found_sentiment] += 1
        if one.crisis is not None and one.crisis_at and span.start <= one.crisis_at < span.end:
            signs[set(one.crisis) == set(one.found_crisis)] += 1
    mood, sign = (Accuracy(judged=told.total(), right=told[True]) for told in (moods, signs))
    return mood, sign


def _volume(store: MentionStore, where: MentionFilter) -> dict[str, VolumeRow]:
    return {row.brand: row for row in store.run(Volume(where=where))}


def _worst(store: MentionStore, of_mine: MentionFilter) -> tuple[Mention, ...]:
    where = replace(of_mine, labels=("negative",), gone=False, copies=False)
    return tuple(voices(store.run(Worst(where=where, size=CANDIDATES)), WORST))


def _terms(store: MentionStore, of_mine: MentionFilter, span: Span) -> tuple[TermRow, ...]:
    against = of_mine.between(span.start - BACKGROUND, span.start)
    own = {token for brand in of_mine.brands for token in tokens(brand)}
    rows = [
        row
        for row in store.run(EmergingTerms(where=of_mine, against=against, size=LINES + len(own)))
        if row.term not in own  # its own name is no news, however often it is said
    ][:LINES]
    texts = (mention.text for mention in store.run(Worst(where=of_mine, size=SPELLED)))
    written = as_written([row.term for row in rows], texts)
    return tuple(replace(row, term=written[row.term]) for row in rows)


def _compared(config: Config, name: str) -> list[Brand]:
    """The brand of the report and, after it, its competitors."""
    mine = [brand for brand in config.brands if brand.name == name]
    if not mine:
        raise Stop(f"there is no brand {name!r} in brands.yaml; brands: {', '.join(b.name for b in config.brands)}")
    return mine + [brand for brand in config.brands if brand.role == "competitor" and brand.name != name]


def _spans(monday: date, zone: ZoneInfo, as_of: datetime | None) -> tuple[Span, Span]:
    span = week_of(monday, zone, as_of)
    if not span.days:
        raise Stop(f"the week of {monday} has not begun in {zone.key}")
    return span, week_before(span, zone)


def _tally(row: VolumeRow | None) -> Tally:
    if row is None:
        return Tally()
    return Tally(
        mentions=row.mentions,
        negative=row.negative,
        neutral=row.neutral,
        positive=row.positive,
        stories=row.stories,
        authors=row.authors,
    )


def _minutes(span: Span, zone: ZoneInfo) -> int:
    """Buckets that no local midnight cuts: hours, or quarters in zones such as Asia/Kathmandu."""
    offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in (span.start, span.end)}
    return 60 if all(offset % timedelta(hours=1) == timedelta() for offset in offsets) else 15


def fold_days(rows: Iterable[SentimentRow], span: Span, zone: ZoneInfo) -> tuple[Day, ...]:
    """Buckets of UTC folded to the local days of the span; days without mentions are there too."""
    counts = Counter[tuple[date, str]]()
    for row in rows:
        counts[row.bucket.astimezone(zone).date(), row.label] += row.mentions
    return tuple(
        Day(
            day=day,
            negative=counts[day, "negative"],
            neutral=counts[day, "neutral"],
            positive=counts[day, "positive"],
        )
        for day in span.days
    )


def _voices(brands: Sequence[Brand], volume: Mapping[str, VolumeRow]) -> tuple[Voice, ...]:
    voices = [
        Voice(
            brand=brand.name,
            role=brand.role,
            mentions=volume[brand.name].mentions if brand.name in volume else 0,
            stories=volume[brand.name].stories if brand.name in volume else 0,
        )
        for brand in brands
    ]
    return tuple(sorted(voices, key=lambda voice: (-voice.mentions, voice.brand)))


def _incidents(incidents: Sequence[Incident], brand: str, span: Span) -> tuple[IncidentLine, ...]:
    """Those that were open at some time of the span, oldest first, as they stood at its end."""
    return tuple(
        IncidentLine(
            id=incident.id,
            tier=incident.tier,
            opened_at=incident.opened_at,
            closed_at=incident.closed_at if incident.closed_at and incident.closed_at < span.end else None,
            opened_this_week=incident.opened_at >= span.start,
            peak_score=incident.peak_score,
            observed=incident.observed,
            expected=incident.expected,
            window_hours=incident.window_hours,
        )
        for incident in sorted(incidents, key=lambda incident: (incident.opened_at, incident.id))
        if incident.brand == brand
        and incident.opened_at < span.end
        and (incident.closed_at is None or incident.closed_at >= span.start)
    )


def _labels(store: MentionStore, of_mine: MentionFilter, before: Span) -> tuple[LabelLine, ...]:
    earlier = of_mine.between(before.start, before.end)
    then = {row.value: row.mentions for row in store.run(Top(where=earlier, by="crisis_label", size=20))}
    return tuple(
        LabelLine(label=cast("CrisisLabel", row.value), mentions=row.mentions, before=then.get(row.value, 0))
        for row in store.run(Top(where=of_mine, by="crisis_label", size=LINES))
    )


def _sources(store: MentionStore, of_mine: MentionFilter) -> tuple[SourceLine, ...]:
    return tuple(
        SourceLine(source=row.value, mentions=row.mentions, negative=row.negative)
        for row in store.run(Top(where=of_mine, by="source", size=LINES))
    )
