"""What the tests of the embedded store ask of its file."""

import sqlite3
from pathlib import Path

from mentions.filter import MentionFilter

EVERYTHING = MentionFilter(gone=True)


def check(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.execute("INSERT INTO mention_text (mention_text, rank) VALUES ('integrity-check', 1)")
    connection.close()
