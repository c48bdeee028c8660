"""Crisis signals by rules: eleven labels, four flags, each with its probability and the sentence that carried it.

The rules are lists of word patterns (nlp/crises). A label's probability is 1 minus the product of (1 - p) over its
distinct hits, p being STRENGTH after the guards: negation drops a hit, so does praise that borrows violent words;
a question, a price grumble and talk of films or books make it less likely. No hit leaves BASE.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mentions.model import CRISIS_LABELS, CrisisFlag, CrisisLabel
from nlp.phrases import Hit, PhraseIndex, read_yaml
from nlp.words import sentences, words

FOLDER = Path(__file__).parent / "crises"
WRITTEN = ("fr", "en")
STRENGTH: Mapping[str, float] = {"strong": 0.85, "medium": 0.6, "weak": 0.35}
BASE = 0.005
DECIDED = 0.5
REACH = 4
CLAUSE_END = frozenset(',.;:!?…()"«»')
ASKED, FICTIONAL, PRICED = 0.7, 0.25, 0.4
REAL_ANYWAY = frozenset({"service_outage", "service_failure"})  # a film site can be down
FLAGS: tuple[CrisisFlag, ...] = ("amplification", "brand_is_victim", "hearsay", "resolved")


class Rule(NamedTuple):
    """What a pattern says: a label with its strength, a flag, or a guard."""

    kind: str
    name: str
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class CrisisReading:
    """`probabilities` has all labels; `carried` the sentence behind each label that reached DECIDED."""

    probabilities: Mapping[CrisisLabel, float]
    labels: tuple[CrisisLabel, ...] = ()
    flags: tuple[CrisisFlag, ...] = ()
    carried: Mapping[CrisisLabel, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The highest probability of any label."""
        return max(self.probabilities.values())


def rules(data: Mapping[str, Any]) -> list[tuple[str, Rule]]:
    """Patterns of one file, comma-separated under labels/LABEL/STRENGTH, flags/FLAG and guards/GUARD."""
    found = []
    for label, strengths in data["labels"].items():
        if label not in CRISIS_LABELS:
            raise ValueError(f"no crisis label {label!r}")
        for strength, terms in strengths.items():
            found += [(t, Rule("label", label, STRENGTH[strength])) for t in listed(terms)]
    for kind in ("flags", "guards"):
        for name, terms in data[kind].items():
            found += [(t, Rule(kind, name)) for t in listed(terms)]
    return found


def listed(terms: str) -> list[str]:
    """Comma-separated patterns."""
    return [term.strip() for term in terms.split(",") if term.strip()]


def load(language: str) -> PhraseIndex[Rule]:
    """The rules of a language; all of them for one that has none of its own."""
    return index_of((language,) if language in WRITTEN else WRITTEN)


@cache
def index_of(files: tuple[str, ...]) -> PhraseIndex[Rule]:
    """The rules of these files: cached by file, since lines may claim any language."""
    return PhraseIndex([rule for name in files for rule in rules(read_yaml(FOLDER / f"{name}.yaml"))])


@cache
def version() -> str:
    """Eight hexadecimal digits that change with any rule."""
    content = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.yaml")))
    return hashlib.sha256(content).hexdigest()[:8]


def overlaps(hit: Hit[Rule], others: Sequence[Hit[Rule]]) -> bool:
    """Whether a hit shares a word with one of the others."""
    return any(o.start < hit.end and hit.start < o.end for o in others)


def negated(hit: Hit[Rule], guards: Mapping[str, Sequence[Hit[Rule]]], heard: Sequence[str]) -> bool:
    """Whether a negator stands in the REACH words before, in the same clause."""
    for other in guards["negator"]:
        between = heard[other.end : hit.start]
        if 0 <= hit.start - other.end < REACH and not any(word[0] in CLAUSE_END for word in between):
            return True
    return False


def read_sentence(heard: Sequence[str], hits: Sequence[Hit[Rule]], *, fiction: bool) -> dict[tuple[str, str], float]:
    """Probability of each (label, matched words) of one sentence after the guards."""
    guards: dict[str, list[Hit[Rule]]] = {name: [] for name in ("negator", "praise", "fiction", "price", "unreal")}
    for hit in hits:
        if hit.payload.kind == "guards":
            guards[hit.payload.name].append(hit)
    asked = any("?" in word for word in heard)
    found: dict[tuple[str, str], float] = {}
    for hit in hits:
        kind, label, p = hit.payload
        if kind != "label" or overlaps(hit, guards["praise"]) or negated(hit, guards, heard):
            continue
        p *= ASKED if asked else 1.0
        p *= FICTIONAL if (fiction or guards["fiction"]) and label not in REAL_ANYWAY else 1.0
        p *= PRICED if guards["price"] and label == "fraud_deception" and p < STRENGTH["strong"] else 1.0
        p *= ASKED if guards["unreal"] else 1.0
        key = (label, heard[hit.start])
        found[key] = max(found.get(key, 0.0), p)
    return found


def read(text: str, language: str, title: str | None = None) -> CrisisReading:
    """The signals of a passage; a `title` about a film, a series or a book makes the whole passage fiction."""
    index = load(language)
    missing: dict[CrisisLabel, float] = dict.fromkeys(CRISIS_LABELS, 1 - BASE)
    best: dict[CrisisLabel, tuple[float, str]] = {}
    flags: set[str] = set()
    heard_before: set[tuple[str, str]] = set()
    fiction = bool(title) and any(h.payload.name == "fiction" for h in index.find(words(title or "")))
    for span in sentences(text):
        sentence = text[span.start : span.end]
        heard = words(sentence)
        hits = list(index.find(heard))
        if not hits:
            continue
        flags |= {h.payload.name for h in hits if h.payload.kind == "flags"}
        for key, p in read_sentence(heard, hits, fiction=fiction).items():
            if key in heard_before:
                continue
            heard_before.add(key)
            label: CrisisLabel = key[0]  # type: ignore[assignment]
            missing[label] *= 1 - p
            if p > best.get(label, (0.0, ""))[0]:
                best[label] = (p, sentence.strip())
    probabilities = {label: round(1 - missing[label], 4) for label in CRISIS_LABELS}
    labels = tuple(label for label in CRISIS_LABELS if probabilities[label] >= DECIDED)
    return CrisisReading(
        probabilities,
        labels,
        tuple(flag for flag in FLAGS if flag in flags),
        {label: best[label][1] for label in labels},
    )
