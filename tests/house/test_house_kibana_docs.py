"""docs/kibana.md and docs/compose.md against the code: boards, commands, options, fields, privileges, figures."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from config.settings import PREFIX, Settings
from dashboards.answers import PRIVILEGES
from dashboards.boards import boards
from dashboards.client import OLDEST
from dashboards.documents import INCIDENT_TYPES, RUN_TYPES
from dashboards.rules import HOURS, TEXTS
from dashboards.words import say
from mentions.elastic_mapping import FIELD_TYPES

ROOT = Path(__file__).parents[2]
KIBANA = (ROOT / "docs" / "kibana.md").read_text(encoding="utf-8")
COMPOSE = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")
LARGEST = 200_000  # bytes of a picture
# Features as a role descriptor names them, and as Kibana's page and our documents do.
FEATURES = {
    "feature_dashboard_v2.all": "Dashboard",
    "feature_discover_v2.all": "Discover",
    "feature_visualize_v2.all": "Visualize Library",
    "feature_indexPatterns.all": "Data View Management",
    "feature_savedObjectsManagement.all": "Saved Objects Management",
    "feature_savedObjectsTagging.all": "Tag Management",
    "feature_stackAlerts.all": "Stack Rules",
    "feature_actions.all": "Actions and Connectors",
}
NO_FIELDS = {"keep_authors"}  # settings of the configuration


def _command(words: list[str]) -> Any:
    from flows.cli import app

    found: Any = typer.main.get_command(app)
    for word in words:
        found = found.commands.get(word) if hasattr(found, "commands") else None
        if found is None:
            return None
    return found


def _codes(text: str) -> list[str]:
    """What stands between backticks on one line, and the lines of consoles."""
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"^\$ (.+)$", text, re.MULTILINE)


def test_every_board_has_a_part_with_its_name_title_picture_and_question() -> None:
    for board in boards("en"):
        title = say("en", f"title.{board.key}").removeprefix("Vigie: ")
        head = "the room an alert opens" if board.key == "incident" else title
        part = KIBANA.split(f"### {board.key}: {head}\n")[1].split("\n### ")[0].split("\n## ")[0]
        picture = re.search(r"!\[(.+)\]\((images/board-\w+\.png)\)", part)
        assert picture, board.key
        assert picture[2] == f"images/board-{board.key}.png"
        assert len(picture[1]) > 40, "a picture is described for those who do not see it"
        file = ROOT / "docs" / picture[2]
        assert file.read_bytes()[:4] == b"\x89PNG"
        assert file.stat().st_size <= LARGEST
        assert "?" in part, "it says what it answers"


def test_the_windows_that_boards_open_on_are_told() -> None:
    days = {board.key: int(re.sub(r"\D", "", board.dashboard.time_range.from_)) for board in boards("en")}
    assert "overview and incident on 7 days, health on one, the others on 30" in KIBANA
    assert days == {"overview": 7, "sentiment": 30, "sources": 30, "competitors": 30, "incident": 7, "health": 1}
    own = [board.key for board in boards("en") if board.dashboard.filters]
    assert own == ["overview", "sentiment", "sources"]
    assert "Overview, sentiment and sources\nbegin with the filter *Our brands*" in KIBANA


@pytest.mark.parametrize("text", [KIBANA, COMPOSE], ids=["kibana.md", "compose.md"])
def test_every_command_and_option_exists(text: str) -> None:
    told = [code.split("vigie ", 1)[1].split() for code in _codes(text) if re.search(r"(^|[ /])vigie [a-z]", code)]
    assert told
    for words in told:
        names = [word for word in words[:2] if re.fullmatch(r"[a-z]+", word)]
        command = _command(names) or _command(names[:1])
        assert command is not None, words
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, words


def test_options_that_stand_alone_are_those_of_a_deployment() -> None:
    options = {name for each in _command(["kibana", "deploy"]).params for name in (*each.opts, *each.secondary_opts)}
    alone = {code.split()[0] for code in _codes(KIBANA) if code.startswith("--")}
    assert {"--no-rule", "--language", "--space", "--via"} <= alone <= options


def test_every_kibana_command_is_explained() -> None:
    for name in _command(["kibana"]).commands:
        assert f"vigie kibana {name}" in KIBANA or name == "project", name


def test_every_field_named_is_one_of_the_mapping() -> None:
    known = {*FIELD_TYPES, *INCIDENT_TYPES, *RUN_TYPES}
    named = {code for code in _codes(KIBANA) if re.fullmatch(r"[a-z]+(_[a-z]+)+", code)} - NO_FIELDS
    named |= {name for name in ("polarity", "severity", "brand") if f"`{name}`" in KIBANA}
    assert {"polarity", "sentiment_label", "author_key", "story_id", "gone_at"} <= named <= known


def test_shares_are_told_with_what_they_are_a_share_of() -> None:
    for figure in ("net sentiment", "negative share", "share of voice"):
        row = next(line for line in KIBANA.splitlines() if line.startswith(f"| {figure} |"))
        assert "/ all" in row
        assert "mentions" in row.split("|")[3]


def test_the_privileges_told_are_those_of_the_key_and_of_the_messages() -> None:
    roles = json.loads((ROOT / "compose" / "kibana-key.json").read_text(encoding="utf-8"))["vigie-boards"]
    given = {name for each in roles["applications"] for name in each["privileges"]}
    assert given == set(FEATURES)
    prose = " ".join(KIBANA.split())
    assert [words for words in FEATURES.values() if words not in prose] == []
    messages = " ".join(PRIVILEGES.values())
    assert [words for words in ("Data View Management", "Tag Management", "Stack Rules") if words not in messages] == []
    assert {name for each in roles["indices"] for name in each["privileges"]} == {"read", "view_index_metadata"}
    assert set(roles) == {"indices", "applications"}, "no privilege on the cluster"


def test_versions_rule_and_files_are_as_told() -> None:
    assert OLDEST == (9, 0)
    assert "Kibana 9.0 or newer" in " ".join(KIBANA.split())
    assert TEXTS["en"][0].format(hours=HOURS) in KIBANA
    assert "format-checked, not yet run in a Kibana here" in " ".join(KIBANA.replace("**", "").split())
    for text in (KIBANA, COMPOSE):
        paths = [code for code in _codes(text) if re.fullmatch(r"(dashboards|tests|compose|docs)/[\w./-]+", code)]
        assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_variable_named_is_a_setting_or_one_of_the_stack() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"\bVIGIE_[A-Z_]+", KIBANA + COMPOSE)) <= known
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    others = {code for code in _codes(COMPOSE) if re.fullmatch(r"[A-Z][A-Z_]+", code)} - known
    assert [name for name in others if f"\n{name}=" not in example] == []


def test_the_stack_is_told_as_it_is() -> None:
    stack = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    for volume in re.findall(r"`([a-z]+-data)`", COMPOSE):
        assert volume in stack["volumes"]
    assert stack["services"]["vigie"]["image"] in COMPOSE
    for name, port in (("kibana", 5601), ("prefect", 4200)):
        assert f"127.0.0.1:{port}" in COMPOSE
        assert stack["services"][name]["ports"][0].endswith(f"-{port}}}:{port}")
    mebibytes = {"m": 1, "g": 1024}
    total = sum(int(each["mem_limit"][:-1]) * mebibytes[each["mem_limit"][-1]] for each in stack["services"].values())
    assert total == pytest.approx(8 * 1024, rel=0.05)
    for command in re.findall(r"docker compose (?:--\S+ )*(\w+)", COMPOSE):
        assert command in {"up", "run", "build", "config", "restart", "logs", "stop", "down"}
