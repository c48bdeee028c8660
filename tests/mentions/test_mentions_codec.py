"""Lines of the spool: what is written is read back; anything else is rejected with a reason, never a crash."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mention_records import NOW, gones, mentions, outcome, raw, raw_items

from mentions.codec import MAX_LINE, from_json, from_line, mention_from_json, mention_to_json, to_json, to_line
from mentions.errors import RejectedItem
from mentions.model import Gone, Mention, Rating, RawItem


@given(raw_items | gones)
def test_round_trip(item):
    line = to_line(item)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert from_line(line) == item
    assert from_json(to_json(item)) == item


@given(mentions)
def test_mention_round_trip(mention):
    values = json.loads(json.dumps(mention_to_json(mention)))
    assert values.keys() == {field.name for field in fields(Mention)}
    assert not any(isinstance(value, dict) for value in values.values())
    assert mention_from_json(values) == mention


def test_the_line_of_the_design():
    item = raw(
        rating=Rating(value=4, best=5),
        engagement={"replies": 3},
        published=datetime(2026, 11, 3, 10, 12, tzinfo=timezone(timedelta(hours=1))),
    )
    values = json.loads(to_line(item))
    assert list(values) == [field.name for field in fields(RawItem)]
    assert values["published"] == "2026-11-03T09:12:00Z"
    assert values["rating"] == {"value": 4, "best": 5}
    assert values["engagement"] == {"replies": 3}
    assert values["thread_url"] is None
    assert "déçu" in to_line(item)


def test_the_line_of_a_disappearance():
    gone = Gone(source="blog", url="https://e.com/a", seen_at=NOW, native_id="7")
    values = json.loads(to_line(gone))
    assert values["gone"] is True
    assert values["seen_at"] == "2026-11-24T10:00:00Z"
    assert from_line(to_line(gone)) == gone


def test_half_a_surrogate_pair_survives_the_file():
    item = raw("cut emoji \ud83d")
    assert to_line(item).isascii()
    assert from_line(to_line(item)) == item


def test_absent_is_null_and_offsets_are_read():
    values = {name: value for name, value in to_json(raw()).items() if value is not None}
    assert from_json(values) == raw()
    assert from_json({**values, "fetched_at": "2026-11-24T11:00:00+01:00"}).fetched_at == NOW
    assert (
        from_json({**values, "fetched_at": "2026-11-24T10:00:00.25Z"}).fetched_at
        == replace(raw(), fetched_at=datetime(2026, 11, 24, 10, 0, 0, 250_000, UTC)).fetched_at
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "bad-json"),
        ("   ", "bad-json"),
        ("{", "bad-json"),
        ("rubbish", "bad-json"),
        ('{"source": NaN}', "bad-json"),
        ("[" * 100_000, "bad-json"),
        ('{"position": ' + "9" * 5_000 + "}", "bad-json"),
        ("null", "bad-line"),
        ("[1]", "bad-line"),
        ('"text"', "bad-line"),
        ("{}", "bad-field"),
    ],
)
def test_rubbish_lines(line, reason):
    with pytest.raises(RejectedItem) as caught:
        from_line(line)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", None),
        ("source", 5),
        ("source", ""),
        ("source", "a\nb"),
        ("unit", "tweet"),
        ("unit", ["post"]),
        ("url", None),
        ("url", "https://e.com/\ud800"),
        ("text", None),
        ("text", 12),
        ("title", ["x"]),
        ("fetched_at", "2026-11-24T10:00:00"),
        ("fetched_at", "2026-11-24"),
        ("fetched_at", "2026-13-24T10:00:00Z"),
        ("fetched_at", "2026-11-24T25:00:00Z"),
        ("fetched_at", "0001-01-01T00:00:00+14:00"),
        ("fetched_at", 1764000000),
        ("published", "yesterday"),
        ("published_precision", "hour"),
        ("position", 1.5),
        ("position", True),
        ("position", 2**70),
        ("native_id", 12),
        ("rating", 4),
        ("rating", {"value": 4}),
        ("rating", {"value": "4", "best": 5}),
        ("rating", {"value": 4, "best": 5, "worst": 1}),
        ("engagement", [3]),
        ("engagement", {"replies": "3"}),
        ("extra", 1),
        ("gone", "yes"),
        ("gone", True),
    ],
)
def test_wrong_fields_are_named(field, value):
    with pytest.raises(RejectedItem) as caught:
        from_json({**to_json(raw()), field: value})
    assert caught.value.reason == "bad-field"
    assert field in caught.value.detail or field == "gone"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*(field.name for field in fields(RawItem)), "gone", "x"]), json_values))
def test_any_object_is_a_record_or_rejected(values):
    item = outcome(from_json, {**to_json(raw()), **values})
    if isinstance(item, RejectedItem):
        assert item.reason == "bad-field"
    else:
        assert from_json(to_json(item)) == item


def test_a_giant_is_refused_before_it_is_written():
    with pytest.raises(RejectedItem) as caught:
        to_line(raw("x" * MAX_LINE))
    assert caught.value.reason == "too-long"
