"""What the boards' documents hold: only planned fields, numbers that mean what they say, dates that are aware."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboards.documents import INCIDENT_TYPES, RUN_TYPES, incident_document, mapping, run_document
from state.records import Incident, Run

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
INCIDENT = Incident(
    id="abc",
    brand="Aubépine",
    family="negative:surge",
    rule="surge",
    tier="critical",
    state="closed",
    opened_at=NOW - timedelta(hours=9),
    updated_at=NOW,
    closed_at=NOW - timedelta(hours=3),
    score=1.5,
    peak_score=4.0,
    evidence={"quotes": []},
)
RUN = Run(id="r", kind="crawl", started_at=NOW, source="forum", finished_at=NOW + timedelta(seconds=2.5), status="ok")


def ran(kind, counters, **changes):
    return run_document(replace(RUN, kind=kind, counters=counters, **changes), before=None)


def test_documents_have_only_planned_fields_and_are_json():
    for document, types in (
        (incident_document(INCIDENT, role="own", url="http://kibana/"), INCIDENT_TYPES),
        (run_document(replace(RUN, reason="down", counters={"items": 1}), before=NOW), RUN_TYPES),
        (ran("ingest", {"saved": 1, "gone": 2}), RUN_TYPES),
        (ran("watch", {"sent": 1}), RUN_TYPES),
    ):
        assert set(document) <= set(types)
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_mapping_is_strict_and_signed():
    made = mapping("runs", RUN_TYPES)
    assert (made["dynamic"], made["_meta"]["schema"]) == ("strict", "runs")
    assert {name: field["type"] for name, field in made["properties"].items()} == RUN_TYPES


def test_an_incident_lasts_to_its_end_or_to_the_last_look():
    assert incident_document(INCIDENT, role=None, url=None)["hours"] == 6
    assert incident_document(replace(INCIDENT, closed_at=None, state="open"), role=None, url=None)["hours"] == 9


def test_what_is_not_known_is_absent():
    document = incident_document(replace(INCIDENT, closed_at=None), role=None, url=None)
    assert {"role", "url", "closed_at"}.isdisjoint(document)
    running = run_document(replace(RUN, finished_at=None, status="running"), before=None)
    assert set(running) == {"run_id", "kind", "source", "status", "started_at"}


@pytest.mark.parametrize(
    ("kind", "counters", "expected"),
    [
        ("crawl", {"items": 7, "gone": 1, "responses": 30, "bodies": 9}, {"items": 7, "gone": 1}),
        ("backfill", {}, {"items": 0, "gone": 0}),
        (
            "ingest",
            {"saved": 3, "no-brand": 2, "rejected:no-text": 1, "rejected:too-old": 1, "refused": 1, "gone": 2},
            {"items": 10, "saved": 3, "rejected": 3, "gone": 2},
        ),
        ("watch", {"sent": 2, "retry": 1, "dead": 1, "superseded": 4}, {"sent": 2, "unsent": 2}),
        ("report", {"files": 4, "sent": 2}, {"sent": 2, "unsent": 0}),
        ("upkeep", {"mentions": 1000, "files": 3, "posts": 9}, {}),
    ],
)
def test_counters_become_the_few_numbers_of_the_health_board(kind, counters, expected):
    document = ran(kind, counters)
    numbers = {name: value for name, value in document.items() if RUN_TYPES[name] == "integer"}
    assert numbers == expected
    assert document["seconds"] == 2.5


def test_the_lag_is_the_age_of_the_last_good_reading_and_a_reason_is_cut():
    document = run_document(replace(RUN, reason="x" * 5000), before=NOW - timedelta(hours=2))
    assert document["lag_seconds"] == 7200
    assert len(document["reason"]) == 1000
