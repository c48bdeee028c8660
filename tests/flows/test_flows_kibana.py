"""`vigie kibana` through the real command line, against the strict stub Kibana."""

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "dashboards"))  # the stub is that room's

from official import unavailable
from stub_kibana import KEY, StubKibana, serving

from dashboards.boards import BOARDS
from flows.cli import main

pytestmark = pytest.mark.local

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def vigie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the command in this process; gives exit code, stdout, stderr."""
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VIGIE_CONFIG", str(tmp_path / "config"))
    before = list(logging.getLogger().handlers)
    terminate = signal.getsignal(signal.SIGTERM)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vigie", *words])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        code = end.value.code
        return (code if isinstance(code, int) else int(bool(code))), out, err

    run("init", str(tmp_path / "config"))
    brands = "brands:\n  - name: Velmora\n    match: [Velmora]\n"
    (tmp_path / "config" / "brands.yaml").write_text(brands, encoding="utf-8")
    yield run
    signal.signal(signal.SIGTERM, terminate)
    for handler in logging.getLogger().handlers[:]:
        if handler not in before:
            logging.getLogger().removeHandler(handler)
            handler.close()


def pointed(kibana: StubKibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_KIBANA_URL", kibana.url)
    monkeypatch.setenv("VIGIE_KIBANA_API_KEY", KEY)


@pytest.fixture
def kibana(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubKibana]:
    with serving(StubKibana()) as stub:
        pointed(stub, monkeypatch)
        yield stub


@pytest.fixture(params=["9.5.4", "9.0.1"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubKibana]:
    with serving(StubKibana(request.param)) as stub:
        pointed(stub, monkeypatch)
        yield stub


def test_six_boards_arrive_and_the_second_time_changes_nothing(either: StubKibana, vigie: Run) -> None:
    code, out, err = vigie("kibana", "deploy")
    assert (code, err) == (0, "")
    assert f"Kibana {either.version} at {either.url}, space default, through" in out
    assert [key for key in BOARDS if f"vigie-{key} " in out] == list(BOARDS)
    assert "rule vigie-silence: made; enable it" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    rule = either.spaces["default"].rules["vigie-silence"]
    assert (rule["enabled"], rule["params"]["index"]) == (False, ["vigie-mentions"])
    seen = len(either.writes)
    code, out, _ = vigie("kibana", "deploy")
    assert (code, either.writes[seen:]) == (0, [])
    assert "no change: 6 boards as deployed before" in out


@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
def test_the_document_of_kibana_takes_all_six(vigie: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is of 9.4, which knows no bars of links: these go as text."""
    with serving(StubKibana("9.4.7", official=True)) as kibana:
        pointed(kibana, monkeypatch)
        assert vigie("kibana", "deploy", "--no-rule", "--via", "api")[2] == ""
        assert len(kibana.spaces["default"].boards) == 6


def test_the_language_is_that_of_the_configuration_unless_asked(kibana: StubKibana, vigie: Run) -> None:
    vigie("kibana", "deploy", "--no-rule")
    board = kibana.spaces["default"].boards["vigie-overview"]
    french = board["title"]
    code, out, _ = vigie("kibana", "deploy", "--language", "en")
    assert (code, "replaced" in out, "backup: " in out) == (0, True, True)
    assert kibana.spaces["default"].boards["vigie-overview"]["title"] != french
    assert not kibana.spaces["default"].rules["vigie-silence"]["enabled"]


def test_a_dry_run_writes_nothing(either: StubKibana, vigie: Run) -> None:
    code, out, _ = vigie("kibana", "deploy", "--dry-run")
    assert (code, either.writes) == (0, [])
    assert out.count("would be made") == 6
    assert "dry run: nothing was written" in out


def test_a_change_by_hand_is_told_kept_and_overwritten_only_by_force(
    kibana: StubKibana, vigie: Run, tmp_path: Path
) -> None:
    vigie("kibana", "deploy")

    def retitled(board: dict[str, Any]) -> None:
        board["panels"][1]["grid"]["h"] += 3
        board["panels"].append({"type": "markdown", "id": "mine", "grid": {}, "config": {"title": "My note"}})

    kibana.edit("vigie-sources", retitled)
    code, out, _ = vigie("kibana", "diff")
    said = " ".join(out.split())
    assert code == 1
    assert "vigie-sources: panel “My note” (mine) is not ours" in said
    assert "moved or resized: height" in said
    assert "changed by hand: vigie-sources" in said
    code, out, err = vigie("kibana", "deploy", "--dry-run")
    assert (code, "changed by hand" in out, "--force overwrites" in err) == (1, True, True)
    code, _, err = vigie("kibana", "deploy")
    assert (code, err.count("\n")) == (1, 1)
    assert "vigie-sources; nothing was written" in err
    code, out, _ = vigie("kibana", "deploy", "--force")
    assert code == 0
    (kept,) = (tmp_path / "home" / "backups" / "kibana").iterdir()
    assert "My note" in kept.read_text(encoding="utf-8")
    assert vigie("kibana", "diff")[:2] == (0, "no difference in 6 boards\n")


def test_a_board_edited_into_nonsense_is_refused_before_anything_is_sent(
    kibana: StubKibana, vigie: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "edited"
    code, out, _ = vigie("kibana", "build", "--out", str(folder))
    assert (code, len(out.splitlines())) == (0, 14)
    file = folder / "fr" / "vigie-overview.json"
    board = json.loads(text := file.read_text(encoding="utf-8"))
    board["panels"][1]["grid"]["w"] = 60
    board["colour"] = "red"
    file.write_text(json.dumps(board), encoding="utf-8")
    (folder / "fr" / "vigie-health.json").write_text("{", encoding="utf-8")
    code, _, err = vigie("kibana", "deploy", "--from", str(folder))
    assert code == 2
    assert "vigie-overview.json: panels[1].grid.w" in err
    assert "vigie-overview.json: colour: an unknown key" in err
    assert "vigie-health.json: " in err
    file.write_text(text.replace("sentiment_label", "sentiment_lable"), encoding="utf-8")
    code, _, err = vigie("kibana", "deploy", "--from", str(folder))
    assert (code, "vigie-mentions has no field 'sentiment_lable'" in err) == (2, True)
    file.rename(file.with_name("sales.json"))
    code, _, err = vigie("kibana", "deploy", "--from", str(folder))
    assert (code, "sales.json: the name of a file is the id of its board" in err) == (2, True)
    assert kibana.asked == []
    code, _, err = vigie("kibana", "deploy", "--from", str(tmp_path / "none"))
    assert (code, "cannot be read" in err) == (2, True)


def test_built_files_of_others_do_not_replace_the_committed_ones(vigie: Run) -> None:
    code, _, err = vigie("kibana", "build", "--space", "pr")
    assert (code, "give --out DIR" in err) == (2, True)


def test_an_edited_board_is_deployed(kibana: StubKibana, vigie: Run, tmp_path: Path) -> None:
    vigie("kibana", "build", "--out", str(tmp_path / "b"))
    file = tmp_path / "b" / "fr" / "vigie-overview.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"title": "Chez nous"}), encoding="utf-8")
    assert vigie("kibana", "deploy", "--from", str(tmp_path / "b"))[0] == 0
    assert kibana.spaces["default"].boards["vigie-overview"]["title"] == "Chez nous"
    code, _, err = vigie("kibana", "deploy", "--from", str(tmp_path / "b"), "--space", "marketing")
    assert (code, "build it for this space" in err) == (1, True)


def test_a_space(kibana: StubKibana, vigie: Run) -> None:
    assert vigie("kibana", "deploy", "--space", "marketing")[0] == 0
    assert "vigie-marketing-overview" in kibana.spaces["marketing"].boards
    assert "vigie-marketing-silence" in kibana.spaces["marketing"].rules
    code, _, err = vigie("kibana", "deploy", "--space", "marketting")
    assert (code, err.count("\n")) == (1, 1)
    assert "has no space marketting; did you mean marketing?" in err


@pytest.mark.parametrize("words", [("deploy",), ("build",), ("diff",), ("backup",), ("check",), ("preview",)])
def test_a_space_that_cannot_be_one(vigie: Run, words: tuple[str, ...]) -> None:
    code, _, err = vigie("kibana", *words, "--space", "Mar keting")
    assert (code, "small letters" in err) == (2, True)


def test_a_part_that_fails_is_named_and_the_next_run_goes_on(kibana: StubKibana, vigie: Run) -> None:
    kibana.answer("PUT .*vigie-sources", 400, {"message": "[request body.panels.3]: no"})
    code, out, err = vigie("kibana", "deploy")
    assert code == 1
    assert "vigie-sources failed: " in err
    assert "[request body.panels.3]: no" in err
    assert "the same command goes on from here" in err
    code, out, _ = vigie("kibana", "deploy")
    assert (code, out.count(" made "), out.count("unchanged")) == (0, 1, 5)


def test_one_missing_privilege_is_one_line(either: StubKibana, vigie: Run) -> None:
    either.forbidden.add("dashboard")
    code, _, err = vigie("kibana", "deploy")
    reason, last = err.splitlines()
    assert code == 1
    assert all(f"vigie-{key}" in reason for key in BOARDS)
    assert reason.count("the Kibana privilege Analytics > Dashboard: All") == 1
    assert "the same command goes on from here" in last


def test_a_missing_privilege_for_the_rule_costs_no_board(kibana: StubKibana, vigie: Run) -> None:
    kibana.forbidden.add("rule")
    code, out, _ = vigie("kibana", "deploy")
    said = " ".join(out.split())
    assert (code, said.count(" made ")) == (0, 6)
    assert "the rule vigie-silence (dead man's switch) was not made: " in said
    assert "Stack Rules" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--via", "api"), 1, "Kibana 9.2.0 has no Dashboards API"),
        ((), 1, "does not accept the credentials"),
        ((), 2, "VIGIE_KIBANA_URL is not set"),
    ],
)
def test_what_cannot_be_deployed(
    vigie: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    with serving(StubKibana("9.2.0")) as kibana:
        if "not set" not in said:
            pointed(kibana, monkeypatch)
        if "credentials" in said:
            monkeypatch.setenv("VIGIE_KIBANA_API_KEY", "bm8=")
        done, _, err = vigie("kibana", "deploy", *words)
    assert (done, err.count("\n")) == (code, 1)
    assert said in err


def test_an_older_kibana_and_an_absent_one(vigie: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(StubKibana("8.19.3")) as kibana:
        pointed(kibana, monkeypatch)
        assert "is 8.19.3, Vigie's boards need 9.0 or newer" in vigie("kibana", "deploy")[2]
        assert kibana.writes == []
    code, _, err = vigie("kibana", "deploy")
    assert (code, "is not there (connection refused)" in err) == (1, True)


def test_a_backup(kibana: StubKibana, vigie: Run) -> None:
    assert "nothing to save" in vigie("kibana", "backup")[1]
    vigie("kibana", "deploy")
    code, out, err = vigie("kibana", "backup")
    lines = Path(out.strip()).read_text(encoding="utf-8").splitlines()
    assert (code, len(lines)) == (0, 10)
    assert "10 objects; to go back" in err
    assert vigie("kibana", "backup")[1] != out


def test_links(vigie: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_KIBANA_URL", "https://someone:secret@kibana.internal:5601/base")
    code, out, _ = vigie("kibana", "link", "overview", "--brand", "Velmora", "--from", "2026-11-03", "--space", "pr")
    assert code == 0
    assert out.startswith("https://kibana.internal:5601/base/s/pr/app/dashboards#/view/vigie-pr-overview?_g=")
    assert "Velmora" in out
    monkeypatch.setenv("VIGIE_KIBANA_PUBLIC_URL", "https://boards.example.org")
    assert vigie("kibana", "link", "health")[1].startswith(
        "https://boards.example.org/app/dashboards#/view/vigie-health"
    )
    assert vigie("kibana", "link", "sales")[0] == 2
    assert "there are: Velmora" in vigie("kibana", "link", "health", "--brand", "Velmor")[2]
    assert vigie("kibana", "link", "health", "--incident", "no")[0] == 2
    assert vigie("kibana", "link", "health", "--to", "2026-11-03")[0] == 2
    assert vigie("kibana", "link", "incident", "--incident", "x", "--brand", "Velmora")[0] == 2


def test_check_without_a_node(vigie: Run) -> None:
    assert vigie("kibana", "check") == (0, "shape, fields and links: right\n", "")
    assert vigie("kibana", "check", "--space", "pr", "--language", "en", "--offline")[0] == 0
    code, _, err = vigie("kibana", "check", "--elastic", "http://127.0.0.1:1")
    assert (code, "Elasticsearch at http://127.0.0.1:1 is not there" in err) == (1, True)


def test_a_preview_and_a_projection_need_an_address(vigie: Run) -> None:
    assert vigie("kibana", "preview")[0] == 2
    assert vigie("kibana", "project")[0] == 2
