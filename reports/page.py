"""The page in words, once for both its twins (HTML and plain text): what is said, not how it looks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the few numbers on top."""

    label: str
    value: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A head and rows of the same width; the first column is a name, the others are numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day as a bar: parts of the highest day, in percent, and the same in words."""

    label: str
    total: str
    negative: float
    neutral: float
    positive: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody's words, or an incident: a headline, facts about it, and where it is (None: no link)."""

    text: str
    facts: str
    tags: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it; `note` gives the definitions."""

    heading: str
    lines: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()  # (tone, its name)
    quotes: tuple[Quote, ...] = ()
    table: Table | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole report in one language; `lead` is what a hurried reader reads."""

    language: str
    colon: str  # between a name and its value
    read: str  # the words of a link to what is quoted
    subject: str
    title: str
    period: str
    lead: tuple[str, ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    footer: str
    links: tuple[tuple[str, str], ...] = ()  # (words, URL) to look further
