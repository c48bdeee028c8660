"""The bulk writer with many batches: how many fly, order, lazy pulling, ends of threads, any script at all."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_elastic import INDEX, Docs, Hours, ScriptedElastic, Step, apply, bulk_writer, index, scripted_elastic

from mentions.elastic_bulk import Action, BulkReport
from mentions.errors import Stop

pytestmark = pytest.mark.local


def test_at_most_two_bulks_fly_for_each_data_node(elastic: ScriptedElastic, hours: Hours) -> None:
    elastic.otherwise = Step(delay=0.01)
    for nodes in (1, 2):
        elastic.nodes, elastic.most_flying = nodes, 0
        with bulk_writer(elastic, hours, batch_actions=3) as writer:
            assert writer.write(index(*range(60 * nodes, 120 * nodes))).ok == 60 * nodes
        assert elastic.most_flying == 2 * nodes


def test_a_storm_halves_what_flies_and_calm_gives_it_back(elastic: ScriptedElastic, hours: Hours) -> None:
    with bulk_writer(elastic, hours, batch_actions=1, in_flight=8) as writer:
        elastic.otherwise = Step(status=429)
        elastic.on_bulk = lambda: setattr(elastic, "otherwise", Step()) if len(elastic.requests) > 20 else None
        assert writer.write(index(*range(10))).ok == 10
        assert writer._pace is not None
        low = writer._pace.allowed
        assert writer.write(index(*range(100, 200))).ok == 100
        assert low == 1
        assert writer._pace.allowed == 6  # 110 clean ones since, one more after every twentieth


def test_actions_are_pulled_only_as_they_are_sent(elastic: ScriptedElastic, hours: Hours) -> None:
    pulled = 0
    ahead = []

    def actions() -> Iterator[Action]:
        nonlocal pulled
        for action in index(*range(1000)):
            pulled += 1
            ahead.append(pulled - sum(map(len, elastic.requests)))
            yield action

    with bulk_writer(elastic, hours, batch_actions=10, in_flight=2) as writer:
        assert writer.write(actions()).ok == 1000
    assert max(ahead) <= 10 * 4 + 1


def test_two_actions_on_one_id_keep_their_order(elastic: ScriptedElastic, hours: Hours) -> None:
    elastic.script += [Step(items={"7": 429}, delay=0.05)]
    some = [Action("index", INDEX, str(n), {"n": n}) for n in range(10)]
    some += [
        Action("update", INDEX, "7", {"n": "later"}),
        Action("delete", INDEX, "8"),
        Action("index", INDEX, "8", {"n": "again"}),
    ]
    with bulk_writer(elastic, hours, batch_actions=5, in_flight=4) as writer:
        assert writer.write(some).ok == 13
    assert elastic.docs[(INDEX, "7")][1] == {"n": "later"}
    assert elastic.docs[(INDEX, "8")][1] == {"n": "again"}
    assert all(len({key for _, key in request}) == len(request) for request in elastic.requests)


@pytest.mark.parametrize("fault", [Step(status=401), Step(status=403, type="security_exception")])
def test_an_error_ends_all_threads_and_the_rest_is_not_sent(
    elastic: ScriptedElastic, hours: Hours, fault: Step
) -> None:
    elastic.script += [Step(), Step(), fault]
    with bulk_writer(elastic, hours, batch_actions=2, in_flight=3) as writer, pytest.raises(Stop):
        writer.write(index(*range(1000)))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bulk")]
    assert len(elastic.requests) < 20


def test_an_error_of_the_actions_themselves_ends_all_threads(elastic: ScriptedElastic, hours: Hours) -> None:
    def actions() -> Iterator[Action]:
        yield from index(*range(10))
        raise KeyboardInterrupt

    elastic.otherwise = Step(status=429)
    with bulk_writer(elastic, hours, batch_actions=2, in_flight=8) as writer, pytest.raises(KeyboardInterrupt):
        writer.write(actions())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bulk")]


WRITER = """
import sys
sys.path[:0] = {paths!r}
from scripted_elastic import index
from mentions.elastic_bulk import BulkWriter, Limits
from mentions.elastic_client import connect
writer = BulkWriter(connect({url!r}), create_partition=print, dead=None, limits=Limits(batch_actions=5, in_flight=4))
writer.write(index(*range({count})))
"""


@pytest.mark.parametrize("count", [3, 1000])
def test_ctrl_c_in_a_storm_ends_the_program_at_once(elastic: ScriptedElastic, count: int) -> None:
    elastic.otherwise = Step(status=429)
    paths = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
    program = WRITER.format(paths=paths, url=elastic.url, count=count)
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) as child:
        while len(elastic.requests) < 3:
            time.sleep(0.05)
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=20)
    assert child.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")


IDS = [str(number) for number in range(12)]
POISON = {"5", "11"}
keys = st.sampled_from(IDS)
places = st.sampled_from(["one", "two"])
actions = st.lists(
    st.one_of(
        st.builds(
            lambda i, k, n, v: Action("index", i, k, {"n": n}, v), places, keys, st.integers(), st.integers(1, 9)
        ),
        st.builds(lambda i, k, n: Action("index", i, k, {"n": n}), st.just("bare"), keys, st.integers()),
        st.builds(lambda k, n: Action("update", "bare", k, {"m": n}), keys, st.integers(0, 3)),
        st.builds(lambda k: Action("delete", "bare", k), keys),
    ),
    max_size=40,
)
item_faults = st.dictionaries(
    keys, st.sampled_from([429, 503, 403, 500, (404, "index_not_found_exception")]), max_size=4
)
steps = st.one_of(
    st.just(Step()),
    st.builds(Step, status=st.sampled_from([429, 500, 503, 413, 403])),
    st.builds(Step, drop=st.sampled_from(["before", "after", "half", "cut"])),
    st.builds(Step, items=item_faults),
    st.builds(Step, answer=st.sampled_from([b'{"items": []}', b"{}"])),
)


def done_in_order(some: list[Action]) -> tuple[Docs, BulkReport]:
    """What one client without trouble would leave behind."""
    docs: Docs = {}
    dead = []
    for action in some:
        meta = {"_index": action.index, "_id": action.id} | ({"version": action.version} if action.version else {})
        if action.id in POISON and action.kind == "index":
            dead.append(action.id)
        else:
            apply(docs, action.kind, meta, {"doc": action.body} if action.kind == "update" else action.body)
    return docs, BulkReport(dead=tuple((key, "") for key in dead))


@given(some=actions, script=st.lists(steps, max_size=12), count=st.integers(1, 6), flying=st.integers(1, 4))
def test_whatever_happens_every_action_has_one_fate(
    some: list[Action], script: list[Step], count: int, flying: int
) -> None:
    """None lost, none doubled, order of each id kept: as if nothing had happened."""
    with scripted_elastic(*script, indices=set(), poison=POISON) as elastic:
        limits = {"batch_actions": count, "batch_bytes": 300, "in_flight": flying, "deadline": 1e9}
        with bulk_writer(elastic, Hours(), **limits) as writer:
            report = writer.write(some)
    docs, expected = done_in_order(some)
    broken = [key for key, reason in report.dead if reason.startswith(("413", "500"))]  # blamed, as the script wants it
    assert report.ok + report.unchanged + report.stale + report.missing + len(report.dead) == len(some)
    if not broken:
        assert {key: doc for key, (_, doc) in elastic.docs.items()} == {key: doc for key, (_, doc) in docs.items()}
        assert sorted(key for key, _ in report.dead) == sorted(key for key, _ in expected.dead)
