"""`vigie analyse` in a pipe."""

import json

import pytest
from typer.testing import CliRunner

from flows.cli import app


@pytest.mark.local
def test_a_line_of_another_encoding_takes_no_other_with_it() -> None:
    sent = b'{"id": 1, "text": "tr\xe8s bien", "lang": "fr"}\n{"id": 2, "text": "Great", "lang": "en"}\n'
    done = CliRunner().invoke(app, ["analyse", "-", "--model", "lexicon"], input=sent)
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["id"] for line in done.output.splitlines()] == [1, 2]


def test_a_file_that_is_not_there_is_told() -> None:
    done = CliRunner().invoke(app, ["analyse", "nothing.jsonl", "--model", "lexicon"])
    assert done.exit_code == 2
    assert "'nothing.jsonl' does not exist" in done.output
