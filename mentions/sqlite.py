"""The embedded store: one SQLite file, safe against kill -9, read by others while it is written.

What it is good for was measured in research/store.md section 4; decisions are in docs/adr/0008.
"""
# ruff: noqa: S608 - only names of our own are put into SQL; every value is a parameter

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from mentions.columns import micros
from mentions.cursor import SORTS, check_page, cursor_after, read_cursor
from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.queries import Query, Row
from mentions.sqlite_connection import Database
from mentions.sqlite_erase import change, erase, shrink
from mentions.sqlite_founders import founders
from mentions.sqlite_queries import answer
from mentions.sqlite_reads import ALL, fetch, known, opening_brands
from mentions.sqlite_rows import REFUSALS, WRITTEN, mention_of, row_of
from mentions.sqlite_schema import ensure_schema, rank_copies
from mentions.sqlite_where import condition
from mentions.store import EraseRequest, Hits, Known, MentionStore, Page, WriteReport
from mentions.stories import Founder

_UPSERT = (
    f"INSERT INTO mention ({', '.join(WRITTEN)}) VALUES ({', '.join('?' * len(WRITTEN))}) "
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in WRITTEN if name != 'id')} "
    "WHERE excluded.version > mention.version RETURNING rid"
)
_SCAN_IDS = 5000  # row numbers kept in memory by a scan
_SCAN_ROWS = 250  # mentions read at once by a scan
_SLICE = 2000  # rows deleted per transaction by retention


class SqliteStore(MentionStore):
    """MentionStore on one file; opening creates or migrates it. Threads may share it, they take turns."""

    def __init__(self, path: Path) -> None:
        """Open `path` on a local disk. Raises Stop or Transient with what to do."""
        self._database = Database(path)
        try:
            self.ensure_schema()
        except BaseException:
            self.close()
            raise

    def ensure_schema(self) -> None:
        """Create or migrate the schema; Stop if it is newer than this program or another program's."""
        ensure_schema(self._database)

    def known(self, post_keys: Sequence[str]) -> Mapping[str, Known]:
        """By post key, what the row of highest version says; `brands` sorted, `gone` if none is left standing."""
        with self._database.read() as connection:
            return known(connection, post_keys)

    def thread_brands(self, thread_urls: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """By thread, the brands its opening post names (evidence `named`), sorted; threads without one are absent."""
        with self._database.read() as connection:
            return {url: brands for url in set(thread_urls) if (brands := opening_brands(connection, url))}

    def founders(self, sketches: Sequence[Sequence[str]]) -> Sequence[Founder]:
        """Of each sketch, the first mentions of stories that share most of its terms; see MentionStore.founders."""
        with self._database.read() as connection:
            return founders(connection, sketches)

    def upsert(self, mentions: Sequence[Mention], *, now: datetime) -> WriteReport:
        """Write the batch in one transaction: all of it is on disk when this returns, or none of it.

        A mention that the table refuses (a field of the wrong type, text that is not Unicode) is reported in
        `rejected` and does not stop the others.
        """
        saved = 0
        stories: set[str] = set()
        rejected: list[tuple[str, str]] = []
        at = micros(now)
        with self._database.write() as connection:
            for mention in mentions:
                try:
                    before = connection.execute("SELECT story_id FROM mention WHERE id = ?", (mention.id,)).fetchone()
                    written = connection.execute(_UPSERT, row_of(mention, at)).fetchall()
                except REFUSALS as error:
                    rejected.append((mention.id, f"{type(error).__name__}: {error}"))
                    continue
                if written:
                    saved += 1
                    stories.add(mention.story_id)
                    stories.update(before or ())
            rank_copies(connection, stories)
        return WriteReport(saved=saved, stale=len(mentions) - saved - len(rejected), rejected=tuple(rejected))

    def remove(self, mention_ids: Sequence[str]) -> int:
        """Delete these mentions; unknown ids are passed over. Returns how many were deleted."""
        with self._database.write() as connection:
            return change(connection, "DELETE FROM mention WHERE id IN (SELECT value FROM json_each(?))", mention_ids)

    def mark_gone(self, post_keys: Sequence[str], *, at: datetime) -> int:
        """Set `gone_at` where there is none yet; an upsert of a higher version revives. Returns how many changed."""
        sql = (
            f"UPDATE mention SET gone_at = {micros(at)} "
            "WHERE gone_at IS NULL AND post_key IN (SELECT value FROM json_each(?))"
        )
        with self._database.write() as connection:
            return change(connection, sql, post_keys)

    def get(self, mention_id: str) -> Mention | None:
        """One mention by its id, tombstone or not."""
        with self._database.read() as connection:
            row = connection.execute(f"SELECT {ALL} FROM mention WHERE id = ?", (mention_id,)).fetchone()
        return mention_of(row) if row else None

    def search(self, where: MentionFilter, page: Page) -> Hits:
        """A page in the order of `mentions.cursor`; ValueError for a wrong sort, size or cursor."""
        check_page(page.size, page.sort)
        found = condition(where)
        order = ", ".join(f"{name} {'ASC' if page.sort == 'oldest' else 'DESC'}" for name in SORTS[page.sort])
        total_sql, total_parameters = f"SELECT count(*) FROM mention WHERE {found.sql}", list(found.parameters)
        if page.cursor is not None:
            values = [micros(v) if isinstance(v, datetime) else v for v in read_cursor(page.cursor, page.sort)]
            sign = ">" if page.sort == "oldest" else "<"
            found.add(f"({', '.join(SORTS[page.sort])}) {sign} ({', '.join('?' * len(values))})", *values)
        sql = f"SELECT rid FROM mention WHERE {found.sql} ORDER BY {order} LIMIT ?"
        with self._database.read() as connection:
            (total,) = connection.execute(total_sql, total_parameters).fetchone()
            rids = [rid for (rid,) in connection.execute(sql, [*found.parameters, page.size + 1])]
            mentions = fetch(connection, rids[: page.size])
        more = len(rids) > page.size
        return Hits(mentions=mentions, total=total, cursor=cursor_after(mentions[-1], page.sort) if more else None)

    def scan(self, where: MentionFilter) -> Iterator[Mention]:
        """Every mention that matches, in id order, in constant memory and short reads.

        No snapshot: what is written meanwhile may or may not come; nothing comes twice.
        """
        after = ""
        while True:
            found = condition(where)
            found.add("id > ?", after)
            sql = f"SELECT rid, id FROM mention WHERE {found.sql} ORDER BY id LIMIT {_SCAN_IDS}"
            with self._database.read() as connection:
                picked = connection.execute(sql, found.parameters).fetchall()
            for start in range(0, len(picked), _SCAN_ROWS):
                with self._database.read() as connection:
                    mentions = fetch(connection, [rid for rid, _ in picked[start : start + _SCAN_ROWS]])
                yield from mentions
            if len(picked) < _SCAN_IDS:
                return
            after = picked[-1][1]

    def run(self, query: Query[Row]) -> Sequence[Row]:
        """Answer one of the named queries; TypeError for another one."""
        with self._database.read() as connection:
            return answer(connection, query)

    def erase(self, request: EraseRequest) -> int:
        """Delete for good: no byte of the text is left in the file, its index or its log."""
        return erase(self._database, request)

    def drop_before(self, day: date) -> int:
        """Retention, in slices that let other programs write in between; returns how many were deleted."""
        limit = micros(datetime.combine(day, time(), tzinfo=UTC))
        sql = (
            "DELETE FROM mention WHERE rid IN "
            f"(SELECT rid FROM mention WHERE published_at < ? LIMIT {_SLICE}) RETURNING story_id"
        )
        dropped = 0
        while True:
            with self._database.write() as connection:
                stories = [story for (story,) in connection.execute(sql, (limit,))]
                rank_copies(connection, stories)
            dropped += len(stories)
            if len(stories) < _SLICE:
                break
        if dropped:
            shrink(self._database)
        return dropped

    def refresh(self) -> None:
        """Nothing to do: a committed write is visible at once."""

    def close(self) -> None:
        """Give back the connection; twice does no harm."""
        self._database.close()
