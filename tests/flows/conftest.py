"""The command in this process, with a home and a configuration of its own."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def vigie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the command in this process; gives exit code, stdout, stderr."""
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VIGIE_CONFIG", str(tmp_path / "config"))
    before = list(logging.getLogger().handlers)
    terminate = signal.getsignal(signal.SIGTERM)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vigie", *words])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        code = end.value.code
        return (code if isinstance(code, int) else int(bool(code))), out, err

    yield run
    signal.signal(signal.SIGTERM, terminate)
    for handler in logging.getLogger().handlers[:]:
        if handler not in before:
            logging.getLogger().removeHandler(handler)
            handler.close()


@pytest.fixture
def config(tmp_path: Path, vigie: Run) -> Path:
    """A written configuration with one brand, Velmora."""
    vigie("init", str(tmp_path / "config"))
    brands = "brands:\n  - name: Velmora\n    match: [Velmora]\n"
    (tmp_path / "config" / "brands.yaml").write_text(brands, encoding="utf-8")
    return tmp_path / "config"
