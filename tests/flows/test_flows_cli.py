"""The command line: exit codes, one clear line an error, JSON lines and nothing else on stdout."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flows_site import feed

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.local


def test_init_then_check_is_ok_and_init_again_changes_nothing(vigie: Run, tmp_path: Path) -> None:
    assert vigie("init", str(tmp_path / "config"))[0] == 0
    before = {path: path.read_bytes() for path in (tmp_path / "config").rglob("*.yaml")}
    code, out, _ = vigie("init", str(tmp_path / "config"))
    assert code == 0
    assert "nothing was changed" in out
    assert {path: path.read_bytes() for path in (tmp_path / "config").rglob("*.yaml")} == before
    code, out, err = vigie("check")
    assert (code, err) == (0, "")
    assert out.endswith("ok\n")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("sources/a.yaml", "name: a\nkind: feed\nurl: http://x.example/\nevry: 1h\n", "sources/a.yaml:4"),
        ("sources/a.yaml", "name: a\nkind: fead\nurl: http://x.example/\n", "'feed'"),
        ("sources/a.yaml", "name: a\nkind: feed\nurl: http://x.example/\nmax_pages: many\n", "sources/a.yaml:4"),
        ("rules.yaml", "rules:\n  - name: r\n    tell: [nobody]\n", "rules.yaml"),
        ("brands.yaml", "brands: [\n", "brands.yaml"),
    ],
)
def test_a_wrong_configuration_is_exit_2_with_file_and_line(
    vigie: Run, config: Path, file: str, text: str, expected: str
) -> None:
    (config / file).write_text(text, encoding="utf-8")
    for command in (["check"], ["crawl"], ["run"]):
        code, out, err = vigie(*command)
        assert code == 2
        assert expected in err
        assert "Traceback" not in err
        assert out == ""
    assert not (config.parent / "home" / "mentions.sqlite").exists()


def test_a_wrong_example_is_told_by_check(vigie: Run, config: Path) -> None:
    brands = "brands:\n  - name: Velmora\n    match: [Velmora]\n    examples: {positive: ['Nobody is named here.']}\n"
    (config / "brands.yaml").write_text(brands, encoding="utf-8")
    code, _, err = vigie("check")
    assert code == 2
    assert "Nobody is named here." in err


def test_unknown_names_are_told_with_the_right_ones(vigie: Run, config: Path) -> None:
    code, _, err = vigie("crawl", "exampel")
    assert code == 2
    assert "example" in err
    code, _, err = vigie("mentions", "--label", "angry")
    assert code == 2
    assert "negative, neutral, positive" in err
    code, _, err = vigie("mentions", "--text", '(incendie "a')
    assert code == 2
    assert "--text" in err
    assert vigie("--config", "nowhere", "check")[0] == 2
    assert vigie("mentions", "show", "202611-nothing")[0] == 1
    assert vigie("incidents", "show", "nothing")[0] == 1
    code, _, err = vigie("channels", "test", "nobody")
    assert code == 2
    assert "outbox" in err


def test_extract_prints_json_lines_and_nothing_else(vigie: Run, tmp_path: Path) -> None:
    page = tmp_path / "feed.xml"
    page.write_text(
        feed("Velmora ne répond jamais.", "Il pleut.").replace("{base}", "https://x.example"), encoding="utf-8"
    )
    code, out, _ = vigie("extract", str(page), "--url", "https://x.example/feed")
    assert code == 0
    items = [json.loads(line) for line in out.splitlines()]
    assert [item["text"] for item in items] == ["Velmora ne répond jamais.", "Il pleut."]
    assert items[0]["published"] == "2026-11-03T09:12:00Z"
    assert vigie("extract", str(tmp_path / "absent.html"), "--url", "https://x.example/")[0] == 2


def test_analyse_keeps_order_and_marks_bad_lines(vigie: Run, tmp_path: Path) -> None:
    lines = [
        {"id": 1, "text": "Velmora est une arnaque, je suis furieux.", "brand": "Velmora"},
        "not json",
        {"id": 2, "text": "Excellent service, thank you Velmora!", "lang": "en", "brand": "Velmora"},
        {"id": 3, "text": "I loved it.", "brand": "an absent (brand"},
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    code, out, err = vigie("analyse", str(source), "--model", "lexicon", "-o", str(target))
    assert (code, out) == (1, "")
    assert "1 bad line" in err
    answers = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [answer.get("id", answer.get("line")) for answer in answers] == [1, 2, 2, 3]
    assert answers[0]["sentiment"]["label"] == "negative"
    assert answers[2]["sentiment"]["label"] == "positive"
    assert sum(answers[0]["sentiment"]["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert 0 <= answers[0]["severity"] <= 100


def test_analyse_reads_with_the_row_that_is_asked_for(vigie: Run, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": 1, "text": "Excellent service, thank you!"}) + "\n", encoding="utf-8")
    code, out, _ = vigie("analyse", str(source), "--model", "lexicon")
    assert code == 0
    assert json.loads(out)["model"].startswith("lexicon-")
    code, out, err = vigie("analyse", str(source), "--model", "magic")
    assert (code != 0, out) == (True, "")
    assert "choose one of model, lexicon, onnx" in err
    code, out, err = vigie("analyse", str(source), "--model", "model", "--folder", str(tmp_path))
    assert (code != 0, out) == (True, "")
    assert "card.json cannot be read" in err
    assert "--model lexicon" in err
    assert "Traceback" not in err
