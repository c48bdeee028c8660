"""Incidents and runs shown to the boards after every job, where Elasticsearch is the store.

The indices are a read model of `state`: a projection that fails costs nothing but the freshness of the boards, so it
never fails the job it follows; the next one makes good what is missing.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from flows.deeplinks import incident_url
from flows.wiring import House
from mentions.errors import Stop, Transient

if TYPE_CHECKING:
    from dashboards.project import Projected

log = logging.getLogger(__name__)

SECONDS: Final = 10.0  # a job waits no longer than this for one answer


def project(house: House, now: datetime, *, whole: bool = False) -> "Projected":
    """Bring the boards' incidents and runs up to date; with `whole`, equal to `state`. Stop or Transient if not."""
    from dashboards.project import project as write
    from mentions.elastic_client import in_words

    with in_words(house.settings.elastic_url or ""):
        return write(
            house.state.incidents,
            house.state.runs,
            house.elastic.options(request_timeout=SECONDS),
            house.names,
            roles={brand.name: brand.role for brand in house.config.brands},
            now=now,
            links=lambda incident: incident_url(house.settings, incident),
            whole=whole,
        )


def crawls_but(house: House, sources: Sequence[str]) -> int:
    """How many crawls of other sources the boards show; 0 where nothing was ever projected."""
    from dashboards.project import crawls_but as count
    from mentions.elastic_client import in_words

    with in_words(house.settings.elastic_url or ""):
        return count(house.elastic, house.names, sources)


def forget(house: House) -> None:
    """Delete what the boards show of incidents and runs; the next projection shows all of `state` again."""
    from dashboards.project import forget as delete
    from mentions.elastic_client import in_words

    with in_words(house.settings.elastic_url or ""):
        delete(house.elastic, house.names)


def project_now(house: House, now: datetime, *, whole: bool = False) -> None:
    """As `project` where VIGIE_STORE is elastic; what goes wrong is logged, with what to do."""
    if house.settings.store != "elastic":
        return
    try:
        project(house, now, whole=whole)
    except (Stop, Transient) as error:
        log.warning(
            "boards-not-updated: %s; the next job tries again, 'vigie kibana project --rebuild' does it now", error
        )


@contextmanager
def shown_after(house: House, clock: Callable[[], datetime], *, whole: bool = False) -> Iterator[None]:
    """A job whose run the boards show once it has ended, well or badly."""
    try:
        yield
    except (Stop, Transient):
        project_now(house, clock(), whole=whole)
        raise
    project_now(house, clock(), whole=whole)
