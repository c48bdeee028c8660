"""`vigie status`: which store, and what it refused."""

import secrets
from datetime import UTC, datetime

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py

from mentions.dead_letters import DeadLetters
from mentions.elastic_client import connect
from tests.alerts.street import mention

pytestmark = [pytest.mark.local, pytest.mark.usefixtures("config")]


def test_status_names_the_store_and_counts_no_dead_letters(vigie, tmp_path):
    code, out, _ = vigie("status")
    assert code == 0
    assert f"store: SQLite, {tmp_path / 'home' / 'mentions.sqlite'}" in out
    assert "dead letters" not in out


def test_status_counts_dead_letters_and_says_where_to_look(vigie, tmp_path):
    refused = mention(1, datetime(2026, 11, 3, tzinfo=UTC), negative=True)
    DeadLetters(tmp_path / "home" / "dead-letters").add([(refused, "vigie-mentions-v1-2026.11.01", "no reason")])
    assert "dead letters: 1 mention that it refused; see 'vigie dlq list'" in vigie("status")[1]


@pytest.mark.real("elastic")
def test_status_shows_elasticsearch_without_its_password(vigie, elastic_url, monkeypatch):
    prefix = f"vt-{secrets.token_hex(4)}"
    monkeypatch.setenv("VIGIE_STORE", "elastic")
    monkeypatch.setenv("VIGIE_ELASTIC_URL", elastic_url.replace("://", "://me:hush@"))
    monkeypatch.setenv("VIGIE_ELASTIC_PREFIX", prefix)
    try:
        code, out, err = vigie("status")
    finally:
        with connect(elastic_url) as client:
            client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-mentions-v1")
    assert code == 0, err
    assert f"store: Elasticsearch at {elastic_url}, {prefix}-mentions" in out
    assert "hush" not in out + err
