"""`vigie analyse` in a pipe, and on files that are not as one hopes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from mentions.errors import WrongUsage

LINE = '{"id": 1, "text": "Great", "lang": "en"}\n'
MARK = b"\xef\xbb\xbf"


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


@pytest.mark.local
@pytest.mark.parametrize("piped", [False, True])
def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path: Path, piped: bool) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(MARK + LINE.encode() * 2)
    given = ["-" if piped else str(path), "--model", "lexicon"]
    done = CliRunner().invoke(app, ["analyse", *given], input=path.read_bytes() if piped else None)
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["id"] for line in done.output.splitlines()] == [1, 1]


@pytest.mark.parametrize("link", ["", "symlink_to", "hardlink_to"])
def test_a_file_is_not_written_over_itself(tmp_path: Path, link: str) -> None:
    path = out = tmp_path / "in.jsonl"
    path.write_text(LINE)
    if link:
        out = tmp_path / "out.jsonl"
        getattr(out, link)(path)
    done = CliRunner().invoke(app, ["analyse", str(path), "--model", "lexicon", "-o", str(out)])
    assert isinstance(done.exception, WrongUsage)
    assert str(done.exception) == f"{out} is the file that is read: give --output another name"
    assert path.read_text() == LINE


@pytest.mark.local
def test_nor_is_the_file_that_is_piped_in(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(LINE)
    program = "from flows.cli import main; main()"
    run = [sys.executable, "-c", program, "analyse", "-", "--model", "lexicon", "-o", str(path)]
    with path.open() as piped:
        done = subprocess.run(run, stdin=piped, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is the file that is read" in done.stderr
    assert "\n" not in done.stderr.strip()
    assert path.read_text() == LINE


@pytest.mark.local
def test_another_file_is_written_anew(tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text(LINE)
    out.write_text("old\n" * 9)
    done = CliRunner().invoke(app, ["analyse", str(path), "--model", "lexicon", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text())["id"] == 1
