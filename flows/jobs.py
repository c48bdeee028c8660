"""The use cases, plain functions over a House: what Prefect flows, `vigie run` and the single commands call."""

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from config.models import Source
from flows.deeplinks import incident_links
from flows.ingestion import Ingestion, ingest_file
from flows.projection import shown_after
from flows.wiring import House
from mentions.errors import Stop, Transient, WrongUsage
from mentions.intake import IntakeOptions
from spiders.crawl import SourceOutcome, crawl
from state.lock import hold
from state.records import Run, RunKind, RunStatus

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# Below this the crawl waits for ingest instead of filling the disk (research/aesthetics 4.6).
FREE_BYTES = 512 * 1024 * 1024
SPOOL_BYTES = 2 * 1024 * 1024 * 1024
CRAWLS: tuple[RunKind, ...] = ("crawl", "backfill")
READ: tuple[RunStatus, ...] = ("ok", "partial")
FAILED = ("failed", "partial")  # endings of a crawl that leave something to do again
DONE_DAYS = 30  # acknowledged spool files are kept so long: late openers and rebuilds read them
NAMESPACE = UUID("5d1c0e0a-6f0b-5a38-9f55-0d1f6c0a7e11")


def run_id(kind: RunKind, started_at: datetime, source: str | None = None) -> str:
    """The same run has the same id, so that a repeated start is one row."""
    return uuid5(NAMESPACE, f"{kind}|{source or ''}|{started_at.isoformat()}").hex


def pick(house: House, names: Sequence[str]) -> list[Source]:
    """The sources of these names, or every enabled one; Stop names the nearest for a wrong name."""
    if not names:
        return [source for source in house.config.sources if source.enabled]
    by_name = {source.name: source for source in house.config.sources}
    for name in names:
        if name not in by_name:
            raise WrongUsage(
                f"no source is called '{name}'; the sources are: {', '.join(sorted(by_name)) or 'none yet'}"
            )
    return [by_name[name] for name in names]


def last_crawl(house: House, source: str) -> Run | None:
    """The last crawl or back-fill of a source, finished or not."""
    runs = [run for kind in CRAWLS if (run := house.state.runs.last(kind, source))]
    return max(runs, key=lambda run: run.started_at, default=None)


def due(house: House, now: datetime) -> list[Source]:
    """The enabled sources whose rhythm says that it is time, and those whose last crawl was killed."""

    def is_due(source: Source) -> bool:
        last = last_crawl(house, source.name)
        return last is None or last.status == "running" or last.started_at + source.every <= now

    return [source for source in pick(house, ()) if is_due(source)]


def collect(
    house: House,
    sources: Sequence[Source],
    clock: Clock,
    *,
    again: bool = False,
    on_progress: Callable[[str, int], None] | None = None,
) -> list[SourceOutcome]:
    """Crawl these sources into the spool; one run is recorded per source.

    The first whole reading of a source (or `again`, which forgets what was seen) is a back-fill: it teaches the
    baseline and alerts nobody (design, section 7).
    """
    with hold(house.home / "locks" / "collect", "vigie crawl"), shown_after(house, clock):
        _room_for_more(house)
        started = clock()
        kinds: dict[str, RunKind] = {}
        for source in sources:
            _bury_killed(house, source.name, started)
            if again:
                house.state.crawls.forget(source.name)
            known = any(house.state.runs.last("backfill", source.name, status) for status in READ)
            kind = kinds[source.name] = "crawl" if known and not again else "backfill"
            house.state.runs.start(
                Run(id=run_id(kind, started, source.name), kind=kind, source=source.name, started_at=started)
            )
        outcomes = crawl(
            sources,
            vigie=house.config.vigie,
            state=house.state,
            spool=house.spool,
            clock=clock,
            on_progress=on_progress,
        )
        for outcome in outcomes:
            _finish_crawl(house, outcome, kinds[outcome.source], started, clock())
        return outcomes


def _bury_killed(house: House, source: str, now: datetime) -> None:
    """We hold the lock: a crawl that still says it runs was killed."""
    last = last_crawl(house, source)
    if last is not None and last.status == "running":
        house.state.runs.finish(last.id, "failed", now, {}, reason="killed before its end")


def _room_for_more(house: House) -> None:
    house.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(house.home).free
    if free < FREE_BYTES:
        raise Stop(
            f"{house.home} has only {free // 2**20} MiB free: nothing was crawled. Free some space, then run again."
        )
    if house.spool.size() > SPOOL_BYTES:
        raise Stop("the spool is full: run 'vigie ingest' (its log says what holds it up) before crawling more.")


def _finish_crawl(house: House, outcome: SourceOutcome, kind: RunKind, started: datetime, finished: datetime) -> None:
    status: RunStatus = "failed" if outcome.status == "skipped" else outcome.status
    covers = (outcome.oldest, started) if kind == "backfill" and status in READ else (None, None)
    house.state.runs.finish(
        run_id(kind, started, outcome.source),
        status,
        finished,
        {"items": outcome.items, "gone": outcome.gone, "responses": outcome.responses, "bodies": outcome.bodies},
        reason=outcome.reason,
        covers_from=covers[0],
        covers_to=covers[1],
    )


def ingest(house: House, clock: Clock, *, on_progress: Callable[[str, int], None] | None = None) -> Counter[str]:
    """Store everything that the spool holds; returns final words and their counts."""
    with hold(house.home / "locks" / "ingest", "vigie ingest"), shown_after(house, clock):
        house.spool.recover()
        sealed = house.spool.sealed()
        if not sealed:
            return Counter()
        started = clock()
        key = run_id("ingest", started)
        house.state.runs.start(Run(id=key, kind="ingest", started_at=started))
        words: Counter[str] = Counter()
        try:
            rooms = ingestion(house)  # may find that the store is away
            for done, path in enumerate(sealed, start=1):
                words += ingest_file(path, rooms, clock())
                if on_progress:
                    on_progress(path.name, done)
        except (Transient, Stop) as error:
            house.state.runs.finish(key, "failed", clock(), words, reason=str(error))
            raise
        house.state.runs.finish(key, "ok", clock(), words)
        return words


def ingestion(house: House) -> Ingestion:
    """The rooms of ingestion, with each source's way of reading authors."""
    secret = house.settings.secret_bytes()
    vigie = house.config.vigie
    default = IntakeOptions(secret=secret, timezone=vigie.timezone, keep_authors=vigie.keep_authors)
    return Ingestion(
        spool=house.spool,
        store=house.store,
        brandless=house.state.posts,
        pipeline=house.pipeline,
        default=default,
        options={
            source.name: replace(
                default,
                timezone=source.timezone or default.timezone,
                keep_authors=default.keep_authors if source.keep_authors is None else source.keep_authors,
            )
            for source in house.config.sources
        },
        source_brands={source.name: source.brand for source in house.config.sources if source.brand},
    )


def watch(house: House, clock: Clock) -> tuple[list[str], Counter[str]]:
    """Judge every brand now, open, update or close incidents, then send what is due.

    Returns one line per change of an incident, and the fates of the deliveries.
    """
    from alerts.dispatch import dispatch
    from alerts.watch import tick

    with hold(house.home / "locks" / "watch", "vigie watch"), shown_after(house, clock):
        started = clock()
        key = run_id("watch", started)
        house.state.runs.start(Run(id=key, kind="watch", started_at=started))
        outcome = tick(house.config, house.store, house.state, started, links=incident_links(house.settings))
        fates = dispatch(house.state.outbox, house.channels, clock())
        house.state.runs.finish(key, "ok", clock(), fates)
        return list(outcome.changes), fates


def try_channel(house: House, name: str, clock: Clock) -> Counter[str]:
    """Send a trial message by one channel, through the outbox as every other; returns the fates."""
    from alerts.dispatch import dispatch
    from alerts.message import trial_message
    from alerts.outgoing import deliveries_to

    now = clock()
    channel = house.config.channels[name]
    message = trial_message(name, channel.language or house.config.vigie.report_language)
    rows = deliveries_to(name, channel, message, subject=trial_subject(name, now), step="test", number=1, now=now)
    house.state.outbox.add(rows)
    dispatch(house.state.outbox, house.channels, clock())  # all of them: a channel left out would count as removed
    fates: Counter[str] = Counter()
    for row in house.state.outbox.list(subject=trial_subject(name, now)):
        fates["sent" if row.status == "sent" else "not sent"] += 1
        if row.status == "pending":  # a trial that comes hours later would only puzzle people
            house.state.outbox.dead(row.key, row.error or "not sent")
    return fates


def trial_subject(name: str, now: datetime) -> str:
    """What a trial message is about: itself."""
    return f"test:{name}:{now.isoformat()}"


def upkeep(house: House, clock: Clock) -> Counter[str]:
    """Retention: mentions, acknowledged spool files and remembered posts older than the configuration says."""
    with hold(house.home / "locks" / "upkeep", "vigie upkeep"), shown_after(house, clock, whole=True):
        now = clock()
        key = run_id("upkeep", now)
        house.state.runs.start(Run(id=key, kind="upkeep", started_at=now))
        oldest: date = (now - timedelta(days=house.config.vigie.retention_days)).date()
        done = Counter(
            mentions=house.store.drop_before(oldest),
            files=house.spool.prune(now - timedelta(days=DONE_DAYS)),
            posts=house.state.posts.prune(now - timedelta(days=house.config.vigie.retention_days)),
        )
        house.state.runs.finish(key, "ok", clock(), done)
        return done
