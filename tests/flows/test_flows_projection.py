"""The boards follow every job; when they cannot, the job, the alert and the next projection do not suffer."""

import logging
import secrets
from datetime import timedelta

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py

from config.models import Config
from config.settings import Settings
from dashboards.documents import RUN_TYPES
from flows import jobs, projection
from flows.wiring import House
from mentions.errors import Transient
from mentions.sqlite import SqliteStore
from tests.alerts.street import HOUR, START, boxes, crawl, crisis, history, weeks

pytestmark = pytest.mark.local
LIVE = START + 21 * 24 * HOUR
NOW = LIVE + 9 * HOUR
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens


@pytest.fixture
def house(request, tmp_path):
    """A crisis is on; mentions lie in SQLite, so that only the boards need Elasticsearch."""
    url = NOBODY if request.param == "absent" else request.getfixturevalue("elastic_url")
    own = Settings(
        home=tmp_path,
        config=tmp_path / "config",
        store="elastic",
        elastic_url=url,
        elastic_prefix=f"vt-{secrets.token_hex(4)}",
        kibana_public_url="https://kibana.example.org",
    )
    with House(own) as home:
        home.store = SqliteStore(tmp_path / "mentions.sqlite")
        home.store.ensure_schema()
        home.config = Config.model_validate(
            {
                "brands": [{"name": "Aubépine", "match": ["Aubépine"]}],
                "rules": [{"name": "surge", "tell": ["box"]}],
                "channels": {"box": {"kind": "file", "folder": "messages"}},
                "sources": [{"name": "forum", "kind": "forum", "url": "http://127.0.0.1/forum"}],
            }
        )
        home.store.upsert([*weeks(21, seen=lambda _: LIVE), *crisis(LIVE + HOUR, 8, 6)], now=NOW)
        history(home.state, START, LIVE)
        crawl(home.state, NOW)
        yield home
        if url != NOBODY:
            home.elastic.indices.delete(index=[home.names.incidents, home.names.runs], ignore_unavailable=True)


@pytest.mark.parametrize("house", ["absent"], indirect=True)
def test_a_projection_that_fails_neither_fails_the_watch_nor_loses_the_alert(house, caplog):
    with caplog.at_level(logging.WARNING):
        changes, fates = jobs.watch(house, lambda: NOW)
    assert len(changes) == 1
    assert fates == {"sent": 1}
    assert [each["step"] for each in boxes(house.home)] == ["opened"]
    assert house.state.runs.last("watch").status == "ok"
    (warning,) = (record.getMessage() for record in caplog.records if "boards-not-updated" in record.message)
    assert "connection refused" in warning
    assert "vigie kibana project --rebuild" in warning


@pytest.mark.parametrize("house", ["absent"], indirect=True)
def test_asked_for_by_hand_it_says_what_is_wrong(house):
    with pytest.raises(Transient, match="connection refused"):
        projection.project(house, NOW)


def test_on_sqlite_nothing_is_projected_or_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(projection, "project", lambda *_args, **_kwargs: pytest.fail("projected"))
    with House(Settings(home=tmp_path)) as home:
        projection.project_now(home, NOW)


@pytest.mark.real("elastic")
@pytest.mark.parametrize("house", ["present"], indirect=True)
def test_the_next_job_makes_good_what_an_absent_elasticsearch_missed(house):
    present, house.settings = house.settings, house.settings.model_copy(update={"elastic_url": NOBODY})
    jobs.watch(house, lambda: NOW)
    house.settings = present
    del house.elastic
    jobs.watch(house, lambda: NOW + HOUR)
    incidents = house.elastic.search(index=house.names.incidents)["hits"]["hits"]
    (found,) = (hit["_source"] for hit in incidents)
    assert found["role"] == "own"
    assert found["url"].startswith("https://kibana.example.org/app/dashboards#/view/vigie-incident")
    runs = house.elastic.search(index=house.names.runs, size=100)["hits"]["hits"]
    assert sorted(hit["_source"]["kind"] for hit in runs) == ["backfill", "crawl", "watch", "watch"]
    assert all(set(hit["_source"]) <= set(RUN_TYPES) for hit in runs)


@pytest.mark.real("elastic")
@pytest.mark.parametrize("house", ["present"], indirect=True)
def test_upkeep_makes_the_boards_equal_to_state(house):
    jobs.watch(house, lambda: NOW)
    house.elastic.index(index=house.names.runs, id="ghost", document={"run_id": "ghost"}, refresh=True)
    jobs.upkeep(house, lambda: NOW + timedelta(days=3))
    runs = house.elastic.search(index=house.names.runs, size=100)["hits"]["hits"]
    assert sorted(hit["_source"]["kind"] for hit in runs) == ["backfill", "crawl", "upkeep", "watch"]


@pytest.mark.parametrize("house", ["absent"], indirect=True)
def test_a_job_that_fails_still_says_its_own_reason(house):
    with pytest.raises(Transient, match="my own"), projection.shown_after(house, lambda: NOW):
        raise Transient("my own reason")
