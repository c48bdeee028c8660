"""Stories through ingestion: reprints join, and neither files, order, replay nor another model moves them."""

import copy
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from config.models import Brand, Config
from flows.ingestion import Ingestion, ingest_file
from mentions.filter import MentionFilter
from mentions.intake import IntakeOptions
from mentions.model import Mention, RawItem
from mentions.queries import Counts, Stories, Volume
from mentions.spool import Spool
from mentions.sqlite import SqliteStore
from mentions.store import EraseRequest
from nlp.build import build_pipeline
from nlp.pipeline import Pipeline
from state.database import State

pytestmark = pytest.mark.local

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CONFIG = Config(
    brands=(Brand(name="Velmora", match=("Velmora",)), Brand(name="Nordane", role="competitor", match=("Nordane",)))
)
DISPATCH = (
    "Velmora rappelle quarante mille bouilloires vendues en France depuis le mois de mars dernier. "
    "Selon l'entreprise, le socle peut chauffer anormalement et provoquer un début d'incendie dans de rares cas. "
    "Les acheteurs sont invités à débrancher l'appareil et à demander un remboursement en magasin. "
    "La concurrente Nordane assure ne pas être concernée par ce défaut de fabrication. "
    "L'action de la maison mère a perdu quatre pour cent à la Bourse dans la matinée."
)
CUT = DISPATCH.rpartition("L'action")[0]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return build_pipeline(CONFIG, tmp_path_factory.mktemp("home"))


class Houses:
    """As many houses as a test wants, each with its own files."""

    def __init__(self, folder: Path, pipeline: Pipeline) -> None:
        self._folder, self._pipeline, self._names, self._open = folder, pipeline, count(), ExitStack()

    def new(self) -> Ingestion:
        home = self._folder / str(next(self._names))
        home.mkdir()
        store = SqliteStore(home / "mentions.sqlite")
        self._open.callback(store.close)
        state = self._open.enter_context(State(f"sqlite:///{home}/state.db"))
        return Ingestion(
            spool=Spool(home / "spool"), store=store, brandless=state.posts, pipeline=self._pipeline,
            default=IntakeOptions(secret=b"0123456789abcdef"), options={}, source_brands={},
        )  # fmt: skip

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def houses(tmp_path: Path, pipeline: Pipeline) -> Iterator[Houses]:
    opened = Houses(tmp_path, pipeline)
    yield opened
    opened.close()


@pytest.fixture
def rooms(houses: Houses) -> Ingestion:
    return houses.new()


def article(number: int, text: str, *, hours: float = 0, **more: object) -> RawItem:
    item = RawItem(
        source=f"press-{number % 3}", unit="article", url=f"https://paper{number}.example.org/a", text=text,
        title=f"Titre numéro {number} de ce journal", published=NOW - timedelta(hours=48 - hours),
        published_rule="feed", published_precision="second", fetched_at=NOW, extractor="test",
    )  # fmt: skip
    return replace(item, **more)


def read(rooms: Ingestion, *items: RawItem, now: datetime = NOW) -> dict[str, int]:
    with rooms.spool.open("press", now) as writer:
        for one in items:
            writer.write(one)
    return dict(ingest_file(rooms.spool.sealed()[-1], rooms, now))


def stored(rooms: Ingestion) -> list[Mention]:
    return list(rooms.store.scan(MentionFilter(gone=True)))


def groups(rooms: Ingestion) -> set[frozenset[str]]:
    """The sites of each story."""
    by_story: dict[str, set[str]] = {}
    for mention in stored(rooms):
        by_story.setdefault(mention.story_id, set()).add(mention.site)
    return {frozenset(sites) for sites in by_story.values()}


def test_reprints_of_later_files_join_the_first_and_both_counts_are_told(rooms: Ingestion) -> None:
    read(rooms, article(1, DISPATCH, hours=1))
    before = stored(rooms)
    read(rooms, article(2, CUT, hours=2), article(3, f"Dépêche. {CUT}", hours=3), now=NOW + timedelta(hours=1))
    read(rooms, article(4, "Velmora ouvre une boutique à Namur, et tout le quartier est venu voir cela.", hours=4))
    assert {mention.story_id for mention in before} == {mention.post_id for mention in before}
    assert [one for one in stored(rooms) if one.site == "paper1.example.org"] == before
    assert sorted(map(len, groups(rooms))) == [1, 3]
    velmora, nordane = (
        row for row in sorted(rooms.store.run(Volume(where=MentionFilter())), key=lambda row: -row.mentions)
    )
    assert (velmora.mentions, velmora.stories, nordane.mentions, nordane.stories) == (4, 2, 3, 1)
    (story,) = rooms.store.run(Stories(where=MentionFilter(brands=("Velmora",))))
    assert (story.story_id, story.mentions, story.sites) == (before[0].post_id, 3, 3)
    asked = Counts(brand="Velmora", start=NOW - timedelta(days=3), end=NOW)
    assert sum(cell.mentions for cell in rooms.store.run(asked)) == 2


def test_a_replay_and_another_pipeline_leave_every_story_where_it_is(rooms: Ingestion, pipeline: Pipeline) -> None:
    items = [article(1, DISPATCH, hours=5), article(2, CUT, hours=6), article(3, CUT, hours=1)]
    read(rooms, items[0])
    read(rooms, *items[1:])  # the last was published before the founder, and came later: the founder stays
    before = {mention.id: mention.story_id for mention in stored(rooms)}
    assert len(set(before.values())) == 1
    read(rooms, *reversed(items), now=NOW + timedelta(hours=1))
    assert {mention.id: mention.story_id for mention in stored(rooms)} == before
    later = [replace(item, fetched_at=NOW + timedelta(hours=2)) for item in items]
    newer = copy.copy(pipeline)
    newer.version, newer.serial = "another", pipeline.serial + 1
    assert read(replace(rooms, pipeline=newer), *later, now=NOW + timedelta(hours=2)) == {"saved": 3}
    assert {mention.id: mention.story_id for mention in stored(rooms)} == before


def test_an_edit_keeps_its_story_and_later_copies_follow_the_new_text(rooms: Ingestion) -> None:
    read(rooms, article(1, DISPATCH, hours=1), article(2, DISPATCH, hours=2))
    founded = {mention.story_id for mention in stored(rooms)}
    later = NOW + timedelta(hours=1)
    other = "Velmora dément tout. " + " ".join(reversed(DISPATCH.split()))
    read(rooms, article(1, other, hours=1, fetched_at=later), now=later)
    assert {mention.story_id for mention in stored(rooms)} == founded
    read(rooms, article(3, other, hours=3), now=later)
    assert {mention.story_id for mention in stored(rooms)} == founded


def test_files_and_their_order_do_not_change_the_groups(houses: Houses) -> None:
    rng = random.Random(2)
    words = " ".join(DISPATCH.split()).split(" ")
    items = []
    for number in range(24):
        kind = number % 4
        own = (
            ["Velmora", *(f"mot{kind}{rng.randrange(40)}" for _ in range(60))]
            if kind == 3
            else [f"sujet{kind}", *words]
        )
        if kind < 3:
            random.Random(kind).shuffle(own)
            own = own[: len(own) - rng.randrange(6)]
        items.append(article(number, " ".join(["Velmora", *own]), hours=number))
    told = []
    for order in range(4):
        rooms = houses.new()
        mixed = random.Random(order).sample(items, len(items)) if order else items
        size = (24, 7, 1, 5)[order]
        for start in range(0, 24, size):
            read(rooms, *mixed[start : start + size], now=NOW + timedelta(seconds=start))
        told.append(groups(rooms))
    assert all(one == told[0] for one in told)
    assert sorted(map(len, told[0])) == [1] * 6 + [6, 6, 6]


def test_when_the_founder_is_erased_its_copies_keep_their_name_and_a_later_one_founds(rooms: Ingestion) -> None:
    read(rooms, article(1, DISPATCH, hours=1), article(2, DISPATCH, hours=2))
    (story,) = {mention.story_id for mention in stored(rooms)}
    rooms.store.erase(EraseRequest(url="https://paper1.example.org/a"))
    read(rooms, article(3, DISPATCH, hours=3))
    told = {mention.site: mention.story_id for mention in stored(rooms)}
    assert told["paper2.example.org"] == story
    assert told["paper3.example.org"] not in (story, None)
