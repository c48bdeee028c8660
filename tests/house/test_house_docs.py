"""Docs that can fail: every command, and every file that a document names, exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def _commands() -> set[str]:
    import typer.main

    from flows.cli import app

    root = typer.main.get_command(app)
    found: set[str] = set()

    def walk(command: object, path: str) -> None:
        for name, child in getattr(command, "commands", {}).items():
            found.add(f"{path}{name}")
            walk(child, f"{path}{name} ")

    walk(root, "")
    return found


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = sorted(command for command in _commands() if f"vigie {command}" not in readme)
    assert missing == []


def test_documents_name_only_commands_that_exist() -> None:
    groups = {command.split()[0] for command in _commands()}
    wrong = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for line in re.findall(r"^(?:\$ )?(?:[\w./]*/)?vigie (.+)$", text, re.MULTILINE):
            words = [word for word in re.sub(r"^--config \S+ ", "", line).split() if not word.startswith("-")]
            if words and words[0] not in groups:
                wrong.append(f"{document.name}: {line}")
    assert wrong == []


def test_documents_link_to_files_that_exist() -> None:
    links = [
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    ]
    assert links
    assert [f"{document.name}: {target}" for document, target in links if not (document.parent / target).exists()] == []


@pytest.mark.local
def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "check", "bench", "clean", "help"):
        assert re.search(rf"make {target}\b", shown)


def test_adrs_are_one_page_with_context_decision_and_price() -> None:
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 80, path.name
        for part in ("Context", "Decision", "Price"):
            assert re.search(rf"^#+ {part}", text, re.MULTILINE), f"{path.name} has no section {part}"


@pytest.mark.local
def test_a_python_outside_the_range_is_refused_in_one_clear_line(tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    code = "import sys; sys.version_info = (3, 10, 4); exec(sys.argv[1])"
    old.write_text(f"""#!/bin/sh\nexec {sys.executable} -c "{code}" "$2"\n""", encoding="utf-8")
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "setup", f"VENV={tmp_path}/venv", f"PYTHON={old}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(ours) == 1
    assert ours[0].startswith("Vigie needs Python 3.11, 3.12 or 3.13;")
    assert not (tmp_path / "venv").exists()
