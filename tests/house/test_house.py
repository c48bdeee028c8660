"""The habits of the house, as tests: floors, sizes, names, what a command may import."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("flows", "spiders", "nlp", "alerts", "reports", "demo", "dashboards", "charts", "config", "state", "mentions")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
BESIDE = sorted(path for folder in ("tests", "training", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "misc"}
HEAVY = {
    "prefect",
    "scrapy",
    "twisted",
    "spacy",
    "transformers",
    "onnxruntime",
    "sqlalchemy",
    "scipy",
    "numpy",
    "lingua",
    "rich",
    "fastapi",
    "elasticsearch",
    "kibana",
    "altair",
    "vl_convert",
}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.local
def test_imports_only_go_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_modules_and_functions_stay_small() -> None:
    assert [offence for path in [*MODULES, *BESIDE] for offence in _too_long(path)] == []
    assert [offence for path in MODULES for offence in _too_large(path)] == []


def _too_long(path: Path) -> Iterator[str]:
    if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300:
        yield f"{path.relative_to(ROOT).as_posix()} has {lines} lines"


def _too_large(path: Path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[-1].end_lineno - node.body[0].lineno + 1
            if body > 40:
                yield f"{name}: {node.name} has {body} lines"


def test_the_median_module_is_short() -> None:
    sizes = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES if path.name != "__init__.py")
    assert sizes[len(sizes) // 2] <= 150


def test_no_module_is_a_drawer_for_everything() -> None:
    assert not [path for path in MODULES if path.stem in FORBIDDEN_NAMES]


def test_our_names_are_nobody_elses() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {room: owners[room] for room in ROOMS if set(owners.get(room, ["vigie"])) != {"vigie"}} == {}


def test_the_environment_is_read_in_one_place() -> None:
    readers = {path.relative_to(ROOT).as_posix() for path in MODULES if _reads_environment(path)}
    # flows.serve and flows.demo hand an environment to Prefect, which reads nothing else; see their docstrings.
    assert readers <= {"config/settings.py", "flows/serve.py", "flows/demo.py", "spiders/crawl.py", "spiders/child.py"}


def _reads_environment(path: Path) -> bool:
    source = path.read_text(encoding="utf-8")
    return ("environ" in source or "getenv" in source) and any(
        isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(parsed(path))
    )


@pytest.mark.parametrize(
    "command", [["--help"], ["mentions", "--help"], ["crawl", "--help"], ["--version"]], ids=" ".join
)
@pytest.mark.local
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['vigie', *{command!r}]\n"
        "from flows.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\nMODULES', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("MODULES")[2].split())
    assert loaded & HEAVY == set()


def test_the_lock_holds_no_download_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--hash=sha256:" in lock


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {_name(line) for line in wanted}
    locked = {
        _name(line) for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if "==" in line
    }
    assert names <= locked


def _name(requirement: str) -> str:
    name = requirement
    for mark in "[=<>!;~ ":
        name = name.partition(mark)[0]
    return name.strip().lower().replace("_", "-").replace(".", "-")
