"""Options that the commands of `vigie kibana` share, and what is asked for with them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.terminal import of

if TYPE_CHECKING:
    from flows.kibana import Language, Order

SPACE = re.compile(r"[a-z0-9_-]{1,100}")
Space = Annotated[str | None, typer.Option("--space", help="Kibana space (else VIGIE_KIBANA_SPACE, else default).")]
Speaks = Annotated[
    Literal["fr", "en"] | None, typer.Option(help="Language of the boards (else the first of vigie.yaml).")
]


def order(
    context: typer.Context,
    space: str | None,
    language: "Language | None",
    via: Literal["auto", "api", "import"] = "auto",
    folder: Path | None = None,
    *,
    force: bool = False,
) -> "Order":
    """What was asked for, with what the settings say of the rest."""
    from flows.kibana import Order

    if space is not None and not SPACE.fullmatch(space):
        raise typer.BadParameter(f"'{space}': a space's identifier has small letters, digits, _ and -")
    with of(context).house() as house:
        return Order(
            settings=house.settings,
            space=space or house.settings.kibana_space,
            language=language or house.config.vigie.report_language,
            via=via,
            folder=folder,
            force=force,
        )
