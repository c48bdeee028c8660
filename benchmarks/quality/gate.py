"""The gate of a release: the model scored through the whole path against pinned floors.

    python benchmarks/quality/gate.py                      score the committed sets; 1 if any figure is under its floor
    python benchmarks/quality/gate.py --data FOLDER        the public sets and heads.py as well (never committed)
    python benchmarks/quality/gate.py --pin                raise floors to what is measured, less SLACK
    python benchmarks/quality/gate.py --pin --lower        also lower or drop them: say why in the commit

The committed sets were written apart from the training texts, in other sectors (benchmarks/quality/data/README.md).
Of the public ones, two are left out of training as a whole (a brand, a carrier); the others are official
development splits, less the texts that stand in the training split of another set (UMSAB's English half, TweetEval and
SemEval share tweets). A floor holds for one corpus: its digest is pinned too. What is pinned must be measured; without
--data that is asked of the committed sets alone.
"""

import argparse
import gzip
import hashlib
import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from heads import NAMES, head_sets

from mentions.errors import Stop
from nlp.analyse import analyse_lines
from nlp.classify import Classifier, load_classifier
from nlp.quality import Labelled, Quality, judge, parse
from nlp.scores import Figure, interval

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
SLACK = 1.0  # points between a measured figure and its floor: other processors round otherwise
CEILINGS = {"praise called negative", "false alarms", "calibration error"}  # less is better
TARGETS = "both brands right"
MOST = 1_500  # rows of a public set
SAID_BY_MANY = 4  # words; a shorter text stands in two sets by chance
NO_WORDS = re.compile(r"https?://\S+|@\w*|[^\w@]+")
CARRIER = "Southwest"
PUBLIC = {
    "apple tweets (left out)": ("sentiment/apple_dfe_en", lambda row: row["split"] == "train"),
    "carrier tweets (left out)": ("sentiment/airline_en", lambda row: row.get("target") == CARRIER),
    **{
        f"{name} (dev)": (f"sentiment/{name}", lambda row: row["split"] == "dev")
        for name in (
            "umsab_fr", "umsab_en", "tweeteval_sentiment_dev", "allocine_tv_fr", "restaurant_fr", "appreview_fr",
            "appreview_en", "laptop_en", "hotel_en", "sst2_en",
        )
    },
}  # fmt: skip

Figures = dict[str, dict[str, float]]


def committed() -> Iterator[tuple[str, list[Labelled]]]:
    """Sets of benchmarks/quality/data by language."""
    for path in sorted((HERE / "data").glob("dev_*.jsonl")):
        lines = list(parse(path.read_text(encoding="utf-8").splitlines()))
        for lang in ("fr", "en"):
            if some := [line for line in lines if line.lang == lang]:
                yield f"{path.stem.removesuffix(f'_{lang}')} {lang}", some


def public(folder: Path) -> Iterator[tuple[str, list[Labelled]]]:
    """The public sets, the first MOST rows that no other set gives to training."""
    seen = trained(folder)
    for name, (file, wanted) in PUBLIC.items():
        held = (row for row in read(folder / f"{file}.jsonl.gz") if wanted(row) and words(row["text"]) not in seen)
        yield (
            name,
            [
                Labelled(id=number, text=row["text"], lang=row["lang"], brand=row.get("target"), sentiment=row["label"])
                for number, row in enumerate(islice(held, MOST))
            ],
        )


def trained(folder: Path) -> set[str]:
    """The words of every text in a training split that no set here keeps for itself."""
    kept: dict[str, list[Any]] = {}
    for file, wanted in PUBLIC.values():
        kept.setdefault(file, []).append(wanted)
    return {
        said
        for path in sorted(folder.glob("*sentiment/*.jsonl.gz"))
        for row in read(path)
        if row.get("split") == "train"
        and not any(wanted(row) for wanted in kept.get(f"{path.parent.name}/{path.name.partition('.')[0]}", ()))
        and (said := words(row["text"])).count(" ") >= SAID_BY_MANY - 1
    }


def read(path: Path) -> Iterator[Mapping[str, Any]]:
    """Rows of a dataset."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def words(text: str) -> str:
    """A text as it is compared with others: without addresses, handles, signs and capitals."""
    return " ".join(NO_WORDS.sub(" ", text.lower()).split())


def answers(model: Classifier, told: Sequence[Labelled]) -> list[Mapping[str, Any]]:
    """What `vigie analyse` says of them."""
    return list(analyse_lines((line.model_dump_json() for line in told), classifier=model))


def targets(model: Classifier) -> Iterator[tuple[str, str, Figures]]:
    """(name, digest, figures) of the pairs: both brands of a text right.

    With the other brand watched too, as a competitor is, as written and with the names swapped; and without.
    """
    lines = [
        json.loads(line) for line in (HERE / "data" / "target_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for lang in ("fr", "en"):
        rows = [line for line in lines if line["lang"] == lang]
        right = {}
        for way, order in (("as written", "ab"), ("names swapped", "ba"), ("other unknown", "ab")):
            asked = [
                Labelled(id=f"{row['id']}{side}", text=swapped(row) if order == "ba" else row["text"], lang=lang,
                         brand=row[place], others=() if way == "other unknown" else (row["ab".replace(place, "")],),
                         sentiment=row[f"{side}_sentiment"])
                for row in rows for side, place in zip("ab", order, strict=True)
            ]  # fmt: skip
            found = answers(model, asked)
            good = [line.sentiment == answer["sentiment"]["label"] for line, answer in zip(asked, found, strict=True)]
            pairs = np.array([one and other for one, other in zip(good[::2], good[1::2], strict=True)])
            share = interval(lambda some, pairs=pairs: float(100 * pairs[some].mean()), len(pairs))
            right[f"{TARGETS}, {way}"] = parts_of(share)
        yield f"target pairs {lang}", digest(json.dumps(rows, sort_keys=True)), right


def swapped(row: Mapping[str, str]) -> str:
    """The text with its two names exchanged."""
    return row["text"].replace(row["a"], "\0").replace(row["b"], row["a"]).replace("\0", row["b"])


def digest(text: str) -> str:
    """The first 12 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def figures_of(found: Quality) -> Figures:
    """Shares in percent; severity's two figures times a hundred."""
    return {name: parts_of(figure, 100 if name.startswith("severity") else 1) for name, figure in found.figures.items()}


def parts_of(figure: Figure, times: float = 1) -> dict[str, float]:
    """A figure by the names of its parts."""
    low, value, high = (times * number for number in (figure.low, figure.value, figure.high))
    return {"value": value, "n": float(figure.n), "low": low, "high": high}


def measure(model: Classifier, data: Path | None) -> dict[str, tuple[str, Figures]]:
    """(digest, figures) of every set there is."""
    found: dict[str, tuple[str, Figures]] = {}
    for name, told in [*committed(), *(public(data) if data else ())]:
        mark = digest("\n".join(line.model_dump_json(exclude_defaults=True) for line in told))
        found[name] = (mark, figures_of(judge(told, answers(model, told))))
    for name, mark, figures in targets(model):
        found[name] = (mark, figures)
    for held in head_sets(data, MOST) if data else ():
        measured = held.figures(answers(model, held.told))
        found[held.name] = (held.digest, {figure: parts_of(value) for figure, value in measured.items()})
    return found


def without_data(floors: Mapping[str, Any]) -> dict[str, Any]:
    """The floors of the committed sets."""
    return {name: floor for name, floor in floors.items() if name not in {*PUBLIC, *NAMES}}


def compare(found: Mapping[str, tuple[str, Figures]], floors: Mapping[str, Any]) -> list[str]:
    """A line for what is under its floor or over its ceiling, unpinned, not measured, or of another corpus."""
    wrong = [f"{name}: a floor is pinned, and the set was not measured" for name in floors if name not in found]
    for name, (mark, figures) in found.items():
        if name not in floors:
            wrong.append(f"{name}: no floor is pinned")
        elif floors[name]["digest"] != mark:
            wrong.append(f"{name}: the corpus is {mark}, the floors are for {floors[name]['digest']}")
        else:
            wrong += [f"{name}: {line}" for line in _compare(figures, floors[name]["bounds"])]
    return wrong


def _compare(figures: Figures, bounds: Mapping[str, float]) -> Iterator[str]:
    yield from (f"{figure}: no floor is pinned" for figure in figures if figure not in bounds)
    for figure, bound in bounds.items():
        value = figures[figure]["value"] if figure in figures else math.nan
        if not (value <= bound if figure in CEILINGS else value >= bound):  # what is no number never passes
            yield f"{figure} {value:.1f} is {'over' if figure in CEILINGS else 'under'} {bound:.1f}"


def pinned(found: Mapping[str, tuple[str, Figures]], floors: Mapping[str, Any], *, lower: bool) -> dict[str, Any]:
    """New floors: raised, whatever the corpus was; lowered, and dropped where nothing was measured, only if `lower`."""
    made = {} if lower else dict(floors)
    for name, (mark, figures) in found.items():
        old = {} if lower else floors.get(name, {}).get("bounds", {})
        bounds = dict(old)
        numbers = {figure: parts for figure, parts in figures.items() if not math.isnan(parts["value"])}
        for figure, measured in numbers.items():
            down = figure in CEILINGS
            bound = round(measured["value"] + SLACK if down else measured["value"] - SLACK, 1)
            bounds[figure] = (min if down else max)(bound, old.get(figure, bound))
        made[name] = {"digest": mark, "bounds": bounds, "measured": figures_rounded(numbers)}
    return made


def figures_rounded(figures: Figures) -> dict[str, list[float]]:
    """[value, low, high, n] by name, for the record."""
    return {name: [round(f[key], 1) for key in ("value", "low", "high", "n")] for name, f in figures.items()}


def show(found: Mapping[str, tuple[str, Figures]]) -> None:
    """Print every figure with its interval."""
    for name, (_, figures) in found.items():
        for figure, f in figures.items():
            print(f"{name:32} {figure:28} {f['value']:6.1f} ({f['low']:.1f} to {f['high']:.1f})  n={f['n']:.0f}")


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the public datasets")
    parser.add_argument("--model", default="model", help="row of nlp.classify.MODELS")
    parser.add_argument("--folder", type=Path, help="a candidate of that row, not yet committed")
    parser.add_argument("--pin", action="store_true", help="write the floors")
    parser.add_argument("--lower", action="store_true", help="with --pin: floors may fall")
    asked = parser.parse_args()
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    due = floors if asked.data else without_data(floors)
    try:
        found = measure(load_classifier(asked.model, asked.folder), asked.data)
    except (Stop, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    show(found)
    if asked.pin:
        others = {name: floor for name, floor in floors.items() if name not in due}
        due = pinned(found, due, lower=asked.lower)
        FLOORS.write_text(json.dumps(others | due, indent=1) + "\n", encoding="utf-8")
    wrong = compare(found, due)
    for line in wrong:
        print(f"UNDER THE FLOOR: {line}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
