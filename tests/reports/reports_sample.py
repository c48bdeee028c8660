"""A week written by hand, and the golden pages made of it: `python tests/reports/reports_sample.py` rewrites them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from mentions.model import Mention
from mentions.queries import StoryRow, TermRow
from reports.model import Accuracy, Day, IncidentLine, LabelLine, SourceCoverage, SourceLine, Tally, Voice, WeeklyReport
from reports.render import render
from reports.week import week_before, week_of

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 11, 16)
GOLDEN = Path(__file__).with_name("golden")


def mention(number: int, at: datetime, **changes) -> Mention:
    """A mention with every field that the store wants; `changes` on top."""
    plain = Mention(
        id=f"{at:%Y%m}-m{number:06d}",
        post_id=f"{at:%Y%m}-p{number:06d}",
        post_key=f"p{number:06d}",
        brand="Mirabelle",
        role="own",
        evidence="named",
        passage=f"passage {number}",
        source="forum-beaute",
        unit="post",
        url=f"https://forum.example.org/t/{number}",
        canonical_url=f"https://forum.example.org/t/{number}",
        site="forum.example.org",
        title=None,
        text=f"text {number}",
        search_text=f"text {number}",
        published_at=at,
        published_rule="feed",
        published_precision="second",
        published_hour=at.hour,
        published_weekday=at.weekday(),
        fetched_at=at,
        first_seen_at=at,
        content_hash=f"h{number}",
        near_key=f"{number:016x}",
        story_id=f"s{number:06d}",
        revision=1,
        version=1_000_001,
        pipeline="p1",
        model="lexicon",
        language="fr",
        sentiment_label="neutral",
        sentiment_score=0.6,
        sentiment_negative=0.2,
        sentiment_neutral=0.6,
        sentiment_positive=0.2,
        polarity=0,
        severity=0.0,
        crisis_score=0.0,
    )
    return replace(plain, **changes)


def busy_week() -> WeeklyReport:
    span = week_of(MONDAY, PARIS)
    at = datetime(2026, 11, 18, 13, 5, tzinfo=UTC)
    worst = (
        mention(
            1,
            at,
            passage="La crème Mirabelle m’a brûlé les joues au deuxième jour : trois personnes du forum ont la même "
            "réaction, et le service client ne répond plus depuis une semaine. " * 2,
            crisis_labels=("product_safety", "service_failure"),
            severity=71.4,
        ),
        mention(
            2,
            at + timedelta(hours=3),
            passage="Never again. My order never came.",
            severity=38.0,
            site="shop.example.org",
        ),
    )
    return WeeklyReport(
        brand="Mirabelle",
        zone=PARIS,
        year=2026,
        week=47,
        span=span,
        before=week_before(span, PARIS),
        now=Tally(mentions=1204, negative=410, neutral=500, positive=294, stories=1100, authors=733),
        then=Tally(mentions=980, negative=190, neutral=490, positive=300, stories=930, authors=650),
        days=tuple(
            Day(day=MONDAY + timedelta(days=n), negative=neg, neutral=neu, positive=pos)
            for n, (neg, neu, pos) in enumerate(
                [(20, 70, 40), (30, 80, 50), (120, 90, 40), (110, 80, 44), (70, 80, 50), (40, 60, 40), (20, 40, 30)]
            )
        ),
        voices=(
            Voice(brand="Mirabelle", role="own", mentions=1204, stories=1100),
            Voice(brand="Cerisaie", role="competitor", mentions=803, stories=760),
        ),
        incidents=(
            IncidentLine(
                id="i1",
                tier="alert",
                opened_at=datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
                closed_at=datetime(2026, 11, 20, 17, 30, tzinfo=UTC),
                opened_this_week=True,
                peak_score=2.4,
                observed=38,
                expected=6.25,
                window_hours=6,
            ),
        ),
        worst=worst,
        labels=(
            LabelLine(label="product_safety", mentions=88, before=2),
            LabelLine(label="service_failure", mentions=31, before=29),
        ),
        sources=(
            SourceLine(source="forum-beaute", mentions=702, negative=330),
            SourceLine(source="blog-conso", mentions=498, negative=80),
            SourceLine(source="presse", mentions=4, negative=0),
        ),
        stories=(
            StoryRow(
                story_id="s1",
                mentions=9,
                sites=4,
                first_at=at,
                title="Mirabelle rappelle un lot de crème",
                url="https://presse.example.org/rappel",
            ),
        ),
        terms=(
            TermRow(term="rougeurs", mentions=64, background=3, score=2.1),
            TermRow(term="lot", mentions=41, background=5, score=1.1),
        ),
        coverage=(
            SourceCoverage(
                source="blog-conso",
                complete=True,
                ok=168,
                partial=0,
                failed=0,
                last_success=datetime(2026, 11, 23, 6, 58, tzinfo=UTC),
                mentions=498,
                last_published=at,
                reason=None,
            ),
            SourceCoverage(
                source="forum-beaute",
                complete=False,
                ok=90,
                partial=2,
                failed=76,
                last_success=datetime(2026, 11, 19, 22, 1, tzinfo=UTC),
                mentions=702,
                last_published=at,
                reason="HTTP 503 from forum.example.org",
            ),
        ),
        sentiment_accuracy=Accuracy(judged=40, right=31),
        crisis_accuracy=Accuracy(judged=7, right=6),
    )


def empty_week() -> WeeklyReport:
    return replace(
        busy_week(),
        now=Tally(),
        then=Tally(),
        days=tuple(Day(day=MONDAY + timedelta(days=n)) for n in range(7)),
        voices=(Voice(brand="Mirabelle", role="own", mentions=0, stories=0),),
        incidents=(),
        worst=(),
        labels=(),
        sources=(),
        stories=(),
        terms=(),
        coverage=busy_week().coverage[:1],
        sentiment_accuracy=Accuracy(),
        crisis_accuracy=Accuracy(),
    )


def pages() -> dict[str, str]:
    """File name and content of every golden page."""
    found = {}
    for name, report in (("busy", busy_week()), ("empty", empty_week())):
        for language in ("en", "fr"):
            rendered = render(report, language)
            found[f"{name}.{language}.html"] = rendered.html
            found[f"{name}.{language}.txt"] = f"Subject: {rendered.subject}\n\n{rendered.text}"
    return found


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file, content in pages().items():
        (GOLDEN / file).write_text(content, encoding="utf-8")
