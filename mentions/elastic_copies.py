"""The ranks of near copies in Elasticsearch: which mention of a story speaks for it, and for the living.

`copy` is 0 for the first published of its story and brand, 1 for the first of those not gone, 2 for neither. Ranks are
worked out from what is stored, after the mentions were written and before any is deleted: whoever was killed in
between repeats the call, and the ranks are right again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from mentions.elastic_bulk import Action
from mentions.elastic_names import Names
from mentions.elastic_reads import Reader
from mentions.elastic_where import among

STORIES: Final = 1_000  # looked at together


class Member(NamedTuple):
    """One mention of a story, as far as ranks go."""

    story_id: str
    brand: str
    published_us: int
    id: str
    gone_at: str | None
    copy: int | None


Leaving: TypeAlias = Callable[[Member], bool]


def ranks(members: Iterable[Member]) -> Iterator[tuple[Member, int]]:
    """Each member with its rank."""
    for _, group in groupby(sorted(members, key=_order), key=lambda member: member[:2]):
        living = 1
        for place, member in enumerate(group):
            rank = 0 if place == 0 else 2
            if member.gone_at is None:
                rank, living = min(rank, living), 2
            yield member, rank


def corrections(
    reader: Reader, names: Names, stories: Collection[str], leaving: Leaving | None = None
) -> Iterator[Action]:
    """The writes that put the ranks of these stories right, as if the `leaving` were deleted already.

    Reads what is refreshed; a story is held in memory whole.
    """
    wanted = sorted(stories)
    for start in range(0, len(wanted), STORIES):
        query = among("story_id", wanted[start : start + STORIES])
        members = (Member(*row) for row in reader.rows(query, Member._fields))
        for member, rank in ranks(member for member in members if leaving is None or not leaving(member)):
            if member.copy != rank:
                yield Action("update", names.partition(member.id), member.id, {"copy": rank})


def _order(member: Member) -> tuple[str, str, int, str]:
    return member[:4]
