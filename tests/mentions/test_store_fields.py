"""docs/fields.md is the one table of Mention: it says what the code does."""

import re
import sqlite3
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from plain_mention import mention

from mentions.elastic_mapping import COMPUTED, FIELD_TYPES, PROPERTIES, STEMMED, template
from mentions.elastic_names import Names
from mentions.elastic_rows import document_of
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
    assert elastic == FIELD_TYPES[field.strip("`")]
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


def test_the_mapping_has_these_fields_and_those_computed() -> None:
    assert set(FIELD_TYPES) == {*FIELDS, *COMPUTED}
    document = DOCUMENT.read_text(encoding="utf-8")
    for name in COMPUTED:
        assert re.search(rf"`{name}`[^()|]*\({FIELD_TYPES[name]}:", document), name


def test_the_mapping_is_strict_flat_and_stems_what_people_read() -> None:
    body = template(Names("team", "quarter"))
    mappings = body["template"]["mappings"]
    assert body["index_patterns"] == [Names("team", "quarter").pattern]
    assert mappings["dynamic"] == "strict"
    assert mappings["_meta"] == {"schema": "mentions", "version": 1, "period": "quarter"}
    assert "properties" not in {key for field in PROPERTIES.values() for key in field}
    for name in ("title", "text", "passage"):
        stems = {key: field["analyzer"] for key, field in PROPERTIES[name]["fields"].items() if key in STEMMED}
        assert stems == STEMMED
    assert PROPERTIES["title"]["fields"]["keyword"]["type"] == "keyword"


def test_a_document_holds_nothing_that_the_mapping_does_not_know() -> None:
    row = mention(0)
    document = document_of(row, row.fetched_at)
    assert set(document) <= set(FIELD_TYPES)
    assert set(COMPUTED) <= set(document)
