"""The six boards as data: `boards` gives them in one language, for one space.

Fields that no record carries (emotion, country, followers, reach) have no panel; neither have topics and aspects, which
nothing fills yet: what mentions are about is read from their crisis labels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from dashboards.board_plans import Plan, competitors, overview, sentiment, sources
from dashboards.board_watch import health, incident
from dashboards.model import Dashboard, checked
from dashboards.panels import Kit, control, laid, last, link_bar
from dashboards.parts import Is, Pill
from dashboards.views import View, data_views, view_id
from dashboards.words import Language, say

__all__ = ["BOARDS", "TAG", "Board", "Key", "View", "board_id", "boards", "data_views", "tag_id", "tag_name"]

Key: TypeAlias = Literal["overview", "sentiment", "sources", "competitors", "incident", "health"]
TAG: Final = "vigie"
CONTROLS: Final = ("brand", "language", "source", "unit")
PLANS: Final[Mapping[Key, Callable[[Kit], Plan]]] = MappingProxyType(
    {
        "overview": overview,
        "sentiment": sentiment,
        "sources": sources,
        "competitors": competitors,
        "incident": incident,
        "health": health,
    }
)
BOARDS: Final[tuple[Key, ...]] = tuple(PLANS)


@dataclass(frozen=True, slots=True)
class Board:
    """One board: how we call it, its id in Kibana, and what is sent."""

    key: Key
    id: str
    dashboard: Dashboard


def board_id(key: Key, space: str = "default") -> str:
    """`vigie-overview`, or with its space in it."""
    return Kit("en", space).board(key)


def tag_id(space: str = "default") -> str:
    """Of the tag on our boards. A tag belongs to one space, and identifiers are one namespace over all of them."""
    return TAG if space == "default" else f"{TAG}-{space}"


def tag_name(language: Language) -> str:
    """What the tag is called, in words."""
    return say(language, "tag")


def boards(language: Language, *, space: str = "default", prefix: str = "vigie") -> tuple[Board, ...]:
    """The six, in the order of their bar of links. Data views carry `prefix`; the boards themselves do not need it."""
    del prefix  # part of the contract: a board names its data view by id, and only that names indices
    kit = Kit(language, space)
    return tuple(Board(key, kit.board(key), _dashboard(kit, key)) for key in BOARDS)


def _dashboard(kit: Kit, key: Key) -> Dashboard:
    plan = PLANS[key](kit)
    pill = Pill(
        label=kit.say("pill.own"), data_view_id=view_id("mentions", kit.space), condition=Is(field="role", value="own")
    )
    board = Dashboard(
        title=kit.say(f"title.{key}"),
        description=kit.say("description").format(question=kit.say(f"question.{key}")),
        tags=(tag_id(kit.space),),
        time_range=last(plan.days),
        filters=(pill,) if plan.own else (),
        pinned_panels=tuple(control(kit, field) for field in CONTROLS) if plan.controls else (),
        panels=laid([(3, [(48, link_bar(kit, BOARDS))]), *plan.rows]),
    )
    return checked(board, name=kit.board(key))
