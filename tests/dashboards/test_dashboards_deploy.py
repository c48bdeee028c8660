"""Deployment against the strict stub: both ways, twice, drift, partial failure and its sequel."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_boards import deployed, some, words
from stub_kibana import StubKibana, serving

from dashboards.memory import Memory
from mentions.errors import Stop, Transient

pytestmark = pytest.mark.local

WAYS = {
    "api": ("9.5.4", "auto"),
    "api-preview": ("9.4.7", "api"),
    "import-preview": ("9.4.7", "auto"),
    "import-oldest": ("9.0.1", "auto"),
    "import-asked": ("9.5.4", "import"),
}


@pytest.fixture(params=list(WAYS))
def either(request: pytest.FixtureRequest) -> Iterator[tuple[StubKibana, str]]:
    """A Kibana for each way, and the way to ask for."""
    version, via = WAYS[request.param]
    with serving(StubKibana(version)) as stub:
        yield stub, via


def retitle(board: dict[str, Any]) -> None:
    board["title"] = "Mine"


def newer(board: dict[str, Any]) -> None:
    board["panels"][0]["config"]["content"] = "Said better"


def test_twice_is_once(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    first = deployed(kibana, tmp_path, via=via)
    assert (words(first), first.backup, first.note) == (["made", "made"], None, "")
    assert set(first.base) == {"vigie", "vigie-mentions", "vigie-incidents", "vigie-runs"}
    seen = len(kibana.writes)
    second = deployed(kibana, tmp_path, via=via)
    assert second.unchanged
    assert kibana.writes[seen:] == []
    assert list(tmp_path.iterdir()) == []


def test_the_way_follows_the_version(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    puts = [line for line in kibana.writes if line.startswith("PUT /api/dashboards/")]
    assert len(puts) == (2 if (kibana.number, via) in {((9, 5), "auto"), ((9, 4), "api")} else 0)


def test_an_own_change_replaces_and_keeps_a_backup(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    old = json.dumps(kibana.spaces["default"].objects["dashboard", "vigie-one"]["attributes"])
    done = deployed(kibana, tmp_path, some(change=newer), via=via)
    assert words(done) == ["replaced", "unchanged"]
    assert done.backup == tmp_path / "20261125T093000Z-default.ndjson"
    lines = [json.loads(line) for line in done.backup.read_text(encoding="utf-8").splitlines()]
    assert old in [json.dumps(line["attributes"]) for line in lines]
    assert {line["type"] for line in lines} >= {"dashboard", "index-pattern", "tag"}


def test_a_board_changed_by_hand_stops_all_until_forced(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    kibana.edit("vigie-two", retitle)
    seen = len(kibana.writes)
    with pytest.raises(Stop, match=r"changed by hand .*: vigie-two; nothing was written.*--force"):
        deployed(kibana, tmp_path, some(change=newer), via=via)
    assert kibana.writes[seen:] == []
    forced = deployed(kibana, tmp_path, some(change=newer), via=via, force=True)
    assert words(forced) == ["replaced", "replaced"]
    assert forced.backup is not None
    assert '"Mine"' in forced.backup.read_text(encoding="utf-8")
    assert deployed(kibana, tmp_path, some(change=newer), via=via).unchanged


def test_an_option_that_we_never_set_is_a_change_too(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    kibana.edit("vigie-one", lambda board: board.update(refresh_interval={"pause": False, "value": 5_000}))
    with pytest.raises(Stop, match="changed by hand"):
        deployed(kibana, tmp_path, via=via)


def test_another_machine_knows_the_same(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    """Nothing of a deployment is kept here: what is known stands in the tag."""
    kibana, via = either
    deployed(kibana, tmp_path / "a", via=via)
    assert words(deployed(kibana, tmp_path / "b", some(change=newer), via=via)) == ["replaced", "unchanged"]
    tag = kibana.spaces["default"].objects["tag", "vigie"]
    assert len(tag["attributes"]["description"]) <= 100
    assert Memory.read(tag).version == kibana.version


def test_a_tag_that_was_rewritten_is_no_trouble_if_the_boards_are_ours(
    either: tuple[StubKibana, str], tmp_path: Path
) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    kibana.spaces["default"].objects["tag", "vigie"]["attributes"].update(description="mine", color="#000000")
    assert deployed(kibana, tmp_path, via=via).unchanged
    assert kibana.spaces["default"].objects["tag", "vigie"]["attributes"]["color"] == "#000000"
    kibana.spaces["default"].objects["tag", "vigie"]["attributes"]["description"] = ""
    with pytest.raises(Stop, match="changed by hand"):
        deployed(kibana, tmp_path, some(change=newer), via=via)


def test_an_upgrade_of_kibana_is_no_change_by_hand(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    major, minor = kibana.number
    kibana.version = f"{major}.{minor}.9"
    for key, record in kibana.spaces["default"].objects.items():
        if key[0] == "dashboard":
            record["attributes"]["refreshed"] = True
    assert deployed(kibana, tmp_path, via=via).unchanged
    assert deployed(kibana, tmp_path, some(change=newer), via=via).complete


def test_boards_that_were_imported_are_replaced_through_the_api_after_an_upgrade(tmp_path: Path) -> None:
    with serving(StubKibana("9.3.2")) as kibana:
        deployed(kibana, tmp_path)
        kibana.version = "9.5.4"
        assert words(deployed(kibana, tmp_path)) == ["replaced", "replaced"]
        assert set(kibana.spaces["default"].boards) == {"vigie-one", "vigie-two"}
        assert deployed(kibana, tmp_path).unchanged


def test_a_part_of_the_boards_leaves_the_rest_known(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    assert words(deployed(kibana, tmp_path, some(change=newer, only="vigie-one"), via=via)) == ["replaced"]
    assert deployed(kibana, tmp_path, some(change=newer), via=via).unchanged


def test_a_space_has_its_own_identifiers(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    assert words(deployed(kibana, tmp_path, space="marketing", via=via)) == ["made", "made"]
    assert ("dashboard", "vigie-marketing-one") in kibana.spaces["marketing"].objects
    with pytest.raises(Stop, match="has no space sales"):
        deployed(kibana, tmp_path, space="sales", via=via)


def test_what_kibana_does_not_take_fails_and_the_rest_goes_on(kibana: StubKibana, tmp_path: Path) -> None:
    kibana.answer("PUT .*vigie-one", 400, {"message": "[request body.panels.1.config]: unknown key"})
    done = deployed(kibana, tmp_path)
    assert words(done) == ["failed", "made"]
    assert "refuses to write the board vigie-one (400): [request body.panels.1.config]" in done.outcomes[0].detail
    assert words(deployed(kibana, tmp_path)) == ["made", "unchanged"]


def test_a_kibana_that_goes_away_is_left_and_run_again_goes_on(kibana: StubKibana, tmp_path: Path) -> None:
    kibana.answer("PUT .*vigie-two", 503, times=99)
    done = deployed(kibana, tmp_path)
    assert (words(done), done.complete) == (["made", "failed"], False)
    kibana.faults.clear()
    assert words(deployed(kibana, tmp_path)) == ["unchanged", "made"]
    kibana.answer("PUT .*vigie-one", 503, times=99)
    assert words(deployed(kibana, tmp_path, some(change=newer))) == ["failed", "unchanged"]
    kibana.faults.clear()
    assert words(deployed(kibana, tmp_path, some(change=newer))) == ["replaced", "unchanged"]


def test_a_deployment_cut_off_before_it_could_remember(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    """Everything after the boards fails: read back, memory. The next one finds them there."""
    kibana, via = either
    deployed(kibana, tmp_path, via=via)
    kibana.answer("_export", 503, times=99, skip=2)  # plan and backup are let through
    assert words(deployed(kibana, tmp_path, some(change=newer), via=via)) == ["failed", "unchanged"]
    kibana.faults.clear()
    assert deployed(kibana, tmp_path, some(change=newer), via=via).unchanged
    assert deployed(kibana, tmp_path, some(change=newer), via=via).unchanged


def test_nothing_is_sent_when_the_base_is_refused(either: tuple[StubKibana, str], tmp_path: Path) -> None:
    kibana, via = either
    error = {"id": "vigie-mentions", "type": "index-pattern", "error": {"type": "unknown", "message": "disk full"}}
    kibana.answer("_import", 200, {"success": False, "successCount": 3, "errors": [error]})
    with pytest.raises(Stop, match="no board was sent: vigie-mentions: disk full"):
        deployed(kibana, tmp_path, via=via)
    assert len(kibana.writes) == 1


def test_an_import_that_failed_in_part_says_which_and_why(tmp_path: Path) -> None:
    with serving(StubKibana("9.2.0")) as kibana:
        refused = {"id": "vigie-one", "type": "dashboard", "error": {"type": "conflict"}}
        answer = {"success": False, "successCount": 3, "errors": [refused]}
        kibana.answer("_import", 200, answer, skip=1)
        done = deployed(kibana, tmp_path)
        assert done.outcomes[0].detail == "an object with this identifier exists already"
        assert done.outcomes[1].detail.startswith("Kibana took 3 panels and shows 0")  # the stub stored nothing
        assert words(deployed(kibana, tmp_path)) == ["made", "made"]


def test_a_panel_that_kibana_dropped_is_a_failure(kibana: StubKibana, tmp_path: Path) -> None:
    shown = {"id": "vigie-one", "data": {"title": "One", "panels": [{"id": "about"}]}, "meta": {}}
    kibana.answer("GET .*dashboards/vigie-one", 200, shown)
    done = deployed(kibana, tmp_path)
    assert done.outcomes[0].detail == "Kibana took 3 panels and shows 1: count, list"


@pytest.mark.parametrize(("status", "fate"), [(401, Stop), (403, Stop), (409, Transient)])
def test_refusals_before_anything_is_written(kibana: StubKibana, tmp_path: Path, status: int, fate: type) -> None:
    kibana.answer("_import", status)
    with pytest.raises(fate, match=str(status)):
        deployed(kibana, tmp_path)
    assert not kibana.spaces["default"].objects


def test_the_api_below_9_4_is_not_there(tmp_path: Path) -> None:
    with serving(StubKibana("9.3.0")) as kibana, pytest.raises(Stop, match=r"9\.3\.0 has no Dashboards API"):
        deployed(kibana, tmp_path, via="api")


def test_data_views_that_people_changed_are_left_alone(kibana: StubKibana, tmp_path: Path) -> None:
    deployed(kibana, tmp_path)
    view = kibana.spaces["default"].objects["index-pattern", "vigie-mentions"]["attributes"]
    view["fieldAttrs"] = '{"title": {"count": 3}}'
    assert words(deployed(kibana, tmp_path, some(change=newer))) == ["replaced", "unchanged"]
    assert view["fieldAttrs"]
    view["title"] = "other-*"
    assert deployed(kibana, tmp_path, some(change=newer)).base == ("vigie-mentions",)
    assert kibana.spaces["default"].objects["index-pattern", "vigie-mentions"]["attributes"]["title"] != "other-*"
