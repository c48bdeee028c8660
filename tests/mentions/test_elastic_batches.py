"""Actions cut into batches, what answers mean, how long one waits: the pure parts of the bulk writer."""

import json
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.elastic_batches import Action, cut, item_of
from mentions.elastic_fates import POISON, Fate, Garbled, answers_of, fate_of
from mentions.elastic_pace import CalledOff, Limits, Pace, Patience, Time
from mentions.errors import Transient

LARGE = 10_000


def lines(action: Action) -> list[object]:
    item, reason = item_of(action, LARGE)
    assert reason is None
    assert item.lines.endswith(b"\n")
    return [json.loads(line) for line in item.lines.split(b"\n")[:-1]]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action("index", "i", "1", {"n": "é"}), [{"index": {"_index": "i", "_id": "1"}}, {"n": "é"}]),
        (
            Action("index", "i", "1", b'{"n":\n1}', 7),
            [{"index": {"_index": "i", "_id": "1", "version": 7, "version_type": "external"}}, {"n": 1}],
        ),
        (
            Action("update", "i", "1", {"n": 2}),
            [{"update": {"_index": "i", "_id": "1", "retry_on_conflict": 3}}, {"doc": {"n": 2}}],
        ),
        (Action("delete", "i", 'a"b'), [{"delete": {"_index": "i", "_id": 'a"b'}}]),
        (Action("index", "i", "1", {"n": "\ud83d"}), [{"index": {"_index": "i", "_id": "1"}}, {"n": "\ud83d"}]),
    ],
)
def test_lines_of_an_action(action: Action, expected: list[object]) -> None:
    assert lines(action) == expected


@pytest.mark.parametrize(
    "action",
    [Action("index", "i", "1", {"n": float("nan")}), Action("index", "i", "1", {"n": "x" * LARGE})],
)
def test_what_no_request_can_carry_has_a_reason(action: Action) -> None:
    (batch,) = cut([action, Action("index", "i", "2", {})], size=100, count=10, largest=LARGE)
    assert [item.id for item in batch.items] == ["2"]
    ((item, reason),) = batch.unfit
    assert item.id == "1"
    assert "JSON" in reason or "more than 10,000" in reason


@pytest.mark.parametrize("action", [Action("update", "i", "1", {}, 3), Action("index", "i", "1")])
def test_mistakes_of_the_caller_are_not_hidden(action: Action) -> None:
    with pytest.raises(TypeError):
        item_of(action, LARGE)


@given(
    keys=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 400)), max_size=60),
    size=st.integers(1, 900),
    count=st.integers(1, 9),
)
def test_batches_keep_order_and_limits(keys: list[tuple[str, int, int]], size: int, count: int) -> None:
    some = [Action("index", place, str(key), {"n": "x" * length}) for place, key, length in keys]
    batches = list(cut(iter(some), size=size, count=count, largest=LARGE))
    assert [(i.index, i.id, i.lines) for batch in batches for i in batch.items] == [
        (a.index, a.id, item_of(a, LARGE)[0].lines) for a in some
    ]
    for batch in batches:
        assert 1 <= len(batch.items) <= count
        assert len(batch.keys) == len(batch.items)
        assert batch.size == sum(len(i.lines) for i in batch.items)
        assert batch.size <= size or len(batch.items) == 1


VERSIONED, BARE = Action("index", "i", "1", {}, 1), Action("index", "i", "1", {})
UPDATE, DELETE = Action("update", "i", "1", {}), Action("delete", "i", "1")


@pytest.mark.parametrize(
    ("action", "status", "kind", "fate"),
    [
        (VERSIONED, 200, None, Fate.OK),
        (VERSIONED, 201, None, Fate.OK),
        (VERSIONED, 409, "version_conflict_engine_exception", Fate.STALE),
        (BARE, 409, "version_conflict_engine_exception", Fate.AGAIN),
        (UPDATE, 409, "version_conflict_engine_exception", Fate.AGAIN),
        (VERSIONED, 404, "index_not_found_exception", Fate.NO_PARTITION),
        (VERSIONED, 404, "something_else", Fate.DEAD),
        (UPDATE, 404, "index_not_found_exception", Fate.MISSING),
        (UPDATE, 404, "document_missing_exception", Fate.MISSING),
        (DELETE, 404, None, Fate.MISSING),
        (DELETE, 404, "index_not_found_exception", Fate.MISSING),
        (BARE, 429, "es_rejected_execution_exception", Fate.AGAIN),
        (BARE, 429, "cluster_block_exception", Fate.AGAIN),
        (BARE, 403, "cluster_block_exception", Fate.AGAIN),
        (BARE, 403, "security_exception", Fate.FORBIDDEN),
        (BARE, 401, "security_exception", Fate.FORBIDDEN),
        (BARE, 502, None, Fate.AGAIN),
        (BARE, 503, "unavailable_shards_exception", Fate.AGAIN),
        (BARE, 504, None, Fate.AGAIN),
        (BARE, 500, "null_pointer_exception", Fate.AGAIN),
        (BARE, 400, "strict_dynamic_mapping_exception", Fate.DEAD),
        (BARE, 400, "index_closed_exception", Fate.DEAD),
        (BARE, 413, None, Fate.DEAD),
    ],
)
def test_fates(action: Action, status: int, kind: str | None, fate: Fate) -> None:
    answer = {"status": status} | ({"error": {"type": kind, "reason": "because"}} if kind else {})
    found, reason = fate_of(item_of(action, LARGE)[0], answer)
    assert found is fate
    assert (reason == "") == (status < 300)


def test_an_update_may_change_nothing() -> None:
    assert fate_of(item_of(UPDATE, LARGE)[0], {"status": 200, "result": "noop"})[0] is Fate.UNCHANGED


def test_a_document_that_breaks_the_server_each_time_is_dead() -> None:
    item, _ = item_of(BARE, LARGE)
    fates = [fate_of(item, {"status": 500})[0] for _ in range(POISON)]
    assert fates == [Fate.AGAIN] * (POISON - 1) + [Fate.DEAD]


def test_the_reason_is_one_short_line() -> None:
    cause = {"type": "x", "reason": "out\nside", "caused_by": {"type": "y", "reason": "in " * 500}}
    reason = fate_of(item_of(BARE, LARGE)[0], {"status": 400, "error": cause})[1]
    assert reason.startswith("400 x: out side: in in")
    assert "\n" not in reason
    assert len(reason) < 200


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"items": None}, {"items": [{"index": {"status": 200}}]}, {"items": [{}, {}]}, {"items": [1, 2]}],
)
def test_broken_answers(body: object) -> None:
    with pytest.raises(Garbled):
        answers_of(body, 2)


def test_pace_halves_and_grows_by_one() -> None:
    pace = Pace(8)
    pace.refused()
    pace.refused()
    assert pace.allowed == 2
    for _ in range(39):
        pace.clean()
    assert pace.allowed == 3
    for _ in range(500):
        pace.clean()
    assert pace.allowed == 8
    for _ in range(9):
        pace.refused()
    assert pace.allowed == 1


@given(chances=st.lists(st.floats(0, 1), max_size=60), deadline=st.floats(1, 5000))
def test_patience_waits_within_its_limits_and_ends(chances: list[float], deadline: float) -> None:
    now, pauses = 0.0, []
    left = iter([*chances, *[1.0] * 10_000])

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    limits = Limits(deadline=deadline)
    patience = Patience(limits, Time(lambda: now, sleep, lambda: next(left), Event()))

    def wait_for_ever() -> None:
        while True:
            before = now
            patience.wait("because", 3)
            pauses.append(now - before)

    with pytest.raises(Transient, match="because; 3 writes"):
        wait_for_ever()
    assert now == pytest.approx(deadline)
    for number, pause in enumerate(pauses):
        assert pause <= min(60, 0.5 * 2 ** min(number, 20)) + 1e-6


def test_a_wait_ends_when_all_is_called_off() -> None:
    called_off, slept = Event(), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            called_off.set()

    patience = Patience(Limits(first_wait=60), Time(lambda: 0.0, sleep, lambda: 1.0, called_off))
    with pytest.raises(CalledOff):
        patience.wait("because", 1)
    assert slept == [0.5] * 3
