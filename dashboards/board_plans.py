"""What stands on the four boards for analysts: overview, sentiment, sources, competitors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dashboards.drawings import (
    bars,
    cloud,
    donut,
    heat,
    labels,
    negatives,
    net_line,
    number,
    over_time,
    plain_bars,
    shares_over_time,
    table,
    values,
)
from dashboards.panels import NEGATIVE, Card, Kit, count, even, mentions, net, note, of, row, to_incident
from dashboards.parts import AnyMetric, Kql

Rows: TypeAlias = Sequence[tuple[int, Sequence[tuple[int, Card]]]]
REVIEWED = Kql(expression="rating : *")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Days that the board opens on, rows below the links; `own`: only our brands at first."""

    days: int
    rows: Rows
    own: bool = False
    controls: bool = True


def overview(kit: Kit) -> Plan:
    """What is said, and is it getting better or worse?"""
    about = note(kit, "overview", "def.mention", "def.net", "def.negative", "coverage.mentions", "coverage.own")
    numbers = even(
        number(kit, "mentions", count(kit)),
        number(kit, "net", net(kit)),
        negatives(kit),
        number(kit, "authors", of(kit, "unique_count", "author_key", "authors")),
        number(kit, "stories", of(kit, "unique_count", "story_id", "stories")),
        number(kit, "severity", of(kit, "max", "severity", "severity", decimals=0)),
    )
    return Plan(
        days=7,
        own=True,
        rows=[
            (8, [(48, about)]),
            (6, numbers),
            (14, [(32, over_time(kit, "by-label")), (16, donut(kit, "labels"))]),
            (14, [(20, bars(kit, "sites", "site", "site")), (16, bars(kit, "concerns", "crisis_labels", "concern")),
                  (12, donut(kit, "units", "unit"))]),
            (20, [(48, mentions(kit, "latest", "published_at"))]),
        ],
    )  # fmt: skip


def sentiment(kit: Kit) -> Plan:
    """Why are they pleased or cross?"""
    about = note(kit, "sentiment", "def.net", "def.negative", "def.severity", "coverage.mentions", "coverage.own",
                 "coverage.hours")  # fmt: skip
    hours = values(kit, "published_hour", "hour", 24, by_name=True)
    days = values(kit, "published_weekday", "weekday", 7, by_name=True)
    concerns = table(
        kit,
        "concern-table",
        [row(kit, "crisis_labels", "concern", 12)],
        [count(kit), net(kit), of(kit, "average", "severity", "severity-mean", decimals=0),
         of(kit, "unique_count", "author_key", "authors"), of(kit, "max", "published_at", "last")],
        drilldowns=to_incident(kit),
    )  # fmt: skip
    products = table(
        kit,
        "products",
        [row(kit, "product", "product", 20)],
        [count(kit), of(kit, "average", "rating", "rating", decimals=1), net(kit), count(kit, "negative", NEGATIVE)],
        where=REVIEWED,
    )
    return Plan(
        days=30,
        own=True,
        rows=[
            (9, [(48, about)]),
            (14, even(net_line(kit, "net-line", marks=True), shares_over_time(kit, "label-share"))),
            (16, even(heat(kit, "concern-label", labels(kit), values(kit, "crisis_labels", "concern")),
                      cloud(kit, "concern-cloud", "crisis_labels", "concern", NEGATIVE))),
            (14, [(48, heat(kit, "negative-hours", hours, days, NEGATIVE))]),
            (14, even(concerns, products)),
        ],
    )  # fmt: skip


def sources(kit: Kit) -> Plan:
    """Who speaks, where and how?"""
    about = note(kit, "sources", "def.mention", "def.net", "coverage.mentions", "coverage.own")
    numbers: list[AnyMetric] = [count(kit), count(kit, "negative", NEGATIVE), net(kit)]
    sites = table(
        kit,
        "site-table",
        [row(kit, "site", "site", 50)],
        [*numbers, of(kit, "unique_count", "author_key", "authors"), of(kit, "max", "published_at", "last")],
        drilldowns=to_incident(kit),
    )
    authors = table(
        kit,
        "author-table",
        [row(kit, "author_key", "author", 50)],
        [*numbers, of(kit, "unique_count", "site", "sites"), of(kit, "max", "severity", "severity", decimals=0)],
        drilldowns=to_incident(kit),
    )
    return Plan(
        days=30,
        own=True,
        rows=[
            (8, [(48, about)]),
            (14, [(24, bars(kit, "sites", "site", "site")), (24, over_time(kit, "unit-time", "unit"))]),
            (14, even(sites, authors)),
            (14, [(16, donut(kit, "languages", "language", "language")), (16, donut(kit, "units", "unit")),
                  (16, plain_bars(kit, "ratings", "rating", "rating", where=REVIEWED, by_name=True))]),
        ],
    )  # fmt: skip


def competitors(kit: Kit) -> Plan:
    """How much and how well is each brand spoken of?"""
    about = note(kit, "competitors", "def.voice", "def.net", "def.negative", "coverage.mentions", "coverage.all")
    brands = table(
        kit,
        "brand-table",
        [row(kit, "brand", "brand", 20)],
        [count(kit), count(kit, "negative", NEGATIVE), net(kit), of(kit, "unique_count", "author_key", "authors"),
         of(kit, "unique_count", "site", "sites"), of(kit, "max", "severity", "severity", decimals=0)],
        drilldowns=to_incident(kit),
    )  # fmt: skip
    names = values(kit, "brand", "brand", 8, by_name=True)
    return Plan(
        days=30,
        rows=[
            (8, [(48, about)]),
            (14, [(32, shares_over_time(kit, "voice", "brand")), (16, donut(kit, "voice-now", "brand", "brand"))]),
            (14, even(bars(kit, "label-brands", "brand", "brand", shares=True),
                      net_line(kit, "net-brands", split="brand"))),
            (14, even(brands, heat(kit, "concern-brands", names, values(kit, "crisis_labels", "concern")))),
        ],
    )  # fmt: skip
