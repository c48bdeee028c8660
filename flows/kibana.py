"""The use cases of `vigie kibana`: settings in, what was done out. Nothing here is printed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from config.settings import Settings
from mentions.errors import Stop, Transient, WrongUsage

if TYPE_CHECKING:
    from dashboards.boards import Board, Key
    from dashboards.check import Answer
    from dashboards.client import Space, Version
    from dashboards.deploy import Deployed
    from dashboards.model import Dashboard
    from dashboards.plan import Plan
    from dashboards.wanted import Wanted, Way
    from mentions.elastic_client import Client
    from mentions.elastic_names import Names

Via: TypeAlias = Literal["auto", "api", "import"]
Language: TypeAlias = Literal["fr", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command line asks for. `folder` holds edited boards, None: ours."""

    settings: Settings
    space: str
    language: Language
    via: Via = "auto"
    folder: Path | None = None
    force: bool = False

    def boards(self) -> Mapping[str, "Dashboard"]:
        """By id; WrongUsage tells every mistake of edited files."""
        from dashboards.reading import from_code, from_folder

        prefix = self.settings.elastic_prefix
        if self.folder is not None:
            return from_folder(self.folder, self.language, self.space, prefix)
        return from_code(self.language, self.space, prefix)

    def wanted(self, boards: Mapping[str, "Dashboard"], *, links: bool = True) -> "Wanted":
        """With data views and tag."""
        from dashboards.reading import complete

        prefix = self.settings.elastic_prefix
        return complete(boards, language=self.language, space=self.space, prefix=prefix, links=links)


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan, and what it was made from."""

    where: str
    version: "Version"
    way: "Way"
    wanted: "Wanted"
    plan: "Plan"


def connected(settings: Settings, space: str) -> "Space":
    """A client of one space of Kibana. WrongUsage without an address."""
    from dashboards.client import connect

    if settings.kibana_url is None:
        raise WrongUsage("VIGIE_KIBANA_URL is not set: give the address of Kibana, such as https://kibana:5601")
    return connect(settings.kibana_url, space=space, api_key=settings.kibana_api_key, ca=settings.kibana_ca)


def seen(space: "Space", order: Order, boards: Mapping[str, "Dashboard"]) -> Seen:
    """Compare the space with the boards; nothing is written."""
    from dashboards.plan import look, way_of
    from dashboards.wanted import LINKS_SINCE

    version = space.version()
    way = way_of(version, order.via)
    space.must_exist()
    wanted = order.wanted(boards, links=way == "import" or version.number >= LINKS_SINCE)
    return Seen(space.where, version, way, wanted, look(space, wanted, version, way))


def deploy(order: Order, *, now: datetime, rule: bool, tell: Callable[[Seen], None]) -> tuple["Deployed", str]:
    """Bring the boards into the space, and the dead man's switch if `rule`; `tell` hears what is going to be done.

    Gives what was done and one line about the rule. Stop or Transient if nothing was.
    """
    from dashboards.deploy import deploy as write
    from dashboards.deploy import refuse_if_by_hand

    boards = order.boards()
    with connected(order.settings, order.space) as space:
        found = seen(space, order, boards)
        tell(found)
        refuse_if_by_hand(space.name, found.plan, force=order.force)
        done = write(space, found.wanted, found.plan, backups=backups(order.settings), now=now)
        return done, _rule(space, order) if rule and done.complete else ""


def look_at(order: Order) -> Seen:
    """What a deployment would do; nothing is written."""
    boards = order.boards()
    with connected(order.settings, order.space) as space:
        return seen(space, order, boards)


def back_up(order: Order, now: datetime) -> tuple[Path, int] | None:
    """Save our boards of the space, and what they stand on, to a file; None if there are none."""
    from dashboards.backup import back_up as write

    wanted = order.wanted(order.boards())
    with connected(order.settings, order.space) as space:
        space.version()
        space.must_exist()
        return write(space, [*wanted.records], backups(order.settings), now)


def backups(settings: Settings) -> Path:
    """Where they are kept."""
    return settings.home / "backups" / "kibana"


def _rule(space: "Space", order: Order) -> str:
    """The rule is an extra: what keeps it away is told, and the boards are there all the same."""
    from dashboards.rules import dead_mans_switch, place

    index = f"{order.settings.elastic_prefix}-mentions"
    wanted = dead_mans_switch(index, space=order.space, language=order.language)
    try:
        word = place(space, wanted, force=order.force)
    except (Stop, Transient) as error:
        return f"the rule {wanted.id} (dead man's switch) was not made: {error}; --no-rule leaves it out"
    if word == "unchanged":
        return f"rule {wanted.id}: there already, left as people set it"
    return f"rule {wanted.id}: {word}; enable it in Stack Management > Rules to be told when mentions stop"


def address(
    settings: Settings,
    key: str,
    *,
    space: str | None,
    brand: str | None,
    start: datetime | None,
    end: datetime | None,
) -> str:
    """The public address of a board. WrongUsage where none can be made."""
    from dashboards.boards import board_id
    from dashboards.links import board_url
    from dashboards.views import view_id
    from flows.deeplinks import public_base

    base, inside = public_base(settings), space or settings.kibana_space
    if base is None:
        raise WrongUsage("VIGIE_KIBANA_PUBLIC_URL is not set: give the address at which people reach Kibana")
    name, view = board_id(cast("Key", key), inside), view_id("mentions", inside)
    try:
        return board_url(base, space=inside, board_id=name, data_view_id=view, brand=brand, start=start, end=end)
    except ValueError as error:
        raise WrongUsage(str(error)) from error


def mistakes(order: Order) -> tuple[str, ...]:
    """What is wrong with our boards, without asking anybody."""
    from dashboards.boards import data_views
    from dashboards.check import check

    prefix = order.settings.elastic_prefix
    return tuple(str(problem) for problem in check(_ours(order), data_views(order.space, prefix, order.language)))


def ask_elastic(order: Order, url: str, *, zone: str) -> tuple["Answer", ...]:
    """Every search of every panel, asked of the Elasticsearch at `url` with the settings' key and authority."""
    from dashboards.check import check_on

    with _elastic(order.settings, url) as (client, names):
        return check_on(client, _ours(order), names, space=order.space, zone=zone)


def draw(order: Order, url: str, folder: Path, *, zone: str) -> Sequence[Path]:
    """One picture a board, from what the Elasticsearch at `url` answers to its panels."""
    from dashboards.preview import preview

    with _elastic(order.settings, url) as (client, names):
        return preview(client, names, _ours(order), folder, zone=zone)


def _ours(order: Order) -> tuple["Board", ...]:
    from dashboards.boards import boards

    return boards(order.language, space=order.space, prefix=order.settings.elastic_prefix)


@contextmanager
def _elastic(settings: Settings, url: str) -> Iterator[tuple["Client", "Names"]]:
    from mentions.elastic_client import connect, in_words
    from mentions.elastic_names import Names

    client = connect(url, api_key=settings.elastic_api_key, ca=settings.elastic_ca)
    try:
        with in_words(url):
            yield client, Names(settings.elastic_prefix, settings.elastic_period)
    finally:
        client.close()
