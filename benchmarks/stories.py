"""Stories: which edits of a text are still found as its copies, what joins wrongly, and what it costs.

    python benchmarks/stories.py [FOLDER]

Without FOLDER, texts are drawn from a vocabulary; with it, from `FOLDER/*.jsonl.gz` (lines with `text`): edits are made
of texts of 60 tokens and more. Rivals on the same pairs: the SimHash of `near_key` at 0 and at 3 bits, and, where the
package is installed, datasketch (MinHash of 128 permutations, LSH at the same threshold). 1 if a bar is missed.
"""

import gzip
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from mentions.near import near_distance, near_key
from mentions.stories import ALIKE, Arrival, Founder, assign, sketch
from mentions.tokens import tokens

Words = tuple[str, ...]
AT = datetime(2026, 11, 3, tzinfo=UTC)
PAIRS, LONG = 500, 60
DICE = random.Random(11)
VOCABULARY = [
    f"{a}{b}{c}" for a in "bdfglmprst" for b in ("a", "ela", "iro", "on") for c in ("ne", "rt", "tion", "sse")
]


def edited(words: Words, share: float) -> Words:
    """Tokens replaced, added or taken out here and there."""
    made: list[str] = []
    for word in words:
        change = DICE.random() / share if share else 1
        if change >= 1:
            made.append(word)
        elif change < 2 / 3:
            made += [DICE.choice(VOCABULARY)] if change < 1 / 3 else [word, DICE.choice(VOCABULARY)]
    return tuple(made)


def cut(words: Words, keep: float) -> Words:
    return words[: int(len(words) * keep)]


EDITS: dict[str, tuple[Callable[[Words], Words], float | None]] = {
    "last fifth cut": (lambda words: cut(words, 0.8), 0.99),
    "last third cut": (lambda words: cut(words, 0.67), 0.97),
    "12 words before, last fifth cut": (lambda words: (*DICE.choices(VOCABULARY, k=12), *cut(words, 0.8)), 0.9),
    "1 word in 50 edited, last fifth cut": (lambda words: edited(cut(words, 0.8), 0.02), 0.9),
    "1 word in 20 edited": (lambda words: edited(words, 0.05), 0.9),
    "1 word in 10 edited": (lambda words: edited(words, 0.1), None),
    "1 word in 3 edited": (lambda words: edited(words, 0.33), None),
}


def founder(words: Words, name: str) -> Founder:
    return Founder(story_id=name, unit="post", title=None, search_text=" ".join(words))


def joined(one: Words, other: Words) -> bool:
    first = founder(one, "a")
    second = Arrival(founder=founder(other, "b"), published_at=AT, terms=sketch(other))
    return assign([second], [first])["b"] == "a"


def simhash(bits: int) -> Callable[[Words, Words], bool]:
    return lambda one, other: near_distance(near_key(" ".join(one)), near_key(" ".join(other))) <= bits


def minhash(one: Words, other: Words) -> bool:
    from datasketch import MinHash, MinHashLSH  # a rival, where it is installed

    made = []
    for words in (one, other):
        made.append(MinHash(num_perm=128))
        made[-1].update_batch([" ".join(run).encode() for run in zip(words, words[1:], words[2:], strict=False)])
    index = MinHashLSH(threshold=ALIKE, num_perm=128)
    index.insert("a", made[0])
    return bool(index.query(made[1]))


def texts(folder: Path | None) -> list[Words]:
    """Different texts, as tokens."""
    if folder is None:
        return [tuple(DICE.choices(VOCABULARY, k=DICE.randint(5, 200))) for _ in range(3000)]
    found = []
    for file in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            found += [tokens(str(json.loads(line)["text"])) for line in lines]
    return list(dict.fromkeys(found))


def every(found: Sequence[Words]) -> None:
    """All texts in one batch: how many join another, some pairs, and the time."""
    began = time.process_time()
    arrivals = [
        Arrival(founder=founder(words, f"{number:06}"), published_at=AT, terms=sketch(words))
        for number, words in enumerate(found)
    ]
    told = assign(arrivals, ())
    spent = (time.process_time() - began) / len(found) * 1e6
    pairs = [(int(name), int(story)) for name, story in told.items() if name != story]
    print(f"\n{len(found)} texts, all different: {len(pairs)} joined another; {spent:.0f} us a text")
    for one, other in DICE.sample(pairs, min(8, len(pairs))):
        print(f"  {' '.join(found[one])[:110]}\n    = {' '.join(found[other])[:110]}")


def main() -> int:
    found = texts(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    long = [words for words in found if len(words) >= LONG]
    sample = DICE.sample(long, min(PAIRS, len(long)))
    ways = {"stories": joined, "SimHash = 0": simhash(0), "SimHash <= 3": simhash(3)}
    if find_spec("datasketch"):
        ways["MinHash LSH"] = minhash
    print(f"{'share of ' + str(len(sample)) + ' edits found':<38}" + "".join(f"{name:>14}" for name in ways) + "   bar")
    missed = False
    for name, (edit, bar) in EDITS.items():
        pairs = [(words, edit(words)) for words in sample]
        shares = [sum(way(*pair) for pair in pairs) / len(pairs) for way in ways.values()]
        print(f"{name:<38}" + "".join(f"{share:>14.1%}" for share in shares) + (f"   {bar:.0%}" if bar else ""))
        missed |= bar is not None and shares[0] < bar
    others = list(pairwise(sample))
    wrong = [sum(way(*pair) for pair in others) / len(others) for way in ways.values()]
    print(f"{'two different texts':<38}" + "".join(f"{share:>14.1%}" for share in wrong) + "   0%")
    every(found)
    return int(missed or wrong[0] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
