"""Score sheet of the detector on synthetic brands: false alarms, recall, delay.

    python benchmarks/detector.py [--seeds 4] [--first 5000] [--sizes sparse small] [--prototype FOLDER]

Worlds: four sizes of brand, three sources with their own rhythm and delays, a classifier that errs, a week's rhythm,
drift and chatter, and one planted scenario at ONSET. `--prototype` names a folder that holds `spike_proto.py` and
`spike_synth.py`: its scores on the very same worlds are printed beside ours.
"""

import argparse
import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from alerts.baseline import Floats
from alerts.surprise import DEPTH, FAST_LAG, Knobs, Series, surprise

DAYS, ONSET, WARM = 70, 45 * 24 + 10, 14 * 24
SIZES = {"sparse": 3 / 24, "small": 40 / 24, "medium": 60.0, "heavy": 10_000.0}  # mentions an hour
SOURCES = ((0.6, 1, 0.15), (0.3, 3, 0.20), (0.1, 12, 0.30))  # share, hours between crawls, part that comes late
RECALL, MISREAD, NEGATIVE = 0.80, 0.05, 0.15
CRISES = {"crisis_S": (1.5, 6), "crisis_M": (4.0, 12), "crisis_L": (12.0, 30), "viral_crisis": (4.0, 12)}
WANTED = (*CRISES, "burn")
SCENARIOS = ("quiet", *CRISES, "burn", "viral", "gap")
ALERT, COOLDOWN = 2.0, 24
HOURS = np.arange(DAYS * 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a detector may know of a brand, and when its scenario ends."""

    series: Series
    end: int


def drift(draw: np.random.Generator, size: int, spread: float, memory: float) -> Floats:
    """A wandering logarithm that forgets itself within `memory` hours."""
    keep = np.exp(-1 / memory)
    steps = draw.normal(0, spread * np.sqrt(1 - keep * keep), size)
    for i in range(1, size):
        steps[i] += keep * steps[i - 1]
    return steps


def rates(draw: np.random.Generator, size: str) -> tuple[Floats, Floats]:
    """Mentions an hour, and the share of them that is truly negative."""
    rate, weekend = SIZES[size], (HOURS // 24) % 7 >= 5
    season = (1 + 0.7 * np.sin(2 * np.pi * (HOURS % 24 - np.where(weekend, 12, 9)) / 24)) * np.where(weekend, 0.6, 1.1)
    level = np.cumsum(draw.normal(0, 0.10 / np.sqrt(168), len(HOURS))) + drift(draw, len(HOURS), 0.25, 6.0)
    mentions = rate * season / season.mean() * np.exp(level)
    for start in draw.integers(0, len(HOURS), draw.poisson(2 * DAYS / 30)):
        mentions[start : start + 3] *= 2  # ordinary chatter
    logit = np.log(NEGATIVE / (1 - NEGATIVE)) + drift(draw, len(HOURS), 0.25, 12.0)
    return mentions, 1 / (1 + np.exp(-logit))


def planted(scenario: str, size: str, mentions: Floats) -> tuple[Floats, Floats, int]:
    """Extra negatives, extra praise, and the hour by which it must have been found."""
    since = np.maximum(HOURS - ONSET, 0)
    shape = np.where(HOURS >= ONSET, np.minimum((since + 1) / 2, 1) * np.exp(-since / 12), 0)
    shape /= shape.sum()
    bad, good, end = np.zeros(len(HOURS)), np.zeros(len(HOURS)), ONSET + 36
    day = SIZES[size] * 24
    if scenario in CRISES:
        times, least = CRISES[scenario]
        bad += max(times * day * NEGATIVE, least) * shape
    if scenario.startswith("viral"):
        good, bad = good + 9.7 * day * shape, bad + 0.3 * day * shape
    if scenario == "burn":
        bad += np.where(HOURS >= ONSET, np.minimum(since / 240, 1) * 3 * mentions * NEGATIVE, 0)
        end = ONSET + 240
    return bad, good, end


def make(size: str, scenario: str, seed: int) -> World:
    """One world; the same arguments give the same."""
    draw = np.random.default_rng([seed, list(SIZES).index(size), SCENARIOS.index(scenario), 77])
    mentions, share = rates(draw, size)
    bad, good, end = planted(scenario, size, mentions)
    gap = (ONSET, ONSET + int(draw.integers(10, 25))) if scenario == "gap" else (0, 0)
    end = gap[1] + 12 if scenario == "gap" else end
    shape = (len(HOURS), DEPTH)
    seen = {"negative": np.zeros(shape), "other": np.zeros(shape)}
    covered = np.zeros(shape)
    for number, (part, every, late) in enumerate(SOURCES):
        crawled = (HOURS % every == 0) & ~((number == 0) & (gap[0] <= HOURS) & (gap[1] > HOURS))
        last = np.maximum.accumulate(np.where(crawled, HOURS, -1))
        event = HOURS[:, None] - np.arange(DEPTH)
        elapsed = last[:, None] - event
        known = np.where((event >= 0) & (elapsed >= 0), 1 - late * np.exp(-np.maximum(elapsed, 0) / 4), 0)
        covered += part * known
        true_bad = draw.poisson((mentions * share + bad) * part)
        true_good = draw.poisson((mentions * (1 - share) + good) * part)
        negative = draw.binomial(true_bad, RECALL) + draw.binomial(true_good, MISREAD)
        arrive(draw, negative, known, seen["negative"])
        arrive(draw, true_bad + true_good - negative, known, seen["other"])
    return World(series=series(seen["negative"], seen["other"], covered), end=end)


def arrive(draw: np.random.Generator, counts: Any, known: Floats, seen: Floats) -> None:
    """Add what had arrived of each hour's counts at each later hour, by the share that is known then."""
    for hour in np.flatnonzero(counts):
        ages = np.arange(min(DEPTH, len(HOURS) - hour))
        curve = np.maximum.accumulate(known[hour + ages, ages])
        steps = np.diff(np.concatenate([[0.0], curve, [1.0]]))
        seen[hour + ages, ages] += np.cumsum(draw.multinomial(counts[hour], steps))[:-1]


def series(negative: Floats, other: Floats, covered: Floats) -> Series:
    """The detector's own input."""
    known = matured(covered)
    return Series(
        hours=HOURS % 24,
        weekdays=(HOURS // 24) % 7,
        negative=matured(negative),
        other=matured(other),
        learnable=((known > 0.9) & (known < 1.1)).astype(float),
        negative_seen=negative,
        other_seen=other,
        covered=covered,
    )


def matured(seen: Floats) -> Floats:
    """What was known of each hour 48 hours later."""
    whole = np.zeros(len(seen))
    whole[:-FAST_LAG] = seen[FAST_LAG:, FAST_LAG]
    return whole


def openings(score: Floats) -> list[int]:
    """Hours in which an incident opens, a cooldown apart."""
    found: list[int] = []
    for hour in np.flatnonzero(score >= ALERT):
        if not found or hour - found[-1] >= COOLDOWN:
            found.append(int(hour))
    return found


class Tally:
    """What one detector did with one size of brand."""

    def __init__(self) -> None:
        self.false = self.months = self.seconds = 0.0
        self.hits: dict[str, list[float]] = {}

    def add(self, scenario: str, score: Floats, end: int) -> None:
        """Count one world's alarms: before the scenario they are false, in it they are hits."""
        opened = openings(score)
        until = len(score) if scenario == "quiet" else ONSET
        self.false += sum(WARM <= hour < (until if scenario == "quiet" else ONSET - 1) for hour in opened)
        self.months += (until - WARM) / 720
        if scenario in WANTED:
            after = np.flatnonzero(score[ONSET : end + 6] >= ALERT)
            self.hits.setdefault(scenario, []).append(float(after[0]) if len(after) else np.nan)
        elif scenario != "quiet":
            wrong = [hour for hour in opened if ONSET <= hour < end + 6]
            self.hits.setdefault(scenario, []).append(0.0 if wrong else np.nan)

    def line(self) -> str:
        """The row of the sheet."""
        cells = []
        for scenario, hits in self.hits.items():
            found = np.isfinite(hits)
            delay = f"/{np.nanmedian(hits):.0f}h" if scenario in WANTED and found.any() else ""
            cells.append(f"{scenario} {found.mean():.2f}{delay}")
        return f"false/month {self.false / self.months:.2f} | {'  '.join(cells)}"


def ours(world: World) -> Floats:
    return surprise(world.series, Knobs()).score


def theirs(synth: Any, prototype: Any, world: World) -> Floats:
    """The prototype's score of the same world."""
    data = world.series
    given: Mapping[str, Any] = {
        "hod": data.hours, "dow": data.weekdays, "n": len(HOURS), "cov": data.covered,
        "seen": {"neg": data.negative_seen, "oth": data.other_seen},
    }  # fmt: skip
    score: Floats = synth.surprise(prototype, given)
    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--prototype")
    options = parser.parse_args()
    rivals: dict[str, Any] = {"ours": ours}
    if options.prototype:
        sys.path.insert(0, options.prototype)
        synth, prototype = (importlib.import_module(name) for name in ("spike_synth", "spike_proto"))
        rivals["prototype"] = lambda world: theirs(synth, prototype, world)
    print(
        f"alert at {ALERT}; {options.seeds} worlds a cell, seeds from {options.first}; recall/median delay of what is"
    )
    print("wanted, share of worlds with a false alarm for viral and gap")
    for size in options.sizes:
        tallies = {name: Tally() for name in rivals}
        for scenario in SCENARIOS:
            for seed in range(options.first, options.first + options.seeds):
                world = make(size, scenario, seed)
                for name, judge in rivals.items():
                    began = process_time()
                    score = judge(world)
                    tallies[name].seconds += process_time() - began
                    tallies[name].add(scenario, score, world.end)
        for name, tally in tallies.items():
            seconds = tally.seconds / (len(SCENARIOS) * options.seeds)
            print(f"{size:7} {name:10} {tally.line()} | {seconds:.2f} s CPU a brand", flush=True)


if __name__ == "__main__":
    main()
