"""Files written into a spool, and read from it again."""

from contextlib import suppress

from mention_records import NOW, raw

ITEMS = [raw(f"Texte numéro {number} 😡", native_id=str(number)) for number in range(5)]


def fill(spool, items=ITEMS, label="blog", now=NOW):
    with spool.open(label, now) as writer:
        for item in items:
            writer.write(item)
        return writer.seal()


def fail(spool, label):
    """A writer that meets an error after its first line."""
    with suppress(ZeroDivisionError), spool.open(label, NOW) as writer:
        writer.write(ITEMS[0])
        _ = 1 / 0


def contents(spool, path):
    return [item for _, _, item in spool.read(path)]
