"""Figures against values worked out by hand, and against what they must obey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nlp.scores import (
    calibration_error,
    confusion,
    f1_each,
    interval,
    macro_f1,
    micro_f1,
    rank_correlation,
    ranking,
)

BOOLS = st.integers(1, 30).flatmap(lambda n: st.tuples(*[arrays.arrays(np.bool_, (n, 4))] * 2))


def test_f1_by_hand() -> None:
    truth = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=bool)
    found = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=bool)
    assert f1_each(truth, found).tolist() == pytest.approx([2 / 3, 2 / 3, math.nan], nan_ok=True)
    assert macro_f1(truth, found) == pytest.approx(2 / 3)
    assert micro_f1(truth, found) == pytest.approx(4 / 6)


def test_nothing_expected_and_nothing_found_is_no_success() -> None:
    none = np.zeros((3, 2), dtype=bool)
    assert macro_f1(none, none) == micro_f1(none, none) == 0.0


@given(BOOLS)
def test_f1_is_the_same_from_both_sides_and_one_only_when_all_is_right(both: tuple[np.ndarray, np.ndarray]) -> None:
    truth, found = both
    assert micro_f1(truth, found) == pytest.approx(micro_f1(found, truth))
    assert 0 <= macro_f1(truth, found) <= 1
    if truth.any():
        assert micro_f1(truth, truth) == macro_f1(truth, truth) == 1.0
        assert (micro_f1(truth, found) == 1.0) == bool((truth == found).all())


def test_confusion_counts_every_text_once() -> None:
    table = confusion(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 1]), 3)
    assert table.tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 0]]


def test_calibration_error_by_hand() -> None:
    sure, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, True, True, False])
    assert calibration_error(sure, right) == pytest.approx(0.05 * 0.5 + 0.05 * 0.5)


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=40))
def test_area_under_the_curve_counts_the_pairs(rows: list[tuple[int, bool]]) -> None:
    score, positive = np.array([float(s) for s, _ in rows]), np.array([p for _, p in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a in score[positive] for b in score[~positive]]
    area = ranking(score, positive)
    assert math.isnan(area) if not pairs else area == pytest.approx(sum(pairs) / len(pairs))


def test_rank_correlation_sees_order_only_and_says_nothing_of_a_constant() -> None:
    assert rank_correlation(np.array([0, 1, 2, 3]), np.array([0.0, 1.0, 10.0, 1000.0])) == pytest.approx(1.0)
    assert rank_correlation(np.array([0, 1, 2]), np.array([3.0, 2.0, 1.0])) == pytest.approx(-1.0)
    assert math.isnan(rank_correlation(np.array([1, 1]), np.array([1.0, 2.0])))


def test_the_interval_holds_the_value_narrows_with_more_texts_and_does_not_change() -> None:
    few, many = np.array([0.0, 1.0] * 10), np.array([0.0, 1.0] * 1000)
    small, large = (interval(lambda rows, x=x: float(x[rows].mean()), len(x)) for x in (few, many))
    assert small.low <= small.value <= small.high
    assert large.high - large.low < small.high - small.low
    assert small == interval(lambda rows: float(few[rows].mean()), len(few))
