"""Boards before two judges: our own model, and Kibana's document of its API where it is at hand."""

import json

import every_form
import official
import pytest
from mutations import MUTATIONS, Mutation
from official import unavailable  # noqa: F401 - asked by tests/conftest.py

from dashboards.model import BoardError, read_board

NEWER = {"links"}  # the API takes panels of links since 9.5, the document is a little older


def test_the_board_of_every_form_is_right_for_us() -> None:
    assert read_board(json.dumps(every_form.board())).body() == every_form.board()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_our_model_refuses_a_broken_board_and_says_where(mutation: Mutation) -> None:
    with pytest.raises(BoardError) as refused:
        read_board(json.dumps(mutation.board()), name="broken.json")
    assert any(path.startswith(mutation.place) for path, _ in refused.value.problems), refused.value.problems
    assert str(refused.value).startswith("broken.json: ")


@pytest.mark.real("kibana-document")
def test_the_board_of_every_form_is_right_for_kibana() -> None:
    assert official.refused(official.without(every_form.board(), NEWER)) == []


@pytest.mark.real("kibana-document")
@pytest.mark.parametrize("mutation", [each for each in MUTATIONS if each.seen], ids=lambda mutation: mutation.name)
def test_kibana_would_refuse_it_and_say_where(mutation: Mutation) -> None:
    broken = mutation.board()
    # Types that the document knows too little of stand out of the way, without moving the others.
    broken["panels"] = _in_place(broken["panels"])
    found = official.refused(broken)
    where = "" if mutation.place == "title" else mutation.place  # a missing key is told of what lacks it
    assert any(path.startswith(where) for path, _ in found), found


@pytest.mark.real("kibana-document")
@pytest.mark.parametrize("mutation", [each for each in MUTATIONS if not each.seen], ids=lambda mutation: mutation.name)
def test_what_only_we_refuse_is_right_for_kibana(mutation: Mutation) -> None:
    """Should the document learn to see one of these, the list is to be put right."""
    broken = mutation.board()
    broken["panels"] = _in_place(broken["panels"])
    assert official.refused(broken) == []


def _in_place(panels: object) -> object:
    if not isinstance(panels, list):
        return panels
    text = {
        "type": "markdown",
        "id": "was-links",
        "grid": {"x": 0, "y": 90},
        "config": {"content": "-", "settings": {}},
    }
    return [text if panel.get("type") in NEWER else panel for panel in panels]


@pytest.mark.real("kibana-document")
def test_a_forgotten_query_is_what_kibana_refuses_and_we_fill_in() -> None:
    broken = official.without(every_form.board(), NEWER)
    del broken["panels"][1]["config"]["query"]
    assert official.refused(broken) == [("panels[1].config", "'query' is a required property")]
    assert official.refused(read_board(json.dumps(broken)).body()) == []


def test_there_are_enough_ways_to_break_a_board() -> None:
    assert len(MUTATIONS) >= 15
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
