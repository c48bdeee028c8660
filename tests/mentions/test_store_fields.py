"""docs/fields.md is the one table of Mention: it says what the code does."""

import re
import sqlite3
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from mentions.model import Mention
from mentions.sqlite import SqliteStore

DOCUMENT = Path(__file__).parents[2] / "docs" / "fields.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
]
FIELDS = [row[0].strip("`") for row in ROWS]
PYTHON = {
    "str": "str",
    "int": "int",
    "float": "float",
    "datetime": "datetime",
    "tuple": "tuple of str",
    "Literal": "str",
}
ELASTIC = {
    "str": {"keyword", "text"},
    "int": {"byte", "integer", "long"},
    "float": {"double"},
    "datetime": {"date"},
    "tuple of str": {"keyword"},
}


def python_type(hint: object) -> str:
    parts = [part for part in get_args(hint) if part is not type(None)]
    if type(None) in get_args(hint):
        return f"{python_type(parts[0])}, optional"
    name = getattr(hint, "__name__", None) or str(hint)
    return PYTHON[re.sub(r"^typing\.|\[.*$", "", name)]


def test_the_table_has_every_field_in_order() -> None:
    assert list(get_type_hints(Mention)) == FIELDS


@pytest.mark.parametrize("row", ROWS, ids=FIELDS)
def test_the_types_are_those_of_the_record(row: list[str]) -> None:
    field, kind, _, elastic, meaning = row
    assert kind == python_type(get_type_hints(Mention)[field.strip("`")])
    assert elastic in ELASTIC[kind.removesuffix(", optional")]
    assert meaning


@pytest.mark.local
def test_the_columns_are_those_of_the_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "mentions.db")
    store.close()
    connection = sqlite3.connect(tmp_path / "mentions.db")
    columns = connection.execute("SELECT name, type, [notnull] FROM pragma_table_info('mention')").fetchall()
    connection.close()
    declared = [(name, f"{kind}{' NOT NULL' * required}") for name, kind, required in columns]
    assert declared[0] == ("rid", "INTEGER")
    assert declared[1 : len(ROWS) + 1] == [(row[0].strip("`"), row[2]) for row in ROWS]
    for extra, _ in declared[len(ROWS) + 1 :]:
        assert f"`{extra}`" in DOCUMENT.read_text(encoding="utf-8")
