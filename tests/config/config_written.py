"""Configurations written for a test, and what is said of their mistakes."""

import pytest

from config.load import load_config
from config.problems import ConfigError

BRANDS = "brands:\n  - name: Mirabelle\n    match: [Mirabelle]\n"
CHANNELS = "channels:\n  outbox:\n    kind: file\n    folder: messages\n"


def write(folder, files):
    for name, text in {"brands.yaml": BRANDS, "channels.yaml": CHANNELS, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def problems(folder, files):
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, files))
    return [str(problem) for problem in caught.value.problems]


def told_once(folder, file, text, expected):
    """One mistake in one file is one problem, with its place."""
    told = problems(folder, {file: text})
    assert len(told) == 1, told
    assert expected in told[0], f"{expected!r} is not in {told[0]!r}"
