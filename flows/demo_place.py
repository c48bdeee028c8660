"""Where the demo lives: a folder of its own and, with Elasticsearch, an alias that holds nothing but its mentions.

Nothing is erased that no demo wrote: the folder carries a mark, and mentions are the demo's only if their source is one
of its four and their site is on loopback.
"""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

from config.settings import Settings
from demo.configuration import SOURCES
from flows import projection
from flows.wiring import House
from mentions.errors import Stop
from mentions.filter import MentionFilter
from mentions.queries import Top
from mentions.store import EraseRequest, MentionStore

MARK: Final = ".vigie-demo"
LOOPBACK: Final = "127.0.0.1:"
MANY: Final = 10_000  # sources or sites: more than an installation has
FOREIGN: Final = ("database_url", "spool_url", "secret", "prefect_api_url")  # the user's own; the demo has its own
INHERITED: Final = {"VIGIE_ELASTIC_URL", "VIGIE_ELASTIC_API_KEY", "VIGIE_KIBANA_URL", "VIGIE_KIBANA_API_KEY"}


def settings_for(settings: Settings, root: Path, smtp_url: str) -> Settings:
    """The demo's own folder, memory and mailbox; store and Kibana as the user has set them."""
    own = {"home": root / "data", "config": root / "config", "smtp_url": smtp_url}
    return settings.model_copy(update={**own, **dict.fromkeys(FOREIGN)})


def erase(root: Path) -> None:
    """Remove what an earlier demo left; Stop if the folder holds anything that is not a demo's."""
    if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
        raise Stop(f"{root} holds files that no demo wrote; move them away or choose another VIGIE_HOME")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / MARK).write_text("made by 'vigie demo', erased by the next one\n", encoding="utf-8")


def leave(settings: Settings) -> None:
    """Erase everything that demos of this home wrote."""
    clear_elastic(settings)
    erase(settings.home / "demo")
    shutil.rmtree(settings.home / "demo")


def clear_elastic(settings: Settings) -> None:
    """Erase what a former demo wrote into Elasticsearch; Stop if there are mentions or crawls that are no demo's."""
    if settings.store != "elastic":
        return
    with House(settings) as house:
        others = strangers(house.store)
        if others:
            raise Stop(_not_ours(house, f"{house.names.mentions} holds {others} mentions"))
        crawls = projection.crawls_but(house, tuple(SOURCES))
        if crawls:
            raise Stop(_not_ours(house, f"{house.names.runs} holds {crawls} crawls of sources"))
        for source in SOURCES:
            house.store.erase(EraseRequest(source=source))
        house.store.refresh()
        projection.forget(house)


def _not_ours(house: House, what: str) -> str:
    from mentions.elastic_client import shown

    free = "vigie-demo" if house.names.prefix != "vigie-demo" else "vigie-demo-2"
    return (
        f"{what} that no demo wrote, in Elasticsearch at {shown(house.settings.elastic_url or '')}; the demo erases "
        f"nothing of yours: give it a name of its own by VIGIE_ELASTIC_PREFIX={free}"
    )


def strangers(store: MentionStore) -> int:
    """How many mentions are surely not a demo's: of another source, or of a site elsewhere than on loopback."""
    where = MentionFilter(gone=True)
    sources = store.run(Top(where=where, by="source", size=MANY))
    sites = store.run(Top(where=where, by="site", size=MANY))
    return max(
        sum(row.mentions for row in sources if row.value not in SOURCES),
        sum(row.mentions for row in sites if not row.value.startswith(LOOPBACK)),
    )


def shortcut(settings: Settings, root: Path) -> Path:
    """A script that runs `vigie` on the demo's data and configuration from any folder: short commands to type.

    It holds no password and no key: those of the user's environment are used.
    """
    secret = {name for name in INHERITED if _secret(settings, name)}
    asked = sorted(name for name in secret if "ELASTIC" in name)
    unset = [f"-u VIGIE_{field.upper()}" for field in ("smtp_url", *FOREIGN)]  # the demo's mailbox is closed by then
    given = [
        f"{name}={shlex.quote(value)}"
        for name, value in settings.environment().items()
        if value is not None and name not in secret and name != "VIGIE_SMTP_URL"
    ]
    script = root / "vigie"
    program = shlex.quote(str(Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute()))
    lines = ["#!/bin/sh", *(f': "${{{name}:?is a secret: set it as for the demo}}"' for name in asked)]
    lines.append(f'exec env {" ".join([*unset, *given])} {program} "$@"')
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    script.chmod(0o755)
    return script


def _secret(settings: Settings, name: str) -> bool:
    value = settings.environment()[name]
    return value is not None and (name.endswith("_KEY") or "@" in value)
