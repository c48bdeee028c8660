"""`vigie extract` and `vigie analyse`: one page, one file, no configuration."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from config.models import CLASSIFIER
from flows.terminal import fail, json_line, now

STDIN = 0  # file descriptor


def extract(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A saved page, feed or API answer.")],
    url: Annotated[str, typer.Option(help="The address it was saved from.")],
    kind: Annotated[str | None, typer.Option(help="feed, blog, forum or reviews; none: recognised.")] = None,
) -> None:
    """Print what Vigie reads in a saved page, as JSON lines (RawItem)."""
    from mentions.codec import to_json
    from spiders.extract import extract as read

    extraction = read(file.read_bytes(), url, kind=kind, source=None, fetched_at=now())
    for item in extraction.items:
        json_line(to_json(item))
    for note in extraction.notes:
        fail(note, 0)


def analyse(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="IN.jsonl",
            dir_okay=False,
            allow_dash=True,
            help="JSON lines: id, text, and if you have them title, lang, brand, others; - reads stdin.",
        ),
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write here instead of the terminal.")] = None,
    model: Annotated[str, typer.Option(help="Which reader: model (the shipped one), lexicon, or onnx.")] = CLASSIFIER,
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="The model's folder, for onnx.")
    ] = None,
) -> None:
    """Judge texts: language, sentiment toward the brand, crisis signals and the sentences that carry them, severity."""
    from nlp.analyse import analyse_lines
    from nlp.classify import load_classifier

    given = str(file) == "-"
    if not given and not file.exists():  # asked here: typer 0.29 wants a file called "-"
        raise typer.BadParameter(f"file '{file}' does not exist", param_hint="IN.jsonl")
    if output:
        keep_apart(None if given else file, output)
    classifier = load_classifier(model, folder)
    # A line of another encoding takes no other with it; a mark of byte order is no part of the first.
    lines = (
        typer.get_text_stream("stdin", encoding="utf-8-sig", errors="replace")
        if given
        else file.open(encoding="utf-8-sig", errors="replace")
    )
    out = output.open("w", encoding="utf-8") if output else sys.stdout
    bad = 0
    try:
        for record in analyse_lines(lines, classifier=classifier):
            bad += "error" in record
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
        out.flush()
    finally:
        if output:
            out.close()
        if not given:
            lines.close()
    if bad:
        raise typer.Exit(fail(f"{bad} bad lines, each marked in its place", 1))


def keep_apart(source: Path | None, output: Path) -> None:
    """WrongUsage if `output` is the file that is read (None: piped in), by whatever name: opening would empty it."""
    from mentions.errors import WrongUsage

    try:
        read = source.stat() if source else os.fstat(STDIN)
        same = output.is_file() and os.path.samestat(read, output.stat())
    except OSError:
        return  # what cannot be opened is told when it is
    if same:
        raise WrongUsage(f"{output} is the file that is read: give --output another name")


def add_to(app: typer.Typer) -> None:
    """Give these commands to the application."""
    app.command()(extract)
    app.command()(analyse)
