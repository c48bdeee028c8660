"""The data that the stages read: gzipped JSON lines of the datasets, and the tab-separated texts written for Vigie."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WRITTEN = Path(__file__).parent / "written"
SENTIMENT = {"-": "negative", "0": "neutral", "+": "positive"}
COLUMNS = 7
LANGUAGE = re.compile(r"_(fr|en)(?:_|$)")


@dataclass(frozen=True, slots=True)
class Written:
    """One line of training/written. `brand` is as it stands in the text; `kind` says what the line was written for."""

    kind: str
    ironic: bool
    sentiment: str
    crisis: tuple[str, ...]
    aspects: tuple[str, ...]
    brand: str | None
    register: str
    text: str
    lang: str
    file: str

    @property
    def apart(self) -> bool:
        """One line in twelve, by its text, is kept out of training: calibration needs texts that are new."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 12 == 0


def read_dataset(folder: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """Rows of `folder/NAME.jsonl.gz`, as research/nlp.md section 1 describes them."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def listed(cell: str) -> tuple[str, ...]:
    """The names of a cell; `.` stands for none."""
    return () if cell in {".", ""} else tuple(part.strip() for part in cell.split(","))


def read_written(path: Path) -> Iterator[Written]:
    """Lines of one file. ValueError, with file and line, where one does not have seven cells or a known sentiment."""
    lang = LANGUAGE.search(path.stem)
    if lang is None:
        raise ValueError(f"{path.name}: the name does not say the language (_fr or _en)")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = line.split("\t")
        if len(cells) != COLUMNS or cells[1] not in SENTIMENT:
            raise ValueError(f"{path.name}:{number}: expected {COLUMNS} cells, the second -, 0 or +")
        kind, sentiment, crisis, aspects, brand, register, text = cells
        yield Written(
            kind=kind.rstrip("!"),
            ironic=kind.endswith("!"),
            sentiment=SENTIMENT[sentiment],
            crisis=listed(crisis),
            aspects=listed(aspects),
            brand=None if brand == "." else brand,
            register=register,
            text=text.replace(" / ", "\n\n"),
            lang=lang[1],
            file=path.stem,
        )


def all_written() -> list[Written]:
    """Every line of training/written, file by file."""
    return [row for path in sorted(WRITTEN.glob("*.tsv")) for row in read_written(path)]
