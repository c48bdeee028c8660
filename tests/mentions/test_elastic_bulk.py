"""The bulk writer against a scripted server: the fate of every kind of answer, waits, the end of patience."""

from itertools import pairwise

import pytest
from scripted_elastic import INDEX, Hours, ScriptedElastic, Step, bulk_writer, index, scripted_elastic

from mentions.elastic_bulk import Action, BulkReport, BulkWriter
from mentions.errors import Stop, Transient

pytestmark = pytest.mark.local


def test_nothing_to_write_asks_nothing(elastic: ScriptedElastic, writer: BulkWriter) -> None:
    assert writer.write([]) == BulkReport()
    assert elastic.requests == []


def test_fates_without_trouble(elastic: ScriptedElastic, writer: BulkWriter) -> None:
    assert writer.write(index(1, 2, 3)) == BulkReport(ok=3)
    assert writer.write(index(1, 4)) == BulkReport(ok=1, stale=1)
    some = [
        Action("update", INDEX, "1", {"n": "1"}),
        Action("update", INDEX, "2", {"m": 5}),
        Action("update", INDEX, "9", {"m": 5}),
        Action("delete", INDEX, "3"),
        Action("delete", INDEX, "9"),
    ]
    assert writer.write(some) == BulkReport(ok=2, unchanged=1, missing=2)
    assert elastic.docs == {
        (INDEX, "1"): (1, {"n": "1"}),
        (INDEX, "2"): (2, {"n": "2", "m": 5}),
        (INDEX, "4"): (1, {"n": "4"}),
    }


def test_the_partition_is_made_once_and_the_write_repeated_at_once(elastic: ScriptedElastic, hours: Hours) -> None:
    elastic.indices = set()
    with bulk_writer(elastic, hours) as writer:
        assert writer.write([*index(*range(5)), Action("update", "no-such", "1", {}), Action("delete", "no-such", "2")])
    assert elastic.indices == {INDEX}
    assert len(elastic.docs) == 5
    assert [len(request) for request in elastic.requests] == [7, 5]
    assert hours.slept == []


def test_a_partition_that_is_dropped_meanwhile_is_made_again(
    elastic: ScriptedElastic, writer: BulkWriter, hours: Hours
) -> None:
    elastic.script += [Step(items={"1": (404, "index_not_found_exception")})] * 2
    assert writer.write(index(1)) == BulkReport(ok=1)
    assert hours.slept  # the second time is not in a hurry


def test_a_partition_that_cannot_be_made_yet_is_waited_for(elastic: ScriptedElastic, hours: Hours) -> None:
    elastic.indices = set()
    tries = []

    def create(name: str) -> None:
        tries.append(name)
        if len(tries) < 3:
            raise Transient("the master is busy")
        elastic.create(name)

    with bulk_writer(elastic, hours) as writer:
        writer._create_partition = create
        assert writer.write(index(1)) == BulkReport(ok=1)
    assert tries == [INDEX] * 3


def test_a_partition_that_was_made_by_half_is_finished_before_anything_is_written(
    elastic: ScriptedElastic, hours: Hours
) -> None:
    """The node died between making the index and putting it under the alias: a write alone would now succeed."""
    elastic.indices = set()
    tries = []

    def create(name: str) -> None:
        elastic.create(name)
        tries.append(len(elastic.written))
        if len(tries) < 3:
            raise Transient("the node is away")

    with bulk_writer(elastic, hours) as writer:
        writer._create_partition = create
        assert writer.write(index(1)) == BulkReport(ok=1)
    assert tries == [0, 0, 0]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_items_are_sent_again_alone(
    elastic: ScriptedElastic, writer: BulkWriter, hours: Hours, status: int
) -> None:
    elastic.script += [Step(items={"2": (status, "busy")})] * 3
    assert writer.write(index(1, 2, 3)) == BulkReport(ok=3)
    assert [[key for _, key in request] for request in elastic.requests] == [["1", "2", "3"], ["2"], ["2"], ["2"]]
    assert elastic.written == {"1": 1, "2": 1, "3": 1}
    assert sum(hours.slept) == 0.5 + 1 + 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_cluster_is_asked_again(elastic: ScriptedElastic, writer: BulkWriter, status: int) -> None:
    elastic.script += [Step(status=status)] * 8
    assert writer.write(index(1, 2)) == BulkReport(ok=2)
    assert elastic.written == {"1": 1, "2": 1}


def test_the_server_may_say_how_long_to_wait(elastic: ScriptedElastic, writer: BulkWriter, hours: Hours) -> None:
    elastic.script.append(Step(status=429, headers={"Retry-After": "7"}))
    writer.write(index(1))
    assert sum(hours.slept) == 7


@pytest.mark.parametrize("how", ["before", "after", "half", "cut"])
def test_a_dropped_connection_loses_and_doubles_nothing(elastic: ScriptedElastic, writer: BulkWriter, how: str) -> None:
    elastic.script += [Step(drop=how)] * 5
    report = writer.write(index(1, 2, 3, 4))
    assert report.ok + report.stale == 4  # what was written before the cut is found there
    assert elastic.written == {"1": 1, "2": 1, "3": 1, "4": 1}


def test_a_server_that_does_not_answer_in_time_is_asked_again(elastic: ScriptedElastic, hours: Hours) -> None:
    elastic.script.append(Step(delay=0.4))
    with bulk_writer(elastic, hours, request_timeout=0.1) as writer:
        report = writer.write(index(1, 2))
    assert report == BulkReport(stale=2)
    assert elastic.written == {"1": 1, "2": 1}


@pytest.mark.parametrize("answer", [b'{"items": []}', b'{"took": 3}', b"[]", b'{"items": [{"index": {}}, 5]}'])
def test_an_answer_that_does_not_fit_is_no_answer(elastic: ScriptedElastic, writer: BulkWriter, answer: bytes) -> None:
    elastic.script.append(Step(answer=answer))
    assert writer.write(index(1, 2)) == BulkReport(stale=2)


def test_full_disk_is_waited_for(elastic: ScriptedElastic, writer: BulkWriter) -> None:
    elastic.script += [Step(items={"1": 403, "2": (429, "cluster_block_exception")}), Step(status=403)]
    assert writer.write(index(1, 2)) == BulkReport(ok=2)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(status=401), "credentials"),
        (Step(status=403, type="security_exception"), "privilege"),
        (Step(items={"2": (403, "security_exception")}), "privilege"),
        (Step(status=400, type="media_type_header_exception"), "Vigie needs 9"),
        (Step(answer=b"<html>hello</html>"), "JSON"),
        (Step(headers={"X-Elastic-Product": "Another"}), "is not Elasticsearch"),
    ],
)
def test_what_a_person_must_mend_stops_at_once(
    elastic: ScriptedElastic, writer: BulkWriter, hours: Hours, step: Step, words: str
) -> None:
    elastic.script.append(step)
    with pytest.raises(Stop, match=words) as stopped:
        writer.write(index(1, 2, 3))
    assert "\n" not in str(stopped.value)
    assert hours.slept == []


def test_an_absent_server_is_waited_for_until_the_deadline(hours: Hours) -> None:
    with scripted_elastic() as elastic:
        made = bulk_writer(elastic, hours)
    words = r"connection refused.*; 2 writes were refused for 15 minutes.*run the same"
    with made as writer, pytest.raises(Transient, match=words) as late:
        writer.write(index(1, 2))
    assert "\n" not in str(late.value)
    assert hours.now == 900
    assert max(hours.slept) <= 60


def test_a_storm_that_does_not_end_fails_and_keeps_what_was_written(
    elastic: ScriptedElastic, writer: BulkWriter
) -> None:
    elastic.otherwise = Step(items={"2": 429, "3": 429})
    with pytest.raises(Transient, match=r"es_rejected_execution_exception.*; 2 writes"):
        writer.write(index(1, 2, 3))
    assert set(elastic.docs) == {(INDEX, "1")}
    elastic.otherwise = Step()
    assert writer.write(index(1, 2, 3)) == BulkReport(ok=2, stale=1)


def test_full_jitter_waits_anything_from_zero_to_the_longest() -> None:
    with scripted_elastic(*[Step(status=429)] * 12) as elastic:
        for chance, waited in ((0.0, 0.0), (0.5, (0.5 + 1 + 2 + 4 + 8 + 16 + 32 + 5 * 60) / 2)):
            hours = Hours(chance)
            elastic.script[:] = [Step(status=429)] * 12
            with bulk_writer(elastic, hours) as writer:
                writer.write(index(chance))
            assert sum(hours.slept) == waited


def test_the_waits_grow_and_are_told(
    elastic: ScriptedElastic, writer: BulkWriter, caplog: pytest.LogCaptureFixture
) -> None:
    elastic.script += [Step(status=503)] * 8
    writer.write(index(1))
    waits = [record.args[1] for record in caplog.records if record.msg.startswith("bulk-waits")]
    assert len(waits) == 8
    assert all(before < after for before, after in pairwise(waits[:7]))
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "going on trying for 14.9 minutes" in told
