"""The rows of the reference store: which match a filter, in which order, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mentions.cursor import SORTS, check_page, cursor_after, read_cursor
from mentions.filter import And, Expression, MentionFilter, Not, Or, Phrase, Word
from mentions.model import Mention
from mentions.store import Hits, Page


def order(mention: Mention) -> tuple[datetime, str]:
    return mention.published_at, mention.id


def holds(text: Expression, words: Sequence[str]) -> bool:
    if isinstance(text, Word):
        return any(word.startswith(text.token) if text.prefix else word == text.token for word in words)
    if isinstance(text, Phrase):
        size = len(text.tokens)
        return any(tuple(words[at : at + size]) == text.tokens for at in range(len(words) - size + 1))
    if isinstance(text, Not):
        return not holds(text.part, words)
    if isinstance(text, And):
        return all(holds(part, words) for part in text.parts)
    assert isinstance(text, Or)
    return any(holds(part, words) for part in text.parts)


class MemoryRows:
    def __init__(self) -> None:
        self.rows: dict[str, Mention] = {}

    def matching(self, where: MentionFilter) -> list[Mention]:
        firsts = self.firsts(gone=where.gone)
        return [
            row
            for row in self.rows.values()
            if self.matches(where, row) and (where.copies or firsts[row.story_id, row.brand] == row.id)
        ]

    def firsts(self, *, gone: bool) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for row in sorted(self.rows.values(), key=order):
            if gone or row.gone_at is None:
                found.setdefault((row.story_id, row.brand), row.id)
        return found

    def matches(self, where: MentionFilter, row: Mention) -> bool:
        lists: list[tuple[Sequence[Any], Any]] = [
            (where.brands, row.brand),
            (where.roles, row.role),
            (where.sources, row.source),
            (where.sites, row.site),
            (where.units, row.unit),
            (where.languages, row.language),
            (where.labels, row.sentiment_label),
            (where.evidence, row.evidence),
            (where.authors, row.author_key),
            (where.stories, row.story_id),
            (where.threads, row.thread_url),
            (where.pipelines, row.pipeline),
        ]
        at = getattr(row, where.time_field)
        return (
            all(not wanted or value in wanted for wanted, value in lists)
            and (not where.crisis_labels or bool(set(where.crisis_labels) & set(row.crisis_labels)))
            and (where.start is None or at >= where.start)
            and (where.end is None or at < where.end)
            and (where.severity_from is None or row.severity >= where.severity_from)
            and (where.rating_from is None or (row.rating is not None and row.rating >= where.rating_from))
            and (where.rating_to is None or (row.rating is not None and row.rating <= where.rating_to))
            and (where.gone or row.gone_at is None)
            and (where.text is None or holds(where.text, row.search_text.split(" ")))
        )

    def search(self, where: MentionFilter, page: Page) -> Hits:
        check_page(page.size, page.sort)

        def key(row: Mention) -> tuple[Any, ...]:
            return tuple(getattr(row, name) for name in SORTS[page.sort])

        found = sorted(self.matching(where), key=key, reverse=page.sort != "oldest")
        rest = found
        if page.cursor is not None:
            last = read_cursor(page.cursor, page.sort)
            rest = [row for row in found if (key(row) > last if page.sort == "oldest" else key(row) < last)]
        shown = tuple(rest[: page.size])
        more = len(rest) > page.size
        return Hits(mentions=shown, total=len(found), cursor=cursor_after(shown[-1], page.sort) if more else None)
