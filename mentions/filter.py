"""What a reader asks for: one filter, meaning the same on every store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from mentions.model import CrisisLabel, Evidence, Label, Mention, Role, Unit

TimeField: TypeAlias = Literal["published_at", "first_seen_at", "fetched_at", "indexed_at"]


@dataclass(frozen=True, slots=True)
class Word:
    """One normalised token of `search_text`; with `prefix`, every token that starts so."""

    token: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that follow each other."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Mentions that do not match `part`."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """Mentions that match every part."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Mentions that match at least one part."""

    parts: tuple["Expression", ...]


Expression: TypeAlias = Word | Phrase | Not | And | Or


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFilter:
    """Mentions wanted: parts are joined by AND, the values of one part by OR; an empty part asks nothing.

    `start` is included, `end` excluded, both on `time_field`. `severity_from` (0-100) is included, as are
    both ends of the rating (0-5). `gone`: also tombstones; `copies`: also near copies of an earlier mention
    of the same story (False keeps the first published of each `story_id` and brand).
    """

    brands: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    sources: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    languages: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    crisis_labels: tuple[CrisisLabel, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    authors: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    time_field: TimeField = "published_at"
    severity_from: float | None = None
    rating_from: float | None = None
    rating_to: float | None = None
    text: Expression | None = None
    gone: bool = False
    copies: bool = True

    def between(self, start: datetime, end: datetime) -> "MentionFilter":
        """The same filter on the window [start, end)."""
        return replace(self, start=start, end=end)

    def of(self, brands: Sequence[str]) -> "MentionFilter":
        """The same filter for these brands."""
        return replace(self, brands=tuple(brands))


def sort_key(mention: Mention) -> tuple[datetime, str]:
    """Order of publication, ties broken by id: what `newest` and `oldest` mean on every store."""
    return mention.published_at, mention.id
