"""Who is praised and who is blamed when a clause compares or leaves one brand for another."""

from collections.abc import Sequence

BETTER = frozenset({"better", "cheaper", "faster", "mieux", "meilleur", "meilleure", "meilleurs", "meilleures"})
WORSE = frozenset({"worse", "pire", "pires"})
THAN = frozenset({"than", "que", "qu'"})
LEFT = frozenset({"left", "leaving", "leave", "quitte", "quitter", "quittez", "dumped", "ditched", "fuyez"})
FROM = frozenset({"from", "de", "d'"})
MOVED = frozenset(
    {"switched", "switching", "moved", "moving", "migrated", "passe", "passer", "parti", "partir", "change"}
)
INTO = frozenset({"to", "a", "chez", "vers", "for", "pour"})
NEAR = 4  # words between the verb and the name


def toward(heard: Sequence[str], name: Sequence[str]) -> list[tuple[int, float]]:
    """Weights to add where the name stands in "better than NAME", "leaving NAME for", "switched to NAME"."""
    size = len(name)
    found: list[tuple[int, float]] = []
    for at in range(len(heard) - size + 1) if size else ():
        if heard[at] != name[0] or list(heard[at : at + size]) != list(name):
            continue
        before = [*heard[max(0, at - NEAR) : at]]
        previous = before[-1] if before else ""
        if previous in THAN:
            found += [(at, -4.0)] if BETTER & set(before) else [(at, 4.0)] if WORSE & set(before) else []
        elif LEFT & set(before[-2:]) or (previous in FROM and MOVED & set(before)):
            found.append((at, -3.0))
        elif previous in INTO and (MOVED | LEFT) & set(heard[max(0, at - 3 * NEAR) : at]):
            found.append((at, 3.0))
    return found
