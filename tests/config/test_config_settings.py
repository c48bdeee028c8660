"""Settings from the environment, and the secret that is made once."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from config.types import Secret
from mentions.errors import Stop, WrongUsage

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("VIGIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default_under_the_current_folder(tmp_path):
    settings = load_settings()
    assert (settings.home, settings.config, settings.store) == (tmp_path / "var", tmp_path / "config", "sqlite")
    assert settings.state_url == f"sqlite:///{tmp_path}/var/state.db"
    assert settings.spool == tmp_path / "var" / "spool"
    assert not list(tmp_path.iterdir())


def test_the_environment_is_read_and_the_command_line_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("VIGIE_HOME", "~/data")
    monkeypatch.setenv("VIGIE_CONFIG", "elsewhere")
    monkeypatch.setenv("VIGIE_DATABASE_URL", "postgresql+psycopg://vigie@db/vigie")
    monkeypatch.setenv("VIGIE_SPOOL_URL", "file:///srv/spool")
    monkeypatch.setenv("VIGIE_PUBLIC_URL", "https://vigie.example.org/")
    monkeypatch.setenv("VIGIE_SMTP_URL", "")
    settings = load_settings(config=Path("mine"))
    assert settings.home == Path.home() / "data"
    assert settings.config == tmp_path / "mine"
    assert settings.state_url == "postgresql+psycopg://vigie@db/vigie"
    assert settings.spool == Path("/srv/spool")
    assert settings.public_url == "https://vigie.example.org"
    assert settings.smtp_url is None


def test_addresses_under_the_home_follow_it(tmp_path):
    moved = load_settings().model_copy(update={"home": tmp_path / "other"})
    assert moved.state_url.endswith("/other/state.db")
    assert moved.spool == tmp_path / "other" / "spool"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("VIGIE_STORE", "elastik", "VIGIE_STORE: expected 'sqlite' or 'elastic'"),
        ("VIGIE_STORE", "elastic", "VIGIE_STORE is elastic, so VIGIE_ELASTIC_URL must be set"),
        ("VIGIE_ELASTIC_URL", "node:9200", "VIGIE_ELASTIC_URL: expected an address that begins with http"),
        ("VIGIE_SMTP_URL", "mail.example.org", "VIGIE_SMTP_URL: expected an address such as smtp://host:25"),
        ("VIGIE_SPOOL_URL", "s3://bucket", "VIGIE_SPOOL_URL: expected an address such as file:///"),
        ("VIGIE_SECRET", "short", "VIGIE_SECRET: expected at least 16 characters"),
    ],
)
def test_a_wrong_value_is_one_clear_line_without_the_value(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongUsage) as caught:
        load_settings()
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert value == "elastic" or value not in str(caught.value).replace("VIGIE_", "")


def test_a_misspelt_variable_is_told_and_a_secret_of_the_reader_is_not(monkeypatch, caplog):
    monkeypatch.setenv("VIGIE_STROE", "elastic")
    monkeypatch.setenv("VIGIE_SLACK_TOKEN", "x")
    with caplog.at_level(logging.WARNING):
        load_settings()
    assert [record.getMessage() for record in caplog.records] == [
        "unknown-setting name=VIGIE_STROE did-you-mean=VIGIE_STORE"
    ]


def test_passwords_are_not_shown(monkeypatch):
    monkeypatch.setenv("VIGIE_SMTP_URL", "smtp://me:hunter2@mail.example.org")
    monkeypatch.setenv("VIGIE_SECRET", "hunter2-hunter2-hunter2")
    monkeypatch.setenv("VIGIE_ELASTIC_API_KEY", "hunter2")
    assert "hunter2" not in repr(load_settings()) + str(load_settings())


def test_the_secret_is_made_once_for_its_owner_only(tmp_path):
    settings = load_settings()
    first = settings.secret_bytes()
    path = tmp_path / "var" / "secret"
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings.secret_bytes() == load_settings().secret_bytes() == first
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


def test_the_secret_of_the_environment_wins_and_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("VIGIE_SECRET", "sixteen-or-more-characters")
    assert load_settings().secret_bytes() == b"sixteen-or-more-characters"
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("content", [b"", b"short\n"])
def test_a_damaged_secret_stops(tmp_path, content):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret").write_bytes(content)
    with pytest.raises(Stop, match=r"secret is damaged; put back a copy, or delete it"):
        load_settings().secret_bytes()


def test_a_home_that_cannot_be_made_stops(tmp_path):
    (tmp_path / "var").write_text("a file")
    with pytest.raises(Stop, match=r"var/secret cannot be read or made: (File exists|Not a directory)"):
        load_settings().secret_bytes()


def test_a_secret_that_others_can_read_is_told(tmp_path, caplog):
    load_settings().secret_bytes()
    (tmp_path / "var" / "secret").chmod(0o644)
    with caplog.at_level(logging.WARNING):
        load_settings().secret_bytes()
    assert "secret-is-readable" in caplog.text


@pytest.mark.local
def test_processes_that_make_the_secret_at_once_agree(tmp_path):
    code = (
        "import sys; from pathlib import Path; from config.settings import load_settings;"
        f"s = load_settings(home=Path({str(tmp_path / 'home')!r}));"
        "sys.stdin.read(1); sys.stdout.write(s.secret_bytes().decode())"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:
        child.stdin.write("x")
        child.stdin.flush()
    secrets = {child.communicate(timeout=60)[0] for child in children}
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret"]


def test_the_loser_of_the_race_takes_the_secret_of_the_winner(tmp_path, monkeypatch):
    winner = "w" * 64
    real = os.fsync

    def overtaken(handle):
        (tmp_path / "var" / "secret").write_text(winner)
        (tmp_path / "var" / "secret").chmod(0o600)
        real(handle)

    monkeypatch.setattr(os, "fsync", overtaken)
    assert load_settings().secret_bytes() == winner.encode()
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret"]


def test_secrets_of_the_yaml_come_from_a_variable_or_a_file(monkeypatch, tmp_path):
    settings = load_settings()
    monkeypatch.setenv("HOOK", "https://hooks.example.org/1")
    assert settings.reveal(Secret("env:HOOK")) == "https://hooks.example.org/1"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "hook").write_text("inside\n")
    (tmp_path / "hook").write_text("outside\n")
    assert settings.reveal(Secret("file:hook")) == "inside"
    assert settings.reveal(Secret(f"file:{tmp_path / 'hook'}")) == "outside"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("env:NOT_THERE", "environment variable NOT_THERE is not set"),
        ("file:nowhere", "nowhere cannot be read"),
        ("file:empty", "empty is empty"),
    ],
)
def test_a_secret_that_is_missing_says_what_is_missing(tmp_path, where, said):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "empty").write_text("\n")
    with pytest.raises(Stop, match=said):
        load_settings().reveal(Secret(where))


def test_no_other_module_reads_the_environment():
    rooms = ["alerts", "config", "demo", "flows", "mentions", "nlp", "reports", "spiders", "state"]
    readers = {
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "os.getenv" in path.read_text() or "environ.get" in path.read_text()
    }
    assert readers <= {"config/settings.py"}


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().store = "elastic"
