"""What `vigie init` writes, and what `vigie sources explain` says."""

from pathlib import Path

import pytest

from config.explain import explain
from config.load import load_config
from config.models import CssSource, FeedSource, Vigie
from config.template import TEMPLATE, write_template
from mentions.errors import Stop

ROOT = Path(__file__).parents[2]
FILES = ["brands.yaml", "channels.yaml", "rules.yaml", "sources/example.yaml", "vigie.yaml"]


def test_the_template_is_a_valid_configuration_that_tells_nobody_outside(tmp_path):
    written = write_template(tmp_path / "new" / "config")
    assert [path.relative_to(tmp_path / "new" / "config").as_posix() for path in written] == FILES
    config = load_config(tmp_path / "new" / "config")
    assert [channel.kind for channel in config.channels.values()] == ["file"]
    assert [source.enabled for source in config.sources] == [False]
    assert {brand.role for brand in config.brands} == {"own", "competitor"}
    assert any(brand.examples.positive and brand.examples.negative for brand in config.brands)


def test_what_the_template_writes_in_vigie_yaml_are_the_defaults(tmp_path):
    write_template(tmp_path)
    written = load_config(tmp_path).vigie.model_dump()
    assert {**written, "report": None} == {**Vigie().model_dump(), "report": None}


def test_nothing_is_ever_overwritten(tmp_path):
    (tmp_path / "brands.yaml").write_text("brands: []\n")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "mine.yaml").write_text("kind: blog\nurl: https://mine.example.org\n")
    written = write_template(tmp_path)
    assert [path.name for path in written] == ["channels.yaml", "rules.yaml", "vigie.yaml"]
    assert (tmp_path / "brands.yaml").read_text() == "brands: []\n"
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["mine.yaml"]
    assert write_template(tmp_path) == []


def test_a_folder_that_cannot_be_written_stops(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop, match="cannot write the configuration folder"):
        write_template(tmp_path / "file")


def test_commented_lines_of_the_template_are_valid_too(tmp_path):
    for origin in TEMPLATE.rglob("*.yaml"):
        target = tmp_path / origin.relative_to(TEMPLATE)
        target.parent.mkdir(exist_ok=True)
        lines = [uncommented(line) for line in origin.read_text().splitlines()]
        target.write_text("\n".join(lines))
    config = load_config(tmp_path)
    assert {channel.kind for channel in config.channels.values()} == {"file", "email", "slack"}
    assert config.vigie.report.language == "fr"
    assert (config.sources[0].brand, config.rules[0].min_count) == ("Mirabelle", 4)


def uncommented(line):
    """`# key: value` and `# - item` without the sign; prose stays a comment. The bot's lines exclude the webhook's."""
    body = line.strip().removeprefix("# ").removeprefix("# ")
    key = body.strip().split(":")[0]
    known = {
        "folder",
        "language",
        "min_count",
        "cooldown",
        "recovery",
        "every",
        "since",
        "brand",
        "kind",
        "to",
        "webhook",
    }
    if line.strip().startswith("# ") and (key in known or key in {"team-mail", "team-slack"}):
        return line.replace("# ", "", 1)
    return line


def test_the_configuration_of_the_repository_is_the_template():
    for name in ("brands.yaml", "channels.yaml", "rules.yaml", "vigie.yaml"):
        assert (ROOT / "config" / name).read_bytes() == (TEMPLATE / name).read_bytes(), name
    load_config(ROOT / "config")


def test_explain_says_where_each_value_was_decided():
    source = FeedSource.model_validate(
        {"name": "a", "kind": "feed", "url": "https://a.example.org", "every": "2h", "enabled": True}
    )
    rows = {
        key: (value, origin)
        for key, value, origin in explain(source, Vigie.model_validate({"crawler": {"delay": "5s"}}))
    }
    assert rows["every"] == ("2h", "file")
    assert rows["enabled"] == ("true", "file")
    assert rows["full_text"] == ("auto", "default")
    assert rows["delay"] == ("5s (0s on loopback)", "vigie.yaml")
    assert rows["keep_authors"] == ("false", "default")
    assert rows["timezone"] == ("the page's own, else UTC", "default")
    assert set(rows) == set(FeedSource.model_fields)


def test_explain_shows_what_the_source_says_before_what_it_inherits():
    fields = {"text": "p", "date": {"css": "b", "order": "DMY"}}
    source = CssSource.model_validate(
        {
            "name": "a",
            "kind": "css",
            "url": "https://a.example.org",
            "item": "li",
            "fields": fields,
            "delay": 0,
            "language": "fr",
        }
    )
    rows = {key: (value, origin) for key, value, origin in explain(source, Vigie(keep_authors=True))}
    assert rows["delay"] == ("0s", "file")
    assert rows["language"] == ("fr", "file")
    assert rows["keep_authors"] == ("true", "vigie.yaml")
    assert rows["fields"] == ("{text: p, date: {css: b, order: DMY}}", "file")
