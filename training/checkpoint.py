"""What a stage writes so that it can go on where it was killed."""

import json
import logging
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

log = logging.getLogger(__name__)
EVERY = 240.0  # seconds between two checkpoints


class Checkpoint:
    """One file per stage, replaced by rename: a kill leaves the one before."""

    def __init__(
        self,
        folder: Path,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        beside: dict[str, torch.Tensor] | None = None,
    ) -> None:
        """Nothing is read yet; `beside` are tensors that are kept too, filled in place when resuming."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "checkpoint.pt"
        self._log = folder / "log.jsonl"
        self._model, self._optimizer, self._beside = model, optimizer, beside or {}
        self._last = time.monotonic()

    def resume(self) -> int:
        """The step to go on with; 0 without a checkpoint."""
        if not self._path.exists():
            return 0
        found = torch.load(self._path, weights_only=True)
        self._model.load_state_dict(found["model"])
        self._optimizer.load_state_dict(found["optimizer"])
        for name, value in found["beside"].items():
            self._beside[name].copy_(value)
        torch.set_rng_state(found["random"])
        log.info("going on at step %d", found["step"])
        return int(found["step"])

    def save(self, step: int, *, now: bool = False) -> None:
        """Keep the state after `step`, if EVERY seconds have gone by or `now`."""
        if not now and time.monotonic() - self._last < EVERY:
            return
        partial = self._path.with_suffix(".part")
        torch.save(
            {
                "model": self._model.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "beside": self._beside,
                "random": torch.get_rng_state(),
                "step": step,
            },
            partial,
        )
        partial.replace(self._path)
        self._last = time.monotonic()

    def note(self, **figures: Any) -> None:
        """Append figures to the stage's log and show them."""
        line = json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **figures})
        with self._log.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
        log.info("%s", line)


def schedule(step: int, total: int, warm: float = 0.06, floor: float = 0.02) -> float:
    """Factor of the learning rate: linear warm-up over the share `warm`, then a linear fall to `floor`."""
    share = step / max(1, total)
    return share / warm if share < warm else max(floor, (1 - share) / (1 - warm))
