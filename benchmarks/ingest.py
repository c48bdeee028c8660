"""Ingest from a sealed spool file to the store, with the lexicon: posts per CPU second, and memory as files grow.

Usage: python benchmarks/ingest.py [--quick]. Rival of the speed: none does the whole step, so the bar is absolute (500
posts per CPU second); memory is anonymous resident memory (RssAnon) at the end of the file.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.models import Brand, Config
from flows.ingestion import Ingestion, ingest_file
from mentions.intake import IntakeOptions
from mentions.model import RawItem
from mentions.spool import Spool
from mentions.sqlite import SqliteStore
from nlp.build import build_pipeline
from state.database import State

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SENTENCES = {
    "fr": (
        "Velmora ne répond plus à mes messages depuis trois semaines.",
        "Franchement, la livraison était rapide et le produit conforme.",
        "J'ai comparé avec deux autres marques avant de me décider.",
        "Le service client m'a promis un remboursement qui n'arrive pas.",
        "Quelqu'un sait si la notice du modèle 2024 est en ligne ?",
        "Au bout de six mois la batterie ne tient plus la charge, c'est décevant.",
        "Rien à redire sur l'emballage, soigné comme toujours.",
        "Il a plu tout le week-end, alors on est restés bricoler au garage.",
    ),
    "en": (
        "Nordane charged me twice and nobody picks up the phone.",
        "Honestly the build quality is better than I expected for the price.",
        "Does anyone know whether they ship to Ireland these days?",
        "My parcel turned up broken and they blame the courier.",
        "Support answered within two hours, kudos to the team!",
        "I have been using it every day since March without a hitch.",
        "We spent the afternoon repainting the kitchen, pictures to follow.",
        "The manual is hopeless, but the app makes up for it.",
    ),
}


def write_spool(home: Path, posts: int) -> None:
    """One sealed file of posts of about 400 characters, two thirds of which name a brand."""
    dice = random.Random(3)
    with Spool(home / "spool").open("bench", NOW) as writer:
        for number in range(posts):
            language = dice.choice(("fr", "en"))
            text = " ".join([*dice.choices(SENTENCES[language], k=6), f"({number})"])
            writer.write(
                RawItem(
                    source="bench",
                    unit="post",
                    url=f"https://forum.example.org/t/{number // 12}#p{number}",
                    thread_url=f"https://forum.example.org/t/{number // 12}",
                    thread_title="Retours d'expérience",
                    native_id=str(number),
                    position=number % 12,
                    author=f"member {number % 997}",
                    text=text,
                    published=NOW - timedelta(minutes=number % 80_000),
                    published_rule="css",
                    published_precision="second",
                    fetched_at=NOW,
                    extractor="bench",
                )
            )


def child(home: Path, posts: int) -> None:
    """Ingest that many posts in this process, and print the figures as JSON."""
    write_spool(home, posts)
    config = Config(brands=(Brand(name="Velmora", match=("Velmora",)), Brand(name="Nordane", match=("Nordane",))))
    store = SqliteStore(home / "mentions.sqlite")
    store.ensure_schema()
    spool = Spool(home / "spool")
    with State(f"sqlite:///{home}/state.db") as state:
        rooms = Ingestion(
            spool=spool,
            store=store,
            brandless=state.posts,
            pipeline=build_pipeline(config, home),
            default=IntakeOptions(secret=b"0123456789abcdef"),
            options={},
            source_brands={},
        )
        began = time.process_time()
        words = ingest_file(spool.sealed()[0], rooms, NOW)
        seconds = time.process_time() - began
    store.close()
    print(json.dumps({"rate": posts / seconds, "anonymous": anonymous(), "saved": words["saved"]}))


def anonymous() -> float:
    """MiB of anonymous resident memory (proc(5), RssAnon)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this benchmark reads /proc/self/status: it needs Linux")


def measure(posts: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, __file__, "--child", home, str(posts)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="10,000 posts only")
    parser.add_argument("--child", nargs=2)
    options = parser.parse_args()
    if options.child:
        child(Path(options.child[0]), int(options.child[1]))
        return
    small = [measure(10_000) for _ in range(3)]
    rate = statistics.median(run["rate"] for run in small)
    print(f"{'ingest with lexicon':<44} {rate:8.0f} posts per CPU second (bar 500; median of 3 x 10,000)")
    if not options.quick:
        large = measure(100_000)
        growth = large["anonymous"] - statistics.median(run["anonymous"] for run in small)
        print(f"{'ingest with lexicon, 100,000 posts':<44} {large['rate']:8.0f} posts per CPU second")
        print(f"{'anonymous memory, 10,000 -> 100,000 posts':<44} {growth:+8.1f} MiB (bar +20)")


if __name__ == "__main__":
    main()
