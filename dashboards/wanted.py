"""What a deployment is to bring into a space, in both forms: bodies of the Dashboards API, and saved objects. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from dashboards.memory import digest
from dashboards.model import Dashboard
from dashboards.saved_panels import session_id
from dashboards.savedobjects import Tag, objects
from dashboards.views import View
from mentions.errors import Stop

Way: TypeAlias = Literal["api", "import"]
Key: TypeAlias = tuple[str, str]  # type and id of a saved object
Record: TypeAlias = Mapping[str, Any]
WAYS: Final[tuple[Way, ...]] = ("api", "import")
LINKS_SINCE: Final = (9, 5)  # the API takes panels of links from then on


@dataclass(frozen=True, slots=True)
class Wanted:
    """Boards by id, and every saved object by type and id: tag, data views, saved searches, boards."""

    boards: Mapping[str, Mapping[str, Any]]
    records: Mapping[Key, Record]
    tag: Key

    @property
    def base(self) -> tuple[Key, ...]:
        """The tag and the data views: what boards stand on."""
        return tuple(key for key in self.records if key[0] in {"tag", "index-pattern"})

    def keys(self, board_id: str, way: Way) -> tuple[Key, ...]:
        """The saved objects that a board is; its lists are objects of their own only where it is imported."""
        lists = [panel["id"] for panel in self.boards[board_id]["panels"] if panel["type"] == "discover_session"]
        searches = [("search", session_id(board_id, name)) for name in lists] if way == "import" else []
        return (*searches, ("dashboard", board_id))

    def sent(self, board_id: str, way: Way) -> str:
        """The digest of what is sent for a board."""
        if way == "api":
            return digest(self.boards[board_id])
        return digest([self.records[key] for key in self.keys(board_id, way)])

    def sent_base(self) -> str:
        """The digest of tag and data views, whatever the tag remembers."""
        return digest([_unsaid(self.records[key]) for key in self.base])


def wanted(boards: Mapping[str, Dashboard], views: Sequence[View], tag: Tag, *, links: bool = True) -> Wanted:
    """These boards on these data views; `links` False writes link bars as text, for a Kibana whose API has none.

    Stop for a board that reads a data view which is not there: it was made for another space.
    """
    bodies = {board_id: board.body() for board_id, board in boards.items()}
    known = {view.id for view in views}
    for board_id, body in bodies.items():
        if strangers := sorted(set(_data_views(body)) - known):
            raise Stop(
                f"the board {board_id} reads the data view {strangers[0]}, this space has {', '.join(sorted(known))}: "
                "build it for this space (vigie kibana build)"
            )
    records = {(record["type"], record["id"]): record for record in objects(bodies, views, tag)}
    if not links:
        bodies = {board_id: {**body, "panels": list(_as_text(body["panels"]))} for board_id, body in bodies.items()}
    return Wanted(bodies, records, ("tag", tag.id))


def _data_views(part: Any) -> Iterable[str]:
    if isinstance(part, Mapping):
        if part.get("type") == "data_view_reference":
            yield part["ref_id"]
        if isinstance(part.get("data_view_id"), str):
            yield part["data_view_id"]
        for each in part.values():
            yield from _data_views(each)
    elif isinstance(part, list):
        for each in part:
            yield from _data_views(each)


def _as_text(panels: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for panel in panels:
        if panel["type"] != "links":
            yield panel
            continue
        links = " · ".join(f"[{link['label']}](#/view/{link['destination']})" for link in panel["config"]["links"])
        yield {**panel, "type": "markdown", "config": {"content": links, "settings": {"open_links_in_new_tab": False}}}


def _unsaid(record: Record) -> Record:
    attributes = {name: value for name, value in record["attributes"].items() if name != "description"}
    return {**record, "attributes": attributes}
