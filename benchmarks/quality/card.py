"""The tables of docs/model-card.md, from what the gate pinned: `python benchmarks/quality/card.py` prints them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).parent / "floors.json"
SENTIMENT = (
    "sentiment macro-F1", "good or bad, accuracy", "praise called negative", "calibration error",
)  # fmt: skip
CRISIS = (
    "crisis macro-F1", "crisis micro-F1", "any crisis, F1", "false alarms", "severity, area under ROC",
    "severity, Spearman",
)  # fmt: skip
HEADS = ("aspects, F1",)
EXTRAS = tuple(
    f"{name}, {figure}"
    for name in ("irony", "problem_report", "feature_request")
    for figure in ("F1", "area under ROC")
)
PAIRS = tuple(f"both brands right, {way}" for way in ("as written", "names swapped", "other unknown"))


def rows(floors: Mapping[str, Any], figures: Sequence[str]) -> Iterator[str]:
    """A table of the sets that have any of the figures: value (95 % interval)."""
    yield f"| set | texts | {' | '.join(figures)} |"
    yield f"| --- | --- |{' --- |' * len(figures)}"
    for name, floor in floors.items():
        measured = floor["measured"]
        if any(figure in measured for figure in figures):
            texts = max(int(n) for _, _, _, n in measured.values())
            cells = (cell(measured[figure]) if figure in measured else "–" for figure in figures)
            yield f"| {name} | {texts} | {' | '.join(cells)} |"


def cell(measured: Sequence[float]) -> str:
    """A figure with its interval."""
    value, low, high, _ = measured
    return f"{value:.1f} ({low:.1f}–{high:.1f})"


def tables() -> str:
    """All of them, as they stand in the card."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    return "\n\n".join("\n".join(rows(floors, figures)) for figures in (SENTIMENT, CRISIS, PAIRS, HEADS, EXTRAS))


if __name__ == "__main__":
    print(tables())
