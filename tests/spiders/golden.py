"""Golden pages: `python -m tests.spiders.golden --update` writes expected.jsonl anew; read the difference before you commit.

Each folder of `pages/` holds a body of our own writing that reproduces a program's real markup, `meta.json` (file, url,
fetched_at and, where wanted, kind, timezone, source, links) and `expected.jsonl`: a first line with the form, notes
and links, then one line per item, absent values left out.
"""

import json
import sys
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from config.models import Source
from mentions.model import Rating, RawItem
from spiders.extract import Extraction, extract

PAGES = Path(__file__).parent / "pages"


def names() -> list[str]:
    return sorted(folder.name for folder in PAGES.iterdir() if (folder / "meta.json").exists())


def read(name: str) -> tuple[bytes, dict]:
    meta = json.loads((PAGES / name / "meta.json").read_text(encoding="utf-8"))
    return (PAGES / name / meta["file"]).read_bytes(), meta


def run(name: str) -> Extraction:
    body, meta = read(name)
    told = meta.get("source")
    if told is None and "timezone" in meta:
        told = {"name": "golden", "kind": meta["kind"], "url": meta["url"], "timezone": meta["timezone"]}
    source = TypeAdapter(Source).validate_python(told) if told else None
    fetched_at = datetime.fromisoformat(meta["fetched_at"])
    return extract(body, meta["url"], kind=meta.get("kind"), source=source, fetched_at=fetched_at)


def shown(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return {"value": value.value, "best": value.best} if isinstance(value, Rating) else value


def row(item: RawItem) -> dict:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {
        name: shown(value)
        for name, value in values.items()
        if value not in (None, {}) and name not in ("source", "fetched_at")
    }


def lines(name: str) -> str:
    found, meta = run(name), read(name)[1]
    head: dict = {"form": found.form, "notes": found.notes}
    if meta.get("links"):
        head["links"] = {
            field.name: value for field in fields(found.links) if (value := getattr(found.links, field.name))
        }
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [head, *map(row, found.items)])


def main() -> None:
    update = "--update" in sys.argv
    for name in names():
        path, now = PAGES / name / "expected.jsonl", lines(name)
        same = path.exists() and path.read_text(encoding="utf-8") == now
        if update and not same:
            path.write_text(now, encoding="utf-8")
        sys.stdout.write(f"{'same' if same else 'written' if update else 'differs'}  {name}\n")


if __name__ == "__main__":
    main()
