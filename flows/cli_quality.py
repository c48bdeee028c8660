"""`vigie quality`: how often the model agrees with your own labels."""

import json
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.load import load_config
from config.models import CLASSIFIER
from flows.terminal import Terminal, of, table

if TYPE_CHECKING:
    from nlp.classify import Classifier
    from nlp.quality import Quality

CONFIGURED = "configured"
SHOWN = 160  # characters of a text that was read wrongly


def quality(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS.jsonl",
            exists=True,
            dir_okay=False,
            help="JSON lines as for `vigie analyse`, with sentiment, crisis (a list) or severity (0-3) by people.",
        ),
    ],
    model: Annotated[
        str,
        typer.Option(help="Which reader: model (the shipped one), lexicon, onnx, or configured (that of vigie.yaml)."),
    ] = CLASSIFIER,
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="The model's folder, for onnx.")
    ] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the surest misses to show.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score the model on texts that you labelled: macro-F1, calibration, confusion, crisis labels, worst misses.

    `vigie verdicts export` writes such a file from the verdicts of your analysts.
    """
    from mentions.errors import RejectedItem, WrongUsage
    from nlp.analyse import analyse_lines
    from nlp.quality import judge, parse

    try:
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            told = list(parse(lines))
    except RejectedItem as error:
        raise WrongUsage(f"{file}: {error.detail}") from error
    if not told:
        raise WrongUsage(f"{file}: no line to judge")
    classifier = reader(of(context), model, folder)
    answers = list(analyse_lines((line.model_dump_json() for line in told), classifier=classifier))
    found = judge(told, answers, worst=worst)
    if as_json:
        typer.echo(json.dumps(as_record(found), ensure_ascii=False))
    else:
        show(found)


def reader(terminal: Terminal, model: str, folder: Path | None) -> "Classifier":
    """The row, or what `vigie.yaml` chooses: a model of the hub is no row."""
    from nlp.build import classifier_of
    from nlp.classify import load_classifier

    if model != CONFIGURED:
        return load_classifier(model, folder)
    settings = terminal.settings()
    return classifier_of(load_config(settings.config).vigie.understanding, settings.home)


def as_record(found: "Quality") -> dict[str, object]:
    """The figures as JSON, which has no NaN: null where there is nothing to measure."""
    return {
        "figures": {
            name: {key: None if isnan(value) else value for key, value in figure._asdict().items()}
            for name, figure in found.figures.items()
        },
        "confusion": found.confusion,
        "labels": {name: {"f1": None if isnan(f1) else f1, "n": n} for name, (f1, n) in found.by_label.items()},
        "misses": [miss._asdict() for miss in found.misses],
    }


def show(found: "Quality") -> None:
    """Tables for people, 80 columns."""
    from mentions.model import LABELS

    rows = [
        (name, "-", "-", f.n)
        if isnan(f.value)
        else (name, f"{f.value:.3g}" if f.value < 1 else f"{f.value:.1f}", f"{f.low:.3g} to {f.high:.3g}", f.n)
        for name, f in found.figures.items()
    ]
    table(("figure", "value", "95 % interval", "texts"), rows, wide=0)
    if found.confusion:
        typer.echo()
        lines = [(name, *counts) for name, counts in zip(LABELS, found.confusion, strict=True)]
        table(("people say", *(f"read {name}" for name in LABELS)), lines, wide=0)
    if found.by_label:
        typer.echo()
        named = [(name, "-" if isnan(f1) else f"{f1:.0f}", n) for name, (f1, n) in found.by_label.items()]
        table(("crisis label", "F1", "texts that hold it"), named, wide=0)
    for miss in found.misses:
        typer.echo(f"\n{miss.id}: {miss.expected}, read as {miss.found} ({miss.sure:.0%} sure)")
        typer.echo(f"  {' '.join(miss.text.split())[:SHOWN]}")


def add_to(app: typer.Typer) -> None:
    """Give this command to the application."""
    app.command()(quality)
