"""`python -m training STAGE`: one command per stage; each goes on where it was stopped (training/README.md)."""

import argparse
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from config.settings import load_settings

log = logging.getLogger("training")


def vocabulary(asked: argparse.Namespace, home: Path) -> object:
    """Pieces of both languages."""
    from training.encoder import packaged_body
    from training.vocabulary import make

    return make(asked.data, packaged_body(), home / "vocabulary")


def align(asked: argparse.Namespace, home: Path) -> object:
    """French where English is."""
    from training.align import align as run

    return run(asked.data, home / "vocabulary", home / "align", epochs=asked.epochs or 0.6)


def mask(asked: argparse.Namespace, home: Path) -> object:
    """Our kinds of text."""
    from training.mask import mask as run

    return run(asked.data, home / "vocabulary", home / "align", home / "mask", epochs=asked.epochs or 0.5)


def tune(asked: argparse.Namespace, home: Path) -> object:
    """All heads, from the masked stage; `--again` from the first tuning, with the rows of `label` and fresh order."""
    from training.label import labelled
    from training.mixture import mixture
    from training.tune import tune as run

    first, again = home / "tune", home / f"tune-{asked.again}"
    before = home / asked.before
    if asked.again:
        rows = mixture(asked.data, labelled(home / "label"), seed=asked.seed + asked.again, plain=asked.plain)
        return run(
            rows,
            home / "vocabulary",
            before,
            again,
            share=asked.share,
            steps=asked.steps,
            seed=asked.seed + asked.again,
        )
    rows = mixture(asked.data, [], seed=asked.seed)
    return run(rows, home / "vocabulary", before, first, steps=asked.steps, seed=asked.seed)


def label(asked: argparse.Namespace, home: Path) -> object:
    """Projected and weak rows by the reader of --before."""
    from training.judge import load, scorer
    from training.label import label as run

    score = scorer(*load(home / asked.before, home / "vocabulary"))
    return run(score, asked.data, home / "label")


def blend(asked: argparse.Namespace, home: Path) -> object:
    """The weights of --before and --other, a --share of the latter."""
    from training.blend import blend as run

    return run(home / asked.before, home / asked.other, asked.share, home / "blend")


def judge(asked: argparse.Namespace, home: Path) -> object:
    """Figures of the reader of --before on development data."""
    from training.judge import judge as run
    from training.judge import load, scorer

    return run(scorer(*load(home / asked.before, home / "vocabulary")), asked.data)


def export(asked: argparse.Namespace, home: Path) -> object:
    """The reader of --before as int8."""
    from training.export import export as run
    from training.judge import load

    reader, _ = load(home / asked.before, home / "vocabulary")
    return run(reader, home / "export", narrow=asked.narrow)


def calibrate(asked: argparse.Namespace, home: Path) -> object:
    """The artefact with its card, in `release`; copy it to nlp/model once the gate has passed."""
    from training.calibrate import calibrate as run

    return run(asked.data, home / "export", home / "vocabulary", home / "release")


STAGES: Mapping[str, Callable[[argparse.Namespace, Path], object]] = {
    "vocabulary": vocabulary, "align": align, "mask": mask, "tune": tune, "label": label, "blend": blend,
    "judge": judge, "export": export, "calibrate": calibrate,
}  # fmt: skip


def main() -> None:
    """Run a stage; data from --data, everything made goes to $VIGIE_HOME/training."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("stage", choices=list(STAGES))
    parser.add_argument("--data", type=Path, required=True, help="folder of the datasets (docs/data-card.md)")
    parser.add_argument("--epochs", type=float, default=None, help="passes over the texts (align, mask)")
    parser.add_argument(
        "--before", default="mask", help="stage whose weights to begin with (tune, label, blend, judge, export)"
    )
    parser.add_argument("--again", type=int, default=0, help="number of a further tuning: mixture with labelled rows")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the learning rates (tune --again), of --other (blend)"
    )
    parser.add_argument("--other", default="", help="stage whose weights to blend in (blend)")
    parser.add_argument("--plain", type=float, default=1.0, help="share of the public corpora (tune --again)")
    parser.add_argument("--steps", type=int, default=None, help="end a tuning there")
    parser.add_argument("--narrow", action="store_true", help="7-bit weights (export)")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    home = load_settings().home / "training"
    log.info("%s: %s", asked.stage, json.dumps(STAGES[asked.stage](asked, home)))


if __name__ == "__main__":
    main()
