"""Deep links: what Kibana reads from them is what we meant, whatever the brand is called and whoever passes them on."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rison_reader import read

from dashboards.links import LONGEST, board_url, discover_url, rison

START = datetime(2026, 11, 3, 6, 30, tzinfo=UTC)
END = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "",
        "'",
        "!",
        "!'",
        "it's",
        "L'Oréal!",
        "Café «Ô»",
        "💥 crise",
        "-5",
        "12",
        "1e3",
        "!t",
        "a b",
        "$x",
        "@x",
        "a:b,c(d)",
    ]
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


def state(url: str) -> tuple[str, dict[str, Any]]:
    """The address before the hash's question mark, and `_g` and `_a` as Kibana reads them."""
    place, _, query = url.partition("?")
    return place, {name: read(value) for name, value in parse_qsl(query, strict_parsing=True)}


@given(VALUE)
@example({"$state": {"store": "appState"}, "a": [], "b": {}})
def test_rison_is_read_back_as_it_was(value: Any) -> None:
    assert read(rison(value)) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (
            {"filters": [], "time": {"from": "2026-11-03T05:30:00.000Z"}},
            "(filters:!(),time:(from:'2026-11-03T05:30:00.000Z'))",
        ),
        ([True, False, None, "it's", "wow!", ""], "!(!t,!f,!n,'it!'s','wow!!','')"),
        ({"$state": 1e30, "é": -2.5}, "('$state':1e30,'é':-2.5)"),
        ("appState", "appState"),
    ],
)
def test_rison_looks_as_its_grammar_says(value: Any, written: str) -> None:
    assert rison(value) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, b"x", {"a": object()}, {1, 2}])
def test_what_has_no_form_in_a_link_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="link"):
        rison(value)


@given(brand=TEXT, filters=st.lists(st.tuples(st.sampled_from(["source", "site", "story_id"]), TEXT), max_size=3))
def test_a_board_opens_on_the_exact_brand_and_window(brand: str, filters: list[tuple[str, str]]) -> None:
    url = board_url(
        "https://kibana.example.org",
        space="team-a",
        board_id="vigie-team-a-incident",
        data_view_id="vigie-team-a-mentions",
        brand=brand,
        start=START,
        end=END,
        filters=filters,
    )
    place, found = state(url)
    assert place == "https://kibana.example.org/s/team-a/app/dashboards#/view/vigie-team-a-incident"
    assert found["_g"] == {
        "filters": [],
        "time": {"from": "2026-11-03T05:30:00.000Z", "to": "2026-11-03T13:00:00.000Z"},
    }
    assert found["_a"]["query"] == {"language": "kuery", "query": ""}
    pills = found["_a"]["filters"]
    assert [pill["query"] for pill in pills] == [
        {"match_phrase": {key: value}} for key, value in [("brand", brand), *filters]
    ]
    assert [(pill["meta"]["key"], pill["meta"]["params"]) for pill in pills] == [
        (key, {"query": value}) for key, value in [("brand", brand), *filters]
    ]
    assert {pill["meta"]["index"] for pill in pills} == {"vigie-team-a-mentions"}
    assert all(pill["$state"] == {"store": "appState"} and pill["meta"]["type"] == "phrase" for pill in pills)


@given(brand=TEXT)
def test_no_sign_at_which_programs_cut_links_is_left(brand: str) -> None:
    url = board_url("https://k.example.org", board_id="b", data_view_id="d", brand=brand, start=START, end=END)
    query = urlsplit(url).fragment.partition("?")[2]
    assert url.isascii()
    assert set(query) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%&=")


@pytest.mark.parametrize(
    "base",
    [
        "https://intra.example.org/tools/kibana",
        "https://intra.example.org/tools/kibana/",
        " https://intra.example.org/tools/kibana// ",
    ],
)
@pytest.mark.parametrize("space", ["default", ""])
def test_a_base_with_a_path_and_slashes_works(base: str, space: str) -> None:
    place, found = state(board_url(base, space=space, board_id="vigie-overview", data_view_id="vigie-mentions"))
    assert place == "https://intra.example.org/tools/kibana/app/dashboards#/view/vigie-overview"
    assert found == {"_g": {"filters": []}, "_a": {"query": {"language": "kuery", "query": ""}}}


def test_port_and_ipv6_stay() -> None:
    url = board_url("http://[::1]:5601/", board_id="b", data_view_id="d")
    assert url.startswith("http://[::1]:5601/app/dashboards#/view/b?")


def test_times_of_any_zone_are_the_same_instant() -> None:
    paris = timezone(timedelta(hours=1))
    there = board_url(
        "https://k.example.org",
        board_id="b",
        data_view_id="d",
        start=START.astimezone(paris),
        end=END.astimezone(paris),
    )
    assert there == board_url("https://k.example.org", board_id="b", data_view_id="d", start=START, end=END)


def test_discover_opens_on_the_same_thing() -> None:
    url = discover_url(
        "https://k.example.org/",
        space="s1",
        data_view_id="vigie-s1-mentions",
        brand="Café d'Oc",
        start=START,
        end=END,
        columns=["title", "site"],
    )
    place, found = state(url)
    assert place == "https://k.example.org/s/s1/app/discover#/"
    assert found["_g"]["time"]["to"] == "2026-11-03T13:00:00.000Z"
    assert found["_a"]["dataSource"] == {"dataViewId": "vigie-s1-mentions", "type": "dataView"}
    assert found["_a"]["columns"] == ["title", "site"]
    assert found["_a"]["sort"] == [["published_at", "desc"]]
    assert found["_a"]["filters"][0]["query"] == {"match_phrase": {"brand": "Café d'Oc"}}


def test_a_usual_link_is_short_and_none_is_longer_than_slack_takes() -> None:
    common = {
        "board_id": "vigie-team-incident",
        "data_view_id": "vigie-team-mentions",
        "start": START,
        "end": END,
        "space": "team",
    }
    usual = board_url(
        "https://kibana.example.org", brand="L'Été à Nîmes", filters=[("source", "forum-de-la-mer")], **common
    )
    assert len(usual) < 1300
    crowded = board_url(
        "https://kibana.example.org", brand="L'Été", filters=[("site", "é" * 200), ("story_id", "x" * 900)], **common
    )
    assert len(crowded) <= LONGEST
    assert [pill["meta"]["key"] for pill in state(crowded)[1]["_a"]["filters"]] == ["brand"]
    absurd = board_url("https://kibana.example.org", brand="💥" * 500, **common)
    assert len(absurd) <= LONGEST
    assert state(absurd)[1]["_g"]["time"]["from"] == "2026-11-03T05:30:00.000Z"


def test_half_a_character_does_not_stop_an_alert() -> None:
    url = board_url("https://k.example.org", board_id="b", data_view_id="d", brand="caf\ud83d")
    assert state(url)[1]["_a"]["filters"][0]["meta"]["params"] == {"query": "caf?"}


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("kibana.example.org", "http"),
        ("ftp://kibana.example.org", "http"),
        ("https://", "http"),
        ("https://ana:secret@kibana.example.org", "password"),
        ("ana:secret@kibana.example.org", "password"),
        ("https://kibana.example.org/?x=1", "query"),
        ("https://kibana.example.org/#/x", "fragment"),
    ],
)
def test_an_address_that_cannot_go_into_a_mail_is_refused(base: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        board_url(base, board_id="b", data_view_id="d")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "window",
    [(START, None), (None, END), (END, START), (START.replace(tzinfo=None), END.replace(tzinfo=None))],
    ids=str,
)
def test_a_window_that_is_none_is_refused(window: tuple[datetime | None, datetime | None]) -> None:
    with pytest.raises(ValueError, match=r"window|zone"):
        board_url("https://k.example.org", board_id="b", data_view_id="d", start=window[0], end=window[1])
