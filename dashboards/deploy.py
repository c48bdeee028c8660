"""Bring our boards into a space: the base first, a backup before anything is overwritten, each board read back.

A deployment that was cut off goes on when it is run again: what is there already is left as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from dashboards.backup import back_up
from dashboards.client import Space
from dashboards.diff import of_api, of_record
from dashboards.memory import BASE, Memory, digest
from dashboards.plan import Plan, Standing, stored_digest
from dashboards.wanted import Record, Wanted, Way
from mentions.errors import Stop, Transient

Word: TypeAlias = Literal["made", "replaced", "unchanged", "failed", "not-tried"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one board; `detail` says why it failed."""

    board_id: str
    title: str
    word: Word
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Deployed:
    """`base` are identifiers of tag and data views that were written; `backup` is where the old boards are."""

    outcomes: tuple[Outcome, ...]
    base: tuple[str, ...] = ()
    backup: Path | None = None
    note: str = ""

    @property
    def complete(self) -> bool:
        """Every board stands in the space as we want it."""
        return all(each.word in {"made", "replaced", "unchanged"} for each in self.outcomes)

    @property
    def unchanged(self) -> bool:
        """There was nothing to do."""
        return not self.base and all(each.word == "unchanged" for each in self.outcomes)


def refuse_if_by_hand(space: str, planned: Plan, *, force: bool) -> None:
    """Stop if a board was changed by hand and `force` is False: nothing is written then."""
    if planned.by_hand and not force:
        names = ", ".join(planned.by_hand)
        raise Stop(
            f"changed by hand since Vigie deployed, in the space {space}: {names}; nothing was written. "
            "`vigie kibana diff` tells what; to keep it, duplicate the board in Kibana; --force overwrites it "
            "(a backup is written first)"
        )


def deploy(space: Space, wanted: Wanted, planned: Plan, *, backups: Path, now: datetime) -> Deployed:
    """Do what was planned. Raises Stop or Transient only while no board was written yet."""
    if not planned.work and not planned.base:
        _remember(space, wanted, planned, planned.stored, ())
        return Deployed(tuple(_outcome(each, "unchanged") for each in planned.boards))
    kept = back_up(space, [*planned.stored], backups, now)
    base = _write_base(space, wanted, planned)
    write = _put if planned.way == "api" else _import
    written = {each.board_id: each for each in write(space, wanted, planned.work)}
    outcomes = [written.get(each.board_id) or _outcome(each, "unchanged") for each in planned.boards]
    note = ""
    try:
        stored = space.export([key for name in wanted.boards for key in wanted.keys(name, planned.way)])
        outcomes = [_read_back(space, wanted, planned.way, stored, each) for each in outcomes]
    except (Stop, Transient) as error:
        outcomes = [_unproved(each, str(error)) for each in outcomes]
    else:
        note = _remembered(space, wanted, planned, stored, outcomes)
    return Deployed(tuple(outcomes), base, kept[0] if kept else None, note)


def _outcome(standing: Standing, word: Word, detail: str = "") -> Outcome:
    return Outcome(standing.board_id, standing.title, word, detail)


def _write_base(space: Space, wanted: Wanted, planned: Plan) -> tuple[str, ...]:
    """The data views that are needed, and the tag with what we are about to do in its memory."""
    intended = {each.board_id: wanted.sent(each.board_id, planned.way) for each in planned.work}
    memory = planned.memory.intending(planned.version.text, intended)
    records = [wanted.records[key] for key in planned.base if key != wanted.tag]
    result = space.load([*records, _tag(wanted, planned, memory)])
    if result.failed:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in result.failed.items())
        raise Stop(f"Kibana did not take what the boards stand on, so no board was sent: {reasons}")
    return tuple(name for kind, name in planned.base)


def _tag(wanted: Wanted, planned: Plan, memory: Memory) -> Record:
    """Our tag with this memory; if people gave it another name or colour, it keeps them."""
    ours = wanted.records[wanted.tag]
    there = {} if wanted.tag in planned.base else planned.stored[wanted.tag]["attributes"]
    return {**ours, "attributes": {**ours["attributes"], **there, "description": memory.description()}}


def _put(space: Space, wanted: Wanted, work: Sequence[Standing]) -> Iterator[Outcome]:
    """One after the other; a board that is refused does not hold up the others, a Kibana that is gone does."""
    gone = ""
    for each in work:
        if gone:
            yield _outcome(each, "not-tried", gone)
            continue
        try:
            space.put_board(each.board_id, wanted.boards[each.board_id])
        except Stop as error:
            yield _outcome(each, "failed", str(error))
        except Transient as error:
            gone = str(error)
            yield _outcome(each, "failed", gone)
        else:
            yield _outcome(each, "made" if each.action == "make" else "replaced")


def _import(space: Space, wanted: Wanted, work: Sequence[Standing]) -> Iterator[Outcome]:
    """All in one file, since boards refer to each other."""
    keys = {each.board_id: wanted.keys(each.board_id, "import") for each in work}
    if not work:
        return
    try:
        failed = space.load([wanted.records[key] for part in keys.values() for key in part]).failed
    except (Stop, Transient) as error:
        yield from (_outcome(each, "failed", str(error)) for each in work)
        return
    for each in work:
        reasons = [failed[name] for _, name in keys[each.board_id] if name in failed]
        word: Word = "failed" if reasons else "made" if each.action == "make" else "replaced"
        yield _outcome(each, word, "; ".join(reasons))


def _read_back(
    space: Space, wanted: Wanted, way: Way, stored: Mapping[tuple[str, str], Record], outcome: Outcome
) -> Outcome:
    """A board that Kibana took is there with the panels that it was sent, no fewer and no more."""
    if outcome.word not in {"made", "replaced"}:
        return outcome
    key = ("dashboard", outcome.board_id)
    if way == "api":
        answer = space.board(outcome.board_id) or {}
        sent, there = of_api(wanted.boards[outcome.board_id]).ids, of_api(answer.get("data") or {}).ids
    else:
        sent, there = of_record(wanted.records[key]).ids, of_record(stored.get(key) or {}).ids
    if sent == there:
        return outcome
    lost = ", ".join(sorted(sent - there) or sorted(there - sent))
    return replace(outcome, word="failed", detail=f"Kibana took {len(sent)} panels and shows {len(there)}: {lost}")


def _unproved(outcome: Outcome, reason: str) -> Outcome:
    if outcome.word not in {"made", "replaced"}:
        return outcome
    return replace(outcome, word="failed", detail=f"sent, but not read back: {reason}")


def _remembered(
    space: Space,
    wanted: Wanted,
    planned: Plan,
    stored: Mapping[tuple[str, str], Record],
    outcomes: Sequence[Outcome],
) -> str:
    """Remember what was done; where that fails, the next deployment knows from the intentions in the tag."""
    done = [each.board_id for each in outcomes if each.word in {"made", "replaced"}]
    try:
        _remember(space, wanted, planned, stored, done)
    except (Stop, Transient) as error:
        return f"the boards are there, but Kibana did not take what Vigie remembers of them: {error}"
    return ""


def _remember(
    space: Space, wanted: Wanted, planned: Plan, stored: Mapping[tuple[str, str], Record], done: Sequence[str]
) -> None:
    """Leave in the space what every machine needs to know: see dashboards.memory."""
    known = planned.memory
    if intended := {each.board_id: wanted.sent(each.board_id, planned.way) for each in planned.work}:
        known = known.intending(planned.version.text, intended)
    ours = [each.board_id for each in planned.boards if each.action == "keep" or each.board_id in done]
    now = {
        name: (stored_digest(wanted, name, planned.way, stored), wanted.sent(name, planned.way))
        for name in ours
        if ("dashboard", name) in stored
    }
    memory = known.after(planned.version.text, {**now, BASE: (digest(BASE), wanted.sent_base())})
    if memory == planned.memory:
        return
    for reason in space.load([_tag(wanted, planned, memory)]).failed.values():
        raise Stop(f"the tag {wanted.tag[1]} was not taken: {reason}")
