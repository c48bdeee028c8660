"""Two stores side by side: what differs, by id, and counts and checksums by month; constant memory.

A mention is compared whole, as its JSON of `mentions.codec`, but for `indexed_at`, which each store sets itself.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mentions.codec import mention_to_json
from mentions.errors import Stop
from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.store import MentionStore

EVERYTHING: Final = MentionFilter(gone=True)
SHOWN: Final = 1000  # differences that are kept by id
STEP: Final = 1000  # pairs between two words about the progress

# missing, older: the target lacks it or has an earlier version. different: same version, another content (a tombstone
# on one side only, say). newer, extra: the target knows more than the source.
Verdict: TypeAlias = Literal["same", "missing", "older", "different", "newer", "extra"]
WANTING: Final[tuple[Verdict, ...]] = ("missing", "older", "different")
Pair: TypeAlias = tuple[Mention | None, Mention | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Mentions of one month of ids on both sides: their number and the checksum of all of them, in id order."""

    month: str
    source: int
    target: int
    source_sum: str
    target_sum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was found. `counts`: how many ids differ in which way; `differences`: the first of them by id."""

    months: tuple[Month, ...]
    counts: Mapping[Verdict, int]
    differences: tuple[tuple[str, Verdict], ...]

    @property
    def identical(self) -> bool:
        """Whether both sides hold the same mentions."""
        return not self.counts and all(month.source_sum == month.target_sum for month in self.months)

    @property
    def wanting(self) -> int:
        """How many mentions of the source the target lacks, or holds in an earlier or another state."""
        return sum(self.counts.get(what, 0) for what in WANTING)

    @property
    def source(self) -> int:
        """How many mentions the source holds."""
        return sum(month.source for month in self.months)

    @property
    def target(self) -> int:
        """How many mentions the target holds."""
        return sum(month.target for month in self.months)

    @property
    def source_sum(self) -> str:
        """One checksum of the whole source, 16 hexadecimal digits."""
        return _sum_of([month.source_sum for month in self.months if month.source])

    @property
    def target_sum(self) -> str:
        """One checksum of the whole target."""
        return _sum_of([month.target_sum for month in self.months if month.target])


def compare(source: MentionStore, target: MentionStore, *, on_progress: Callable[[int], None]) -> Comparison:
    """Read both sides once, in id order."""
    months: dict[str, tuple[_Side, _Side]] = {}
    differences: list[tuple[str, Verdict]] = []
    counts: Counter[Verdict] = Counter()
    for count, (left, right) in enumerate(pairs(source, target), start=1):
        one = left or right
        assert one is not None  # noqa: S101 - a pair has a side; tells the type checker
        sides = months.setdefault(one.id.partition("-")[0], (_Side(), _Side()))
        lines = [side.add(mention) for side, mention in zip(sides, (left, right), strict=True)]
        if lines[0] != lines[1]:
            what = verdict(left, right)
            counts[what] += 1
            if len(differences) < SHOWN:
                differences.append((one.id, what))
        if count % STEP == 0:
            on_progress(count)
    found = (
        Month(month=month, source=a.count, target=b.count, source_sum=a.digest(), target_sum=b.digest())
        for month, (a, b) in sorted(months.items())
    )
    return Comparison(months=tuple(found), counts=dict(counts), differences=tuple(differences))


def pairs(source: MentionStore, target: MentionStore) -> Iterator[Pair]:
    """Every mention of both sides, in id order, beside the other side's mention of that id if it has one.

    Stop if a store does not scan in id order.
    """
    lefts, rights = _in_order(source.scan(EVERYTHING), "source"), _in_order(target.scan(EVERYTHING), "target")
    left, right = next(lefts, None), next(rights, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left.id < right.id):
            yield left, None
            left = next(lefts, None)
        elif left is None or right.id < left.id:
            yield None, right
            right = next(rights, None)
        else:
            yield left, right
            left, right = next(lefts, None), next(rights, None)


def verdict(source: Mention | None, target: Mention | None) -> Verdict:
    """How the target stands to the source, for one id."""
    if source is None:
        return "extra"
    if target is None:
        return "missing"
    if line(source) == line(target):
        return "same"
    if source.version != target.version:
        return "older" if target.version < source.version else "newer"
    # Within one version a mention only ever goes: what is shown again has a higher one.
    return "newer" if target.gone_at is not None and source.gone_at is None else "different"


def line(mention: Mention) -> bytes:
    """What is compared and summed: JSON of the mention without `indexed_at`."""
    values = mention_to_json(mention)
    del values["indexed_at"]
    return json.dumps(values, separators=(",", ":"), sort_keys=True).encode()


class _Side:
    """Count and running checksum of one side of a month."""

    __slots__ = ("_hash", "count")

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def add(self, mention: Mention | None) -> bytes | None:
        if mention is None:
            return None
        content = line(mention)
        self.count += 1
        self._hash.update(content + b"\n")
        return content

    def digest(self) -> str:
        return self._hash.hexdigest()


def _in_order(mentions: Iterator[Mention], side: str) -> Iterator[Mention]:
    before = ""
    for mention in mentions:
        if mention.id <= before:
            raise Stop(f"the {side} does not list its mentions in id order ({before}, then {mention.id}): report this")
        before = mention.id
        yield mention


def _sum_of(sums: list[str]) -> str:
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()[:16]
