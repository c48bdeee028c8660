"""The only place that names concrete classes: settings and YAML in, working rooms out."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from config.load import load_config
from config.models import Config
from config.settings import Settings
from mentions.elastic_names import Names
from mentions.errors import Stop, WrongUsage
from mentions.store import MentionStore

if TYPE_CHECKING:
    from alerts.channels import ChannelImpl
    from mentions.dead_letters import DeadLetters
    from mentions.elastic_client import Client
    from mentions.spool import Spool
    from nlp.pipeline import Pipeline
    from state.database import State


def _sqlite(settings: Settings) -> MentionStore:
    from mentions.sqlite import SqliteStore

    return SqliteStore(settings.home / "mentions.sqlite")


def _elastic(settings: Settings) -> MentionStore:
    from mentions.elastic import ElasticStore

    return ElasticStore(_client(settings), _names(settings), dead_letters=settings.dead_letters)


STORES: Mapping[str, Callable[[Settings], MentionStore]] = {"sqlite": _sqlite, "elastic": _elastic}


def _names(settings: Settings) -> Names:
    return Names(settings.elastic_prefix, settings.elastic_period)


def _client(settings: Settings) -> "Client":
    from mentions.elastic_client import connect

    if settings.elastic_url is None:
        raise WrongUsage("VIGIE_ELASTIC_URL is not set: give the address of an Elasticsearch, such as http://host:9200")
    return connect(settings.elastic_url, api_key=settings.elastic_api_key, ca=settings.elastic_ca)


class House:
    """Every room of one installation, opened when first used and closed together.

    Rooms are imported where they are opened, so that a command pays for what it uses and no more.
    """

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened yet; `settings` say where things are."""
        self.settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in ("store", "state", "elastic"):
            if name in self.__dict__:
                getattr(self, name).close()

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.settings.home

    @cached_property
    def config(self) -> Config:
        """The YAML, checked; Stop with every problem if there is one."""
        return load_config(self.settings.config)

    @cached_property
    def state(self) -> "State":
        """Operational memory, migrated."""
        from state.database import State

        self.home.mkdir(parents=True, exist_ok=True)
        return State(self.settings.state_url)

    @cached_property
    def store(self) -> MentionStore:
        """The mention store that VIGIE_STORE chooses, its schema made or migrated."""
        try:
            make = STORES[self.settings.store]
        except KeyError:
            raise Stop(f"VIGIE_STORE={self.settings.store}: expected one of {', '.join(STORES)}") from None
        self.home.mkdir(parents=True, exist_ok=True)
        store = make(self.settings)
        store.ensure_schema()
        return store

    @property
    def dead_letters(self) -> "DeadLetters":
        """Mentions that Elasticsearch refused for good; SQLite refuses none."""
        from mentions.dead_letters import DeadLetters

        return DeadLetters(self.settings.dead_letters)

    @property
    def names(self) -> Names:
        """How the indices of this installation are called."""
        return _names(self.settings)

    @cached_property
    def elastic(self) -> "Client":
        """A client of VIGIE_ELASTIC_URL for what is no store of mentions; Stop if that is not set."""
        return _client(self.settings)

    @cached_property
    def spool(self) -> "Spool":
        """The hand-over between crawl and ingest."""
        from mentions.spool import Spool

        return Spool(self.settings.spool)

    @cached_property
    def pipeline(self) -> "Pipeline":
        """The understanding of posts, models loaded."""
        from nlp.build import build_pipeline

        return build_pipeline(self.config, self.home)

    @cached_property
    def channels(self) -> Mapping[str, "ChannelImpl"]:
        """The channels of channels.yaml, by name, ready to send."""
        from alerts.channels import make_channel

        return {
            name: make_channel(name, spec, self.settings, self.config) for name, spec in self.config.channels.items()
        }
