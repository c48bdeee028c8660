"""What a crawl's parent tells its child on stdin: sources, what is known of them, who we are, how long it may take."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import TypeAdapter

from config.models import Source, Vigie
from state.memory import Seen, SourceMemory, Validator

SOURCE: TypeAdapter[Source] = TypeAdapter(Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one crawl may take; seconds and bytes.

    `budget` ends a source softly (what it read is kept, the rest comes next time); `grace` later the child is
    killed. `longest_wait` is what a Retry-After may hold us up within a crawl, `longest_delay` what a
    Crawl-delay may; longer Retry-Afters are kept as "not before". `refusals` in a row end a source.
    """

    budget: float = 1800.0
    grace: float = 20.0
    timeout: float = 30.0
    retries: int = 2
    page_bytes: int = 8 * 1024 * 1024
    longest_wait: float = 60.0
    longest_delay: float = 60.0
    refusals: int = 3
    memory_mb: int = 768

    @property
    def deadline(self) -> float:
        """Seconds after which a child has no more excuse: a hung request may outlive the soft end."""
        return self.budget + self.timeout + self.grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One source to crawl and what we remember of it."""

    source: Source
    memory: SourceMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The work of one child. `now` is a fixed virtual clock (the demo), None for the real one."""

    tasks: tuple[Task, ...]
    limits: Limits
    now: datetime | None
    contact: str
    delay: float
    languages: tuple[str, ...]


def spec_for(tasks: tuple[Task, ...], vigie: Vigie, limits: Limits, now: datetime | None) -> Spec:
    """A spec with what the main file says of the crawler."""
    return Spec(
        tasks=tasks,
        limits=limits,
        now=now,
        contact=vigie.crawler.contact,
        delay=vigie.crawler.delay.total_seconds(),
        languages=tuple(vigie.languages),
    )


def dump_spec(spec: Spec) -> bytes:
    """One line of JSON."""
    document = {
        "limits": asdict(spec.limits),
        "now": _show(spec.now),
        "contact": spec.contact,
        "delay": spec.delay,
        "languages": spec.languages,
        "tasks": [{"source": _source(task.source), "memory": _memory(task.memory)} for task in spec.tasks],
    }
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def load_spec(line: bytes) -> Spec:
    """The inverse of `dump_spec`; ValueError on anything else."""
    document = json.loads(line)
    tasks = tuple(
        Task(source=SOURCE.validate_python(row["source"]), memory=_remember(row["memory"])) for row in document["tasks"]
    )
    return Spec(
        tasks=tasks,
        limits=Limits(**document["limits"]),
        now=_read(document["now"]),
        contact=document["contact"],
        delay=document["delay"],
        languages=tuple(document["languages"]),
    )


def seen_row(seen: Seen) -> list[str | None]:
    """A seen row as a JSON array; `read_seen` reads it back."""
    return [seen.key, seen.digest, seen.url, seen.thread_url, seen.native_id, seen.last_seen_at.isoformat()]


def read_seen(row: list[str]) -> Seen:
    """A seen row from its JSON array."""
    key, digest, url, thread_url, native_id, last_seen_at = row
    return Seen(
        key=key,
        digest=digest,
        url=url,
        thread_url=thread_url,
        native_id=native_id,
        last_seen_at=datetime.fromisoformat(last_seen_at),
    )


def validator_row(validator: Validator) -> list[str | None]:
    """A validator as a JSON array; `read_validator` reads it back."""
    at = validator.checked_at.isoformat()
    return [validator.url, validator.etag, validator.last_modified, validator.body_hash, at]


def read_validator(row: list[str]) -> Validator:
    """A validator from its JSON array."""
    url, etag, last_modified, body_hash, checked_at = row
    return Validator(
        url=url,
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        checked_at=datetime.fromisoformat(checked_at),
    )


def _source(source: Source) -> object:
    return SOURCE.dump_python(source, mode="json", by_alias=True)


def _memory(memory: SourceMemory) -> dict[str, object]:
    return {
        "source": memory.source,
        "validators": [validator_row(row) for row in memory.validators.values()],
        "seen": [seen_row(row) for row in memory.seen.values()],
        "not_before": _show(memory.not_before),
        "strikes": memory.strikes,
    }


def _remember(row: dict[str, object]) -> SourceMemory:
    validators = [read_validator(each) for each in row["validators"]]  # type: ignore[attr-defined]
    seen = [read_seen(each) for each in row["seen"]]  # type: ignore[attr-defined]
    return SourceMemory(
        source=str(row["source"]),
        validators={each.url: each for each in validators},
        seen={each.key: each for each in seen},
        not_before=_read(row["not_before"]),
        strikes=int(str(row["strikes"])),
    )


def _show(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
