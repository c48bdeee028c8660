"""The demo, whole, as a newcomer starts it: what the summary promises, twice the same, and on Elasticsearch too."""

import email.policy
import json
import os
import secrets
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py

from mentions.elastic import ElasticStore
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.filter import MentionFilter
from mentions.queries import Volume
from tests.alerts.street import mention

VIGIE = Path(sys.executable).with_name("vigie")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


CHANGING = ("seconds", "store", "paths")


def demo(folder: Path, **settings: str) -> tuple[dict[str, Any], str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")} | settings
    done = subprocess.run(
        [VIGIE, "demo"], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads((folder / "var" / "demo" / "summary.json").read_text(encoding="utf-8")), done.stdout


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    """The folder of a first demo, its summary and what it showed."""
    folder = tmp_path_factory.mktemp("first")
    return folder, *demo(folder)


def test_the_demo_shows_the_whole_chain_and_twice_the_same(first: tuple[Path, dict[str, Any], str]) -> None:
    folder, summary, shown = first
    onset = datetime.fromisoformat(summary["planted_onset"])
    assert sum(sum(labels.values()) for labels in summary["mentions"].values()) >= 400
    opened = [datetime.fromisoformat(incident["opened_at"]) for incident in summary["incidents"]]
    assert opened
    assert all(onset <= moment <= onset + timedelta(hours=6) for moment in opened[:1])
    assert min(opened) >= onset
    steps = {(message["channel"], message["step"]) for message in summary["messages"]}
    assert {("crisis-mail", "opened"), ("crisis-slack", "opened"), ("crisis-mail", "report")} <= steps
    root = folder / "var" / "demo"
    mails = [
        BytesParser(policy=email.policy.default).parsebytes(path.read_bytes()) for path in (root / "mail").iterdir()
    ]
    assert all(mail.get_body(("html",)) and mail.get_body(("plain",)) for mail in mails)
    assert len(list((root / "slack").iterdir())) == sum(
        channel == "crisis-slack" for channel, _ in map(tuple, _pairs(summary))
    )
    _commands_work_as_printed(shown, folder)
    again, _ = demo(folder)
    assert _lasting(again) == _lasting(summary)


@pytest.mark.real("elastic")
def test_the_demo_on_elasticsearch_is_the_same_and_takes_the_place_of_an_earlier_one(
    first: tuple[Path, dict[str, Any], str], elastic_url: str, tmp_path: Path
) -> None:
    names = Names(f"vt-{secrets.token_hex(4)}")
    store = ElasticStore(connect(elastic_url), names)
    at = datetime(2026, 10, 1, tzinfo=UTC)
    former = mention(1, at, negative=True, source="copeaux", site="127.0.0.1:9", brand="Marvenne")
    try:
        store.ensure_schema()
        store.upsert([former], now=at)
        summary, shown = demo(
            tmp_path, VIGIE_STORE="elastic", VIGIE_ELASTIC_URL=elastic_url, VIGIE_ELASTIC_PREFIX=names.prefix
        )
        assert summary["store"] == "elastic"
        assert _lasting(summary) == _lasting(first[1])
        store.refresh()
        assert store.get(former.id) is None
        stored = {row.brand: row.mentions for row in store.run(Volume(where=MentionFilter(gone=True)))}
        assert stored == {brand: sum(labels.values()) for brand, labels in summary["mentions"].items()}
        _shows_incidents_and_runs(summary, connect(elastic_url), names)
        _commands_work_as_printed(shown.replace("kibana deploy", "kibana build --out boards"), tmp_path)
    finally:
        store.close()
        client = connect(elastic_url)
        made = client.indices.get(index=f"{names.prefix}-*")
        client.indices.delete(index=list(made), ignore_unavailable=True)
        client.indices.delete_index_template(name=names.template)
        client.close()


def _shows_incidents_and_runs(summary: dict[str, Any], client: Any, names: Names) -> None:
    shown = [hit["_source"] for hit in client.search(index=names.incidents)["hits"]["hits"]]
    assert [(each["opened_at"], each["tier"]) for each in shown] == [
        (each["opened_at"], each["tier"]) for each in summary["incidents"]
    ]
    answer = client.search(index=names.runs, size=0, aggs={"kinds": {"terms": {"field": "kind"}}})
    kinds = {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["kinds"]["buckets"]}
    assert kinds["backfill"] == 4
    assert {"crawl", "ingest", "watch", "report"} <= set(kinds)
    client.close()


def _lasting(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key not in CHANGING}


def _pairs(summary: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["channel"], message["step"]) for message in summary["messages"]]


def _commands_work_as_printed(shown: str, folder: Path) -> None:
    lines = shown.partition("Type next")[2].splitlines()
    commands = [line.strip() for line in lines if line.strip().startswith("var/demo/vigie")]
    assert len(commands) >= 3
    for command in commands:
        done = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout.strip()
