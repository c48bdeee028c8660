"""Writes what is built: every board as a body of the Dashboards API, and one file to import, by language."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dashboards.boards import boards, data_views, tag_id, tag_name
from dashboards.colours import SINGLE
from dashboards.savedobjects import Tag, ndjson
from dashboards.words import Language

HERE: Final = Path(__file__).parent / "build"  # what is committed: the space `default`, the prefix `vigie`
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")


def tag(language: Language, space: str = "default") -> Tag:
    """The tag of our boards."""
    return Tag(tag_id(space), tag_name(language), "", SINGLE)


def build(
    folder: Path = HERE, *, space: str = "default", prefix: str = "vigie", languages: Sequence[Language] = LANGUAGES
) -> list[Path]:
    """Write `<language>/<board id>.json` and `vigie-<language>.ndjson` into the folder; the same call, the same bytes.

    Old files stay, unless they have the name of a new one.
    """
    written: list[Path] = []
    for language in languages:
        bodies = {board.id: board.dashboard.body() for board in boards(language, space=space, prefix=prefix)}
        for board_id, body in bodies.items():
            written.append(_write(folder / language / f"{board_id}.json", _readable(body)))
        text = ndjson(bodies, data_views(space, prefix, language), tag(language, space))
        written.append(_write(folder / f"vigie-{language}.ndjson", text))
    return written


def _readable(body: Mapping[str, Any]) -> str:
    return f"{json.dumps(body, ensure_ascii=False, indent=2)}\n"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
