"""The watch as a whole: back-fill, live rounds, a planted crisis, mail; killed anywhere and run again."""

import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from alerts.channels.file import FileSender
from alerts.dispatch import dispatch
from alerts.watch import brands_of, tick
from config.models import Config
from mentions.sqlite import SqliteStore
from state.database import State
from tests.alerts.street import HOUR, START, boxes, config, crawl, crisis, history, mention, weeks

pytestmark = pytest.mark.local

LIVE = START + 21 * 24 * HOUR
ONSET = LIVE + 10 * HOUR
FAMILY = "negative:surge"


class World:
    """A home with a store and a state that live through time."""

    def __init__(self, home: Path, settings: Config):
        self.home, self.config = home, settings
        self.store = SqliteStore(home / "mentions.sqlite")
        self.store.ensure_schema()
        self.state = State(f"sqlite:///{home}/state.db")

    def close(self):
        self.store.close()
        self.state.close()

    def arrive(self, mentions, now):
        batch = [each for each in mentions if each.first_seen_at <= now]
        if batch:
            self.store.upsert(batch, now=now)

    def round(self, now):
        outcome = tick(self.config, self.store, self.state, now)
        dispatch(self.state.outbox, {"box": FileSender("box", self.home / "messages")}, now, chance=lambda: 0.5)
        return outcome

    def incident(self):
        return self.state.incidents.latest("Aubépine", FAMILY)


@pytest.fixture
def world(tmp_path):
    opened = World(tmp_path, config())
    yield opened
    opened.close()


def prepared(world, *, planted=True):
    """Three weeks brought by a back-fill, then the crisis waits in the future."""
    world.arrive(weeks(21, seen=lambda _at: LIVE), LIVE)
    history(world.state, START, LIVE)
    return crisis(ONSET, 8, 4) if planted else []


def live(world, future, hours, *, step=3):
    changes = []
    for hour in range(0, hours, step):
        now = LIVE + hour * HOUR
        world.arrive([m for m in future if m.published_at <= now], now)
        crawl(world.state, now)
        changes += [(hour, line) for line in world.round(now).changes]
    return changes


def test_watch_a_crisis_opens_within_hours_tells_and_ends(world):
    changes = live(world, prepared(world), 60)
    opened = changes[0][0]
    assert LIVE + opened * HOUR - ONSET <= 6 * HOUR
    assert LIVE + opened * HOUR > ONSET
    reasons = [line.split()[1] for _, line in changes]
    assert (reasons[0], reasons[-1]) == ("opened", "closed")
    incident = world.incident()
    assert incident.state == "closed"
    assert incident.evidence["labels"] == [["product_safety", incident.evidence["labels"][0][1]]]
    assert len(incident.evidence["quotes"]) == 5
    messages = boxes(world.home)
    assert [each["step"] for each in messages] == reasons
    assert "Aubépine" in messages[0]["message"]["subject"]
    assert messages[-1]["first"] is not None
    assert world.state.incidents.current("Aubépine", FAMILY) is None


def test_watch_the_first_voice_is_the_earliest_that_hurts(world):
    world.arrive(weeks(21, share=0.0, seen=lambda _at: LIVE), LIVE)
    history(world.state, START, LIVE)
    grumble = mention(700_000, ONSET - 2 * HOUR, negative=True, severity=8.0, crisis_labels=())
    live(world, [grumble, *crisis(ONSET, 8, 4)], 24)
    quotes = world.incident().evidence["quotes"]
    assert quotes[0]["published_at"] == (ONSET + timedelta(seconds=1)).isoformat()
    assert all(quote["severity"] == 60 for quote in quotes)


def test_watch_a_back_fill_alerts_nobody(world):
    past = [*weeks(21, seen=lambda _at: LIVE), *(crisis(LIVE - 9 * HOUR, 8, 20, first=500_000))]
    world.arrive(past, LIVE)
    history(world.state, START, LIVE)
    for hour in range(4):
        outcome = world.round(LIVE + hour * HOUR)
        assert outcome.changes == ()
    assert boxes(world.home) == []


def test_watch_twice_at_the_same_moment_changes_nothing(world):
    live(world, prepared(world), 18)
    before = world.incident(), world.state.outbox.list(), boxes(world.home)
    for _ in range(3):
        assert world.round(LIVE + 15 * HOUR).changes == ()
    after = world.incident(), world.state.outbox.list(), boxes(world.home)
    assert after == before


def test_watch_without_mentions_sources_or_rules_is_quiet(world):
    assert tick(world.config, world.store, world.state, LIVE).changes == ()
    assert tick(Config(), world.store, world.state, LIVE).assessments == ()


def test_watch_rules_without_brands_are_for_our_own():
    settings = Config.model_validate(
        {
            "brands": [{"name": "A", "match": ["A"]}, {"name": "B", "match": ["B"], "role": "competitor"}],
            "rules": [{"name": "own"}, {"name": "both", "brands": ["A", "B"]}],
        }
    )
    assert [[brand.name for brand in brands_of(rule, settings)] for rule in settings.rules] == [["A"], ["A", "B"]]


def die_at(home, at, deadly):
    """In a forked child: one round, killed before its `deadly`-th write, commit or send; how many it would have."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # nothing below returns to pytest
        try:
            os.write(writing, b"%d" % count_steps(home, at, deadly))
        finally:
            os._exit(1)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    return int(said) if said else -os.WTERMSIG(status)


def count_steps(home, at, deadly):
    world, count = World(home, config()), 0

    def step(*given):
        nonlocal count
        if len(given) > 2 and given[2].startswith(("SELECT", "BEGIN")):
            return
        count += 1
        if count == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    for when in ("before_cursor_execute", "commit"):
        event.listen(world.state._engine, when, step)
    send = FileSender.send

    def sending(*given):
        step()
        answer = send(*given)
        step()  # sent, and not yet known to be
        return answer

    FileSender.send = sending
    world.round(at)
    return count


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_watch_killed_between_any_two_steps_ends_the_same(world, tmp_path):
    """The round that opens an incident is killed before each write, commit and send in turn, then run again."""
    world.arrive(weeks(12, seen=lambda _at: LIVE), LIVE)
    history(world.state, START, LIVE)
    world.arrive(crisis(LIVE + HOUR, 2, 8), LIVE + 3 * HOUR)
    now = LIVE + 3 * HOUR
    crawl(world.state, now)
    world.close()

    def copy(name):
        return Path(shutil.copytree(tmp_path, tmp_path.parent / f"{tmp_path.name}-{name}"))

    calm = copy("undisturbed")
    steps = die_at(calm, now, 0)
    assert steps > 6
    expected = outcome_of(calm, now)
    assert expected[0].state == "open"
    assert [(row[1:]) for row in expected[1]] == [("opened", "sent")]
    assert len(expected[2]) == 1
    for deadly in range(1, steps + 1):
        home = copy(f"killed-{deadly}")
        assert die_at(home, now, deadly) == -signal.SIGKILL
        assert outcome_of(home, now) == expected


def outcome_of(home, now):
    """The incident, the rows and the messages after one more round (and one after the leases)."""
    again = World(home, config())
    try:
        again.round(now)
        dispatch(
            again.state.outbox,
            {"box": FileSender("box", home / "messages")},
            now + timedelta(minutes=10),
            chance=lambda: 0.5,
        )
        rows = [(row.key, row.step, row.status) for row in again.state.outbox.list()]
        return again.incident(), rows, [each["key"] for each in boxes(home)]
    finally:
        again.close()
