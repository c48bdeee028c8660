"""What a deployment would do: reads the space, writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from dashboards.answers import short
from dashboards.client import Space, Version
from dashboards.diff import differences, of_api, of_record
from dashboards.memory import BASE, INTENDED, SENT, Memory, digest, of_stored
from dashboards.wanted import WAYS, Key, Record, Wanted, Way
from mentions.errors import Stop

API_SINCE: Final = (9, 5)  # generally available, no breaking change before the next major
PREVIEW_SINCE: Final = (9, 4)
NEEDED: Final = ("title", "timeFieldName")  # of a data view: boards break when they change

Action: TypeAlias = Literal["make", "replace", "keep", "by-hand"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One board: what is to be done with it, and how the space's differs from ours."""

    board_id: str
    title: str
    action: Action
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`stored` is what the space holds of ours; `base` are the keys of tag and data views that must be written."""

    version: Version
    way: Way
    stored: Mapping[Key, Record]
    memory: Memory
    boards: tuple[Standing, ...]
    base: tuple[Key, ...]

    @property
    def by_hand(self) -> tuple[str, ...]:
        """Boards that somebody changed."""
        return tuple(each.board_id for each in self.boards if each.action == "by-hand")

    @property
    def work(self) -> tuple[Standing, ...]:
        """Boards that must be written."""
        return tuple(each for each in self.boards if each.action != "keep")


def way_of(version: Version, via: Literal["auto", "api", "import"]) -> Way:
    """How boards reach this Kibana. Stop where the way asked for does not exist."""
    if via == "api" and version.number < PREVIEW_SINCE:
        raise Stop(f"Kibana {version} has no Dashboards API (9.4 has a preview): use --via auto or --via import")
    if via == "auto":
        return "api" if version.number >= API_SINCE else "import"
    return via


def look(space: Space, wanted: Wanted, version: Version, way: Way) -> Plan:
    """Compare the space with what is wanted."""
    stored = space.export([*_keys(wanted, way), *wanted.base])
    memory = Memory.read(stored.get(wanted.tag))
    if way == "api" and memory.version not in {"", version.text}:
        stored |= space.export(_keys(wanted, "import"))  # before its upgrade, this Kibana may have been imported into
    boards = tuple(_standing(space, wanted, board_id, way, (version, stored, memory)) for board_id in wanted.boards)
    return Plan(version, way, stored, memory, boards, tuple(_base(wanted, stored, memory)))


def _keys(wanted: Wanted, way: Way) -> list[Key]:
    return [key for board_id in wanted.boards for key in wanted.keys(board_id, way)]


def stored_digest(wanted: Wanted, board_id: str, way: Way, stored: Mapping[Key, Record]) -> str:
    """Of a board as the space holds it, with its saved searches."""
    parts = [of_stored(stored[key]) if key in stored else "" for key in wanted.keys(board_id, way)]
    return parts[0] if len(parts) == 1 else digest(parts)


def _standing(
    space: Space, wanted: Wanted, board_id: str, way: Way, seen: tuple[Version, Mapping[Key, Record], Memory]
) -> Standing:
    version, stored, memory = seen
    title = str(wanted.boards[board_id]["title"])
    if ("dashboard", board_id) not in stored:
        return Standing(board_id, title, "make")
    here = stored_digest(wanted, board_id, way, stored)
    sent = wanted.sent(board_id, way)
    if memory.knows(board_id, here, sent):
        return Standing(board_id, title, "keep")
    lines = _lines(space, wanted, board_id, way, stored)
    # After an upgrade of Kibana, boards that were imported are replaced through the API.
    if any(memory.untouched(board_id, stored_digest(wanted, board_id, each, stored)) for each in WAYS):
        return Standing(board_id, title, "replace", lines)
    # Nobody remembers this content, but all of ours is in it: imported by hand, rewritten by an upgrade of Kibana, or
    # written by a deployment that was cut off. Else somebody added to it what we do not set.
    if not lines and (memory.version != version.text or memory.knows(board_id, INTENDED, sent)):
        return Standing(board_id, title, "keep")
    return Standing(board_id, title, "by-hand", lines or ("an option that Vigie does not set was changed",))


def _lines(space: Space, wanted: Wanted, board_id: str, way: Way, stored: Mapping[Key, Record]) -> tuple[str, ...]:
    if way == "import":
        return tuple(_between_records(wanted, board_id, stored))
    try:
        answer = space.board(board_id)
    except Stop as error:
        return (f"the Dashboards API cannot show it: {error}",)  # people can make boards that it has no words for
    if answer is None:
        return ("the Dashboards API does not show it",)
    warnings = answer.get("warnings") or ()
    dropped = [f"the API cannot show a part of it: {short(each.get('message', each))}" for each in warnings]
    return (*differences(of_api(wanted.boards[board_id]), of_api(_data(answer))), *dropped)


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data = answer.get("data")
    return data if isinstance(data, Mapping) else {}


def _between_records(wanted: Wanted, board_id: str, stored: Mapping[Key, Record]) -> Iterator[str]:
    for key in wanted.keys(board_id, "import"):
        if key not in stored:
            yield f"the {key[0]} {key[1]} is missing"
        else:
            yield from differences(of_record(wanted.records[key]), of_record(stored[key]))


def _base(wanted: Wanted, stored: Mapping[Key, Record], memory: Memory) -> Iterator[Key]:
    """What is missing, what boards would break on, and everything when ours changed since it was sent.

    A data view that people gave formats or fields of their own is left alone otherwise.
    """
    sent = memory.sent(BASE)
    changed = bool(sent) and wanted.sent_base()[:SENT] not in sent
    for key in wanted.base:
        ours, there = wanted.records[key]["attributes"], (stored.get(key) or {}).get("attributes")
        if changed or there is None or any(there.get(name) != ours.get(name) for name in NEEDED):
            yield key
