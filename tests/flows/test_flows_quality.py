"""`vigie quality` in the terminal."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.template import write_template
from flows.cli import app
from mentions.errors import Stop, WrongUsage

LINES = [
    {
        "id": "a",
        "text": "Service client nul, arnaque",
        "lang": "fr",
        "sentiment": "negative",
        "crisis": ["fraud_deception"],
    },
    {"id": "b", "text": "Great shop, very happy", "lang": "en", "sentiment": "positive", "crisis": []},
    {"id": "c", "text": "Really wonderful, a pleasure", "lang": "en", "sentiment": "negative", "severity": 1},
]


def written(folder: Path, *lines: object) -> str:
    path = folder / "labels.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return str(path)


@pytest.mark.local
def test_the_tables_name_the_figures_and_the_worst_miss(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["quality", "--model", "lexicon", written(tmp_path, *LINES)])
    assert done.exit_code == 0, done.output
    for part in (
        "sentiment macro-F1",
        "95 % interval",
        "people say",
        "fraud_deception",
        "c: negative, read as positive",
    ):
        assert part in done.output


@pytest.mark.local
def test_as_json_it_is_one_object(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["quality", "--json", "--model", "lexicon", "--worst", "0", written(tmp_path, *LINES)]
    )
    found = json.loads(done.output)
    assert found["figures"]["sentiment accuracy"]["n"] == 3
    assert found["misses"] == []
    assert sum(map(sum, found["confusion"])) == 3


@pytest.mark.parametrize(
    ("lines", "said"), [([], "no line to judge"), ([{"id": 1, "text": "x", "sentiment": "bad"}], "line 1: sentiment")]
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, lines: list[object], said: str) -> None:
    done = CliRunner().invoke(app, ["quality", "--model", "lexicon", written(tmp_path, *lines)])
    assert isinstance(done.exception, WrongUsage)
    assert said in str(done.exception)


@pytest.mark.local
def test_what_cannot_be_measured_is_null_in_json_and_a_dash_in_the_table(tmp_path: Path) -> None:
    def number(text: str) -> None:
        raise AssertionError(f"{text} is no JSON")

    path = written(tmp_path, {"id": 1, "text": "ok", "lang": "en", "crisis": [], "severity": 1})
    done = CliRunner().invoke(app, ["quality", "--json", "--model", "lexicon", path])
    found = json.loads(done.output, parse_constant=number)
    assert found["figures"]["severity, Spearman"] == {"value": None, "low": None, "high": None, "n": 1}
    assert found["labels"]["data_security"] == {"f1": None, "n": 0}
    shown = CliRunner().invoke(app, ["quality", "--model", "lexicon", path])
    assert shown.exit_code == 0, shown.output
    assert "nan" not in shown.output.split()


@pytest.mark.local
def test_the_reader_of_vigie_yaml_is_scored_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "config"
    write_template(folder)
    told = (folder / "vigie.yaml").read_text(encoding="utf-8")
    chosen = "understanding:\n  model: {hub: models/none, labels: {}}\n"
    (folder / "vigie.yaml").write_text(re.sub(r"understanding:\n(?: .*\n)+", chosen, told), encoding="utf-8")
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    (tmp_path / "models" / "none").mkdir(parents=True)
    asked = ["--config", str(folder), "quality", "--model", "configured", written(tmp_path, *LINES)]
    done = CliRunner().invoke(app, asked)
    assert isinstance(done.exception, Stop)
    assert "holds no config.json" in str(done.exception)


@pytest.mark.local
def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = Path(written(tmp_path, *LINES))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    done = CliRunner().invoke(app, ["quality", "--json", "--model", "lexicon", str(path)])
    assert done.exit_code == 0, done.output
    assert sum(map(sum, json.loads(done.output)["confusion"])) == 3
