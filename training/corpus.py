"""All text there is, by language, for the vocabulary and the masked-language stage; and the parallel pairs."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nlp.prepare import prepare
from training.rows import all_written, read_dataset

TEXTS = {
    "fr": (
        "appreview/minibar_fr", "sentiment/umsab_fr", "sentiment/allocine_tv_fr", "sentiment/restaurant_fr",
        "sentiment/xed_fr", "toxicity/mlma_fr",
    ),
    "en": (
        "appreview/minibar_en", "sentiment/umsab_en", "sentiment/semeval_twitter_en", "sentiment/airline_en",
        "sentiment/sxsw_brands_en", "sentiment/skytrax_en", "sentiment/sentube_en", "sentiment/sst2_en",
        "sentiment/laptop_en", "sentiment/uci_imdb_en", "sentiment/xed_en", "target_sentiment/newsmtsc_en",
        "crisis/breach_notices_en", "crisis/tech_actions_en", "crisis/food_recalls_en", "intent/banking77_en",
        "text/headlines_en", "toxicity/edos_en", "toxicity/tweeteval_irony",
    ),
}  # fmt: skip
PAIRS = ("wmt_tatoeba_en_fr", "stsb_mt_en_fr", "multi30k_en_fr", "tatoeba_en_fr")
APART = "wmt_tatoeba_en_fr"  # the last HELD pairs of this file, news and pandemic texts, are never trained on
HELD = 1_000
SHORTEST = 12  # characters of a pair's English side: shorter ones teach little


class Pair(NamedTuple):
    """A sentence in English and French."""

    en: str
    fr: str


def pairs(folder: Path) -> tuple[list[Pair], list[Pair]]:
    """(to train on, held apart) of the parallel sets; a sentence held apart is in no training pair."""
    train: list[Pair] = []
    held: list[Pair] = []
    for name in PAIRS:
        found = [
            Pair(prepare(row["text"], None), prepare(row["label"], None))
            for row in read_dataset(folder, f"parallel/{name}")
            if len(row["text"]) >= SHORTEST
        ]
        if name == APART:
            long = [pair for pair in found if len(pair.en) > 4 * SHORTEST]
            held = long[-HELD:]
        train += found
    apart = {side for pair in held for side in pair}
    train = [pair for pair in train if pair.en not in apart and pair.fr not in apart]
    return list(dict.fromkeys(train)), held


def texts(folder: Path, lang: str) -> Iterator[str]:
    """Prepared texts of a language, training splits only."""
    for name in TEXTS[lang]:
        for row in read_dataset(folder, name):
            if row["split"] == "train":
                yield prepare(row["text"], None)
    for row in all_written():
        if row.lang == lang:
            yield prepare(row.text, row.brand)
