"""Stage `blend`: the weighted mean of the weights of two tunings (Wortsman et al. 2022, "Model soups").

The last tuning reads mostly pairs; an earlier one knows reviews better. Between them a point of each comes back.
"""

from pathlib import Path

import torch


def blend(one: Path, other: Path, share: float, out: Path) -> None:
    """Write `out/reader.pt`: `share` of `other`, the rest of `one`. ValueError where they are not of one form."""
    first, second = (torch.load(folder / "reader.pt") for folder in (one, other))
    if first.keys() != second.keys():
        raise ValueError(f"{one} and {other} are not tunings of the same network")
    out.mkdir(parents=True, exist_ok=True)
    mixed = {
        name: value.lerp(second[name], share) if value.dtype.is_floating_point else value
        for name, value in first.items()
    }
    torch.save(mixed, out / "reader.pt")
