"""The gate of a release: the model scored through the whole path against pinned floors.

    python benchmarks/quality/gate.py                      score the committed sets; 1 if any figure is under its floor
    python benchmarks/quality/gate.py --data FOLDER        the public sets as well (never committed, docs/data-card.md)
    python benchmarks/quality/gate.py --pin                raise floors to what is measured, less SLACK
    python benchmarks/quality/gate.py --pin --lower        also lower them: say why in the commit

The committed sets were written apart from the training texts, in other sectors (benchmarks/quality/data/README.md).
Of the public ones, two are left out of training as a whole (a brand, a carrier); the others are official
development splits. A floor holds for one corpus: its digest is pinned too.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.analyse import analyse_lines
from nlp.classify import Classifier, load_classifier
from nlp.quality import Labelled, Quality, judge, parse
from nlp.scores import interval

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
SLACK = 1.0  # points between a measured figure and its floor: other processors round otherwise
CEILINGS = {"praise called negative", "false alarms", "calibration error"}  # less is better
TARGETS = "both brands right"
MOST = 1_500  # rows of a public set
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
    """The public sets, the first MOST rows."""
    for name, (file, wanted) in PUBLIC.items():
        with gzip.open(folder / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [row for row in map(json.loads, lines) if wanted(row)][:MOST]
        yield (
            name,
            [
                Labelled(id=number, text=row["text"], lang=row["lang"], brand=row.get("target"), sentiment=row["label"])
                for number, row in enumerate(rows)
            ],
        )


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
            right[f"{TARGETS}, {way}"] = {**share._asdict(), "n": float(len(pairs))}
        yield f"target pairs {lang}", digest(json.dumps(rows, sort_keys=True)), right


def swapped(row: Mapping[str, str]) -> str:
    """The text with its two names exchanged."""
    return row["text"].replace(row["a"], "\0").replace(row["b"], row["a"]).replace("\0", row["b"])


def digest(text: str) -> str:
    """The first 12 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def figures_of(found: Quality) -> Figures:
    """Shares in percent; severity's two figures times a hundred."""
    return {
        name: {"value": f.value * (100 if name.startswith("severity") else 1), "n": float(f.n),
               "low": f.low * (100 if name.startswith("severity") else 1),
               "high": f.high * (100 if name.startswith("severity") else 1)}
        for name, f in found.figures.items()
    }  # fmt: skip


def measure(model: Classifier, data: Path | None) -> dict[str, tuple[str, Figures]]:
    """(digest, figures) of every set there is."""
    found: dict[str, tuple[str, Figures]] = {}
    for name, told in [*committed(), *(public(data) if data else ())]:
        mark = digest("\n".join(line.model_dump_json() for line in told))
        found[name] = (mark, figures_of(judge(told, answers(model, told))))
    for name, mark, figures in targets(model):
        found[name] = (mark, figures)
    return found


def compare(found: Mapping[str, tuple[str, Figures]], floors: Mapping[str, Any]) -> list[str]:
    """A line for everything under its floor, over its ceiling, unpinned or measured on another corpus."""
    wrong = []
    for name, (mark, figures) in found.items():
        if name not in floors:
            wrong.append(f"{name}: no floor is pinned")
        elif floors[name]["digest"] != mark:
            wrong.append(f"{name}: the corpus is {mark}, the floors are for {floors[name]['digest']}")
        else:
            for figure, bound in floors[name]["bounds"].items():
                value = figures[figure]["value"]
                if (value > bound) if figure in CEILINGS else (value < bound):
                    word = "over" if figure in CEILINGS else "under"
                    wrong.append(f"{name}: {figure} {value:.1f} is {word} {bound:.1f}")
    return wrong


def pinned(found: Mapping[str, tuple[str, Figures]], floors: Mapping[str, Any], *, lower: bool) -> dict[str, Any]:
    """New floors: raised, and lowered too if `lower`; a bound of another corpus counts only if `lower`."""
    made = dict(floors)
    for name, (mark, figures) in found.items():
        old = floors.get(name, {}).get("bounds", {})
        bounds = {}
        for figure, measured in figures.items():
            down = figure in CEILINGS
            bound = round(measured["value"] + SLACK if down else measured["value"] - SLACK, 1)
            if figure in old and not lower:
                bound = min(bound, old[figure]) if down else max(bound, old[figure])
            bounds[figure] = bound
        made[name] = {"digest": mark, "bounds": bounds, "measured": figures_rounded(figures)}
    return made


def figures_rounded(figures: Figures) -> dict[str, list[float]]:
    """[value, low, high, n] by name, for the record."""
    return {name: [round(f[key], 1) for key in ("value", "low", "high", "n")] for name, f in figures.items()}


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
    found = measure(load_classifier(asked.model, asked.folder), asked.data)
    for name, (_, figures) in found.items():
        for figure, f in figures.items():
            print(f"{name:32} {figure:28} {f['value']:6.1f} ({f['low']:.1f} to {f['high']:.1f})  n={f['n']:.0f}")
    if asked.pin:
        FLOORS.write_text(json.dumps(pinned(found, floors, lower=asked.lower), indent=1) + "\n", encoding="utf-8")
        return 0
    wrong = compare(found, floors)
    for line in wrong:
        print(f"UNDER THE FLOOR: {line}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
