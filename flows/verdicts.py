"""Verdicts of analysts: given on a stored mention, exported as lines to train and to score with."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mentions.errors import WrongUsage
from mentions.model import CrisisLabel, Label, Mention
from mentions.store import MentionStore
from state.records import Verdict


def verdict_on(
    mention: Mention, *, by: str, at: datetime, sentiment: Label | None, crisis: tuple[CrisisLabel, ...] | None
) -> Verdict:
    """A person's verdict beside the labels that the mention has now. WrongUsage if it says nothing."""
    if sentiment is None and crisis is None:
        raise WrongUsage("a verdict says at least one of --sentiment and --crisis (none: no label holds)")
    return Verdict(
        mention_id=mention.id,
        by=by,
        judged_at=at,
        brand=mention.brand,
        content_hash=mention.content_hash,
        model=mention.model,
        found_sentiment=mention.sentiment_label,
        found_crisis=tuple(sorted(mention.crisis_labels)),
        sentiment=sentiment,
        crisis=None if crisis is None else tuple(sorted(set(crisis))),
    )


@dataclass
class Export:
    """Lines of verdicts, and why some were left out: `erased` (no longer stored), `edited` (another text now)."""

    verdicts: Iterable[Verdict]
    store: MentionStore
    left_out: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """One line a verdict, as `vigie quality` and the training read them; counts what is left out on its way."""
        for verdict in self.verdicts:
            mention = self.store.get(verdict.mention_id)
            if mention is None:
                self.left_out["erased"] += 1
            elif mention.content_hash != verdict.content_hash:
                self.left_out["edited"] += 1
            else:
                yield _line(verdict, mention)


def _line(verdict: Verdict, mention: Mention) -> Mapping[str, Any]:
    """What was not judged is left out, as `vigie quality` wants it."""
    line: dict[str, Any] = {
        "id": mention.id,
        "title": mention.title,
        "text": mention.text,
        "lang": mention.language,
        "brand": mention.brand,
        "sentiment": verdict.sentiment,
        "crisis": None if verdict.crisis is None else list(verdict.crisis),
        "model": verdict.model,
        "judged_at": verdict.judged_at.isoformat(),
    }
    return {key: value for key, value in line.items() if value is not None}
