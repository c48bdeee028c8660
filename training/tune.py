"""Stage `tune`: all heads at once on the mixture; kept is the moving average of the weights."""

import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from nlp.card import ASPECTS, EXTRAS
from nlp.prepare import prepare
from training.checkpoint import Checkpoint, schedule
from training.encoder import DEVICE, by_length, empty_body, encode, padded
from training.mixture import Row, shown
from training.model import Logits, Reader

BATCH, TOKENS, LONGEST = 64, 3584, 128
RATE_ROWS, RATE_BODY, RATE_HEADS = 2e-4, 1.2e-4, 1e-3
SMOOTH = 0.05  # of sure sentiment labels; signals 0.5 to 0.95 by POSITIVE
SURE = 0.97
AVERAGE, AVERAGE_EVERY = 0.98, 8
SHARES = {"sentiment": 1.0, "signals": 3.0, "aspects": 0.6, "extras": 0.5}
BLUR = 0.1
RARE = 3.0  # a held signal weighs as much as so many that are not


def known(rows: Sequence[tuple[float, ...] | None], width: int) -> tuple[Tensor, Tensor]:
    """(labels with 0 for unknown, 1 where known), both [n, width]."""
    table = torch.tensor([row if row is not None else (math.nan,) * width for row in rows], device=DEVICE)
    seen = ~table.isnan()
    return table.nan_to_num(), seen.float()


def binary_loss(logits: Tensor, rows: Sequence[tuple[float, ...] | None], trust: Tensor, rare: float) -> Tensor:
    """Cross-entropy of independent labels, unknown ones left out, each row by its trust."""
    labels, seen = known(rows, logits.shape[1])
    smooth = labels * SURE + (1 - labels) * (1 - SURE)
    each = functional.binary_cross_entropy_with_logits(logits.float(), smooth, reduction="none")
    weights = seen * trust.unsqueeze(1) * torch.where(labels > 0.5, rare, 1.0)  # noqa: PLR2004
    return (each * weights).sum() / len(rows)


def sentiment_loss(logits: Tensor, rows: Sequence[Row]) -> Tensor:
    """Cross-entropy of three labels, or of two where the source knows no neutral."""
    labels, seen = known([row.sentiment for row in rows], 3)
    labels = labels * (1 - SMOOTH) + SMOOTH / 3
    two = torch.tensor([row.two for row in rows], device=DEVICE).unsqueeze(1)
    hidden = torch.tensor([[0.0, -1e4, 0.0]], device=DEVICE)
    odds = functional.log_softmax(torch.where(two, logits.float() + hidden, logits.float()), dim=-1)
    labels = torch.where(two, labels * torch.tensor([[1.0, 0.0, 1.0]], device=DEVICE), labels)
    trust = torch.tensor([row.weight for row in rows], device=DEVICE)
    return -((labels * odds).sum(-1) * seen[:, 0] * trust).sum() / len(rows)


def loss_of(logits: Logits, rows: Sequence[Row]) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum over the heads, and each head's own."""
    sure = torch.ones(len(rows), device=DEVICE)
    trust = torch.tensor([row.signals_weight for row in rows], device=DEVICE)
    parts = {
        "sentiment": sentiment_loss(logits.sentiment, rows),
        "signals": binary_loss(logits.crisis, [r.signals for r in rows], trust, RARE) / logits.crisis.shape[1],
        "aspects": binary_loss(logits.aspects, [r.aspects for r in rows], sure, 2.0) / len(ASPECTS),
        "extras": binary_loss(logits.extras, [r.extras for r in rows], sure, 1.0) / len(EXTRAS),
    }
    total = sum((SHARES[name] * part for name, part in parts.items()), torch.zeros((), device=DEVICE))
    return total, {name: round(part.item(), 4) for name, part in parts.items()}


def blurred(ids: list[int], special: set[int], unknown: int, picked: random.Random) -> list[int]:
    """The tokens, in half of the texts one in ten unknown: rows read five times are not to be learnt by heart."""
    if picked.random() < 0.5:  # noqa: PLR2004
        return ids
    return [unknown if number not in special and picked.random() < BLUR else number for number in ids]


def window(ids: list[int], picked: random.Random) -> list[int]:
    """At most LONGEST tokens: the head or the tail of a longer text."""
    if len(ids) <= LONGEST:
        return ids
    inner = LONGEST - 2
    start = 1 if picked.random() < 0.5 else len(ids) - 1 - inner  # noqa: PLR2004
    return [ids[0], *ids[start : start + inner], ids[-1]]


class Average:
    """Exponential moving average of the weights (Polyak and Juditsky 1992), taken every AVERAGE_EVERY steps."""

    def __init__(self, model: nn.Module) -> None:
        """Begin with the weights as they are."""
        self.state = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def take(self, model: nn.Module) -> None:
        """Move towards the weights of now."""
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[name].lerp_(value, 1 - AVERAGE)


def groups(model: Reader, share: float) -> list[dict[str, Any]]:
    """Parameters with their learning rates; `share` scales all of them."""
    rows = [model.body.embeddings.word_embeddings.weight]
    body = [p for name, p in model.body.named_parameters() if "word_embeddings" not in name]
    heads = [p for name, p in model.named_parameters() if not name.startswith("body.")]
    return [
        {"params": part, "lr": rate * share, "top": rate * share}
        for part, rate in ((rows, RATE_ROWS), (body, RATE_BODY), (heads, RATE_HEADS))
    ]


def tune(
    rows: Sequence[Row],
    vocabulary: Path,
    before: Path,
    out: Path,
    *,
    share: float = 1.0,
    steps: int | None = None,
    seed: int = 7,
) -> None:
    """Read `rows` once, in their order; the averaged weights to `out/reader.pt`.

    `before` holds `body.pt` or the `reader.pt` to begin with; `share` scales the learning rates; with `steps` it ends
    there, the rates having fallen by then.
    """
    torch.manual_seed(seed)
    picked = random.Random(seed)
    tokenizer = Tokenizer.from_file(str(vocabulary / "tokenizer.json"))
    names = [row.target for row in rows if row.target and row.others]
    seen = [shown(row, picked, names) for row in rows]
    ids = encode(tokenizer, [prepare(row.text, row.target, row.others) for row in seen], 10_000)
    special, unknown = set(tokenizer.get_added_tokens_decoder()), tokenizer.token_to_id("[UNK]")
    ids = [blurred(window(found, picked), special, unknown, picked) for found in ids]
    batches = list(by_length(range(len(rows)), [len(found) for found in ids], BATCH, TOKENS))
    for start in range(0, len(batches), 100):
        stretch = batches[start : start + 100]
        picked.shuffle(stretch)
        batches[start : start + 100] = stretch
    batches = batches[:steps]
    model = Reader(empty_body(tokenizer.get_vocab_size()), tokenizer.token_to_id("[T]"))
    if (before / "reader.pt").exists():
        model.load_state_dict(torch.load(before / "reader.pt"))
    else:
        model.body.load_state_dict(torch.load(before / "body.pt"))
    model.to(DEVICE)
    optimizer = torch.optim.AdamW(groups(model, share), weight_decay=0.01, fused=True)
    average = Average(model)
    kept = Checkpoint(out, model, optimizer, average.state)
    first, started = kept.resume(), time.monotonic()
    model.train()
    for step, group in enumerate(batches[first:], first):
        for part in optimizer.param_groups:
            part["lr"] = part["top"] * schedule(step, len(batches))
        with torch.autocast(DEVICE.type, torch.bfloat16):
            logits = model(*padded([ids[row] for row in group]))
        loss, parts = loss_of(logits, [seen[row] for row in group])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % AVERAGE_EVERY == 0:
            average.take(model)
        if step % 50 == 0:
            kept.note(step=step, of=len(batches), seconds=round(time.monotonic() - started), **parts)
        kept.save(step + 1)
    torch.save({name: value.cpu() for name, value in average.state.items()}, out / "reader.pt")
