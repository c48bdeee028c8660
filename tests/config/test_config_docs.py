"""docs/configuration.md says every key and every variable, with the default that the program has."""

import re
from pathlib import Path

import pytest

from config import models
from config.explain import _text
from config.load import CHANNEL_KINDS, FILES, SOURCE_KINDS
from config.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
SECTIONS = {
    "The main file": models.Vigie,
    "`crawler`": models.Crawler,
    "`understanding`": models.Understanding,
    "`model`": models.HubModel,
    "`schedules`": models.Schedules,
    "`report`": models.Report,
    "`mail`": models.Mail,
    "A brand": models.Brand,
    "`examples`": models.Examples,
    "A rule": models.Rule,
    "Every source": models.SourceBase,
    "`fields`": models.CssFields,
    "A field in full": models.CssField,
    **{f"Channel `{kind}`": model for kind, model in CHANNEL_KINDS.items()},
    **{f"Kind `{kind}`": model for kind, model in SOURCE_KINDS.items()},
}
EXCEPTIONS = {"name": "the file's name"}  # of a source: the reader puts it there


def rows(heading):
    """Key, default and meaning of each row of the table under a heading."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/configuration.md has no section {heading!r}"
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in found[1].splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): (row[1], row[2]) for row in cells}


def default(model, name):
    """A default as the page writes it."""
    field = model.model_fields[name]
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, models.Model):
        return "see below"
    if value is None:
        return "–"
    shown = model.model_construct().model_dump(mode="json", include={name})[name]
    if model is models.Rule and name == "cooldown":
        return "`24h`"  # as people say it
    return f"`{shown:g}`" if isinstance(shown, float) else f"`{_text(shown)}`" if shown != "" else '`""`'


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_documented_with_its_default(heading):
    model = SECTIONS[heading]
    inherited = models.SourceBase.model_fields if model.__base__ is models.SourceBase else {}
    expected = {
        field.alias or name: EXCEPTIONS[name]
        if model is models.SourceBase and name in EXCEPTIONS
        else default(model, name)
        for name, field in model.model_fields.items()
        if name not in inherited
    }
    said = rows(heading)
    assert {key: told for key, (told, _) in said.items()} == expected
    assert all(meaning for _, meaning in said.values())


def test_every_variable_is_documented_with_its_default():
    told = {key: told for key, (told, _) in rows("Environment").items()}
    assert told == {
        f"VIGIE_{name.upper()}": "–" if field.default is None else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }


def test_every_file_is_documented():
    assert set(rows("The folder")) == {*FILES, "sources/NAME.yaml"}


def test_no_section_describes_what_is_not_there():
    kinds = set(re.findall(r"^### (?:Kind|Channel) `(\w+)`$", PAGE, re.MULTILINE))
    assert kinds == {*SOURCE_KINDS, *CHANNEL_KINDS}
