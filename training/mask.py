"""Stage `mask`: a short masked-language run over our own kinds of text, so that reviews and tweets are no news.

Devlin et al. 2019: 15 % of the tokens are asked for; 80 % of these are hidden, 10 % replaced, 10 % left. The answer
is read with the input rows (tied weights) at the asked places only.
"""

import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.checkpoint import Checkpoint, schedule
from training.corpus import pairs, texts
from training.encoder import DEVICE, WIDTH, by_length, empty_body, encode, padded

BATCH, TOKENS, LONGEST = 64, 3072, 96
RATE = 3e-4
ASKED, HIDDEN_SHARE, REPLACED = 0.15, 0.8, 0.9
FIRST_WORD = 5  # token numbers below are special
ENGLISH_SHARE = 0.4  # of the English texts: English is known already
PARALLEL = 25_000  # French sentences of the parallel pairs, the longest ones


class Masked(nn.Module):
    """The body with a transform before the tied rows."""

    def __init__(self, pieces: int) -> None:
        """A body of `pieces` rows, its weights to be loaded."""
        super().__init__()
        self.body = empty_body(pieces)
        self.transform = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH))
        self.bias = nn.Parameter(torch.zeros(pieces))

    def forward(self, ids: Tensor, mask: Tensor, asked: Tensor) -> Tensor:
        """Logits over all pieces at the asked places, [places, pieces]."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state[asked]
        return functional.linear(self.transform(states), self.body.embeddings.word_embeddings.weight, self.bias)


def hide(ids: Tensor, mask: Tensor, mark: int, pieces: int) -> tuple[Tensor, Tensor]:
    """(ids with some hidden, which places are asked for)."""
    chance = torch.rand(ids.shape, device=ids.device)
    asked = (chance < ASKED) & (mask == 1) & (ids >= FIRST_WORD)
    kind = torch.rand(ids.shape, device=ids.device)
    shown = torch.where(asked & (kind < HIDDEN_SHARE), mark, ids)
    other = torch.randint(FIRST_WORD, pieces, ids.shape, device=ids.device)
    return torch.where(asked & (kind >= HIDDEN_SHARE) & (kind < REPLACED), other, shown), asked


def lines_of(data: Path, seed: int) -> list[str]:
    """The texts of the run, shuffled."""
    picked = random.Random(seed)
    train, _ = pairs(data)
    french = list(texts(data, "fr"))
    french += sorted((p.fr for p in train), key=len, reverse=True)[:PARALLEL]
    english = [line for line in texts(data, "en") if picked.random() < ENGLISH_SHARE]
    lines = french + english
    picked.shuffle(lines)
    return lines


def mask(data: Path, vocabulary: Path, before: Path, out: Path, *, epochs: float, seed: int = 7) -> float:
    """Train over `epochs` of the texts; weights to `out/body.pt`. The mean loss of the last hundred steps."""
    torch.manual_seed(seed)
    tokenizer = Tokenizer.from_file(str(vocabulary / "tokenizer.json"))
    rows = encode(tokenizer, lines_of(data, seed), LONGEST)
    lengths = [len(row) for row in rows]
    order = list(range(len(rows))) * int(epochs + 1)
    batches = list(by_length(order[: int(epochs * len(rows))], lengths, BATCH, TOKENS))
    random.Random(seed).shuffle(batches)
    pieces, mark = tokenizer.get_vocab_size(), tokenizer.token_to_id("[MASK]")
    model = Masked(pieces)
    model.body.load_state_dict(torch.load(before / "body.pt"))
    model.to(DEVICE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01, fused=True)
    kept = Checkpoint(out, model, optimizer)
    first, started, recent = kept.resume(), time.monotonic(), []
    model.train()
    for step, group in enumerate(batches[first:], first):
        for part in optimizer.param_groups:
            part["lr"] = RATE * schedule(step, len(batches))
        ids, seen = padded([rows[row] for row in group])
        shown, asked = hide(ids, seen, mark, pieces)
        with torch.autocast(DEVICE.type, torch.bfloat16):
            logits = model(shown, seen, asked)
        loss = functional.cross_entropy(logits.float(), ids[asked])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent = [*recent[-99:], loss.item()]
        if step % 100 == 0:
            kept.note(step=step, of=len(batches), loss=round(sum(recent) / len(recent), 4),
                      seconds=round(time.monotonic() - started))  # fmt: skip
        kept.save(step + 1)
    torch.save({name: value.cpu() for name, value in model.body.state_dict().items()}, out / "body.pt")
    return sum(recent) / max(1, len(recent))
