"""Where the boards of a deployment come from: our code, or a folder of built files that somebody may have edited."""

from collections.abc import Mapping
from pathlib import Path

from dashboards.boards import boards, data_views
from dashboards.building import tag
from dashboards.fields import misused, views_of
from dashboards.model import BoardError, Dashboard, read_board
from dashboards.wanted import Wanted, wanted
from dashboards.words import Language
from mentions.errors import WrongUsage


def from_code(language: Language, space: str, prefix: str) -> Mapping[str, Dashboard]:
    """The six boards by id."""
    return {board.id: board.dashboard for board in boards(language, space=space, prefix=prefix)}


def from_folder(folder: Path, language: Language, space: str, prefix: str) -> Mapping[str, Dashboard]:
    """The boards of a folder that `vigie kibana build` wrote (or of one language of it), by id: the name of the file.

    WrongUsage tells every mistake of every file with its path, fields that our data views of this space lack too, and
    of a folder without boards.
    """
    views = {view.id: view for view in data_views(space, prefix, language)}
    inside = folder / language if (folder / language).is_dir() else folder
    found, mistakes = {}, []
    try:
        files = sorted(path for path in inside.iterdir() if path.suffix == ".json" and not path.name.startswith("."))
    except OSError as error:
        raise WrongUsage(f"the boards in {inside} cannot be read: {error.strerror}") from error
    if not files:
        raise WrongUsage(f"{inside} holds no board: `vigie kibana build --out {folder}` writes them as .json files")
    for path in files:
        if not path.stem.startswith("vigie-"):  # it would replace a board that is none of ours
            mistakes.append(f"{path}: the name of a file is the id of its board, and ours begin with vigie-; rename it")
            continue
        try:
            board = found[path.stem] = read_board(path.read_bytes(), name=str(path))
            if views_of(board) <= set(views):  # else it was built for another space: `wanted` says so
                mistakes += [f"{path}: {where}: {what}" for where, what in misused(board, views)]
        except BoardError as error:
            mistakes.append(str(error))
        except OSError as error:
            mistakes.append(f"{path}: it cannot be read: {error.strerror}")
    if mistakes:
        raise WrongUsage("\n".join(["nothing was sent, since these boards cannot work:", *mistakes]))
    return found


def complete(
    boards_by_id: Mapping[str, Dashboard], *, language: Language, space: str, prefix: str, links: bool = True
) -> Wanted:
    """These boards with the data views and the tag that they stand on; `links` as in `wanted`."""
    return wanted(boards_by_id, data_views(space, prefix, language), tag(language, space), links=links)
