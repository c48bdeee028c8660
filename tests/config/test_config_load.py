"""Loading a folder: every problem of every file at once, what stands for what is left out."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from config_written import problems, write
from pydantic import TypeAdapter

from config.load import CHANNEL_KINDS, SOURCE_KINDS, load_config
from config.models import Config, CssField, Source
from config.problems import ConfigError
from mentions.errors import Stop


def test_every_mistake_of_every_file_is_told_at_once_in_reading_order(tmp_path):
    files = {
        "vigie.yaml": "timezone: Mars\nlanguges: fr\n",
        "rules.yaml": "rules:\n  - name: a\n    tell: nobody\n    min_count: x\n",
        "sources/b.yaml": "kind: blog\nurl: nope\n",
        "sources/a.yaml": "kind: bog\n",
    }
    told = problems(tmp_path, files)
    assert [line.split(": ")[0] for line in told] == [
        "vigie.yaml:1",
        "vigie.yaml:2",
        "rules.yaml:4",
        "sources/a.yaml:1",
        "sources/b.yaml:2",
    ]
    with pytest.raises(ConfigError, match=rf"^5 problems in {tmp_path}\nvigie.yaml:1: "):
        load_config(tmp_path)


def test_a_broken_brand_does_not_make_its_name_unknown(tmp_path):
    told = problems(
        tmp_path, {"brands.yaml": "brands:\n  - {name: Cerise}\n", "rules.yaml": "rules: [{name: a, brands: Cerise}]\n"}
    )
    assert told == ["brands.yaml:2: the key 'match' is missing"]


def test_two_files_may_not_name_one_source(tmp_path):
    three = "name: site\nkind: blog\nurl: https://a.example.org\n"
    told = problems(tmp_path, {"sources/a.yaml": three, "sources/b.yaml": three})
    assert told == ["sources/b.yaml:1: the source 'site' exists already (sources/a.yaml:1)"]


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_that_is_missing_or_empty_points_to_init(tmp_path, make):
    folder = tmp_path / "nowhere"
    if make:
        folder.mkdir()
    with pytest.raises(Stop, match=f"vigie init {folder}"):
        load_config(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    write(tmp_path, {"vigie.yaml": ""})
    (tmp_path / "vigie.yaml").chmod(0)
    with pytest.raises(ConfigError, match=r"vigie.yaml: cannot be read: Permission denied"):
        load_config(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    write(tmp_path, {})
    (tmp_path / "vigie.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"vigie.yaml: cannot be read: Is a directory"):
        load_config(tmp_path)


def test_three_lines_make_a_source_and_the_file_names_it(tmp_path):
    config = load_config(
        write(tmp_path, {"sources/my-forum.yaml": "kind: forum\nurl: https://f.example.org\n", "sources/.gitkeep": ""})
    )
    (source,) = config.sources
    assert (source.name, source.kind, source.every) == ("my-forum", "forum", timedelta(hours=1))


def test_a_configuration_survives_json(tmp_path):
    css = "kind: css\nurl: https://a.example.org\nitem: p\nfields: {text: p, date: {css: b, order: DMY}}\n"
    config = load_config(write(tmp_path, {"sources/a.yaml": css, "vigie.yaml": "schedules: {report: fri 17:00}\n"}))
    assert Config.model_validate_json(config.model_dump_json(by_alias=True)) == config
    assert config.sources[0].fields.date == CssField(css="b", order="DMY")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("[de, fr]", "fr"), ("[en, fr]", "en"), ("[de]", "en"), ("[en]\nreport: {language: fr}", "fr")],
)
def test_reports_speak_a_language_that_we_write(tmp_path, written, spoken):
    assert load_config(write(tmp_path, {"vigie.yaml": f"languages: {written}\n"})).vigie.report_language == spoken


def test_every_kind_of_the_unions_can_be_written():
    assert set(SOURCE_KINDS) == {"feed", "blog", "forum", "reviews", "css"}
    assert set(CHANNEL_KINDS) == {"email", "slack", "file"}
    assert (
        TypeAdapter(Source).validate_python({"name": "a", "kind": "feed", "url": "http://localhost:8000/f"}).kind
        == "feed"
    )


@pytest.mark.local
def test_reading_the_configuration_imports_nothing_heavy():
    code = "import sys, config.load, config.settings; print(*sys.modules)"
    root = Path(__file__).parents[2]
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"scrapy", "spacy", "twisted", "numpy", "sqlalchemy", "prefect", "transformers"} & set(loaded)
