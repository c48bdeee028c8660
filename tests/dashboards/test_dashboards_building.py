"""The six boards, built: right for Kibana, the same in both forms, and what is committed is what is built."""

import functools
import json
from pathlib import Path
from typing import Any

import official
import pytest
import saved_reader
from official import unavailable  # noqa: F401 - asked by tests/conftest.py
from saved_plain import plain

from dashboards.boards import BOARDS, board_id, boards, data_views
from dashboards.building import HERE, LANGUAGES, build, tag
from dashboards.model import read_board
from dashboards.savedobjects import ndjson
from dashboards.words import Language

SPACES = ("default", "team-b")
EVERY = [pytest.param(language, key, id=f"{language}-{key}") for language in LANGUAGES for key in BOARDS]
NEWER = {"links"}  # panels of links: the API takes them since 9.5, the document is a little older


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, bytes]:
    """What `build` writes, by name in its folder."""
    folder = tmp_path_factory.mktemp("built")
    return {path.relative_to(folder): path.read_bytes() for path in build(folder)}


@functools.cache
def bodies(language: Language, space: str = "default") -> dict[str, dict[str, Any]]:
    return {board.id: board.dashboard.body() for board in boards(language, space=space)}


def test_what_is_committed_is_what_is_built(built: dict[Path, bytes]) -> None:
    """After a change of a board: `vigie kibana build`, look at the difference, commit it with the change."""
    committed = {path.relative_to(HERE): path.read_bytes() for path in HERE.rglob("*") if path.is_file()}
    assert sorted(committed) == sorted(built)
    assert [str(path) for path in built if built[path] != committed[path]] == []


def test_six_boards_in_two_languages_and_two_files_to_import(built: dict[Path, bytes]) -> None:
    boards_ = {f"{language}/{board_id(key)}.json" for language in LANGUAGES for key in BOARDS}
    assert {path.as_posix() for path in built} == boards_ | {"vigie-fr.ndjson", "vigie-en.ndjson"}


def test_building_again_changes_nothing_and_leaves_what_is_not_ours(built: dict[Path, bytes], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "vigie-fr.ndjson").write_text("old")
    assert {path.relative_to(tmp_path): path.read_bytes() for path in build(tmp_path)} == built
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_a_built_board_is_read_as_the_board_it_was(language: Language, key: str) -> None:
    (board,) = [each for each in boards(language) if each.key == key]
    assert read_board((HERE / language / f"{board.id}.json").read_bytes(), name=board.id) == board.dashboard


@pytest.mark.real("kibana-document")
@pytest.mark.parametrize(("language", "key"), EVERY)
def test_the_official_document_has_nothing_against_it(language: Language, key: str) -> None:
    body = json.loads((HERE / language / f"vigie-{key}.json").read_text(encoding="utf-8"))
    assert official.refused(official.without(body, NEWER)) == []


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_emitters_say_the_same(language: Language, space: str) -> None:
    meant = bodies(language, space)
    read = saved_reader.boards(ndjson(meant, data_views(space, language=language), tag(language, space)))
    assert list(read) == list(meant)
    for name, body in meant.items():
        assert read[name] == plain(body)


def test_another_space_shares_no_id_and_another_prefix_no_index(tmp_path: Path) -> None:
    def objects(folder: str, **where: str) -> list[dict[str, Any]]:
        build(tmp_path / folder, languages=("en",), **where)  # type: ignore[arg-type]
        return saved_reader.lines((tmp_path / folder / "vigie-en.ndjson").read_text(encoding="utf-8"))

    here, there = objects("a"), objects("b", space="team-b", prefix="corp")
    assert {each["id"] for each in here} & {each["id"] for each in there} == set()
    assert len(here) == len(there)
    titles = [each["attributes"]["title"] for each in there if each["type"] == "index-pattern"]
    assert titles == ["corp-mentions", "corp-incidents", "corp-runs"]


def test_languages_differ_in_words_only() -> None:
    """One analyst in French and one in English look at the same numbers."""
    french, english = bodies("fr"), bodies("en")
    assert list(french) == list(english)
    for name in french:
        assert _shape(french[name]) == _shape(english[name])
        assert french[name]["title"] != english[name]["title"]


WORDS = {"title", "label", "description", "content", "text", "subtitle", "suffix", "values"}


def _shape(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: None if key in WORDS else _shape(each) for key, each in part.items()}
    return [_shape(each) for each in part] if isinstance(part, list) else part
