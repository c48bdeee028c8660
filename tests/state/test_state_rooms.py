"""What each room of the memory remembers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import StatementError
from state_moments import HOUR, NOW

from state.memory import MemoryChanges, Seen, Validator
from state.posts import Brandless
from state.records import Delivery, Incident, Run

pytestmark = pytest.mark.local


def incident(**changes):
    base = Incident(
        id="one",
        brand="Aubépine",
        family="negative",
        rule="crisis",
        tier="alert",
        state="open",
        opened_at=NOW,
        updated_at=NOW,
        evidence={"terms": ["rappel", "é"], "n": 3},
    )
    return replace(base, **changes)


def delivery(key="key", number=1, **changes):
    base = Delivery(
        key=key,
        subject="one",
        step="opened",
        number=number,
        channel="team",
        recipient="a@example.org",
        payload={"subject": "Ça monte"},
        created_at=NOW + number * HOUR,
    )
    return replace(base, **changes)


def test_runs_are_found_by_kind_source_and_status(state):
    for n, status in enumerate(("ok", "failed", "running")):
        state.runs.start(Run(id=f"r{n}", kind="crawl", source="forum", started_at=NOW + n * HOUR))
        if status != "running":
            state.runs.finish(f"r{n}", status, NOW + n * HOUR, {"items": n}, reason=status)
    state.runs.start(Run(id="b", kind="backfill", source="forum", started_at=NOW))
    state.runs.finish("b", "ok", NOW, {}, covers_from=NOW - 48 * HOUR, covers_to=NOW)
    assert state.runs.last("crawl", "forum").id == "r2"
    assert state.runs.last("crawl", "forum", "ok").counters == {"items": 0}
    assert state.runs.last("crawl", "blog") is None
    assert state.runs.last("backfill").covers_from == NOW - 48 * HOUR
    assert [run.id for run in state.runs.list("crawl", since=NOW + HOUR)] == ["r2", "r1"]
    assert [run.id for run in state.runs.list(limit=2)] == ["r2", "r1"]


def test_incident_and_its_messages_are_written_once(state):
    assert state.incidents.apply(incident(), [delivery()])
    assert not state.incidents.apply(incident(tier="critical"), [delivery(), delivery("other")])
    assert state.incidents.current("Aubépine", "negative") == incident()
    assert [row.key for row in state.outbox.list()] == ["key"]


def test_incident_keeps_one_open_per_brand_and_family(state):
    state.incidents.apply(incident(), [])
    assert not state.incidents.apply(incident(id="two"), [delivery()])
    assert state.outbox.list() == []
    assert state.incidents.apply(incident(step=2, state="closed", closed_at=NOW), [])
    assert state.incidents.current("Aubépine", "negative") is None
    assert state.incidents.latest("Aubépine", "negative").closed_at == NOW
    assert state.incidents.apply(incident(id="two", opened_at=NOW + HOUR), [])
    assert not state.incidents.apply(incident(step=3), [])  # the old one cannot reopen beside it
    assert [each.id for each in state.incidents.list(open_only=True)] == ["two"]
    assert [each.id for each in state.incidents.list(brand="Aubépine")] == ["two", "one"]
    assert state.incidents.list(since=NOW + 2 * HOUR) == []
    assert state.incidents.get("one").step == 2


def test_a_failing_message_takes_the_incident_back(state):
    with pytest.raises(StatementError, match="without a zone"):
        state.incidents.apply(incident(), [delivery(created_at=NOW.replace(tzinfo=None))])
    assert state.incidents.list() == []


def test_outbox_leases_disjoint_rows_and_again_after_a_death(state):
    state.outbox.add([delivery(f"k{n}", n) for n in range(1, 6)])
    state.outbox.add([delivery("k1", 1, payload={})])
    later = NOW + 24 * HOUR
    first, second = state.outbox.lease(later, limit=3), state.outbox.lease(later, limit=3)
    assert [row.key for row in first] == ["k1", "k2", "k3"]
    assert [row.key for row in second] == ["k4", "k5"]
    assert first[0].payload == {"subject": "Ça monte"}
    state.outbox.sent("k1", later, "<ref@vigie>")
    state.outbox.retry("k2", later + HOUR, "server said 451")
    state.outbox.dead("k3", "no such user")
    again = state.outbox.lease(later + timedelta(seconds=61))
    assert [(row.key, row.attempts) for row in again] == [("k4", 2), ("k5", 2)]
    assert [row.key for row in state.outbox.lease(later + HOUR)] == ["k2", "k4", "k5"]
    assert state.outbox.counts() == {"sent": 1, "dead": 1, "leased": 3}
    assert state.outbox.list("dead")[0].error == "no such user"


def test_outbox_knows_the_first_reference_and_supersedes_what_is_old(state):
    state.outbox.add([delivery(f"k{n}", n) for n in (1, 2, 3)])
    state.outbox.add([delivery("other", 1, channel="slack")])
    assert state.outbox.reference("one", "team", "a@example.org") is None
    state.outbox.sent("k1", NOW, "first")
    state.outbox.sent("k3", NOW, "third")
    state.outbox.supersede("one", "team", "a@example.org", 3)
    assert state.outbox.reference("one", "team", "a@example.org") == "first"
    assert [(row.key, row.status) for row in state.outbox.list()] == [
        ("k1", "sent"),
        ("other", "pending"),
        ("k2", "superseded"),
        ("k3", "sent"),
    ]


def seen(key, **changes):
    return replace(
        Seen(key=key, digest="d", url=f"http://x/{key}", thread_url=None, native_id=None, last_seen_at=NOW), **changes
    )


def test_crawl_memory_adds_changes_and_forgets(state):
    page = Validator(url="http://x/", etag='"1"', last_modified=None, body_hash="b", checked_at=NOW)
    state.crawls.commit("forum", MemoryChanges(validators=(page,), seen=(seen("a"), seen("b")), strikes=2))
    state.crawls.commit("blog", MemoryChanges(seen=(seen("a"),)))
    state.crawls.commit("forum", MemoryChanges(seen=(seen("a", digest="e"),), gone=("b", "never"), not_before=NOW))
    memory = state.crawls.load("forum")
    assert memory.validators == {"http://x/": page}
    assert memory.seen == {"a": seen("a", digest="e")}
    assert (memory.not_before, memory.strikes) == (NOW, 0)
    state.crawls.forget("forum")
    assert state.crawls.load("forum").seen == {}
    assert set(state.crawls.load("blog").seen) == {"a"}


def test_brandless_posts_are_known_without_brands(state):
    rows = [
        Brandless(
            post_key=f"p{n:04}",
            post_id=f"202611-p{n:04}",
            content_hash="h",
            revision=1,
            pipeline="1",
            fetched_at=NOW + n * HOUR,
            first_seen_at=NOW,
            thread_url="t" if n % 2 else None,
            spool_file=None,
        )
        for n in range(1200)
    ]
    state.posts.remember(rows)
    state.posts.remember([replace(rows[0], pipeline="2")])
    known = state.posts.known([row.post_key for row in rows] + ["unknown"])
    assert len(known) == 1200
    assert (known["p0000"].pipeline, known["p0000"].brands) == ("2", ())
    assert len(state.posts.by_threads(["t", "u"])) == 600
    state.posts.forget(["p0001"])
    assert state.posts.prune(NOW + 1000 * HOUR) == 999
    assert len(state.posts.known([row.post_key for row in rows])) == 200
