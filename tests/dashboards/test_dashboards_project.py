"""Incidents and runs in their own indices of a real Elasticsearch: idempotent, healed, never over a newer reading."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py

from dashboards.documents import INCIDENT_TYPES, RUN_TYPES, mapping
from dashboards.project import Projected, project, rebuild
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.errors import Stop
from state.database import State
from state.records import Incident, Run

pytestmark = [pytest.mark.real("elastic"), pytest.mark.local]
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROLES = {"Aubépine": "own"}


def incident(number: int = 1, step: int = 1, **changes: object) -> Incident:
    at = NOW - 9 * HOUR
    first = Incident(
        id=f"{number:026x}",
        brand="Aubépine",
        family="negative:surge",
        rule="surge",
        tier="alert",
        state="open",
        opened_at=at,
        updated_at=at + step * HOUR,
        score=2.5,
        peak_score=3.25,
        window_hours=6,
        observed=14,
        expected=1.5,
        step=step,
        evidence={"quotes": ["what was said stays in state"]},
    )
    return replace(first, **changes)


def run(number: int, hours: float, **changes: object) -> Run:
    return replace(Run(id=f"run{number}", kind="watch", started_at=NOW - hours * HOUR), **changes)


@pytest.fixture
def boards(elastic_url, tmp_path):
    room = Boards(elastic_url, tmp_path)
    yield room
    room.close()


class Boards:
    """A state, and the indices that show it."""

    def __init__(self, url, folder):
        self.names = Names(f"vt-{secrets.token_hex(4)}")
        self.client = connect(url)
        self.state = State(f"sqlite:///{folder}/state.db")

    def close(self):
        self.client.indices.delete(index=[self.names.incidents, self.names.runs], ignore_unavailable=True)
        self.client.close()
        self.state.close()

    def project(self, write=project, **changes):
        return write(
            self.state.incidents,
            self.state.runs,
            self.client,
            self.names,
            **{"roles": ROLES, "now": NOW, "links": lambda each: f"http://kibana/{each.id}", **changes},
        )

    def shown(self, index):
        hits = self.client.search(index=index, size=1000, version=True)["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}

    def incidents(self):
        return self.shown(self.names.incidents)

    def runs(self):
        return self.shown(self.names.runs)


def test_what_state_holds_is_shown_once_and_the_second_time_changes_nothing(boards):
    boards.state.incidents.apply(incident(), [])
    boards.state.runs.start(run(1, 3, kind="ingest"))
    boards.state.runs.finish("run1", "ok", NOW - 2 * HOUR, {"saved": 3, "no-brand": 2, "rejected:no-text": 1})
    assert boards.project() == Projected(incidents=1, runs=1)
    assert boards.project() == Projected()
    (shown,) = boards.incidents().values()
    assert shown["role"] == "own"
    assert shown["url"] == f"http://kibana/{incident().id}"
    assert "evidence" not in shown
    (ran,) = boards.runs().values()
    assert (ran["items"], ran["saved"], ran["rejected"], ran["seconds"]) == (6, 3, 1, 3600.0)


def test_only_what_changed_is_written(boards):
    for number in (1, 2):
        boards.state.incidents.apply(incident(number, family=f"negative:{number}"), [])
    boards.state.runs.start(run(1, 2))
    boards.project()
    closed = incident(2, 2, family="negative:2", state="closed", closed_at=NOW)
    boards.state.incidents.apply(closed, [])
    boards.state.runs.finish("run1", "ok", NOW, {"sent": 2, "retry": 1})
    assert boards.project() == Projected(incidents=1, runs=1)
    assert boards.incidents()[closed.id]["state"] == "closed"
    assert boards.runs()["run1"] == {
        "run_id": "run1",
        "kind": "watch",
        "status": "ok",
        "seconds": 7200.0,
        "sent": 2,
        "unsent": 1,
        "started_at": (NOW - 2 * HOUR).isoformat(),
        "finished_at": NOW.isoformat(),
    }


def test_a_rebuild_makes_the_indices_equal_to_state(boards):
    for number in range(3):
        boards.state.incidents.apply(incident(number, family=f"negative:{number}"), [])
        boards.state.runs.start(run(number, 100 * number))
    boards.project()
    expected = boards.incidents(), boards.runs()
    boards.client.delete(index=boards.names.incidents, id=incident(1).id)
    boards.client.delete(index=boards.names.runs, id="run2")
    for index, key in ((boards.names.incidents, "incident_id"), (boards.names.runs, "run_id")):
        boards.client.index(
            index=index,
            id="ghost",
            document={key: "ghost", "started_at": NOW.isoformat()} if key == "run_id" else {key: "ghost"},
            refresh=True,
        )
    boards.client.update(index=boards.names.runs, id="run0", doc={"status": "failed"})
    assert boards.project(rebuild) == Projected(incidents=1, runs=2, removed=2)
    assert (boards.incidents(), boards.runs()) == expected
    assert boards.project(rebuild) == Projected()


def test_indices_that_were_deleted_are_made_again_whole(boards):
    boards.state.runs.start(run(1, 24 * 90))
    boards.state.runs.start(run(2, 1))
    boards.project()
    boards.client.indices.delete(index=boards.names.runs)
    assert boards.project() == Projected(runs=2)


def test_another_address_or_role_is_shown_though_nothing_happened_and_later_steps_still_come(boards):
    boards.state.incidents.apply(incident(), [])
    boards.project(links=lambda _: None, roles={})
    assert {"role", "url"}.isdisjoint(*boards.incidents().values())
    assert boards.project() == Projected(incidents=1)
    boards.state.incidents.apply(incident(step=2, tier="critical"), [])
    assert boards.project() == Projected(incidents=1)
    assert boards.incidents()[incident().id]["tier"] == "critical"


def test_an_older_reading_never_overwrites_a_newer_one(boards):
    boards.state.incidents.apply(incident(), [])
    boards.project()

    class Slow:
        """A projection that read `state`, then slept while another one wrote."""

        def list(self):
            read = boards.state.incidents.list()
            boards.state.incidents.apply(incident(step=2, tier="critical"), [])
            boards.project()
            return [replace(each, observed=99) for each in read]

    project(Slow(), boards.state.runs, boards.client, boards.names, roles=ROLES, now=NOW)
    assert boards.incidents()[incident().id]["tier"] == "critical"


def test_the_age_of_the_last_good_reading_is_the_same_in_part_and_in_whole(boards):
    for number, hours, status in ((1, 60, "ok"), (2, 40, "failed"), (3, 20, "ok"), (4, 10, "partial"), (5, 1, "ok")):
        boards.state.runs.start(run(number, hours, kind="crawl" if number > 1 else "backfill", source="shop"))
        boards.state.runs.finish(f"run{number}", status, NOW - hours * HOUR, {"items": number})
        boards.project()
    lags = {name: document.get("lag_seconds") for name, document in boards.runs().items()}
    assert lags == {"run1": None, "run2": 20 * 3600, "run3": 40 * 3600, "run4": 10 * 3600, "run5": 19 * 3600}
    assert boards.project(rebuild) == Projected()


def test_a_clock_that_ran_ahead_once_hides_no_run(boards):
    boards.state.runs.start(run(1, -24 * 400))
    boards.project()
    boards.state.runs.start(run(2, 1))
    assert boards.project() == Projected(runs=1)


def test_more_runs_than_one_page(boards):
    for number in range(1203):
        boards.state.runs.start(run(number, number / 100))
    assert boards.project() == Projected(runs=1203)
    assert boards.project(rebuild) == Projected()


@pytest.mark.parametrize("made", ["plain", "alias", "newer"])
def test_an_index_that_is_not_ours_or_is_newer_is_left_alone(boards, made):
    index = boards.names.runs
    if made == "newer":
        boards.client.indices.create(index=index, mappings={"_meta": {"schema": "runs", "version": 99}})
    elif made == "plain":
        boards.client.indices.create(index=index)
    else:
        boards.client.indices.create(index=f"{index}-theirs", aliases={index: {}})
    with pytest.raises(Stop, match="newer Vigie" if made == "newer" else "not Vigie's"):
        boards.project()
    boards.client.indices.delete(index=f"{index}-theirs" if made == "alias" else index)


def test_an_older_schema_is_made_again(boards):
    old = mapping("runs", {"run_id": "keyword"})
    old["_meta"]["version"] = 0
    boards.client.indices.create(index=boards.names.runs, mappings=old)
    boards.state.runs.start(run(1, 1))
    assert boards.project() == Projected(runs=1)


def test_a_field_nobody_planned_is_refused(boards):
    boards.project()
    for index, types in ((boards.names.incidents, INCIDENT_TYPES), (boards.names.runs, RUN_TYPES)):
        found = boards.client.indices.get_mapping(index=index)[index]["mappings"]
        assert {name: field["type"] for name, field in found["properties"].items()} == types
        assert found["dynamic"] == "strict"
