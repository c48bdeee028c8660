"""What bars are made of, before anything is drawn."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from charts import axes
from charts.look import Look

ROWS = [
    {"t": datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=n), "s": s, "v": (7 * n + 3 * k) % 23}
    for n in range(21)
    for k, s in enumerate(("négatif", "neutre", "positif"))
]


def test_stacks_lie_on_each_other_in_the_order_given_and_lose_nothing() -> None:
    parts = axes.stacked(ROWS, "t", "v", "s", ["positif", "neutre", "négatif"], share=False)
    by_time = defaultdict(list)
    for part in parts:
        by_time[part["at"]].append(part)
    for time, stack in by_time.items():
        assert [part["series"] for part in stack] == ["positif", "neutre", "négatif"]
        assert stack[0]["low"] == 0
        assert all(a["high"] == b["low"] for a, b in pairwise(stack))
        assert stack[-1]["high"] == sum(row["v"] for row in ROWS if row["t"] == time)


def test_shares_make_one_and_an_empty_bucket_makes_nothing() -> None:
    rows = [{"at": "a", "s": "x", "v": 1}, {"at": "a", "s": "y", "v": 3}, {"at": "b", "s": "x", "v": None}]
    parts = axes.stacked(rows, "at", "v", "s", ["x", "y"], share=True)
    assert [(part["at"], part["high"]) for part in parts] == [("a", 0.25), ("b", 0.0), ("a", 1.0)]


def test_two_names_that_are_cut_alike_stay_two_bars() -> None:
    rows = [{"n": "a" * 80 + end, "v": 1} for end in ("x", "y")]
    chart = axes.bars(rows, Look(width=460, height=220), name="n", value="v").to_dict()
    assert len({row["at"] for row in chart["data"]["values"]}) == 2
