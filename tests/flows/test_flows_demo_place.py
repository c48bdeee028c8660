"""The demo never erases what it did not write: neither files, nor mentions, nor what boards show of others."""

import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from elastic_node import unavailable  # noqa: F401 - asked by tests/conftest.py

from config.settings import Settings
from flows import projection
from flows.demo_place import clear_elastic, erase, leave, settings_for, shortcut
from flows.wiring import House
from mentions.errors import Stop
from state.records import Run
from tests.alerts.street import mention

pytestmark = pytest.mark.local
AT = datetime(2026, 10, 1, tzinfo=UTC)
OURS = {"source": "copeaux", "site": "127.0.0.1:8123"}


def test_the_demo_never_erases_files_it_did_not_write(tmp_path):
    precious = tmp_path / "demo" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("ten years", encoding="utf-8")
    with pytest.raises(Stop, match="no demo wrote"):
        erase(tmp_path / "demo")
    assert precious.read_text(encoding="utf-8") == "ten years"


def test_the_demo_has_a_memory_of_its_own(tmp_path):
    users = Settings(
        home=tmp_path,
        database_url="postgresql://them@db/vigie",
        spool_url="file:///srv/spool",
        secret="s" * 20,
        kibana_public_url="https://kibana.example.org",
    )
    own = settings_for(users, tmp_path / "demo", "smtp://127.0.0.1:25")
    assert own.state_url == f"sqlite:///{tmp_path}/demo/data/state.db"
    assert own.spool == tmp_path / "demo" / "data" / "spool"
    assert own.secret is None
    assert own.kibana_public_url == users.kibana_public_url


@pytest.fixture
def elastic(elastic_url, tmp_path):
    settings = Settings(
        home=tmp_path, store="elastic", elastic_url=elastic_url, elastic_prefix=f"vt-{secrets.token_hex(4)}"
    )
    with House(settings) as house:
        house.store.ensure_schema()
        yield house
        made = list(house.elastic.indices.get(index=f"{house.names.prefix}-*"))
        if made:
            house.elastic.indices.delete(index=made)
        house.elastic.indices.delete_index_template(name=house.names.template)


def stored(house):
    house.store.refresh()
    return int(house.elastic.count(index=house.names.mentions, ignore_unavailable=True)["count"])


@pytest.mark.real("elastic")
@pytest.mark.parametrize(
    "theirs",
    [
        {"source": "forum", "site": "forum.example"},
        {"source": "copeaux", "site": "copeaux.example"},
        {"source": "mine", "site": "127.0.0.1:1"},
    ],
    ids=["other source and site", "our source, a real site", "other source on loopback"],
)
def test_mentions_of_others_are_refused_and_all_stays(elastic, theirs):
    elastic.store.upsert([mention(1, AT, negative=True, **theirs), mention(2, AT, negative=True, **OURS)], now=AT)
    with pytest.raises(Stop, match=r"-mentions holds 1 mentions that no demo wrote.*VIGIE_ELASTIC_PREFIX=vigie-demo"):
        clear_elastic(elastic.settings)
    assert stored(elastic) == 2


@pytest.mark.real("elastic")
def test_crawls_of_others_are_refused(elastic):
    elastic.config = type("Config", (), {"brands": ()})()
    elastic.state.runs.start(Run(id="r", kind="crawl", source="their-forum", started_at=AT))
    projection.project(elastic, AT)
    elastic.store.upsert([mention(2, AT, negative=True, **OURS)], now=AT)
    with pytest.raises(Stop, match="-runs holds 1 crawls of sources that no demo wrote"):
        clear_elastic(elastic.settings)
    assert stored(elastic) == 1


@pytest.mark.real("elastic")
def test_an_earlier_demo_is_erased_whole(elastic):
    elastic.config = type("Config", (), {"brands": ()})()
    elastic.state.runs.start(Run(id="r", kind="crawl", source="copeaux", started_at=AT))
    projection.project(elastic, AT)
    elastic.store.upsert([mention(n, AT, negative=True, **OURS) for n in range(5)], now=AT)
    folder = elastic.settings.home / "demo"
    erase(folder)
    leave(elastic.settings)
    assert stored(elastic) == 0
    assert not elastic.elastic.indices.exists(index=elastic.names.runs)
    assert not folder.exists()
    leave(elastic.settings)


@pytest.mark.real("elastic")
def test_the_command_refuses_in_one_line_and_keeps_the_files_of_the_former_demo(elastic, tmp_path):
    elastic.store.upsert([mention(1, AT, negative=True)], now=AT)
    elastic.store.refresh()
    erase(tmp_path / "demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    environment |= {name: value for name, value in elastic.settings.environment().items() if value}
    done = subprocess.run(
        [Path(sys.executable).with_name("vigie"), "demo"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "no demo wrote" in done.stderr
    assert (tmp_path / "demo" / ".vigie-demo").exists()


def settled(tmp_path, **settings):
    path = shortcut(Settings(home=tmp_path / "data", config=tmp_path / "c", **settings), tmp_path)
    text = path.read_text(encoding="utf-8").replace(text_of_program(path), "sh -c env")
    path.write_text(text, encoding="utf-8")
    return path


def text_of_program(path):
    return path.read_text(encoding="utf-8").rstrip().removesuffix(' "$@"').rpartition(" ")[2]


def run(script, **environment):
    done = subprocess.run(
        [script], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=False
    )
    return done, dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith("VIGIE_"))


def test_the_shortcut_carries_the_settings_and_no_secret(tmp_path):
    script = settled(
        tmp_path,
        store="elastic",
        elastic_url="http://127.0.0.1:9200",
        elastic_prefix="trial",
        elastic_api_key="a-very-secret-key",
        smtp_url="smtp://me:hush@mail",
    )
    text = script.read_text(encoding="utf-8")
    assert "a-very-secret-key" not in text
    assert "hush" not in text
    without, _ = run(script)
    assert without.returncode != 0
    assert "VIGIE_ELASTIC_API_KEY" in without.stderr
    _, seen = run(script, VIGIE_ELASTIC_API_KEY="mine", VIGIE_DATABASE_URL="postgresql://theirs", VIGIE_HOME="/else")
    assert seen["VIGIE_STORE"] == "elastic"
    assert seen["VIGIE_ELASTIC_URL"] == "http://127.0.0.1:9200"
    assert seen["VIGIE_ELASTIC_PREFIX"] == "trial"
    assert seen["VIGIE_ELASTIC_API_KEY"] == "mine"
    assert seen["VIGIE_HOME"] == str(tmp_path / "data")
    assert "VIGIE_DATABASE_URL" not in seen


def test_a_password_in_the_address_is_asked_of_the_environment(tmp_path):
    script = settled(tmp_path, store="elastic", elastic_url="https://me:hush@search:9200")
    assert "hush" not in script.read_text(encoding="utf-8")
    done, _ = run(script)
    assert "VIGIE_ELASTIC_URL" in done.stderr


def test_the_shortcut_of_sqlite_stays_with_sqlite(tmp_path):
    _, seen = run(
        settled(tmp_path), VIGIE_STORE="elastic", VIGIE_ELASTIC_URL="http://search:9200", VIGIE_SECRET="x" * 20
    )
    assert seen["VIGIE_STORE"] == "sqlite"
    assert "VIGIE_SECRET" not in seen
