"""What differs, in words; and what is remembered of a space. Pure."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_boards import body, some

from dashboards.boards import boards
from dashboards.diff import differences, of_api, of_record
from dashboards.memory import BASE, INTENDED, Memory, digest, of_stored

LEAF = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5)
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner),
    max_leaves=8,
)


def said(change: Any, form: str = "api") -> tuple[str, ...]:
    """The differences between a board and a changed copy of it."""
    if form == "api":
        ours = body("One", "vigie-two")
        there = copy.deepcopy(ours)
        change(there)
        return differences(of_api(ours), of_api(there))
    record = some().records["dashboard", "vigie-one"]
    changed = json.loads(json.dumps(record))
    panels = json.loads(changed["attributes"]["panelsJSON"])
    change({"attributes": changed["attributes"], "panels": panels})
    changed["attributes"]["panelsJSON"] = json.dumps(panels)
    return differences(of_record(record), of_record(changed))


@given(JSON)
def test_nothing_differs_from_itself_nor_from_itself_with_defaults(value: Any) -> None:
    ours = {"title": "t", "rest": value, "panels": [{"id": "p", "config": value}]}
    there = {**copy.deepcopy(ours), "added": 1}
    there["panels"][0]["hide_title"] = True
    assert differences(of_api(ours), of_api(there)) == ()


@given(JSON, LEAF.filter(bool))
def test_another_value_is_always_seen(value: Any, other: Any) -> None:
    ours, there = {"rest": {"deep": [value]}}, {"rest": {"deep": [[other, "more"]]}}
    assert len(differences(of_api(ours), of_api(there))) > 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda b: b.update(title="Mine"), ("title is “Mine” (ours “One”)",)),
        (lambda b: b["panels"].pop(0), ("panel about (markdown) is missing",)),
        (
            lambda b: b["panels"].append({"id": "x", "type": "image", "config": {"title": "Logo"}}),
            ("panel “Logo” (x) is not ours",),
        ),
        (
            lambda b: b["panels"][1]["grid"].update(w=24, y=9),
            ("panel “Mentions” (count): moved or resized: row 9 (ours 4), width 24 (ours 48)",),
        ),
        (
            lambda b: b["panels"][1]["config"]["metrics"][0].update(operation="sum", field="severity"),
            ("panel “Mentions” (count): config.metrics[0].operation is “sum” (ours “count”)",),
        ),
        (
            lambda b: b["panels"][1]["config"].pop("drilldowns"),
            ("panel “Mentions” (count): config.drilldowns is missing",),
        ),
        (lambda b: b.pop("tags"), ('tags is missing (ours “["vigie"]”)',)),
        (lambda b: b["tags"].append("x"), ("tags has 2 entries (ours 1)",)),
        (lambda b: b["panels"].reverse(), ()),
    ],
)
def test_each_change_in_words(change: Any, expected: tuple[str, ...]) -> None:
    found = said(change)
    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True))


def test_stored_boards_are_opened() -> None:
    assert said(lambda r: None, "record") == ()
    assert said(lambda r: r["attributes"].update(title="Mine"), "record") == ("title is “Mine” (ours “One”)",)
    (line,) = said(lambda r: r["panels"][0]["gridData"].update(h=5), "record")
    assert line.endswith("moved or resized: height 5 (ours 4)")
    (line,) = said(lambda r: r["attributes"].update(optionsJSON="{broken"), "record")
    assert "optionsJSON is “{broken”" in line


def test_order_of_keys_and_references_and_times_are_no_content() -> None:
    record = {"attributes": {"a": 1, "b": 2}, "references": [{"name": "x"}, {"name": "y"}], "updated_at": "now"}
    turned = {"version": "W", "references": [{"name": "y"}, {"name": "x"}], "attributes": {"b": 2, "a": 1}}
    assert of_stored(record) == of_stored(turned)
    assert of_stored(record) != of_stored({**record, "attributes": {"a": 1, "b": 3}})


NAMES = st.sampled_from((BASE, "vigie-overview", "vigie-health", "vigie-x"))
DIGESTS = st.integers().map(digest)


@given(st.dictionaries(NAMES, st.tuples(DIGESTS, DIGESTS)), st.dictionaries(NAMES, DIGESTS))
def test_memory_reads_what_it_wrote(done: dict[str, tuple[str, str]], intended: dict[str, str]) -> None:
    memory = Memory().after("9.5.4", done).intending("9.5.4", intended)
    assert Memory.read({"attributes": {"description": memory.description()}}) == memory
    assert all(memory.knows(name, *pair) and memory.untouched(name, pair[0]) for name, pair in done.items())
    assert all(memory.knows(name, INTENDED, sent) for name, sent in intended.items())
    assert not memory.untouched("vigie-other", digest("stored"))


def test_memory_forgets_what_it_replaces_and_nothing_else() -> None:
    first = Memory().after("9.5.4", {"a": ("1", "2"), "b": ("3", "4")}).intending("9.5.4", {"a": "5"})
    then = first.after("9.5.5", {"a": ("6", "5")})
    assert then == Memory().after("9.5.5", {"a": ("6", "5"), "b": ("3", "4")})


@pytest.mark.parametrize(
    "tag",
    [None, {}, {"attributes": {}}, {"attributes": {"description": "mine"}}, {"attributes": {"description": None}}],
)
def test_other_descriptions_are_no_memory(tag: Any) -> None:
    assert Memory.read(tag) == Memory()


def test_six_boards_fit_into_what_kibana_accepts() -> None:
    done = {board.id: (digest(board.id), digest(1)) for board in boards("en", space="a-space")}
    memory = Memory().after("10.5.4", {**done, BASE: (digest(BASE), digest(7))})
    assert len(memory.words) == 7
    assert len(memory.description()) <= 100
