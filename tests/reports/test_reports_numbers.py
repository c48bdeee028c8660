"""The report's numbers, from the real embedded store, against counting by hand."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_sample import mention

from config.models import Brand, Config, FeedSource, Vigie
from mentions.errors import Stop
from mentions.model import LABELS
from mentions.sqlite import SqliteStore
from reports.model import Accuracy
from reports.weekly import build
from state.records import Incident, Run, Verdict

pytestmark = pytest.mark.local

MONDAY = date(2026, 10, 19)  # its Sunday, the 25th, has 25 hours in Paris
PARIS = ZoneInfo("Europe/Paris")
START, END = datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)


def source(name, every="1h", **changes):
    return FeedSource(name=name, kind="feed", url=f"https://{name}.example.org/feed", every=every, **changes)


CONFIG = Config(
    vigie=Vigie(timezone="Europe/Paris"),
    brands=(
        Brand(name="Mirabelle", match=("Mirabelle",)),
        Brand(name="Cerisaie", role="competitor", match=("Cerisaie",)),
        Brand(name="Sister", role="own", match=("Sister",)),
    ),
    sources=(source("blog"), source("forum", every="6h"), source("off", enabled=False)),
)


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    rng = random.Random(7)
    rows = []
    for number in range(600):
        label = rng.choice(LABELS)
        at = START - timedelta(days=8) + timedelta(seconds=rng.randrange(16 * 86400))
        brand = rng.choice(["Mirabelle", "Mirabelle", "Cerisaie", "Sister"])
        rows.append(
            mention(
                number,
                at,
                brand=brand,
                role="competitor" if brand == "Cerisaie" else "own",
                source=rng.choice(["blog", "forum", "forum"]),
                sentiment_label=label,
                polarity={"negative": -1, "neutral": 0, "positive": 1}[label],
                severity=float(rng.randrange(100)) if label == "negative" else 0.0,
                author_key=f"a{rng.randrange(40)}",
                story_id=f"s{rng.randrange(400)}",
                crisis_labels=("product_safety",) if label == "negative" and rng.random() < 0.3 else (),
                gone_at=at if rng.random() < 0.05 else None,
            )
        )
    store = SqliteStore(tmp_path_factory.mktemp("store") / "mentions.sqlite")
    store.upsert(rows, now=END)
    yield store, rows
    store.close()


def mine(rows, start=START, end=END):
    return [row for row in rows if row.brand == "Mirabelle" and start <= row.published_at < end]


def report_of(store, incidents=(), runs=(), config=CONFIG, **options):
    return build(store, incidents, runs, config, "Mirabelle", MONDAY, **options)


def test_totals_of_both_weeks_are_what_counting_gives(week):
    store, rows = week
    report = report_of(store)
    for tally, (start, end) in (
        (report.now, (START, END)),
        (report.then, (START - timedelta(days=7), START)),
    ):
        there = mine(rows, start, end)
        labels = Counter(row.sentiment_label for row in there)
        assert (tally.mentions, tally.negative, tally.neutral, tally.positive) == (
            len(there),
            labels["negative"],
            labels["neutral"],
            labels["positive"],
        )
        assert tally.stories == len({row.story_id for row in there})
        assert tally.authors == len({row.author_key for row in there})
        assert tally.net == (labels["positive"] - labels["negative"]) / len(there)


def test_days_are_local_and_sum_to_the_week_when_clocks_change(week):
    store, rows = week
    report = report_of(store)
    by_day = Counter(row.published_at.astimezone(PARIS).date() for row in mine(rows))
    assert {day.day: day.mentions for day in report.days} == {
        MONDAY + timedelta(days=n): by_day[MONDAY + timedelta(days=n)] for n in range(7)
    }
    assert sum(day.mentions for day in report.days) == report.now.mentions


def test_quarter_hour_zones_fold_to_their_own_days(week):
    store, rows = week
    nepal = Config(vigie=Vigie(timezone="Asia/Kathmandu"), brands=CONFIG.brands)
    report = report_of(store, config=nepal)
    zone = ZoneInfo("Asia/Kathmandu")
    days = Counter(row.published_at.astimezone(zone).date() for row in rows if row.brand == "Mirabelle")
    assert [day.mentions for day in report.days] == [days[MONDAY + timedelta(days=n)] for n in range(7)]


def test_share_of_voice_compares_with_competitors_only(week):
    store, rows = week
    report = report_of(store)
    there = Counter(row.brand for row in rows if START <= row.published_at < END)
    assert {voice.brand: voice.mentions for voice in report.voices} == {
        "Mirabelle": there["Mirabelle"],
        "Cerisaie": there["Cerisaie"],
    }
    texts = {row.story_id for row in rows if row.brand == "Cerisaie" and START <= row.published_at < END}
    assert next(v for v in report.voices if v.brand == "Cerisaie").stories == len(texts)


def test_worst_mentions_are_live_negatives_by_severity(week):
    store, rows = week
    report = report_of(store)
    assert len(report.worst) == 5
    assert [row.severity for row in report.worst] == sorted((row.severity for row in report.worst), reverse=True)
    assert all(
        row.sentiment_label == "negative" and row.gone_at is None and row.brand == "Mirabelle" for row in report.worst
    )
    live = [row for row in mine(rows) if row.sentiment_label == "negative" and row.gone_at is None]
    copies = Counter(row.story_id for row in rows if row.brand == "Mirabelle")
    single = [row.severity for row in live if copies[row.story_id] == 1]
    assert report.worst[0].severity >= max(single)


def test_sources_and_crisis_labels_count_their_mentions(week):
    store, rows = week
    report = report_of(store)
    said = Counter(row.source for row in mine(rows))
    bad = Counter(row.source for row in mine(rows) if row.sentiment_label == "negative")
    assert [(line.source, line.mentions, line.negative) for line in report.sources] == [
        (name, count, bad[name]) for name, count in said.most_common()
    ]
    (line,) = report.labels
    earlier = mine(rows, START - timedelta(days=7), START)
    assert line.mentions == sum(bool(row.crisis_labels) for row in mine(rows))
    assert line.before == sum(bool(row.crisis_labels) for row in earlier)


def test_a_running_week_is_compared_with_the_same_part_of_the_week_before(week):
    store, rows = week
    now = datetime(2026, 10, 21, 10, 30, tzinfo=UTC)
    report = report_of(store, as_of=now)
    assert not report.span.whole
    assert report.now.mentions == len(mine(rows, START, now))
    assert report.then.mentions == len(mine(rows, START - timedelta(days=7), now - timedelta(days=7)))
    assert [day.day for day in report.days] == [MONDAY + timedelta(days=n) for n in range(3)]


def test_a_brand_that_is_not_configured_stops(week):
    with pytest.raises(Stop, match=r"no brand 'Mirabel' in brands.yaml; brands: Mirabelle"):
        build(week[0], (), (), CONFIG, "Mirabel", MONDAY)


def test_a_week_that_has_not_begun_stops(week):
    with pytest.raises(Stop, match="the week of 2026-10-19 has not begun in Europe/Paris"):
        report_of(week[0], as_of=START)


def test_a_week_starts_on_monday(week):
    with pytest.raises(ValueError, match="Tuesday"):
        build(week[0], (), (), CONFIG, "Mirabelle", date(2026, 10, 20))


def incident(number, opened, closed=None, brand="Mirabelle"):
    return Incident(
        id=f"i{number}",
        brand=brand,
        family="negative",
        rule="surge",
        tier="alert",
        state="closed" if closed else "open",
        opened_at=opened,
        updated_at=closed or opened,
        closed_at=closed,
        peak_score=2.0,
    )


def test_incidents_are_those_open_in_the_week_as_they_stood_at_its_end(week):
    hour = timedelta(hours=1)
    incidents = [
        incident(1, START - 50 * hour, START - hour),  # over before
        incident(2, START - 50 * hour, START + hour),  # ended in the week
        incident(3, START + hour, END + hour),  # closed later: open at the end of the week
        incident(4, END - hour),
        incident(5, END),  # next week's
        incident(6, START + hour, brand="Cerisaie"),
    ]
    lines = report_of(week[0], incidents).incidents
    assert [(line.id, line.opened_this_week, line.closed_at) for line in lines] == [
        ("i2", False, START + hour),
        ("i3", True, None),
        ("i4", True, None),
    ]


def crawl(number, at, status="ok", name="blog", **changes):
    return Run(
        id=f"r{number}",
        kind="crawl",
        source=name,
        started_at=at,
        finished_at=at + timedelta(minutes=3),
        status=status,
        **changes,
    )


def lines_of(store, runs):
    return {line.source: line for line in report_of(store, runs=runs).coverage}


def test_a_source_is_complete_when_known_to_the_end_give_or_take_its_rhythm(week):
    minute = timedelta(minutes=1)
    lines = lines_of(week[0], [crawl(1, END - 61 * minute), crawl(2, END - 300 * minute, name="forum")])
    assert (lines["blog"].complete, lines["forum"].complete) == (False, True)
    assert "off" not in lines
    assert lines_of(week[0], [crawl(1, END - 60 * minute)])["blog"].complete
    assert lines_of(week[0], [crawl(1, END + 500 * minute)])["blog"].complete
    assert not lines_of(week[0], [crawl(1, END + 500 * minute, status="partial")])["blog"].complete


def test_a_back_fill_covers_what_it_says(week):
    filled = Run(
        id="b",
        kind="backfill",
        source="blog",
        started_at=END - timedelta(days=2),
        status="ok",
        covers_from=START,
        covers_to=END,
    )
    assert lines_of(week[0], [filled])["blog"].complete


def test_crawls_of_the_week_are_counted_by_outcome_and_the_last_failure_is_told(week):
    hour = timedelta(hours=1)
    runs = [
        crawl(1, START - hour),
        crawl(2, START + hour, "failed", reason="old trouble"),
        crawl(3, START + 2 * hour),
        crawl(4, START + 3 * hour, "partial", reason="page 7 timed out"),
        crawl(5, START + 4 * hour, "failed", reason="HTTP 503"),
        crawl(6, START + 5 * hour, "running"),
    ]
    line = lines_of(week[0], runs)["blog"]
    assert (line.ok, line.partial, line.failed) == (1, 1, 2)
    assert line.last_success == START + 2 * hour + timedelta(minutes=3)
    assert line.reason == "HTTP 503"
    assert lines_of(week[0], [*runs, crawl(7, START + 6 * hour)])["blog"].reason is None


def test_new_words_are_those_of_this_week_only(tmp_path):
    rows = [mention(n, START + timedelta(hours=n), search_text="creme rougeurs joue") for n in range(20)]
    rows += [mention(100 + n, START - timedelta(hours=1 + n), search_text="creme douce joue") for n in range(60)]
    store = SqliteStore(tmp_path / "mentions.sqlite")
    store.upsert(rows, now=END)
    terms = report_of(store).terms
    store.close()
    assert terms[0].term == "rougeurs"
    assert "douce" not in {term.term for term in terms}


def test_an_empty_store_gives_an_empty_week(tmp_path):
    store = SqliteStore(tmp_path / "mentions.sqlite")
    report = report_of(store)
    store.close()
    assert (report.now.mentions, report.now.net, report.worst, report.terms) == (0, None, (), ())
    assert len(report.days) == 7


def verdict(number, at, brand="Mirabelle", **changes):
    plain = {"found_sentiment": "negative", "sentiment": "negative"}
    return Verdict(
        mention_id=f"m{number}", by="ana", judged_at=at, brand=brand, content_hash="h", model="m", **plain | changes
    )


def test_accuracy_is_of_the_verdicts_given_this_week_on_this_brand(week):
    hour = timedelta(hours=1)
    signs = {"crisis": ("data_security", "product_safety"), "found_crisis": ("product_safety", "data_security")}
    given = [
        verdict(1, START - hour, sentiment="positive"),  # last week's
        verdict(2, START),
        verdict(3, START + hour, sentiment="neutral", **signs),
        verdict(4, END - hour, sentiment=None, crisis=(), found_crisis=("service_outage",)),
        verdict(5, END),
        verdict(6, START + hour, brand="Cerisaie"),
    ]
    report = report_of(week[0], verdicts=given)
    assert report.sentiment_accuracy == Accuracy(judged=2, right=1)
    assert report.crisis_accuracy == Accuracy(judged=2, right=1)
    nobody = report_of(week[0])
    assert nobody.sentiment_accuracy == nobody.crisis_accuracy == Accuracy()


@given(judged=st.integers(0, 400), share=st.floats(0, 1))
def test_the_interval_holds_the_share_and_shrinks_with_more_verdicts(judged, share):
    told = Accuracy(judged=judged, right=round(judged * share))
    low, high = told.interval
    assert 0 <= low <= high <= 1
    assert not judged or low - 1e-9 <= told.right / judged <= high + 1e-9
    assert high - low < 0.12 or judged < 300


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"), [(0, 0, 0.0, 1.0), (81, 263, 0.2553, 0.3662), (0, 10, 0.0, 0.2775)]
)
def test_the_interval_is_wilsons(right, judged, low, high):
    """Newcombe 1998, table I, method 3: 81 of 263; and worked out by hand for none of ten."""
    assert Accuracy(judged=judged, right=right).interval == pytest.approx((low, high), abs=6e-5)
