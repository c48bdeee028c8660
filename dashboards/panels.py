"""Builders of panels: few words in, a panel of `model` out. Titles come from `words` by the panel's id.

A `Kit` knows the language and the ids of one space. A `Card` is a panel that has no place yet; `laid` gives it one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from dashboards import colours
from dashboards.model import (
    BoardLink,
    Control,
    Grid,
    LinkBar,
    LinksPanel,
    Markdown,
    MarkdownPanel,
    OptionsList,
    Panel,
    Session,
    SessionPanel,
    Sort,
    Tab,
    VisPanel,
)
from dashboards.parts import (
    Assigned,
    ByMetric,
    ByName,
    Code,
    ColouredFilters,
    Count,
    DataView,
    DateHistogram,
    Drilldown,
    Format,
    Kql,
    Labelled,
    Mapped,
    OfField,
    Ramp,
    Shade,
    TimeRange,
)
from dashboards.views import Kind, view_id
from dashboards.vis import Row
from dashboards.words import CODED, TEXTS, Language, say

Operation: TypeAlias = Literal["unique_count", "sum", "min", "max", "average", "median"]
ALL: Final = Kql()
NEGATIVE: Final = Kql(expression="sentiment_label : negative")
SHOWN: Final = Kql(expression="NOT gone_at : *")  # lists leave out what its site no longer shows
COLUMNS: Final = 48


@dataclass(frozen=True, slots=True)
class Kit:
    """Language and ids of the boards of one space."""

    language: Language
    space: str = "default"

    def say(self, key: str) -> str:
        """The text of this key."""
        return say(self.language, key)

    def titled(self, panel: str) -> dict[str, Any]:
        """Title and, where there is one, remark of a panel."""
        about = f"about.{panel}"
        remark = {"description": self.say(about)} if about in TEXTS[self.language] else {}
        return {"title": self.say(f"p.{panel}"), **remark}

    def of(self, kind: Kind) -> DataView:
        """The data view of mentions, incidents or runs."""
        return DataView(ref_id=view_id(kind, self.space))

    def board(self, key: str) -> str:
        """The id of a board: one namespace over all spaces, so another space stands in it."""
        return f"vigie-{key}" if self.space in {"", "default"} else f"vigie-{self.space}-{key}"


@dataclass(frozen=True, slots=True)
class Card:
    """A panel without a place: `make` is its class."""

    id: str
    make: type[VisPanel | MarkdownPanel | SessionPanel | LinksPanel]
    config: Any


def laid(rows: Iterable[tuple[int, Sequence[tuple[int, Card]]]]) -> tuple[Panel, ...]:
    """Rows of (height, [(width, card)]) from top to bottom; the widths of a row make 48."""
    panels, y = [], 0
    for height, row in rows:
        x = 0
        for width, card in row:
            panels.append(card.make(id=card.id, grid=Grid(x=x, y=y, w=width, h=height), config=card.config))
            x += width
        if x != COLUMNS:
            raise ValueError(f"the row of {row[0][1].id!r} is {x} columns wide, not {COLUMNS}")
        y += height
    return tuple(panels)


def even(*cards: Card) -> list[tuple[int, Card]]:
    """Cards of equal width."""
    return [(COLUMNS // len(cards), card) for card in cards]


def vis(panel: str, chart: Any) -> Card:
    """A chart as a card."""
    return Card(panel, VisPanel, chart)


# ------------------------------------------------------------------ what is not a chart


def note(kit: Kit, board: str, *parts: str) -> Card:
    """The first panel: what the board answers, then definitions and coverage, then what to do before editing."""
    text = " ".join(kit.say(part) for part in parts)
    content = f"### {kit.say(f'question.{board}')}\n\n{text}\n\n*{kit.say('advice.duplicate')}*"
    return Card("about", MarkdownPanel, Markdown(content=content))


def link_bar(kit: Kit, keys: Sequence[str]) -> Card:
    """Links between the boards."""
    links = tuple(BoardLink(label=kit.say(f"name.{key}"), destination=kit.board(key)) for key in keys)
    return Card("boards", LinksPanel, LinkBar(links=links))


def mentions(kit: Kit, panel: str, first: str) -> Card:
    """A list of mentions, by `first` and then by time, the largest first."""
    by = ("published_at",) if first == "published_at" else (first, "published_at")
    tab = Tab(
        data_source=kit.of("mentions"),
        query=SHOWN,
        column_order=("brand", "site", "sentiment_label", "severity", "title", "passage", "url"),
        sort=tuple(Sort(name=name, direction="desc") for name in by),
        row_height=3,
        rows_per_page=25,
    )
    return Card(panel, SessionPanel, Session(tabs=(tab,), **kit.titled(panel)))


def control(kit: Kit, field: str) -> Control:
    """A list of the values of a field of mentions."""
    config = OptionsList(
        data_view_id=view_id("mentions", kit.space), field_name=field, title=kit.say(f"control.{field}")
    )
    return Control(id=f"control-{field}", config=config)


def to_incident(kit: Kit) -> tuple[Drilldown, ...]:
    """A click leads to the incident room, with its filter."""
    return (Drilldown(dashboard_id=kit.board("incident"), label=kit.say("drill.incident")),)


# ------------------------------------------------------------------ metrics


def count(kit: Kit, label: str = "mentions", where: Kql | None = None) -> Count:
    """How many, of those that `where` takes."""
    return Count(label=kit.say(f"m.{label}"), filter=where)


def of(
    kit: Kit,
    operation: Operation,
    field: str,
    label: str,
    *,
    decimals: int | None = None,
    suffix: str | None = None,
    **more: Any,
) -> OfField:
    """A number of a field; dates keep their own format, so give no decimals for them."""
    written = None if decimals is None else Format(decimals=decimals, suffix=suffix)
    return OfField(operation=operation, field=field, label=kit.say(f"m.{label}"), format=written, **more)


def net(kit: Kit) -> OfField:
    """Net sentiment: polarity is -1, 0 or 1, so its average is (positive - negative) / all."""
    return of(kit, "average", "polarity", "net", decimals=2)


# ------------------------------------------------------------------ buckets


def time(kit: Kit, field: str = "published_at", least: str = "auto") -> DateHistogram:
    """Time in intervals that Kibana chooses, none shorter than `least`."""
    return DateHistogram(field=field, label=kit.say("b.time"), suggested_interval=least)


def row(kit: Kit, field: str, label: str, limit: int = 10, rank: ByMetric | ByName | None = None) -> Row:
    """Values of a field as rows of a table."""
    return Row(fields=(field,), label=kit.say(f"b.{label}"), limit=limit, rank_by=rank or ByMetric(), click_filter=True)


def coded(kit: Kit, field: str, shades: Sequence[str], label: str) -> ColouredFilters:
    """All values of a coded field, always in the same order and colours, under their names for people."""
    codes = CODED[field]
    names = [kit.say(f"{field}.{code}") for code in codes]
    buckets = [
        Labelled(filter=Kql(expression=f"{field} : {code}"), label=name)
        for code, name in zip(codes, names, strict=True)
    ]
    mapping = [Assigned(values=(name,), color=Code(value=shade)) for name, shade in zip(names, shades, strict=True)]
    return ColouredFilters(label=kit.say(f"b.{label}"), filters=tuple(buckets), color=Mapped(mapping=tuple(mapping)))


def by_label(kit: Kit) -> ColouredFilters:
    """Negative, neutral and positive."""
    return coded(kit, "sentiment_label", tuple(colours.LABELS[code] for code in CODED["sentiment_label"]), "label")


def by_unit(kit: Kit) -> ColouredFilters:
    """Kinds of text."""
    return coded(kit, "unit", colours.CATEGORICAL, "unit")


def by_status(kit: Kit) -> ColouredFilters:
    """Outcomes of runs."""
    return coded(kit, "status", tuple(colours.STATUS[code] for code in CODED["status"]), "status")


def ramp() -> Ramp:
    """Light to dark purple, in fifths of the range shown; both ends are open."""
    ends = [None, 20.0, 40.0, 60.0, 80.0, None]
    return Ramp(
        steps=tuple(Shade(gte=a, lt=b, color=c) for (a, b), c in zip(pairwise(ends), colours.RAMP, strict=True))
    )


def last(days: int) -> TimeRange:
    """The last days up to now."""
    return TimeRange(from_=f"now-{days}d", to="now")
