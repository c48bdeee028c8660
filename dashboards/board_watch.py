"""What stands on the two boards for those on watch: the incident room, and the health of Vigie itself."""

from dashboards.board_plans import Plan
from dashboards.drawings import (
    axes,
    donut,
    largest,
    negatives,
    number,
    over_time,
    plain_bars,
    table,
)
from dashboards.panels import (
    NEGATIVE,
    Card,
    Kit,
    by_status,
    count,
    even,
    last,
    mentions,
    note,
    of,
    row,
    time,
    vis,
)
from dashboards.parts import AnyMetric, ByMetric, Kql
from dashboards.vis import SortBy
from dashboards.vis_xy import DataLayer, SeriesCount, SeriesOfField, Split, XyChart

READINGS = Kql(expression="kind : crawl or kind : backfill")
GOOD = Kql(expression="status : ok")
BAD = Kql(expression="status : failed or status : partial")
EARLIEST = ByMetric(direction="asc")


def incident(kit: Kit) -> Plan:
    """What is going on, where did it begin, who carries it on?"""
    about = note(
        kit, "incident", "def.mention", "def.severity", "def.stories", "coverage.mentions", "coverage.incident"
    )
    worst = of(kit, "max", "severity", "severity", decimals=0)
    numbers = even(
        number(kit, "mentions", count(kit)),
        negatives(kit),
        number(kit, "authors", of(kit, "unique_count", "author_key", "authors")),
        number(kit, "stories", of(kit, "unique_count", "story_id", "stories")),
        number(kit, "site-count", of(kit, "unique_count", "site", "sites")),
        number(kit, "severity", worst),
    )
    origin, stories, authors = _carriers(kit)
    return Plan(
        days=7,
        rows=[
            (8, [(48, about)]),
            (6, numbers),
            (8, [(48, _incidents(kit))]),
            (14, even(over_time(kit, "by-label"), over_time(kit, "site-time", "site"))),
            (12, even(origin, stories)),
            (12, even(authors, plain_bars(kit, "negative-concerns", "crisis_labels", "concern", where=NEGATIVE))),
            (20, [(48, mentions(kit, "worst", "severity"))]),
        ],
    )


def _carriers(kit: Kit) -> tuple[Card, Card, Card]:
    """Where it was said first, which stories spread, who writes most."""
    first, latest = of(kit, "min", "published_at", "first"), of(kit, "max", "published_at", "last")
    bad = count(kit, "negative", NEGATIVE)
    worst = of(kit, "max", "severity", "severity", decimals=0)
    origin = table(
        kit,
        "first",
        [row(kit, "site", "site", 20, EARLIEST)],
        [first, count(kit), bad, of(kit, "unique_count", "author_key", "authors")],
        order=SortBy(direction="asc"),
    )
    stories = table(
        kit,
        "story-table",
        [row(kit, "story_id", "story", 20)],
        [count(kit), of(kit, "unique_count", "site", "sites"), first, latest, worst],
    )
    authors = table(
        kit, "author-table", [row(kit, "author_key", "author", 20)], [count(kit), bad, first, latest, worst]
    )
    return origin, stories, authors


def _incidents(kit: Kit) -> Card:
    """Each brand and rule has one incident open at a time. Filters do not apply: an incident has no site."""
    newest = [
        of(kit, "max", "opened_at", "opened"),
        of(kit, "max", "updated_at", "updated"),
        of(kit, "max", "observed", "observed", decimals=0),
        of(kit, "max", "expected", "expected", decimals=1),
        of(kit, "max", "hours", "hours", decimals=0),
    ]
    rows = [row(kit, field, field, 10) for field in ("brand", "rule", "tier", "state")]
    return table(kit, "incidents", rows, newest, kind="incidents", ignore_global_filters=True)


def health(kit: Kit) -> Plan:
    """Does Vigie read everything, and how sure is what it shows?"""
    about = note(kit, "health", "def.run", "coverage.health")
    numbers = even(
        number(kit, "runs", count(kit, "runs"), "runs"),
        number(kit, "failed", count(kit, "failed", BAD), "runs"),
        number(kit, "heard", of(kit, "unique_count", "source", "sources", filter=GOOD), "runs"),
        number(kit, "saved", of(kit, "sum", "saved", "saved", decimals=0), "runs"),
        number(kit, "rejected", of(kit, "sum", "rejected", "rejected", decimals=0), "runs"),
        number(kit, "lag", of(kit, "median", "lag_seconds", "lag", decimals=0, suffix=" s"), "runs"),
    )
    series = largest(kit, "source", 8)
    items = SeriesOfField(operation="sum", field="items", label=kit.say("m.items"))
    return Plan(
        days=1,
        controls=False,
        rows=[
            (7, [(48, about)]),
            (6, numbers),
            (14, even(
                _runs_over_time(kit, "run-time", SeriesCount(label=kit.say("m.runs")), by_status(kit)),
                _runs_over_time(kit, "item-time", items, series, READINGS),
            )),
            (14, even(_sources(kit), _jobs(kit))),
            (14, even(_fresh(kit), _models(kit))),
            (12, even(donut(kit, "language-mix", "language", "language"),
                      donut(kit, "precision", "published_precision", "precision"))),
        ],
    )  # fmt: skip


def _runs_over_time(
    kit: Kit, panel: str, measure: SeriesCount | SeriesOfField, split: Split, where: Kql | None = None
) -> Card:
    layer = DataLayer(
        type="bar_stacked",
        data_source=kit.of("runs"),
        x=time(kit, "started_at"),
        y=(measure,),
        breakdown_by=split,
    )
    return vis(panel, XyChart(layers=(layer,), query=where or Kql(), axis=axes(kit), **kit.titled(panel)))


def _sources(kit: Kit) -> Card:
    """Longest without success first. Always 30 days: a silent source would else leave the table that should show it."""
    metrics: list[AnyMetric] = [
        of(kit, "max", "finished_at", "success", filter=GOOD),
        count(kit, "runs"),
        count(kit, "failed", BAD),
        of(kit, "sum", "items", "items", decimals=0),
        of(kit, "median", "lag_seconds", "lag", decimals=0),
        of(kit, "median", "seconds", "seconds", decimals=0),
    ]
    rows = [row(kit, "source", "source", 100, ByMetric(metric_index=1))]
    order = SortBy(direction="asc")
    return table(kit, "source-table", rows, metrics, kind="runs", where=READINGS, order=order, time_range=last(30))


def _jobs(kit: Kit) -> Card:
    rows = [row(kit, "kind", "kind", 10), row(kit, "status", "status", 4)]
    finished = of(kit, "max", "finished_at", "last")
    length = of(kit, "median", "seconds", "seconds", decimals=1)
    return table(kit, "job-table", rows, [count(kit, "runs"), finished, length], kind="runs")


def _fresh(kit: Kit) -> Card:
    metrics: list[AnyMetric] = [
        count(kit),
        of(kit, "max", "published_at", "last"),
        of(kit, "max", "fetched_at", "read"),
    ]
    return table(kit, "fresh-table", [row(kit, "source", "source", 50)], metrics)


def _models(kit: Kit) -> Card:
    metrics: list[AnyMetric] = [count(kit), of(kit, "max", "indexed_at", "last")]
    return table(kit, "models", [row(kit, "model", "model", 10)], metrics)
