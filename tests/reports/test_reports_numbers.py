"""The report's numbers, from the real embedded store, against counting by hand."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from reports_sample import mention
from reports_week import CONFIG, END, MONDAY, PARIS, START, mine, report_of

from config.models import Config, Vigie
from mentions.errors import Stop
from mentions.sqlite import SqliteStore
from reports.weekly import build

pytestmark = pytest.mark.local


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
