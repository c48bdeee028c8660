"""The second emitter: what Kibana reads from our NDJSON is what the Dashboards API would be told, whatever the board."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import every_form
import pytest
import saved_reader
from every_form import ID, TAG, VIEWS
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_plain import plain

from dashboards.model import BoardError, read_board
from dashboards.savedobjects import ndjson

WRITTEN = ndjson({ID: every_form.board()}, VIEWS, TAG)


def change(**keys: Any) -> dict[str, Any]:
    return {**every_form.board(), **keys}


def test_every_form_is_read_back_as_it_was() -> None:
    assert saved_reader.boards(WRITTEN) == {ID: plain(every_form.board())}


@pytest.mark.parametrize("panel", every_form.board()["panels"], ids=lambda panel: panel["id"])
def test_a_changed_number_in_any_panel_reaches_the_file(panel: dict[str, Any]) -> None:
    """No value of a panel is left out: change each, one at a time, and the file changes, too."""
    alone = change(panels=[panel], filters=[], pinned_panels=[])
    before = ndjson({ID: alone}, VIEWS, TAG)
    unseen = []
    for path, value in _leaves(panel["config"], ()):
        if path[-1] in FIXED:
            continue
        other = copy.deepcopy(alone)
        _put(other["panels"][0]["config"], path, _another(value))
        if ndjson({ID: other}, VIEWS, TAG) == before:
            unseen.append(path)
    assert unseen == []


# What takes one of few words is read by name, not copied; `test_every_form_is_read_back_as_it_was` sees those.
FIXED = {
    "type", "operation", "mode", "range", "language", "trigger", "layout", "placement", "visibility", "position", "donut_hole", "to",
    "ref_id", "dashboard_id", "destination", "metric_index", "column_type", "index", "gte", "lt", "palette",
}  # fmt: skip


def _leaves(part: Any, path: tuple[Any, ...]) -> Any:
    if isinstance(part, dict | list):
        for key, each in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _leaves(each, (*path, key))
    else:
        yield path, part


def _put(part: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def test_the_versions_are_those_that_9_0_takes() -> None:
    found = {
        (each["type"], each["typeMigrationVersion"], each["coreMigrationVersion"])
        for each in saved_reader.lines(WRITTEN)
    }
    assert found == {
        ("dashboard", "10.2.0", "8.8.0"),
        ("index-pattern", "7.11.0", "8.8.0"),
        ("search", "10.1.0", "8.8.0"),
        ("tag", "8.0.0", "8.8.0"),
    }


# Kibana's own schemas forbid any other key, from the version on that an object names.
ATTRIBUTES = {
    "dashboard": "title description kibanaSavedObjectMeta timeRestore timeFrom timeTo refreshInterval controlGroupInput panelsJSON optionsJSON hits version",
    "search": "title description columns sort grid rowHeight rowsPerPage hideChart breakdownField kibanaSavedObjectMeta isTextBasedQuery usesAdHocDataView timeRestore timeRange refreshInterval viewMode hideAggregatedPreview hits version sampleSize",
    "index-pattern": "title name timeFieldName fields fieldAttrs sourceFilters fieldFormatMap type typeMeta allowNoIndex runtimeFieldMap",
    "tag": "name description color",
}  # fmt: skip


def test_no_object_has_a_key_that_kibana_forbids() -> None:
    for each in saved_reader.lines(WRITTEN):
        assert set(each["attributes"]) <= set(ATTRIBUTES[each["type"]].split())


@given(st.data())
@settings(deadline=None)  # a machine with much to do is no fault of ours
def test_any_board_of_our_model_is_read_back_as_it_was(data: st.DataObject) -> None:
    """Leave out whatever may be left out, in any combination: the reader gives back the board that the model made of it."""
    body = change(panels=[data.draw(st.sampled_from(every_form.board()["panels"]))])
    for _ in range(data.draw(st.integers(1, 6))):
        paths = [path for path, _ in _parts(body, ()) if path]
        thinner = copy.deepcopy(body)
        _cut(thinner, data.draw(st.sampled_from(paths)))
        body = _valid(thinner) or body
    assert saved_reader.boards(ndjson({ID: body}, VIEWS, TAG)) == {ID: plain(body)}


def _valid(body: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return read_board(json.dumps(body)).body()
    except BoardError:
        return None


def _parts(part: Any, path: tuple[Any, ...]) -> Any:
    yield path, part
    if isinstance(part, dict | list):
        for key, each in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _parts(each, (*path, key))


def _cut(part: Any, path: tuple[Any, ...]) -> None:
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]


def test_references_are_closed() -> None:
    objects = saved_reader.lines(WRITTEN)
    known = {(each["type"], each["id"]) for each in objects}
    assert len(known) == len(objects)
    assert {(one["type"], one["id"]) for each in objects for one in each["references"]} <= known


def test_one_legacy_type_only_and_no_script() -> None:
    for each in saved_reader.lines(WRITTEN):
        for panel in json.loads(each["attributes"].get("panelsJSON", "[]")):
            assert panel["type"] in {"lens", "search", "links", "visualization"}
            if panel["type"] == "visualization":
                assert panel["embeddableConfig"]["savedVis"]["type"] == "markdown"
    assert not [word for word in ("esql", "formula", "runtimeField", "vega", "scripted") if word in WRITTEN]


def test_kibana_opens_on_the_saved_range() -> None:
    (board,) = [each for each in saved_reader.lines(WRITTEN) if each["type"] == "dashboard"]
    assert board["attributes"]["timeRestore"] is True


def test_a_day_without_mentions_is_drawn() -> None:
    assert '\\"includeEmptyRows\\":true' in WRITTEN
    assert '\\"includeEmptyRows\\":false' not in WRITTEN


def test_data_views_write_codes_in_words() -> None:
    views = {each["id"]: each["attributes"] for each in saved_reader.lines(WRITTEN) if each["type"] == "index-pattern"}
    assert set(views) == {"vigie-mentions", "vigie-incidents", "vigie-runs"}
    assert views["vigie-mentions"]["timeFieldName"] == "published_at"
    formats = json.loads(views["vigie-mentions"]["fieldFormatMap"])
    assert formats == VIEWS[0].formats
    assert formats["url"]["id"] == "url"


def test_numbers_are_sorted_as_numbers_and_dates_read_as_dates() -> None:
    (board,) = [each for each in saved_reader.lines(WRITTEN) if each["type"] == "dashboard"]
    panels = {each["panelIndex"]: each for each in json.loads(board["attributes"]["panelsJSON"])}

    def columns(name: str) -> Any:
        return panels[name]["embeddableConfig"]["attributes"]["state"]["datasourceStates"]["formBased"]["layers"][
            "layer_0"
        ]["columns"]

    assert columns("when")["x"]["dataType"] == "number"
    assert columns("authors")["metric_1"]["dataType"] == "date"
    assert columns("authors")["row_0"]["dataType"] == "string"


@pytest.mark.local
def test_the_same_boards_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import every_form as e; from dashboards.savedobjects import ndjson;"
        "sys.stdout.buffer.write(ndjson({e.ID: e.board()}, e.VIEWS, e.TAG).encode())"
    )
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        cwd=here.parents[1],
        env={"PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == WRITTEN


def test_the_order_of_keys_does_not_matter() -> None:
    backwards = json.loads(json.dumps(every_form.board()), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert ndjson({ID: backwards}, VIEWS, TAG) == WRITTEN


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ({"type": "map", "id": "m", "grid": {}, "config": {}}, "panel 'map'"),
        (
            {
                "type": "vis",
                "id": "m",
                "grid": {},
                "config": {"type": "gauge", "data_source": {"ref_id": "vigie-mentions"}},
            },
            "chart 'gauge'",
        ),
    ],
    ids=["map", "gauge"],
)
def test_what_has_no_stored_form_is_refused(panel: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ndjson({ID: change(panels=[panel])}, VIEWS, TAG)


def test_a_reference_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="tag vigie, which is not there"):
        ndjson({ID: every_form.board()}, VIEWS)
    with pytest.raises(ValueError, match="dashboard vigie-every, which is not there"):
        ndjson({"vigie-other": every_form.board()}, VIEWS, TAG)


def test_colours_with_a_gap_are_refused() -> None:
    board = every_form.board()
    (heat,) = [panel for panel in board["panels"] if panel["id"] == "when"]
    heat["config"]["metric"]["color"]["steps"][1]["gte"] = 40.0
    with pytest.raises(ValueError, match="must join"):
        ndjson({ID: board}, VIEWS, TAG)
