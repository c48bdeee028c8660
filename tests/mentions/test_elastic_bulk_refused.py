"""The bulk writer where one document is refused, is too large, or spoils a whole request."""

from pathlib import Path

import pytest
from plain_mention import mention
from scripted_elastic import INDEX, Hours, ScriptedElastic, Step, bulk_writer, index

from mentions.dead_letters import DeadLetters
from mentions.elastic_bulk import Action, BulkReport, BulkWriter

pytestmark = pytest.mark.local


def test_a_poisoned_document_goes_to_the_dead_letters_alone(
    elastic: ScriptedElastic, hours: Hours, tmp_path: Path
) -> None:
    letters = DeadLetters(tmp_path)
    some = [mention(number) for number in range(5)]
    elastic.poison.add(some[2].id)
    with bulk_writer(elastic, hours, letters) as writer:
        report = writer.write(Action("index", INDEX, m.id, {"n": 1}, 1, m) for m in some)
    reason = "400 document_parsing_exception: scripted document_parsing_exception: script"
    assert report == BulkReport(ok=4, dead=((some[2].id, reason),))
    (letter,) = letters.list()
    assert (letter.id, letter.index, letter.reason, letter.attempts) == (some[2].id, INDEX, reason, 1)


def test_a_document_that_breaks_the_server_ends_in_the_dead_letters(
    elastic: ScriptedElastic, writer: BulkWriter
) -> None:
    elastic.otherwise = Step(items={"2": 500})
    report = writer.write(index(1, 2))
    assert (report.ok, [key for key, _ in report.dead]) == (1, ["2"])
    assert len(elastic.requests) == 5


def test_a_request_that_is_too_large_is_split(elastic: ScriptedElastic, writer: BulkWriter) -> None:
    elastic.max_bytes = 700
    large = Action("index", INDEX, "large", {"n": "x" * 700}, 1)
    report = writer.write([*index(1, 2, 3), large, *index(4, 5, 6, 7)])
    assert (report.ok, [key for key, _ in report.dead]) == (7, ["large"])
    assert "413" in report.dead[0][1]
    assert len(elastic.docs) == 7


def test_a_batch_that_never_fits_goes_in_smaller_parts(elastic: ScriptedElastic, writer: BulkWriter) -> None:
    """A node of little memory answers 429 to a large bulk for ever."""
    original = elastic.bulk

    def bulk(body: bytes) -> tuple[Step, bytes]:
        elastic.script[:] = [Step(status=429)] if len(body) > 500 else []
        return original(body)

    elastic.bulk = bulk  # type: ignore[method-assign]
    assert writer.write(index(*range(20))) == BulkReport(ok=20)
    assert len(elastic.docs) == 20


def test_a_document_larger_than_the_limit_is_never_sent(elastic: ScriptedElastic, hours: Hours) -> None:
    with bulk_writer(elastic, hours, document_bytes=500) as writer:
        report = writer.write([*index(1), Action("index", INDEX, "large", {"n": "x" * 500}, 1), *index(2)])
    assert (report.ok, [key for key, _ in report.dead]) == (2, ["large"])
    assert "more than 500" in report.dead[0][1]
    assert max(elastic.sizes) < 500


def test_an_id_that_makes_the_whole_request_bad_is_found(elastic: ScriptedElastic, hours: Hours) -> None:
    """Elasticsearch refuses the request, not the item, for an id of more than 512 bytes."""

    with bulk_writer(elastic, hours, batch_actions=10) as writer:
        original = elastic.bulk

        def bulk(body: bytes):
            bad = b'"bad"' in body
            elastic.script[:] = [Step(status=400, type="action_request_validation_exception")] if bad else []
            return original(body)

        elastic.bulk = bulk  # type: ignore[method-assign]
        report = writer.write(index(1, 2, "bad", 3, 4, 5, 6))
    assert (report.ok, [key for key, _ in report.dead]) == (6, ["bad"])
    assert len(elastic.docs) == 6


def test_a_batch_of_refused_documents_does_not_flood_the_log(
    elastic: ScriptedElastic, writer: BulkWriter, caplog: pytest.LogCaptureFixture
) -> None:
    elastic.poison = {str(number) for number in range(500)}
    assert len(writer.write(index(*range(500))).dead) == 500
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 11
    assert "490 more" in told[-1]
