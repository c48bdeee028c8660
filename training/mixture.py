"""What is tuned on: every source with how often its rows are read and how far they are trusted.

Weights: research/nlp.md section 6: people's labels 1, stars 0.6 (three of five: 0.3 where not written for us),
subtitles 0.2, projected 0.5. Sources that only know good and bad are judged between these two alone, so that they
say nothing against neutral. Left out as a whole: APART and the airline CARRIER (benchmarks/quality scores on them).
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mentions.model import CRISIS_LABELS, LABELS
from nlp.card import ASPECTS, EXTRAS
from training.rows import Written, all_written, read_dataset

APART = ("sentiment/apple_dfe_en",)
CARRIER = "Southwest"
UNKNOWN = math.nan


@dataclass(frozen=True, slots=True)
class Row:
    """A text with what is known of it; NaN where nothing is.

    `sentiment` holds three probabilities; `two` leaves neutral out of the judgement; `marked` is how often the
    target is marked; `others` are the brands that are not meant. The weights multiply the losses of sentiment and of
    everything else.
    """

    text: str
    lang: str
    source: str
    target: str | None = None
    others: tuple[str, ...] = ()
    marked: float = 0.7
    sentiment: tuple[float, ...] | None = None
    two: bool = False
    weight: float = 1.0
    signals: tuple[float, ...] | None = None
    signals_weight: float = 1.0
    aspects: tuple[float, ...] | None = None
    extras: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset read for sentiment: rows are read `times` (a share, or repeatedly) at `weight`."""

    name: str
    times: float = 1.0
    weight: float = 1.0


SOURCES = (
    Source("sentiment/umsab_fr", 5), Source("sentiment/allocine_tv_fr", 2), Source("sentiment/restaurant_fr", 4),
    Source("sentiment/appreview_fr", 2, 0.6), Source("sentiment/xed_fr", 1, 0.2),
    Source("sentiment/umsab_en", 4), Source("sentiment/semeval_twitter_en", 0.55),
    Source("sentiment/airline_en", 0.8),
    Source("sentiment/sxsw_brands_en", 0.6), Source("sentiment/skytrax_en", 0.5, 0.5), Source("sentiment/sst2_en", 1.2),
    Source("sentiment/sentube_en", 0.6, 0.6), Source("sentiment/laptop_en", 1.5),
    Source("sentiment/restaurant_en", 1.5),
    Source("sentiment/hotel_en", 1.5), Source("sentiment/appreview_en", 1, 0.6), Source("sentiment/uci_imdb_en", 1.5),
    Source("sentiment/xed_en", 0.25, 0.2), Source("target_sentiment/newsmtsc_en", 0.7),
    Source("sentiment/umsab_de", 0.7, 0.7), Source("sentiment/umsab_es", 0.7, 0.7),
    Source("sentiment/umsab_it", 0.7, 0.7), Source("sentiment/umsab_pt", 0.7, 0.7),
)  # fmt: skip
CALM = {"sentiment/umsab_fr", "sentiment/umsab_en", "sentiment/sst2_en", "sentiment/allocine_tv_fr",
        "sentiment/restaurant_fr", "sentiment/laptop_en", "sentiment/hotel_en", "sentiment/uci_imdb_en"}  # fmt: skip
OURS = {f"written/{kind}" for kind in ("seed", "near", "hard", "review", "tweet", "news", "talk", "target")}
QUIET = 0.25  # weight of "no signal" for praise and plain statements of CALM sources, which nobody labelled
WRITTEN_TIMES = {"seed": 3, "near": 3, "hard": 3, "target": 4}
WRITTEN_ELSE = 2.0
LABELLED_TIMES = 0.6
BETWEEN = {  # what stands between two texts about two brands
    "fr": (" ", " ", "\n", " // ", ". Par contre ", ", alors que ", ". Et ", ", mais "),
    "en": (" ", " ", "\n", " // ", ". But ", ", whereas ", ". And ", ", but "),
}
OTHERS_MARKED = 0.6  # a competitor that is not watched stays unknown
TWO_BRANDS, SHORT_ENOUGH, TRUSTED = 18_000, 220, 0.6  # tries, of which two thirds give a row; characters; weight
REPORTS = ("problem_report", "feature_request")
CATEGORIES = {
    "price": ("PRICE", "PRICES", "price"),
    "quality": ("QUALITY", "OPERATION_PERFORMANCE", "DESIGN_FEATURES", "food", "AMBIENCE", "ambience", "STYLE_OPTIONS"),
    "delivery": ("SHIPPING",),
    "support": ("SUPPORT",),
    "staff": ("SERVICE", "staff", "service"),
    "app": ("SOFTWARE",),
}


def one_hot(label: str) -> tuple[float, ...]:
    """Probabilities of a sure label."""
    return tuple(float(name == label) for name in LABELS)


def several(names: Sequence[str], known: Sequence[str], told: Sequence[str] | None = None) -> tuple[float, ...]:
    """1 for the labels held, 0 for the others; NaN for those outside `told`, when given."""
    return tuple(float(name in names) if told is None or name in told else UNKNOWN for name in known)


def trust(row: Mapping[str, Any], weight: float) -> float:
    """The weight of a row: three stars and unsure judges count half."""
    if str(row.get("rating")) in {"3", "3.0", "4", "4.0"} and row.get("weak"):
        return weight * 0.6
    return weight * (0.5 if float(row.get("conf") or 1) < 0.6 else 1.0)  # noqa: PLR2004


def sentiment_rows(data: Path) -> Iterator[tuple[Source, Row]]:
    """Rows of SOURCES, training splits, without the carrier left out."""
    reasons = {row["text"]: row["label"] for row in read_dataset(data, "crisis/airline_reasons_en")}
    for source in SOURCES:
        for found in training_split(data, source.name):
            if found.get("target") == CARRIER:
                continue
            label, signals, weight = found["label"], None, 1.0
            if found["text"] in reasons and source.name.endswith("airline_en"):
                held = reasons[found["text"]]
                signals, weight = several(held, CRISIS_LABELS), 0.6
            elif source.name in CALM and label != "negative":
                signals, weight = several((), CRISIS_LABELS), QUIET
            two = bool(found.get("binary")) or (
                source.name.startswith("sentiment/xed") and source.name != "sentiment/xed_en"
            )
            target = found.get("target") if "umsab" not in source.name else None
            yield source, Row(
                text=found["text"], lang=found["lang"], source=source.name, target=target,
                marked=1.0 if "newsmtsc" in source.name else 0.7,
                sentiment=one_hot(label), two=two, weight=trust(found, source.weight),
                signals=signals, signals_weight=weight,
            )  # fmt: skip


def signal_rows(data: Path) -> Iterator[tuple[float, Row]]:
    """(times, row) of the sets that know crisis signals, and of bank customers' requests, which are none."""
    for name, times in (
        ("crisis/breach_notices_en", 0.7), ("crisis/food_recalls_en", 0.8), ("crisis/tech_actions_en", 1.5),
    ):  # fmt: skip
        for row in read_dataset(data, name):
            text = f"{row['text']}. {row.get('body', '')}"[:900]
            held = several(row["label"], CRISIS_LABELS)
            yield times, Row(text, "en", name, row.get("target"), signals=held, signals_weight=0.6)
    calm = several((), CRISIS_LABELS, [name for name in CRISIS_LABELS if not name.startswith("service")])
    for row in read_dataset(data, "intent/banking77_en"):
        if not row["fraud_like"]:
            yield 0.3, Row(row["text"], "en", "intent/banking77_en", signals=calm, signals_weight=0.5)


def other_rows(data: Path) -> Iterator[tuple[float, Row]]:
    """(times, row) of the sets that know problems and wishes about apps, irony, and aspects."""
    for lang in ("fr", "en"):
        for row in training_split(data, f"appreview/minibar_{lang}"):
            extras = several(row["label"], EXTRAS, REPORTS)
            aspects = several(["app"] if "problem_report" in row["label"] else [], ASPECTS, ("app",))
            yield 1, Row(row["text"], lang, f"appreview/minibar_{lang}", extras=extras, aspects=aspects)
    for row in training_split(data, "toxicity/tweeteval_irony"):
        extras = several([row["label"]], EXTRAS, ("irony",))
        yield 1, Row(row["text"], "en", "toxicity/tweeteval_irony", extras=extras)
    for name in ("acos_laptop_en", "acos_rest16_en", "mams_acsa_en", "restaurant_en", "restaurant_fr"):
        for row in training_split(data, f"aspect/{name}"):
            parts = {part for a in row["label"] for part in (a.get("category") or "").split("#")}
            held = [aspect for aspect, words in CATEGORIES.items() if parts & set(words)]
            aspects = several(held, ASPECTS, tuple(CATEGORIES))
            yield 1, Row(row["text"], row["lang"], f"aspect/{name}", aspects=aspects)


def training_split(data: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """Rows that no development figure is measured on."""
    return (row for row in read_dataset(data, name) if row["split"] == "train")


def app_reviews(data: Path, lang: str) -> Sequence[Mapping[str, Any]]:
    """Every second development text about apps, the first among them: for calibration, and not for the gate."""
    return [row for row in read_dataset(data, f"appreview/minibar_{lang}") if row["split"] == "dev"][::2]


def written_rows(lines: Sequence[Written]) -> Iterator[tuple[float, Row]]:
    """(times, row) of what is not kept apart; lines of one text tell of each other's brands."""
    brands: dict[str, list[str]] = {}
    for line in lines:
        brands.setdefault(line.text, []).extend([line.brand] if line.brand else [])
    for line in lines:
        if not line.apart:
            others = tuple(name for name in brands[line.text] if name != line.brand)
            yield WRITTEN_TIMES.get(line.kind, WRITTEN_ELSE), replace(written_row(line), others=others)


def written_row(line: Written) -> Row:
    """A line written for Vigie: everything is known of it, but that lines about two brands seldom tell aspects.

    A complaint is what blames without being a news report.
    """
    complaint = line.sentiment == "negative" and bool(line.crisis) and line.register != "news"
    told = {"complaint": complaint, "irony": line.ironic}
    return Row(
        text=line.text, lang=line.lang, source=f"written/{line.kind}", target=line.brand,
        marked=1.0 if line.kind == "target" else 0.75,
        sentiment=one_hot(line.sentiment),
        signals=several(line.crisis, CRISIS_LABELS),
        aspects=several(line.aspects, ASPECTS) if line.aspects or line.kind != "target" else None,
        extras=tuple(float(told[name]) if name in told else UNKNOWN for name in EXTRAS),
    )  # fmt: skip


def two_brands(rows: Sequence[Row], count: int, picked: random.Random) -> Iterator[Row]:
    """Two short texts about two brands as one text, judged for one of them: what is said of the other is not meant."""
    able = [
        row for row in rows
        if row.sentiment and not row.two and row.target and row.target.casefold() in row.text.casefold()
        and len(row.text) < SHORT_ENOUGH and row.weight >= TRUSTED and row.source != "written/target"
    ]  # fmt: skip
    by_language = {lang: [row for row in able if row.lang == lang] for lang in ("fr", "en")}
    for _ in range(count):
        lang = "fr" if picked.random() < 0.5 else "en"  # noqa: PLR2004
        some = by_language[lang]
        one, other = picked.choice(some), picked.choice(some)
        if one.target == other.target or (one.sentiment == other.sentiment and picked.random() < 0.7):  # noqa: PLR2004
            continue
        parts = [one.text, other.text] if picked.random() < 0.5 else [other.text, one.text]  # noqa: PLR2004
        others = (other.target,) if other.target else ()
        yield replace(one, text=picked.choice(BETWEEN[lang]).join(parts), source="two brands", others=others,
                      marked=1.0, weight=0.8, aspects=None, extras=None)  # fmt: skip


def taken(times: float, picked: random.Random) -> int:
    """How often a row is read: the whole part, and the rest by lot."""
    return int(times) + (picked.random() < times % 1)


def mixture(data: Path, extra: Sequence[Row], *, seed: int, plain: float = 1.0) -> list[Row]:
    """One epoch, shuffled: all sources, the written texts, and `extra` (projected and weakly labelled rows).

    `plain` is the share that is read of the public corpora and of `extra`.
    """
    picked = random.Random(seed)
    rows: list[Row] = []
    others = {row.text: (times, row) for times, row in other_rows(data)}
    met: set[str] = set()
    for source, row in sentiment_rows(data):
        _, more = others.get(row.text, (0, None))
        if more:
            met.add(row.text)
            row = replace(row, aspects=more.aspects, extras=more.extras)  # noqa: PLW2901 - the same text, more known
        rows += [row] * taken(source.times, picked)
    for times, row in (*signal_rows(data), *(found for text, found in others.items() if text not in met)):
        rows += [row] * taken(times, picked)
    for times, row in written_rows(all_written()):
        rows += [row] * taken(times, picked)
    rows += two_brands(rows, TWO_BRANDS, picked)
    rows += [row for row in extra if picked.random() < LABELLED_TIMES]
    rows = [row for row in rows if row.others or row.source in OURS or picked.random() < plain]
    picked.shuffle(rows)
    return rows


def shown(row: Row, picked: random.Random, names: Sequence[str]) -> Row:
    """The row as it is read this time: brands marked or not, accents lost in some French texts.

    Brands that are not marked bear other `names` in half of the texts.
    """
    target = row.target if row.target and picked.random() < row.marked else None
    others = row.others if picked.random() < OTHERS_MARKED else ()
    text = row.text
    if target and not others and picked.random() < 0.5:  # noqa: PLR2004
        for name in row.others:
            if name not in target and target not in name:
                text = text.replace(name, picked.choice(names))
    if row.lang == "fr" and picked.random() < 0.08:  # noqa: PLR2004
        from training.vocabulary import bare

        text, target = bare(text), bare(target) if target else None
        others = tuple(map(bare, others))
    return replace(row, text=text, target=target, others=others)
