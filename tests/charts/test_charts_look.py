"""Letters, numbers and colours of the pictures."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.letters import cut, width
from charts.look import PALETTE, Look

# Machado, Oliveira and Fernandes (2009), severity 1: what dichromats see, on linear RGB.
SEEN: dict[str, Sequence[Sequence[float]]] = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def _lab(colour: str, matrix: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("sight", SEEN)
def test_the_first_six_colours_differ_for_every_sight(sight: str) -> None:
    seen = {colour: _lab(colour, SEEN[sight]) for colour in PALETTE[:6]}
    for one, other in combinations(seen, 2):
        assert sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5 > 8, (one, other)


@given(st.text(max_size=60), st.floats(0, 500), st.integers(8, 40))
def test_a_cut_text_fits_and_one_that_fits_is_not_cut(text: str, room: float, size: int) -> None:
    short = cut(text, room, size)
    assert width(short, size) <= room or not short
    if width(text, size) <= room:
        assert short == text
    elif short:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_accents_are_as_wide_as_their_letters() -> None:
    assert width("éàçùïô", 10) == width("eacuio", 10)
    assert width("e\u0301", 10) == width("é", 10)
    assert width("\u200b", 10) == 0


@pytest.mark.parametrize(
    ("language", "value", "decimals", "said"),
    [
        ("en", 12345.0, None, "12,345"),
        ("fr", 12345.0, None, "12\u202f345"),
        ("fr", -0.25, 2, "−0,25"),
        ("en", None, None, "–"),
        ("en", 3.14159, None, "3.14"),
    ],
)
def test_numbers_are_written_as_people_write_them(
    language: str, value: float | None, decimals: int | None, said: str
) -> None:
    assert Look(width=1, height=1, language=language).number(value, decimals) == said  # type: ignore[arg-type]


def test_percentages() -> None:
    assert Look(width=1, height=1, language="fr").percent(0.256) == "26\u202f%"
    assert Look(width=1, height=1).percent(0.256, 1) == "25.6%"


def test_a_value_keeps_its_colour_and_others_never_take_it() -> None:
    look = Look(width=1, height=1, colours={"negative": PALETTE[0]})
    assert look.range(["a", "negative", "b"]) == [PALETTE[1], PALETTE[0], PALETTE[2]]
    assert len(set(look.range([str(n) for n in range(7)]))) == 7
